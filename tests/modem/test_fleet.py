"""Eight modems and one of them ill; workers that die and workers that hang."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from modem.dialogues.memories import Stored
from modem.fleet import STUCK_S
from modem.outcomes import Accepted, Outcome, Unknown
from modem.worker.desk import PartOrder, PortState
from tests.modem.listdesk import QueueDesk, order
from tests.modem.virtualbench import Bench, bench

dies = pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")


class DeadlyDesk(QueueDesk):
    """A desk at which a thread dies for real: no handler of ours sees a SystemExit."""

    def __init__(self, orders: Sequence[PartOrder] = ()) -> None:
        super().__init__(orders)
        self.deaths = 0

    def claim(self, sim: str, most: int) -> Sequence[PartOrder]:
        if self.deaths:
            self.deaths -= 1
            raise SystemExit
        return super().claim(sim, most)

    def keep(self, sim: str, found: Sequence[Stored]) -> None:
        if self.deaths:
            self.deaths -= 1
            raise SystemExit
        super().keep(sim, found)


def _texts(run: Bench) -> list[str]:
    return sorted(str(line["text"]) for line in run.events() if line["event"] == "submit")


def _replace_the_dead(run: Bench, name: str = "port-m0") -> None:
    (dead,) = [worker for worker in run.fleet._workers if worker.name == name]
    dead.join(5)
    with run.clock.starting(1):
        run.fleet.check()


@dies
def test_worker_that_died_is_replaced_and_its_message_is_read_again() -> None:
    with bench(1, DeadlyDesk()) as run:
        run.let_pass(1)
        assert isinstance(run.desk, DeadlyDesk)
        run.desk.deaths = 1
        run.server.deliver(0, "+79131234567", "5")
        run.let_pass(1)
        assert run.desk.kept == []
        _replace_the_dead(run)
        run.let_pass(5)
        assert len(run.desk.kept) == 1
        assert run.desk.troubles[0][1] == "The worker of m0 died and was replaced; the log says of what."
        assert run.desk.statuses[-1].state is PortState.SERVING


@dies
def test_part_in_flight_of_a_dead_worker_is_in_doubt_and_the_others_go_out(monkeypatch: pytest.MonkeyPatch) -> None:
    orders = [order(k, text=f"текст {k}") for k in range(6)]
    with bench(1, QueueDesk(orders), latency_ms=1000) as run:
        run.let_pass(2.5)
        worker = run.fleet._workers[0]
        assert worker._serving is not None
        submit = worker._serving.sending._submit

        def die(part: PartOrder) -> Outcome:
            submit(part)
            raise SystemExit

        monkeypatch.setattr(worker._serving.sending, "_submit", die)
        run.let_pass(5)
        settled = dict(run.desk.settled)
        _replace_the_dead(run)
        (doubtful,) = set(run.desk.settled) - set(settled)
        assert isinstance(run.desk.settled[doubtful], Unknown)
        run.let_pass(60)
        assert set(run.desk.settled) == set(range(6))
        assert sum(isinstance(outcome, Accepted) for outcome in run.desk.settled.values()) == 5
        assert _texts(run) == sorted(order.text for order in orders)


def test_worker_that_lives_or_has_stopped_is_not_replaced() -> None:
    with bench(2) as run:
        run.let_pass(1)
        before = list(run.fleet._workers)
        run.fleet.check()
        assert run.fleet._workers == before
        assert run.fleet.stop(60) == []
        run.fleet.check()
        assert run.fleet._workers == before


@dies
def test_dead_worker_gives_its_port_back_when_the_fleet_stops() -> None:
    with bench(1, DeadlyDesk([order(1)])) as run:
        assert isinstance(run.desk, DeadlyDesk)
        run.desk.deaths = 1
        run.let_pass(5)
        run.fleet._workers[0].join(5)
        assert run.fleet.stop(60) == []
        assert run.fleet._workers[0]._modem.alive is False


def test_worker_stuck_in_a_system_call_is_told_of_until_it_moves() -> None:
    with bench(1) as run:
        run.let_pass(1)
        worker = run.fleet._workers[0]
        worker.busy_since = run.clock.monotonic() - STUCK_S - 60
        run.fleet.check()
        run.fleet.check()
        stuck = [text for _, kind, text in run.desk.alarms if kind == "stuck"]
        assert stuck == [
            "The worker of m0 has been in one dialogue for 11 minutes and does not come back."
            " Restart otklik; if that does not help, unplug the modem first."
        ]
        run.fleet.ring()
        run.let_pass(1)
        run.fleet.check()
        assert [text for _, kind, text in run.desk.alarms if kind == "stuck"][-1] is None


def test_idle_worker_is_not_taken_for_a_stuck_one() -> None:
    with bench(1) as run:
        run.let_pass(2 * STUCK_S + 30)
        run.fleet.check()
        assert [text for _, kind, text in run.desk.alarms if kind == "stuck"] == [None], "an earlier run's is ended"


@pytest.mark.parametrize("fault", [{"kind": "freeze", "for_s": 36000}, {"kind": "unplug", "for_s": 36000}])
def test_one_dead_modem_of_eight_does_not_slow_the_others(fault: dict[str, object]) -> None:
    orders = [order(k, text=f"текст {k}") for k in range(700)]
    with bench(8, QueueDesk(orders), latency_ms=1000) as run:
        run.let_pass(0.5)
        run.inflict(3, fault)
        run.let_pass(115)
        # Seven modems send one a second; the dead one holds one part until its silence is certain.
        assert len(run.desk.settled) >= 699
        run.let_pass(300)
        assert set(run.desk.settled) == set(range(700))
        assert len(_texts(run)) == len(set(_texts(run)))
