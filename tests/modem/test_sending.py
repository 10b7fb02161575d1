"""The sending half of a worker: what it does after each kind of outcome, on an emulated modem in simulated time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from modem.driver import Modem
from modem.emulator.testing import EmulatedModem
from modem.errors import ModemFailed, Silent, SimNotReady
from modem.outcomes import Accepted, Refused, Unknown
from modem.pdu import Concat
from modem.tables import CMS_CAUSES
from modem.worker.desk import PartOrder
from modem.worker.radio import Radio
from modem.worker.sending import Sending
from scheduler.virtual import VirtualClock
from tests.modem.listdesk import ListDesk, order
from tests.modem.virtualbench import lone_modem


class Bench:
    """One emulated modem, opened, with the sending half on a desk of lists."""

    def __init__(self, emulated: EmulatedModem, clock: VirtualClock) -> None:
        self.emulated = emulated
        self.clock = clock
        self.desk = ListDesk()
        self.modem = Modem(emulated.url, clock=clock)
        identity = self.modem.open()
        self.radio = Radio("m1", self.modem, self.desk, clock)
        self.radio.start(identity)
        self.sending = Sending(self.modem, self.desk, clock, identity.sim, self.radio)

    def let_pass(self, seconds: float) -> None:
        self.clock.wait((), self.clock.monotonic() + seconds)

    def queue(self, *orders: PartOrder) -> None:
        self.desk.orders += orders

    def send_all(self) -> None:
        """Send until there is nothing to do, resting as long as it takes, and settle."""
        while self.sending.send_one() or self._rested():
            continue
        self.sending.give_back()

    def _rested(self) -> bool:
        rest_s = self.sending.rests_until - self.clock.monotonic()
        self.let_pass(max(rest_s, 0))
        return rest_s > 0

    def submitted(self) -> list[object]:
        return [line["text"] for line in self.emulated.submits()]


@pytest.fixture
def bench() -> Iterator[Bench]:
    with lone_modem() as (emulated, clock):
        built = Bench(emulated, clock)
        yield built
        built.modem.close()


def _message(first: int, total: int) -> list[PartOrder]:
    return [replace(order(first + k, f"часть {k + 1}"), concat=Concat(7, total, k + 1)) for k in range(total)]


def test_link_is_kept_open_through_a_block_and_asked_for_again_after_a_pause(bench: Bench) -> None:
    bench.queue(*[order(k) for k in range(1, 6)])
    bench.send_all()
    assert bench.emulated.commands().count("AT+CMMS=1") == 1
    bench.let_pass(6)
    bench.queue(order(6), order(7))
    bench.send_all()
    assert bench.emulated.commands().count("AT+CMMS=1") == 2
    assert len(bench.desk.settled) == 7


def test_link_is_not_kept_for_a_single_message(bench: Bench) -> None:
    bench.queue(order(1))
    bench.send_all()
    assert "AT+CMMS=1" not in bench.emulated.commands()


def test_modem_that_does_not_know_cmms_is_asked_once(bench: Bench) -> None:
    bench.emulated.fault("error", on="+CMMS", text="ERROR", times=None)
    for number in range(1, 5):
        bench.queue(*_message(10 * number, 2))
        bench.send_all()
        bench.let_pass(60)
    assert bench.emulated.commands().count("AT+CMMS=1") == 1
    assert len(bench.emulated.submits()) == 8


def test_parts_of_a_message_go_in_order_under_one_reference(bench: Bench) -> None:
    bench.queue(*_message(1, 3))
    bench.send_all()
    assert bench.submitted() == ["часть 1", "часть 2", "часть 3"]
    assert [line["udh"] for line in bench.emulated.submits()] == [
        {"ref": 7, "total": 3, "seq": seq} for seq in (1, 2, 3)
    ]


def test_part_that_is_refused_keeps_its_followers_back_and_lets_others_go(bench: Bench) -> None:
    bench.emulated.fault("error", code=41, skip=1)
    bench.sending._submit_s = 0.001  # a fast modem, which claims them all at once
    bench.queue(*_message(1, 3), order(4, "другое", "+79131234568"))
    bench.send_all()
    assert bench.submitted() == ["часть 1", "другое"]
    assert bench.desk.settled[2] == Refused(CMS_CAUSES[41])
    assert bench.desk.released == [3]
    assert bench.desk.blamed == []


def test_next_part_of_a_quick_modem_is_claimed_while_one_goes_out(bench: Bench) -> None:
    bench.sending._submit_s = 0.1  # the network's time is short, and a part is claimed at a time
    bench.queue(order(1), order(2), order(3))
    assert bench.sending.send_one()
    assert [part.id for part in bench.desk.orders] == [3]
    bench.sending.give_back()
    assert bench.desk.released == [2]
    assert list(bench.desk.settled) == [1]


def test_fast_modem_has_no_more_in_hand_than_a_block_and_the_part_in_flight(bench: Bench) -> None:
    bench.queue(*(order(number) for number in range(100)))
    left, in_hand = [100], []
    while left[-1] or bench.desk.settled.keys() < set(range(100)):
        bench.sending._submit_s = 0.005  # a block of twenty
        bench.sending.send_one()
        left.append(len(bench.desk.orders))
        in_hand.append(100 - left[-1] - len(bench.desk.settled))
    assert max(in_hand) == 21
    assert sorted(set(left), reverse=True) == [100, 80, 65, 50, 35, 20, 5, 0]


def test_desk_that_fails_meanwhile_costs_the_part_in_flight_nothing(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError("disk full")

    bench.sending._submit_s = 0.1
    bench.queue(order(1), order(2))
    bench.sending.send_one()
    with monkeypatch.context() as broken:
        broken.setattr(bench.desk, "claim", fail)
        assert bench.sending.send_one()  # the part that was claimed ahead, before the desk failed
        with pytest.raises(OSError, match="disk full"):
            bench.sending.send_one()
    bench.sending.give_back()
    assert [isinstance(bench.desk.settled[part], Accepted) for part in (1, 2)] == [True, True]


def test_slow_modem_claims_a_part_when_it_is_free_for_it(bench: Bench) -> None:
    bench.sending._submit_s = 3.0
    bench.queue(order(1), order(2))
    assert bench.sending.send_one()
    assert [part.id for part in bench.desk.orders] == [2]


def test_last_part_is_settled_although_nothing_follows(bench: Bench) -> None:
    bench.sending._submit_s = 0.1
    bench.queue(order(1), order(2))
    while bench.sending.send_one():
        continue
    assert list(bench.desk.settled) == [1, 2]


def test_part_in_doubt_lets_its_followers_go(bench: Bench) -> None:
    bench.emulated.fault("error", code=513, skip=1)
    bench.queue(*_message(1, 3))
    bench.send_all()
    assert bench.submitted() == ["часть 1", "часть 3"]
    assert isinstance(bench.desk.settled[2], Unknown)


def test_busy_modem_uses_up_no_try_and_is_asked_more_and_more_rarely(bench: Bench) -> None:
    bench.desk.returns = True
    bench.emulated.fault("error", code=515, at_once=True, times=4)
    bench.queue(*[order(k) for k in range(1, 6)])
    started = bench.clock.monotonic()
    bench.send_all()
    assert 1 + 2 + 4 + 8 <= bench.clock.monotonic() - started < 20
    assert bench.desk.blamed == [1, 2, 3, 4]
    assert list(bench.desk.settled) == [5]


@pytest.mark.parametrize("code", [515, 314])
def test_modem_that_is_busy_for_ever_is_given_up_after_eight_refusals(bench: Bench, code: int) -> None:
    bench.emulated.fault("error", code=code, at_once=True, times=None)
    bench.queue(*[order(k) for k in range(1, 20)])
    with pytest.raises(ModemFailed, match="refused 8 messages in a row"):
        bench.send_all()
    assert sum(line.startswith("AT+CMGS") for line in bench.emulated.commands()) == 8


def test_modem_that_says_it_failed_is_handed_to_recovery_and_the_part_goes_back(bench: Bench) -> None:
    bench.emulated.fault("error", code=300)
    bench.queue(order(1), order(2))
    with pytest.raises(ModemFailed, match="The modem failed"):
        bench.send_all()
    bench.sending.give_back()
    assert bench.desk.settled == {}
    assert bench.desk.released[0] == 1
    assert bench.desk.blamed == [1]


def test_barred_sim_is_settled_with_its_cause_and_goes_on_reading(bench: Bench) -> None:
    bench.emulated.fault("error", code=8)
    bench.sending._submit_s = 0.001
    bench.queue(order(1), order(2))
    assert bench.sending.send_one()
    assert bench.desk.settled == {1: Refused(CMS_CAUSES[8])}
    assert bench.desk.released == [2]


def test_card_that_is_gone_ends_the_service_of_the_port(bench: Bench) -> None:
    bench.emulated.fault("error", code=310)
    bench.queue(order(1))
    with pytest.raises(SimNotReady, match="There is no SIM"):
        bench.send_all()
    assert bench.desk.settled == {1: Refused(CMS_CAUSES[310])}


def test_one_bad_number_does_not_slow_the_others_down(bench: Bench) -> None:
    bench.emulated.fault("error", code=27)
    bench.queue(*[order(k) for k in range(1, 4)])
    while bench.sending.send_one():
        continue
    assert bench.sending.rests_until < bench.clock.monotonic()
    assert bench.desk.settled[1] == Refused(CMS_CAUSES[27])
    assert isinstance(bench.desk.settled[3], Accepted)


def test_network_that_refuses_everybody_is_asked_more_and_more_rarely(bench: Bench) -> None:
    bench.desk.returns = True
    bench.emulated.fault("error", code=38, times=10)
    bench.queue(*[order(k) for k in range(1, 12)])
    started = bench.clock.monotonic()
    bench.send_all()
    assert bench.clock.monotonic() - started >= 1 + 2 + 4 + 8 + 16 + 32 + 60 + 60
    assert [isinstance(outcome, Accepted) for outcome in bench.desk.settled.values()] == [False] * 10 + [True]


def test_modem_that_falls_silent_at_a_part_before_it_is_sent_has_it_blamed(bench: Bench) -> None:
    bench.emulated.fault("hang", on="+CMGS", deaf=True)
    bench.queue(order(1), order(2))
    with pytest.raises(Silent):
        bench.send_all()
    assert bench.desk.blamed == [1]
    assert bench.submitted() == []


def test_modem_that_falls_silent_after_a_part_leaves_it_in_doubt_and_no_other_is_blamed(bench: Bench) -> None:
    bench.emulated.fault("lost_answer")
    bench.queue(order(1))
    assert bench.sending.send_one()
    bench.emulated.fault("freeze", deaf=True)
    bench.queue(order(2))
    with pytest.raises(Silent):
        bench.send_all()
    bench.sending.give_back()
    assert isinstance(bench.desk.settled[1], Unknown)
    assert bench.desk.released == [2]
    assert bench.desk.blamed == []
    ((name, text, lines),) = bench.desk.troubles
    assert (name, "said nothing" in text) == ("m1", True)
    assert any("> (SUBMIT, " in line for line in lines[-3:])


def test_modem_that_answers_no_message_is_given_up_after_two(bench: Bench) -> None:
    bench.emulated.fault("lost_answer", times=None)
    bench.queue(*[order(k) for k in range(1, 5)])
    with pytest.raises(ModemFailed, match="2 messages in a row"):
        bench.send_all()
    bench.sending.give_back()
    assert list(bench.desk.settled) == [1, 2]


def test_modem_that_turns_slow_gives_the_rest_of_its_block_back(bench: Bench) -> None:
    bench.sending._submit_s = 0.001
    bench.queue(*[order(k) for k in range(1, 21)])
    assert bench.sending.send_one()
    bench.let_pass(23)  # what this operator needs for one message
    bench.desk.orders.clear()
    assert not bench.sending.send_one()
    assert bench.desk.released == list(range(2, 21))


def test_prompt_without_end_is_refused_and_the_part_is_named(bench: Bench) -> None:
    bench.emulated.fault("no_prompt")
    bench.queue(order(1))
    bench.send_all()
    assert bench.desk.blamed == [1]
    assert bench.submitted() == []


@pytest.mark.parametrize("report", [True, False])
def test_report_is_asked_for_only_where_the_part_says_so(bench: Bench, report: bool) -> None:
    bench.queue(replace(order(1), report=report))
    bench.send_all()
    (line,) = bench.emulated.submits()
    assert line["srr"] is report


@pytest.mark.parametrize("code", [300, 331, 500, 512])
def test_part_that_was_refused_while_the_database_fails_is_not_forgotten(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError("disk full")

    bench.queue(order(1))
    bench.emulated.fault("error", code=code)
    with monkeypatch.context() as broken:
        broken.setattr(bench.desk, "release", fail)
        with pytest.raises(OSError, match="disk full"):
            bench.sending.send_one()
    bench.sending.give_back()
    assert bench.desk.settled == {}
    assert bench.desk.released == [1]
