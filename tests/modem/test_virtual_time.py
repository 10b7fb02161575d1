"""The fleet on an emulated network in simulated time: the driver's own threads, no second of waiting."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from modem.dialogues.memories import Stored
from modem.dialogues.submit import SUBMIT_S
from modem.outcomes import Accepted, Unknown
from modem.worker.desk import PortState
from tests.modem.listdesk import ListDesk, order
from tests.modem.virtualbench import bench


def test_submits_take_the_networks_time_and_none_of_ours() -> None:
    with bench(2, ListDesk([order(k) for k in range(20)]), latency_ms=3000) as run:
        run.let_pass(60)
        assert len(run.desk.settled) == 20
        assert all(isinstance(outcome, Accepted) for outcome in run.desk.settled.values())
        times = [str(line["t"])[14:19] for line in run.events() if line["event"] == "submit"]
        assert times == [f"00:{at:02}" for at in range(3, 33, 3) for _ in range(2)]


def test_same_seed_gives_the_same_bytes() -> None:
    def run_once() -> list[dict[str, object]]:
        orders = [order(k, text=f"текст {k}") for k in range(30)]
        with bench(4, ListDesk(orders), seed=7, latency_ms=250, report_latency_ms=900) as run:
            for number in range(4):
                run.fault(number, "split", size=7, times=None, rate=0.3)
                run.fault(number, "late", by_ms=1200, times=5, rate=0.5)
            run.fault(1, "garble", times=3, rate=0.2)
            run.let_pass(200)
            run.server.deliver(2, "+79131234567", "Пять. Спасибо!")
            run.let_pass(200)
            return run.events()

    first = run_once()
    assert sum(line["event"] == "submit" for line in first) == 30
    assert run_once() == first


def test_silence_after_the_message_is_unknown_after_three_minutes() -> None:
    with bench(1, ListDesk([order(1)])) as run:
        run.fault(0, "lost_answer")
        run.let_pass(179)
        assert run.desk.settled == {}
        run.let_pass(2)
        assert isinstance(run.desk.settled[1], Unknown)
        assert PortState.RECOVERING in {status.state for status in run.desk.statuses}


def test_modem_that_hangs_until_its_port_is_reopened_is_back_within_a_minute_of_its_silence() -> None:
    with bench(1, ListDesk([order(1)]), latency_ms=5000) as run:
        run.let_pass(1)
        run.fault(0, "freeze", deaf=True)
        run.let_pass(SUBMIT_S + 50)
        assert isinstance(run.desk.settled[1], Unknown)
        assert [s.state for s in run.desk.statuses][-1] is PortState.SERVING
        run.let_pass(70)
        assert [step for _, _, step in run.desk.cures] == ["reopen"]


def test_unplugged_modem_is_lost_and_found_again() -> None:
    with bench(2) as run:
        run.let_pass(1)
        run.fault(0, "unplug", for_s=20)
        run.let_pass(1)
        assert [s.state for s in run.desk.statuses if s.name == "m0"][-1] is PortState.LOST
        run.let_pass(120)
        assert [s.state for s in run.desk.statuses if s.name == "m0"][-1] is PortState.SERVING
        assert {s.state for s in run.desk.statuses if s.name == "m1"} == {PortState.SEEKING, PortState.SERVING}


def test_swapped_modems_are_told_by_their_cards() -> None:
    with bench(2) as run:
        run.let_pass(1)
        before = {s.name: s.identity for s in run.desk.statuses}
        run.fault(0, "swap", other="1", for_s=1)
        run.let_pass(120)
        after = {s.name: s.identity for s in run.desk.statuses}
        assert (after["m0"], after["m1"]) == (before["m1"], before["m0"])


def test_idle_hours_pass_without_a_thread_more() -> None:
    with bench(2) as run:
        run.let_pass(60)
        threads = threading.active_count()
        run.let_pass(4 * 3600)
        assert threading.active_count() == threads
        assert run.passed_s == 4 * 3600 + 60


def test_messages_of_a_modem_that_took_anothers_place_are_kept_under_its_own_card() -> None:
    class Desk(ListDesk):
        def keep(self, sim: str, found: Sequence[Stored]) -> None:
            under.extend((sim, stored.raw) for stored in found)

    under: list[tuple[str, str]] = []
    with bench(2, Desk()) as run:
        run.let_pass(1)
        cards = [modem.device.sim.iccid for modem in run.server.world.modems]
        run.fault(0, "swap", other="1", for_s=1)
        # m0 finds modem1, and never gets it through its start-up: what it knows of a card is of the one before.
        run.fault(1, "blanks", on="+CFUN", times=None)
        run.server.deliver(1, "+79131234567", "5")
        run.let_pass(100)
        run.server.world.modems[1].device.faults.clear()
        run.let_pass(120)
    assert [sim for sim, _ in under] == [cards[1]]
