"""Modems that hang, restart, refuse and vanish under a worker: what brings them back, and that nothing is lost."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from modem.dialogues.memories import Stored
from modem.outcomes import Accepted, Unknown
from modem.pdu import Deliver, decode
from modem.worker.desk import PartOrder, PortState
from tests.modem.listdesk import QueueDesk, order
from tests.modem.virtualbench import Bench, bench

MODEL = "Emulated GSM modem"


def _orders(count: int) -> list[PartOrder]:
    return [order(k, text=f"текст {k}") for k in range(count)]


def _submitted(run: Bench) -> list[str]:
    return [str(line["text"]) for line in run.events() if line["event"] == "submit"]


def _received(run: Bench) -> list[str]:
    messages = [decode(stored.raw) for stored in run.desk.kept]
    return [message.text for message in messages if isinstance(message, Deliver) and message.text is not None]


def _state(run: Bench) -> PortState:
    return run.desk.statuses[-1].state


def _assert_nothing_lost_or_doubled(run: Bench, count: int) -> None:
    assert set(run.desk.settled) == set(range(count))
    assert sorted(_submitted(run)) == sorted(order.text for order in _orders(count))


@pytest.mark.parametrize(
    ("fault", "step"),
    [
        ({"kind": "freeze", "for_s": 20}, "esc"),
        ({"kind": "freeze", "for_s": 20, "deaf": True}, "esc"),
        ({"kind": "freeze", "for_s": 30, "deaf": True, "echo": True}, "at"),
        ({"kind": "freeze", "deaf": True}, "reopen"),
        ({"kind": "hang", "on": "+CMGL"}, "reopen"),
        ({"kind": "hang", "on": "+CMGL", "for_s": 50}, "esc"),
        ({"kind": "freeze", "for_s": 150}, "reopen"),
    ],
)
def test_modem_that_freezes_comes_back_by_the_lowest_step_that_can(fault: dict[str, object], step: str) -> None:
    desk = QueueDesk(_orders(40))
    later = [desk.orders.pop() for _ in range(20)]
    with bench(1, desk, latency_ms=500) as run:
        run.let_pass(58)
        run.inflict(0, fault)
        run.server.deliver(0, "+79131234567", "5")
        run.let_pass(10)
        desk.orders += later
        run.let_pass(600)
        assert run.desk.cures == [(MODEL, "silent", step)]
        _assert_nothing_lost_or_doubled(run, 40)
        assert _received(run) == ["5"]


def test_modem_that_hangs_over_a_message_is_waited_for() -> None:
    with bench(1, QueueDesk(_orders(40)), latency_ms=500) as run:
        run.let_pass(3.2)
        run.fault(0, "freeze", for_s=150)
        run.let_pass(300)
        assert run.desk.troubles == []
        _assert_nothing_lost_or_doubled(run, 40)
        assert all(isinstance(outcome, Accepted) for outcome in run.desk.settled.values())


@pytest.mark.parametrize("command", ["+CMGL", "+CMGR", "+CMGD", "+CPMS", "+CMGS", "+CSQ", "+COPS", "+CREG", "+CMEE"])
def test_answer_that_never_comes_costs_a_moment_whatever_was_asked(command: str) -> None:
    with bench(1, QueueDesk(_orders(200)), latency_ms=500) as run:
        run.let_pass(3.2)
        run.fault(0, "lost_answer", on=command)
        for k in range(3):
            run.server.deliver(0, "+79131234567", str(k))
        run.let_pass(700)
        assert {step for _, _, step in run.desk.cures} <= {"esc"}
        _assert_nothing_lost_or_doubled(run, 200)
        assert sum(isinstance(outcome, Unknown) for outcome in run.desk.settled.values()) <= (command == "+CMGS")
        assert set(_received(run)) == {"0", "1", "2"}


def test_modem_that_restarts_while_we_talk_is_set_up_anew() -> None:
    with bench(1, QueueDesk(_orders(100)), latency_ms=500) as run:
        run.let_pass(3.2)
        run.fault(0, "reset")
        run.let_pass(300)
        assert [step for _, _, step in run.desk.cures][-1] in ("re-init", "esc")
        assert set(run.desk.settled) == set(range(100))
        assert len(_submitted(run)) == len(set(_submitted(run)))
        run.server.deliver(0, "+79131234567", "5")
        run.let_pass(1)
        assert _received(run) == ["5"]  # its notices are on again


def test_idle_modem_that_restarted_is_found_out_at_the_next_look() -> None:
    with bench(1) as run:
        run.let_pass(5)
        run.fault(0, "reset")
        run.let_pass(180)
        assert run.desk.cures == [(MODEL, "restarted", "re-init")]


def test_flood_of_signal_notices_is_no_trouble_and_stops_nothing() -> None:
    with bench(1, QueueDesk(_orders(100)), latency_ms=100) as run:
        run.let_pass(1)
        run.fault(0, "flood", text="^RSSI: 20", count=3000, every_s=0.02)
        run.server.deliver(0, "+79131234567", "5")
        run.let_pass(30)
        assert run.desk.troubles == []
        _assert_nothing_lost_or_doubled(run, 100)
        assert _received(run) == ["5"]


def test_modem_that_is_well_again_is_not_punished_for_the_past() -> None:
    """The counter that is never cleared: a reset for ever after (gammu/gammu#468)."""
    with bench(1) as run:
        for _ in range(12):
            run.let_pass(3600)
            run.fault(0, "freeze", for_s=20)
            run.let_pass(200)
        assert run.desk.cures == [(MODEL, "silent", "esc")] * 12


# -- resets and what lies in the memories -------------------------------------------------------------------------


def test_memories_are_read_out_before_every_reset() -> None:
    with bench(1, QueueDesk(_orders(3))) as run:
        run.fault(0, "error", on="+CMGS", family="cms", code=300, at_once=True, times=None)
        resets = ["AT+CFUN=0", "AT+CFUN=1,1"]
        told = 0
        for _ in range(600):
            run.server.deliver(0, "+79131234567", str(told))
            told += 1
            run.let_pass(0.5)
            if all(reset in run.commands() for reset in resets):
                break
        commands = run.commands()
        for reset in resets:
            before = commands[: commands.index(reset)]
            since = before[len(before) - before[::-1].index("AT+CMGL=4") :]
            assert not [command for command in since if command.startswith(("AT+CMGS", "AT+CMGF"))], since
        run.let_pass(120)
        assert _received(run) == [str(k) for k in range(told)]


def test_modem_whose_memories_cannot_be_read_is_not_reset() -> None:
    with bench(1, QueueDesk(_orders(1))) as run:
        run.let_pass(5)
        run.server.deliver(0, "+79131234567", "5")
        run.fault(0, "error", on="+CMGL", family="cms", code=320, times=None)
        run.fault(0, "error", on="+CMGR", family="cms", code=320, times=None)
        run.let_pass(1800)
        assert not [command for command in run.commands() if command.startswith("AT+CFUN=") and command != "AT+CFUN=1"]


# -- quarantine ---------------------------------------------------------------------------------------------------


def _alarms(run: Bench) -> list[str | None]:
    return [text for _, kind, text in run.desk.alarms if kind == "quarantine"]


def test_modem_that_stays_silent_is_quarantined_with_a_reason_and_leaves_it_by_itself() -> None:
    with bench(1, QueueDesk(_orders(100)), latency_ms=500) as run:
        run.let_pass(3.2)
        run.fault(0, "freeze", for_s=3600)
        run.let_pass(1200)
        assert _state(run) is PortState.QUARANTINED
        ended, told = _alarms(run)
        assert ended is None
        assert told is not None
        assert "Tried in vain: esc, at, re-init, radio off and on, reopen" in told
        assert told.endswith("look at its power supply and cable.")
        writes = len(run.desk.statuses) + len(run.desk.troubles)
        run.let_pass(1200)
        assert len(run.desk.statuses) + len(run.desk.troubles) <= writes + 2
        run.let_pass(2000)
        assert _state(run) is PortState.SERVING
        assert _alarms(run)[-1] is None
        _assert_nothing_lost_or_doubled(run, 100)


def test_modem_unplugged_for_hours_is_told_of_and_found_within_a_minute() -> None:
    with bench(1) as run:
        run.let_pass(5)
        run.fault(0, "unplug", for_s=4 * 3600)
        run.let_pass(4 * 3600 - 10)
        assert _state(run) is PortState.QUARANTINED
        told = _alarms(run)[-1]
        assert told is not None
        assert told.endswith("Plug the modem in, or correct its port in the configuration.")
        run.let_pass(70)
        assert _state(run) is PortState.SERVING
        run.let_pass(60)
        assert _alarms(run)[-1] is None


def test_person_who_resumes_a_quarantined_modem_need_not_wait() -> None:
    with bench(1, QueueDesk(_orders(1))) as run:
        run.fault(0, "error", on="+CMGS", family="cms", code=300, at_once=True, times=None)
        run.let_pass(1800)
        assert _state(run) is PortState.QUARANTINED
        run.clear_faults(0)
        run.fleet.resume("m0")
        run.let_pass(5)
        assert isinstance(run.desk.settled[0], Accepted)
        assert _alarms(run)[-1] is None


def test_modem_that_is_resumed_while_a_step_is_under_way_gets_its_cooldown() -> None:
    with bench(1) as run:
        run.let_pass(58)
        run.fault(0, "freeze", for_s=30, deaf=True, echo=True)
        for _ in range(40):
            run.let_pass(1)
            run.fleet.resume("m0")
        run.let_pass(120)
        assert run.desk.cures == [(MODEL, "silent", "at")]


# -- what is not the modem's fault --------------------------------------------------------------------------------


class BrokenDesk(QueueDesk):
    """A desk whose database fails while `broken`."""

    broken = False

    def keep(self, sim: str, found: Sequence[Stored]) -> None:
        if self.broken:
            raise OSError("disk full")
        super().keep(sim, found)

    def release(self, parts: Sequence[int], blamed: int | None = None) -> None:
        if self.broken:
            raise OSError("disk full")
        super().release(parts, blamed)


def test_database_that_fails_costs_no_modem_a_reset_and_no_citizen_a_reply() -> None:
    desk = BrokenDesk(_orders(60))
    with bench(1, desk, latency_ms=500) as run:
        run.let_pass(3.2)
        desk.broken = True
        run.server.deliver(0, "+79131234567", "5")
        run.let_pass(1200)
        assert not [command for command in run.commands() if command.startswith(("AT+CFUN=0", "AT+CFUN=1,1"))]
        desk.broken = False
        run.let_pass(300)
        assert _received(run) == ["5"]
        _assert_nothing_lost_or_doubled(run, 60)
