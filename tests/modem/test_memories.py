"""Listing, reading and emptying memories of modems that damage, refuse or never end what they say."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.dialogues.memories import Filling, Memories, Stored, rows_of
from modem.errors import CommandRefused, Silent
from modem.link import Link
from scheduler.clock import SystemClock
from tests.modem.inbound import SENDER, receiver, texts
from tests.modem.scripted import Peers, Script

PDU = "07919731899655F4040B919731214365F70000719031302000000135"
LENGTH = len(PDU) // 2 - 8
NO_LINK = Link("/dev/null", clock=SystemClock())


def memories_of(script: Script, peers: Peers) -> Memories:
    return Memories(peers(script))


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ('+CPMS: ("SM","ME","MT"),("SM","ME","MT"),("SM","ME","MT")', ("SM", "ME")),
        ('+CPMS: (("SM","BM","SR"),("SM"))', ("SM", "BM", "SR")),
        ('+CPMS: ("SM","ME","SM_P","ME_P","MT"),("SM"),("SM")', ("SM", "ME")),
        ('+CPMS: ("MT"),("MT"),("MT")', ("MT",)),
        ("+CPMS: (SM,ME),(SM),(SM)", ("SM", "ME")),
        ("+CPMS: (),(),()", ()),
    ],
)
def test_memories_of_the_first_group_are_ours_and_views_of_them_are_not(
    line: str, names: tuple[str, ...], peers: Peers
) -> None:
    memories = memories_of(Script({"AT+CPMS=?": f"{line}\r\n\r\nOK"}), peers)
    memories.find()
    assert memories.names == names


@pytest.mark.parametrize("line", ["+CPMS: 3,30,3,30,3,30", '+CPMS: "SM",3,30,"SM",3,30', "+CPMS:3,30"])
def test_filling_is_what_the_choice_of_a_memory_answers(line: str, peers: Peers) -> None:
    memories = memories_of(Script({'AT+CPMS="SM"': f"{line}\r\n\r\nOK"}), peers)
    assert memories.count("SM") == Filling(3, 30)


@pytest.mark.parametrize(
    "answer",
    ["+CMS ERROR: 321", "+CMGR: 0,,0\r\n\r\nOK", "OK", "+CMS ERROR:321"],
)
def test_empty_slot_is_none_in_every_form(answer: str, peers: Peers) -> None:
    assert memories_of(Script({"AT+CMGR=3": answer}), peers).read("SM", 3) is None


def test_slot_that_cannot_be_read_now_is_an_error_and_not_empty(peers: Peers) -> None:
    memories = memories_of(Script({"AT+CMGR=3": "+CMS ERROR: 314"}), peers)
    with pytest.raises(CommandRefused, match="busy"):
        memories.read("SM", 3)


@pytest.mark.parametrize(("code", "used"), [(303, 0), (321, 0), (303, 2), (321, 2)])
def test_listing_that_is_an_error_is_read_slot_by_slot_as_far_as_there_is_something(
    code: int, used: int, peers: Peers
) -> None:  # pains 36: EP06
    script = Script(
        {
            'AT+CPMS="ME"': f"+CPMS: {used},255,{used},255,{used},255\r\n\r\nOK",
            "AT+CMGL=4": f"+CMS ERROR: {code}",
            "AT+CMGD=?": "+CMGD: (4,9),(0-4)\r\n\r\nOK",
            "AT+CMGR=4": f"+CMGR: 1,,{LENGTH}\r\n{PDU}\r\n\r\nOK",
            "AT+CMGR=9": f"+CMGR: 0,,{LENGTH}\r\n{PDU[:-2]}34\r\n\r\nOK",
        }
    )
    found = memories_of(script, peers).stored("ME")
    assert texts(found) == ["5", "4"][:used]
    assert ("AT+CMGD=?" in script.heard) is bool(used)


def test_modem_that_does_not_tell_which_slots_are_taken_is_read_until_all_are_found(
    peers: Peers,
) -> None:
    script = Script(
        {
            'AT+CPMS="SM"': "+CPMS: 1,20,1,20,1,20\r\n\r\nOK",
            "AT+CMGL=4": "ERROR",
            "AT+CMGD=?": "OK",
            **{f"AT+CMGR={index}": "+CMS ERROR: 321" for index in range(21)},
            "AT+CMGR=2": f"+CMGR: 1,,{LENGTH}\r\n{PDU}\r\n\r\nOK",
        }
    )
    assert memories_of(script, peers).stored("SM") == [Stored("SM", 2, PDU)]
    assert script.heard[-1] == "AT+CMGR=2"


def test_pdu_that_lost_octets_on_the_line_is_read_again(peers: Peers) -> None:
    script = Script(
        {
            "AT+CMGL=4": f"+CMGL: 1,1,,{LENGTH}\r\n{PDU[:-4]}\r\n+CMGL: 2,0,,{LENGTH}\r\n{PDU}\r\n\r\nOK",
            "AT+CMGR=1": f"+CMGR: 1,,{LENGTH}\r\n{PDU}\r\n\r\nOK",
        }
    )
    assert memories_of(script, peers).stored("SM") == [Stored("SM", 1, PDU), Stored("SM", 2, PDU)]


@pytest.mark.parametrize("raw", [PDU[:-4], "07ZZ", "+garbage"])
def test_slot_that_reads_the_same_twice_holds_just_that(raw: str, peers: Peers) -> None:  # D06, D34
    script = Script({"AT+CMGR=1": f"+CMGR: 1,,{LENGTH}\r\n{raw}\r\n\r\nOK"})
    assert memories_of(script, peers).read("SM", 1) == Stored("SM", 1, raw)


def test_slot_that_never_reads_the_same_twice_is_left_for_later(peers: Peers) -> None:
    readings = [f"+CMGR: 1,,{LENGTH}\r\n{PDU[: -2 * k]}\r\n\r\nOK" for k in (1, 2, 3)]
    assert memories_of(Script({"AT+CMGR=1": readings}), peers).read("SM", 1) == Stored("SM", 1, "")


def test_undecodable_pdu_in_the_middle_of_a_listing_shifts_nothing(
    peers: Peers,
) -> None:  # D32
    listing = "".join(f"+CMGL: {k},1,,{LENGTH}\r\n{body}\r\n" for k, body in ((1, PDU), (2, "07ZZ"), (3, PDU)))
    script = Script({"AT+CMGL=4": f"{listing}\r\nOK", "AT+CMGR=2": f"+CMGR: 1,,{LENGTH}\r\n07ZZ\r\n\r\nOK"})
    found = memories_of(script, peers).stored("SM")
    assert found == [Stored("SM", 1, PDU), Stored("SM", 2, "07ZZ"), Stored("SM", 3, PDU)]


@pytest.mark.parametrize("missing", ["", "\r\n"])
def test_slot_listed_without_its_pdu_is_read_by_itself(missing: str, peers: Peers) -> None:
    listing = f"+CMGL: 1,1,,{LENGTH}\r\n{missing}+CMGL: 2,1,,{LENGTH}\r\n{PDU}"
    script = Script({"AT+CMGL=4": f"{listing}\r\n\r\nOK", "AT+CMGR=1": f"+CMGR: 1,,{LENGTH}\r\n{PDU}\r\n\r\nOK"})
    assert memories_of(script, peers).stored("SM") == [Stored("SM", 1, PDU), Stored("SM", 2, PDU)]


def test_slot_whose_pdu_the_modem_never_shows_is_not_deleted_and_told_of() -> None:
    with receiver() as r:
        r.emulated.deliver(SENDER, "5")
        r.emulated.fault("error", on="+CMGL", text=f"+CMGL: 1,1,,{LENGTH}\r\n\r\nOK", skip=1)
        r.emulated.fault("error", on="+CMGR", text=f"+CMGR: 1,,{LENGTH}\r\n\r\nOK", times=3)
        r.reception.sweep()
        assert r.alarms("unreadable")[-1] == "The modem tells of messages in ME 1 and does not show them."
        assert r.used() == 1
        r.reception.sweep()
        assert texts(r.desk.kept) == ["5"]
        assert r.alarms("unreadable")[-1] is None


def test_listing_over_which_the_modem_hangs_is_not_asked_for_a_third_time(monkeypatch: pytest.MonkeyPatch) -> None:
    # pains 36: a modem that hangs over a command would be reopened, list, and hang, for ever.
    monkeypatch.setattr("modem.dialogues.memories._LIST_S", 0.05)
    monkeypatch.setattr("modem.dialogues.memories._LIST_SLOT_S", 0.0)
    with receiver() as r:
        r.emulated.deliver(SENDER, "5")
        r.emulated.fault("lost_answer", on="+CMGL", times=None)
        with pytest.raises(Silent):
            r.reception.sweep()
        for _ in range(2 * len(r.modem.memories.names)):
            r.close()
            r.open()
            with contextlib.suppress(Silent):
                r.reception.sweep()
        assert texts(r.desk.kept) == ["5"]
        assert r.commands.count("AT+CMGL=4") == 2 * len(r.modem.memories.names)
        assert r.used() == 0


@given(st.lists(st.text(st.characters(max_codepoint=255), max_size=20), max_size=6))
def test_any_lines_are_slots_or_nothing(lines: list[str]) -> None:
    for row in rows_of(tuple(f"+CMGL: {line}" for line in lines) + tuple(lines)):
        assert row.index >= 0


@given(st.lists(st.integers(0, 9999), unique=True, max_size=40))
def test_every_slot_is_on_one_command_line_that_every_modem_takes(indexes: list[int]) -> None:
    lines = list(Memories(NO_LINK).lines(indexes))
    assert [index for line in lines for index in line] == indexes
    for line in lines:
        assert len("AT" + ";".join(f"+CMGD={index}" for index in line)) <= 40


def test_memory_that_is_offered_and_cannot_be_had_is_forgotten(peers: Peers) -> None:
    script = Script({"AT+CPMS=?": '+CPMS: ("SM","SR"),("SM"),("SM")\r\n\r\nOK', 'AT+CPMS="SR"': "+CMS ERROR: 302"})
    memories = memories_of(script, peers)
    memories.find()
    memories.count("SM")
    with pytest.raises(CommandRefused):
        memories.count("SR")
    assert memories.names == ("SM",)


@pytest.mark.parametrize("refusal", ["+CMS ERROR: 314", "+CME ERROR: 14", "+CMS ERROR: 310"])
def test_memory_that_cannot_be_had_yet_is_asked_for_again(refusal: str, peers: Peers) -> None:
    script = Script({"AT+CPMS=?": '+CPMS: ("SM","SR"),("SM"),("SM")\r\n\r\nOK', 'AT+CPMS="SR"': refusal})
    memories = memories_of(script, peers)
    memories.find()
    with pytest.raises(CommandRefused):
        memories.count("SR")
    assert memories.names == ("SM", "SR")
