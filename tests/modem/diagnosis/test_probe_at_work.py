"""A probe while the worker serves, and while it cannot."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import Future

from modem.diagnosis.catalogue import HEALTHY
from modem.diagnosis.evidence import Evidence, Records
from modem.diagnosis.findings import diagnose
from modem.outcomes import Accepted, Unknown
from modem.worker.desk import PortState
from tests.modem.listdesk import ListDesk, order
from tests.modem.virtualbench import Bench, bench


def _probe(run: Bench, within_s: float = 60) -> Evidence:
    asked: Future[Evidence] = run.fleet.probe("m0")
    for _ in range(int(within_s)):
        if asked.done():
            break
        run.let_pass(1)
    return asked.result(timeout=0)


def _names(run: Bench, evidence: Evidence) -> list[str]:
    """As the desk remembers the modem."""
    identity = next(status.identity for status in run.desk.statuses if status.identity is not None)
    unknown = sum(isinstance(outcome, Unknown) for outcome in run.desk.settled.values())
    records = Records(identity.imei, identity.sim, unknown, troubles=Counter(run.desk.kinds))
    return [diagnosis.name for diagnosis in diagnose(evidence, records)]


def test_probe_comes_between_two_messages_and_costs_none() -> None:
    with bench(1, ListDesk([order(k) for k in range(4)]), latency_ms=3000) as run:
        run.let_pass(1)
        evidence = _probe(run)
        run.server.deliver(0, "+79131234567", "5")
        run.let_pass(30)
        assert _names(run, evidence) == [HEALTHY]
        assert evidence.set_up
        assert [type(outcome) for outcome in run.desk.settled.values()] == [Accepted] * 4
        assert len(run.server.submits()[0]) == 4
        assert len(run.desk.kept) == 1 + 4  # and the reports
        assert run.desk.troubles == []


def test_lost_answer_while_sending_is_told_from_the_records() -> None:
    with bench(1, ListDesk([order(1)])) as run:
        run.fault(0, "lost_answer")
        run.let_pass(200)
        assert _names(run, _probe(run)) == ["answer-lost"]


def test_restart_that_was_mended_is_told_from_the_records() -> None:
    with bench() as run:
        run.let_pass(1)
        run.fault(0, "reset")
        run.let_pass(180)
        assert run.desk.statuses[-1].state is PortState.SERVING
        assert _names(run, _probe(run)) == ["restarted"]


def test_port_that_went_away_and_came_back_is_unsteady() -> None:
    with bench() as run:
        run.let_pass(1)
        run.fault(0, "unplug", for_s=20)
        run.let_pass(180)
        assert _names(run, _probe(run)) == ["port-unsteady"]


def test_card_that_came_back_sits_loose() -> None:
    with bench() as run:
        run.let_pass(1)
        run.fault(0, "sim", what="remove")
        run.let_pass(90)
        assert _names(run, _probe(run)) == ["sim-missing"]
        run.fault(0, "sim", what="insert")
        run.let_pass(180)
        assert run.desk.statuses[-1].state is PortState.SERVING
        assert _names(run, _probe(run)) == ["sim-loose"]


def test_modem_that_is_lost_is_probed_by_a_look_at_its_port() -> None:
    with bench() as run:
        run.let_pass(1)
        run.fault(0, "unplug", for_s=None)
        run.let_pass(30)
        assert run.desk.statuses[-1].state is PortState.LOST
        assert _probe(run).fault is not None


def test_modem_in_quarantine_is_examined_and_comes_back_afterwards() -> None:
    with bench() as run:
        run.let_pass(1)
        run.fault(0, "freeze", for_s=4000)
        run.let_pass(2400)
        assert run.desk.statuses[-1].state is PortState.QUARANTINED
        assert _names(run, _probe(run, 120))[0] == "frozen"
        run.let_pass(2400)
        assert run.desk.statuses[-1].state is PortState.SERVING


def test_frozen_modem_that_served_goes_up_the_ladder_after_the_probe() -> None:
    with bench() as run:
        run.let_pass(1)
        run.fault(0, "freeze", deaf=True)
        assert _names(run, _probe(run))[0] == "frozen"
        run.let_pass(150)
        assert run.desk.statuses[-1].state is PortState.SERVING
        assert "silent" in run.desk.kinds


def test_probe_of_a_stopped_worker_is_cancelled() -> None:
    with bench() as run:
        run.let_pass(1)
        fleet = run.fleet
    assert fleet.probe("m0").cancelled()
