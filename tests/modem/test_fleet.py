"""Eight modems and one of them ill; workers that die and workers that hang."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from modem.dialogues.memories import Stored
from modem.driver import Identity
from modem.fleet import STUCK_S
from modem.outcomes import Accepted, Outcome, Unknown
from modem.worker.desk import Claim, PartOrder, PortState
from tests.modem.listdesk import QueueDesk, order, wait
from tests.modem.virtualbench import Bench, bench

dies = pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")


class DeadlyDesk(QueueDesk):
    """A desk at which a thread dies for real: no handler of ours sees a SystemExit."""

    def __init__(self, orders: Sequence[PartOrder] = ()) -> None:
        super().__init__(orders)
        self.deaths = 0

    def claim(self, sim: str, most: int) -> Claim:
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


@dies
def test_dead_worker_is_replaced_though_nobody_can_be_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError("disk full")

    with bench(1, DeadlyDesk([order(1)])) as run:
        assert isinstance(run.desk, DeadlyDesk)
        run.desk.deaths = 1
        run.let_pass(5)
        with monkeypatch.context() as broken:
            broken.setattr(run.desk, "trouble", fail)
            with pytest.raises(OSError, match="disk full"):
                _replace_the_dead(run)
        run.desk.orders.append(order(2))
        run.let_pass(5)
        assert 2 in run.desk.settled


@dies
def test_dead_worker_whose_parts_cannot_be_given_back_does_not_keep_the_others_from_stopping(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object) -> None:
        raise OSError("disk full")

    with bench(2, DeadlyDesk([order(1)])) as run:
        assert isinstance(run.desk, DeadlyDesk)
        run.desk.deaths = 1
        run.let_pass(5)
        wait(lambda: any(worker.has_died for worker in run.fleet._workers))
        (dead,) = [worker for worker in run.fleet._workers if worker.has_died]
        monkeypatch.setattr(dead, "_give_back", fail)
        assert run.fleet.stop(60) == []
        assert not any(worker.is_alive() for worker in run.fleet._workers)


def test_start_up_that_does_not_come_back_is_told_of_too(monkeypatch: pytest.MonkeyPatch) -> None:
    with bench(1) as run:
        run.let_pass(1)
        worker, seen = run.fleet._workers[0], list[float | None]()
        start_up = worker._modem.start_up

        def watched(pin: str | None = None) -> Identity:
            seen.append(worker.busy_since)
            return start_up(pin)

        monkeypatch.setattr(worker._modem, "start_up", watched)
        run.fault(0, "sim", what="remove")
        run.let_pass(70)
        run.fault(0, "sim", what="insert")
        run.let_pass(70)
        assert seen
        assert None not in seen


def test_worker_stuck_in_a_system_call_is_told_of_until_it_moves() -> None:
    with bench(1) as run:
        run.let_pass(1)
        worker = run.fleet._workers[0]
        worker._waiting.busy_since = run.clock.monotonic() - STUCK_S - 60
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


def test_part_that_was_sent_when_the_fleet_stops_is_settled_and_the_rest_goes_back() -> None:
    desk = QueueDesk([order(k, text=f"текст {k}") for k in range(9)])
    with bench(1, desk, latency_ms=1000) as run:
        run.let_pass(3.5)
    assert {*desk.settled, *(part.id for part in desk.orders)} == set(range(9))
    assert len(desk.settled) == len(_texts(run))


def test_part_that_was_sent_when_the_card_is_found_changed_is_settled(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = QueueDesk([order(k, text=f"текст {k}") for k in range(100)])
    with bench(1, desk, latency_ms=1000, report_latency_ms=3_600_000) as run:
        run.let_pass(58)
        # Without a word of the modem: a notice would have what is done settled at once.
        monkeypatch.setattr(run.fleet._workers[0]._modem.card, "number", lambda: "8970100000000000001")
        run.let_pass(120)
        identity = desk.statuses[-1].identity
        assert identity is not None
        assert identity.sim == "8970100000000000001"
        assert set(desk.settled) == set(range(100))


def test_parts_in_hand_go_back_when_the_network_goes() -> None:
    desk = QueueDesk([order(k, text=f"текст {k}") for k in range(1000)])
    with bench(1, desk, latency_ms=5) as run:
        run.let_pass(2)
        run.fault(0, "registration", stat=3, for_s=600)
        run.let_pass(10)
        assert run.desk.statuses[-1].hold is not None
        assert {*desk.settled, *(part.id for part in desk.orders)} == set(range(1000))
        assert desk.orders


class ReportsDesk(QueueDesk):
    """Remembers how many parts were settled when a report came."""

    def __init__(self, orders: Sequence[PartOrder] = ()) -> None:
        super().__init__(orders)
        self.settled_at: list[int] = []

    def keep(self, sim: str, found: Sequence[Stored]) -> None:
        super().keep(sim, found)
        self.settled_at.append(len(self.settled) - len(self.kept))


def test_report_finds_its_part_settled_however_soon_it_comes() -> None:
    desk = ReportsDesk([order(k) for k in range(5)])
    with bench(1, desk, latency_ms=1000, report_latency_ms=0) as run:
        run.let_pass(30)
        assert len(desk.kept) == 5
        assert min(desk.settled_at) >= 0
