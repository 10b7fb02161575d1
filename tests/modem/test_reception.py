"""What comes in is kept once and leaves the modem, whatever the modem says of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from modem.dialogues.memories import Stored
from modem.errors import CommandRefused, PortLost
from modem.events import Notice
from modem.submitpdu import encode_submit
from tests.modem.inbound import SENDER, Killed, Receiver, receiver, texts
from tests.modem.listdesk import ListDesk

SMALL = """
name: small
memories: {slots: {SM: 4, ME: 10, SR: 4}, chosen: "ME,ME,ME"}
notices: {memory_full: '^SMMEMFULL: "{memory}"'}
"""


@pytest.fixture
def small(tmp_path: Path) -> str:
    path = tmp_path / "small.yaml"
    path.write_text(SMALL, encoding="utf-8")
    return str(path)


def cmti(memory: str, index: int) -> Notice:
    return Notice("+CMTI", f'+CMTI: "{memory}",{index}')


def write_ours(r: Receiver) -> None:
    pdu = encode_submit(SENDER, "5")
    assert r.modem.ask_prompt(f"AT+CMGW={pdu.length}", 5) is None
    reply = r.modem.send_payload(pdu.hex, 5, "+CMGW:")
    assert reply is not None and reply.ok


def test_ten_notices_taken_at_once_lose_no_message() -> None:  # D01, D40
    with receiver() as r:
        for digit in range(10):
            r.emulated.deliver(SENDER, str(digit))
        r.take_next(10)
        assert texts(r.desk.kept) == [str(digit) for digit in range(10)]
        assert r.used() == 0


def test_single_notice_reads_keeps_deletes_and_looks_again() -> None:  # pains 8
    with receiver() as r:
        r.reception.sweep()
        r.emulated.deliver(SENDER, "5")
        before = len(r.commands)
        r.take_next()
        assert texts(r.desk.kept) == ["5"]
        assert r.commands[before:] == ['AT+CPMS="ME"', "AT+CMGR=1", "AT+CMGD=1", "AT+CMGR=1"]


def test_notice_inside_an_answer_is_read_after_it() -> None:  # D02, D03
    with receiver() as r:
        r.emulated.fault("notice", on="+CSQ", text='+CMTI: "ME",1')
        r.emulated.deliver(SENDER, "5")
        r.modem.ask("AT+CSQ")
        r.take()
        assert texts(r.desk.kept) == ["5"]


def test_message_in_another_memory_than_the_notice_says_is_found() -> None:  # pains 9, D36, D50
    with receiver() as r:
        r.reception.sweep()
        r.emulated.deliver(SENDER, "5")  # it lies in ME
        r.modem.poll()
        r.modem.notices.clear()
        r.reception.take([cmti("SM", 3)])
        assert r.desk.kept == []
        assert r.reception.due_at <= r.clock.monotonic()
        r.reception.sweep()
        assert texts(r.desk.kept) == ["5"]


@pytest.mark.parametrize("notice", ['+CMTI: "MT",1', '+CMTI: "MMS PUSH",1', "+CMTI: MMS PUSH", "+CMTI: x"])
def test_notice_of_no_memory_we_read_points_everywhere(notice: str) -> None:  # pains 9, 28
    with receiver() as r:
        r.reception.sweep()
        r.emulated.deliver(SENDER, "5")
        r.modem.poll()
        r.modem.notices.clear()
        r.reception.take([Notice("+CMTI", notice)])
        assert r.reception.due_at <= r.clock.monotonic()
        r.reception.sweep()
        assert texts(r.desk.kept) == ["5"]


def test_message_that_comes_a_moment_after_its_notice_is_not_left_to_the_next_sweep() -> None:  # pains 36: RC7620
    with receiver() as r:
        r.reception.sweep()
        r.reception.take([cmti("ME", 1)])
        r.reception.sweep()  # still nothing
        wait_s = r.reception.due_at - r.clock.monotonic()
        assert 1 < wait_s <= 2
        r.emulated.deliver(SENDER, "5")
        r.modem.poll()
        r.modem.notices.clear()
        r.reception.sweep()
        assert texts(r.desk.kept) == ["5"]
        assert r.reception.due_at - r.clock.monotonic() > 50


def test_flood_of_notices_with_nothing_behind_them_does_not_make_it_list_without_end() -> None:  # pains 23
    with receiver() as r:
        r.reception.sweep()
        before = len(r.commands)
        for _ in range(20):
            r.reception.take([cmti("ME", 7)])
            if r.reception.due_at <= r.clock.monotonic():
                r.reception.sweep()
        listings = [command for command in r.commands[before:] if command == "AT+CMGL=4"]
        assert len(listings) == len(r.modem.memories.names)
        r.emulated.deliver(SENDER, "5")
        r.take_next()
        assert texts(r.desk.kept) == ["5"]


def test_ours_that_are_stored_in_the_modem_are_left_alone() -> None:
    with receiver() as r:
        write_ours(r)
        r.emulated.deliver(SENDER, "5")
        r.reception.sweep()
        assert texts(r.desk.kept) == ["5"]
        assert r.used() == 1


def test_slot_whose_delete_is_refused_is_tried_three_times_then_told_of() -> None:  # pains 8
    with receiver() as r:
        r.emulated.fault("error", on="+CMGD", code=500, times=None)
        r.emulated.deliver(SENDER, "5")
        r.reception.sweep()
        assert r.commands.count("AT+CMGD=1") == 3
        assert texts(r.desk.kept) == ["5"]
        (text,) = [text for text in r.alarms("delete") if text]
        assert "ME 1" in text and "refused AT+CMGD=1" in text
        r.take()
        assert r.commands.count("AT+CMGD=1") == 3
        r.emulated.clear_faults()
        r.reception.sweep()
        assert r.used() == 0
        assert r.alarms("delete")[-1] is None
        assert texts(r.desk.kept) == ["5"]


def test_modem_that_says_it_deleted_and_did_not_is_found_out() -> None:  # pains 8: gammu#217, home-assistant#40462
    with receiver() as r:
        r.emulated.fault("error", on="+CMGD", text="OK", times=None)
        r.emulated.deliver(SENDER, "5")
        r.take_next()
        assert r.commands.count("AT+CMGD=1") == 3
        assert texts(r.desk.kept) == ["5"]
        assert "the modem said OK" in (r.alarms("delete")[-1] or "")
        r.reception.sweep()
        assert r.commands.count("AT+CMGD=1") == 4  # once more at every sweep, and no oftener
        r.emulated.deliver(SENDER, "4")
        r.emulated.clear_faults()
        r.take_next()
        assert texts(r.desk.kept) == ["5", "4"]


def test_many_slots_are_deleted_with_few_command_lines_of_40_characters() -> None:
    with receiver() as r:
        for number in range(12):
            r.emulated.deliver(SENDER, str(number))
        r.reception.sweep()
        deletes = [command for command in r.commands if "+CMGD" in command]
        assert deletes[0] == "AT+CMGD=1;+CMGD=2;+CMGD=3;+CMGD=4"
        assert len(deletes) == 3
        assert max(map(len, deletes)) <= 40
        assert (r.used(), len(r.desk.kept)) == (0, 12)


def test_modem_that_takes_one_delete_a_line_gets_them_so() -> None:
    with receiver() as r:
        r.emulated.fault("error", on="+CMGD", text="ERROR")
        for number in range(5):
            r.emulated.deliver(SENDER, str(number))
        r.reception.sweep()
        deletes = [command for command in r.commands if "+CMGD" in command]
        assert deletes == ["AT+CMGD=1;+CMGD=2;+CMGD=3;+CMGD=4", *(f"AT+CMGD={k}" for k in (5, 1, 2, 3, 4))]
        assert (r.used(), len(r.desk.kept)) == (0, 5)
        assert [text for text in r.alarms("delete") if text] == []


def test_slot_emptied_by_a_refused_line_is_not_deleted_again_when_it_has_a_new_message(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with receiver() as r:
        r.emulated.fault("error", on="+CMGD", code=500, skip=1)
        for number in range(3):
            r.emulated.deliver(SENDER, str(number))
        delete = r.modem.memories.delete

        def refused(memory: str, *indexes: int) -> None:
            try:
                delete(memory, *indexes)
            except CommandRefused:
                assert r.used() == 2  # the first delete of the line was carried out
                r.emulated.deliver(SENDER, "new")
                raise

        monkeypatch.setattr(r.modem.memories, "delete", refused)
        r.reception.sweep()
        assert texts(r.desk.kept) == ["0", "1", "2", "new"]
        assert r.used() == 0


def test_modem_that_carries_out_the_first_delete_of_a_line_only_is_emptied_all_the_same() -> None:
    with receiver() as r:
        r.emulated.fault("error", on="+CMGD", text="OK", skip=1, times=1)  # and what is behind it on the line is not
        for number in range(3):
            r.emulated.deliver(SENDER, str(number))
        r.reception.sweep()
        assert (r.used(), len(r.desk.kept)) == (0, 3)


def test_delete_that_works_the_second_time_is_no_alarm() -> None:
    with receiver() as r:
        r.emulated.fault("error", on="+CMGD", text="OK")
        r.emulated.deliver(SENDER, "5")
        r.take_next()
        assert (r.used(), texts(r.desk.kept)) == (0, ["5"])
        assert [text for text in r.alarms("delete") if text] == []


def test_slot_reused_between_reading_and_delete_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:  # pains 4
    with receiver() as r:
        r.emulated.deliver(SENDER, "5")
        r.emulated.deliver(SENDER, "4")

        def keep(sim: str, found: Sequence[Stored]) -> None:
            r.desk.kept += found
            if len(r.desk.kept) == 2:
                # Somebody else on the modem's other port empties slot 2, and a message takes its place.
                r.modem.ask("AT+CMGD=2")
                r.emulated.deliver(SENDER, "3")
                assert r.clock.wait((r.modem,), r.clock.monotonic() + 5)

        monkeypatch.setattr(r.desk, "keep", keep)
        r.reception.sweep()
        assert texts(r.desk.kept) == ["5", "4", "3"]
        assert r.used() == 0


def test_message_replaced_in_its_slot_is_kept_too(monkeypatch: pytest.MonkeyPatch) -> None:  # 23.040 §9.2.3.9
    replaceable = "040B919731214365F7{pid}007190313020{second}8201{digit}"
    with receiver() as r:
        r.emulated.deliver_tpdu(bytes.fromhex(replaceable.format(pid="41", second="00", digit="35")))

        def keep(sim: str, found: Sequence[Stored]) -> None:
            r.desk.kept += found
            if len(r.desk.kept) == 1:
                r.emulated.deliver_tpdu(bytes.fromhex(replaceable.format(pid="41", second="10", digit="34")))

        monkeypatch.setattr(r.desk, "keep", keep)
        r.reception.sweep()
        assert texts(r.desk.kept) == ["5", "4"]
        assert r.used() == 0


# -- full memories ----------------------------------------------------------------------------------------------------


def test_memory_is_told_of_before_it_is_full_and_again_when_it_is_drained(small: str) -> None:  # pains 4
    with receiver(small) as r:
        for digit in range(7):
            r.emulated.deliver(SENDER, str(digit))
        r.reception.sweep()
        assert r.alarms("memory") == [
            None,
            "The message memory is filling up: ME 7 of 10; full, it takes nothing more.",
            None,
        ]
        assert len(r.desk.kept) == 7


def test_memory_without_any_slot_is_not_full() -> None:
    with receiver() as r:
        r.emulated.fault("error", on="+CPMS", text="+CPMS: 0,0,0,100,0,100\r\n\r\nOK", times=None)
        r.reception.sweep()
        assert [text for text in r.alarms("memory") if text] == []


def test_memory_the_modem_offers_and_does_not_have_is_no_alarm() -> None:
    with receiver() as r:
        r.emulated.fault("error", on="+CPMS", code=302)  # the first one
        r.emulated.deliver(SENDER, "5")
        r.reception.sweep()
        assert texts(r.desk.kept) == ["5"]
        assert [text for text in r.alarms("memory refused") if text] == []


def test_memory_full_of_what_we_may_not_delete_stays_an_alarm(small: str) -> None:
    with receiver(small) as r:
        for _ in range(7):
            write_ours(r)
        r.reception.sweep()
        r.reception.sweep()
        assert r.alarms("memory")[-1] == "The message memory is filling up: ME 7 of 10; full, it takes nothing more."


def test_burst_of_more_than_the_memory_holds_comes_in_whole(small: str) -> None:  # pains 4
    with receiver(small) as r:
        for number in range(45):
            r.emulated.deliver(SENDER, str(number))
        while len(r.desk.kept) < 45:
            r.reception.sweep()
        r.reception.sweep()
        assert sorted(map(int, texts(r.desk.kept))) == list(range(45))
        assert r.used() == 0


@pytest.mark.parametrize("text", ['^SMMEMFULL: "SM"', "+SMSFULL", "+SMS FULL", '+CIEV: "SMSFULL",1', "+CIEV: 7,1"])
def test_full_memory_is_drained_at_once_though_no_notice_came(small: str, text: str) -> None:  # pains 4
    with receiver(small) as r:
        r.reception.sweep()
        r.modem.ask("AT+CNMI=0,0,0,0,0")  # notices have stopped
        r.emulated.deliver(SENDER, "5")
        r.emulated.fault("flood", text=text, count=1)
        r.take_next()
        assert r.reception.due_at <= r.clock.monotonic()
        r.reception.sweep()
        assert texts(r.desk.kept) == ["5"]


def test_notice_that_memory_is_not_full_any_more_is_let_by(small: str) -> None:
    with receiver(small) as r:
        r.reception.sweep()
        r.reception.take([Notice("+CIEV", "+CIEV: 7,0"), Notice("+CIEV", "+CIEV: 2,5"), Notice("^RSSI", "^RSSI: 7")])
        assert r.reception.due_at > r.clock.monotonic()


# -- crashes ----------------------------------------------------------------------------------------------------------


class Dying(ListDesk):
    """A desk in a process that ends at its first keep, before or after the commit."""

    def __init__(self, after_commit: bool) -> None:
        super().__init__()
        self._dies = True
        self._after_commit = after_commit
        self.rows: dict[str, int] = {}

    def keep(self, sim: str, found: Sequence[Stored]) -> None:
        if self._dies and not self._after_commit:
            self._dies = False
            raise Killed
        for stored in found:
            self.rows[stored.raw] = self.rows.get(stored.raw, 0) or 1  # unique (sim, raw)
        if self._dies:
            self._dies = False
            raise Killed


@pytest.mark.parametrize("after_commit", [False, True])
def test_process_killed_between_reading_commit_and_delete_keeps_each_message_once(after_commit: bool) -> None:  # D33
    desk = Dying(after_commit)
    with receiver(desk=desk) as r:
        for digit in "123":
            r.emulated.deliver(SENDER, digit)
        with pytest.raises(Killed):
            r.reception.sweep()
        assert r.used() == 3
        r.close()
        r.open()
        r.reception.sweep()
        assert list(desk.rows.values()) == [1, 1, 1]
        assert r.used() == 0


def test_modem_unplugged_between_two_deletes_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:  # D33
    with receiver() as r:
        for digit in "123":
            r.emulated.deliver(SENDER, digit)
        monkeypatch.setattr(r.modem.memories, "delete", _lost_behind_the_first(r.modem.memories.delete))
        with pytest.raises(PortLost):
            r.reception.sweep()
        r.close()
        monkeypatch.undo()
        assert r.used() == 2
        r.open()
        r.reception.sweep()
        assert sorted(set(texts(r.desk.kept))) == ["1", "2", "3"]
        assert r.used() == 0


def _lost_behind_the_first(delete: Callable[..., None]) -> Callable[..., None]:
    def lost(memory: str, *indexes: int) -> None:
        delete(memory, indexes[0])
        raise PortLost("m1", "gone")

    return lost


def test_nothing_is_deleted_that_the_desk_did_not_keep() -> None:  # D34, D35, D49
    class Refusing(ListDesk):
        def keep(self, sim: str, found: Sequence[Stored]) -> None:
            raise OSError("disk full")

    with receiver(desk=Refusing()) as r:
        r.emulated.deliver(SENDER, "5")
        for _ in range(3):
            with pytest.raises(OSError, match="disk full"):
                r.reception.sweep()
        assert not any(command.startswith("AT+CMGD") for command in r.commands)


def test_one_memory_that_cannot_be_read_does_not_hide_the_others() -> None:
    with receiver() as r:
        r.emulated.deliver(SENDER, "5")
        r.emulated.fault("error", on="+CMGL", code=314)  # the SIM is busy; SM is the first
        r.reception.sweep()
        assert texts(r.desk.kept) == ["5"]
        assert "refused AT+CMGL=4" in (r.alarms("memory refused")[-1] or "")
        r.reception.sweep()
        assert r.alarms("memory refused")[-1] is None


def test_modem_none_of_whose_memories_can_be_read_is_given_to_recovery() -> None:
    with receiver() as r:
        r.emulated.fault("error", on="+CPMS", code=313, times=None)
        with pytest.raises(CommandRefused):
            r.reception.sweep()
