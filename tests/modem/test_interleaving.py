"""Notices wherever they fall: in every place of every typical answer, cut at every octet (D01 to D05, pain D 11)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modem.events import Event, Notice, Prompt, Reply
from modem.lines import AtReader

PDU = "07919761989901F0040B919731214365F70000719021705545210135"
OTHER_PDU = "07919761989901F0062A0B919731214365F7719021705545217190217055552100"


@dataclass(frozen=True)
class Answer:
    """What a modem says to a command, octet for octet, and what that means."""

    command: str
    data: bytes
    reply: Reply


ANSWERS = [
    Answer("AT", b"\r\nOK\r\n", Reply((), "OK")),
    Answer("AT+CMGD=3", b"\r\nOK\r\n", Reply((), "OK")),
    Answer("AT+CMGD=3", b"\r\n+CMS ERROR: 321\r\n", Reply((), "+CMS ERROR: 321")),
    Answer("AT+CPIN?", b"\r\n+CME ERROR: SIM busy\r\n", Reply((), "+CME ERROR: SIM busy")),
    Answer("AT+CSQ", b"\r\n+CSQ: 17,0\r\n\r\nOK\r\n", Reply(("+CSQ: 17,0",), "OK")),
    Answer("AT+CSQ", b"AT+CSQ\r\r\n+CSQ: 17,0\r\n\r\nOK\r\n", Reply(("+CSQ: 17,0",), "OK")),
    Answer("AT+COPS?", b'\r\n+COPS: 0,0,"MTS RUS",2\r\n\r\nOK\r\n', Reply(('+COPS: 0,0,"MTS RUS",2',), "OK")),
    Answer("AT+CPMS?", b'\r\n+CPMS: "SM",3,50\r\n\r\nOK\r\n', Reply(('+CPMS: "SM",3,50',), "OK")),
    Answer("AT+CMGR=1", f"\r\n+CMGR: 0,,20\r\n{PDU}\r\n\r\nOK\r\n".encode(), Reply(("+CMGR: 0,,20", PDU), "OK")),
    Answer(
        "AT+CMGL=4",
        f"\r\n+CMGL: 1,1,,20\r\n{PDU}\r\n+CMGL: 7,0,,25\r\n{OTHER_PDU}\r\n\r\nOK\r\n".encode(),
        Reply(("+CMGL: 1,1,,20", PDU, "+CMGL: 7,0,,25", OTHER_PDU), "OK"),
    ),
    Answer("AT+CMGS=27", b"\r\n> ", Reply((), "prompt")),
    Answer("AT+CMGS=27", b"\r\n+CMGS: 42\r\n\r\nOK\r\n", Reply(("+CMGS: 42",), "OK")),
    Answer("AT+CMGS=27", b"\r\n+CMS ERROR: 38\r\n", Reply((), "+CMS ERROR: 38")),
]

NOTICES = [
    Notice("+CMTI", '+CMTI: "SM",7'),
    Notice("+CDSI", '+CDSI: "SR",1'),
    Notice("^RSSI", "^RSSI: 19"),
    Notice("+CREG", '+CREG: 1,"00A1","2F3C"'),
    Notice("RING", "RING"),
    Notice("NO CARRIER", "NO CARRIER"),
    Notice("BUSY", "BUSY"),
    Notice("+CUSD", '+CUSD: 0,"5 > 3\n> 2",15'),
    Notice("+CMT", "+CMT: ,20", PDU),
    Notice("+CDS", "+CDS: 25", OTHER_PDU),
]


def octets(notice: Notice) -> bytes:
    lines = [*notice.text.split("\n"), *([notice.body] if notice.body else [])]
    return b"".join(b"\r\n" + line.encode() for line in lines) + b"\r\n"


def read(answer: Answer, data: bytes, *cuts: int) -> list[Event]:
    """The events of `data`, read in pieces that begin at `cuts`."""
    reader = AtReader()
    reader.expect(answer.command, prompt=answer.reply.final == "prompt")
    edges = [0, *cuts, len(data)]
    return [event for begin, end in pairwise(edges) for event in reader.feed(data[begin:end])]


def split(events: list[Event]) -> tuple[list[Notice], list[Event]]:
    notices = [event for event in events if isinstance(event, Notice)]
    return notices, [event for event in events if not isinstance(event, Notice)]


def is_whole(answer: Answer, heard: list[Event]) -> bool:
    """Whether this is the answer, and nothing else; blanks may get lost where a line was cut."""
    if answer.reply.final == "prompt":
        return heard == [Prompt()]
    (reply,) = heard
    assert isinstance(reply, Reply)
    lines, expected = (tuple(line.replace(" ", "") for line in r.lines) for r in (reply, answer.reply))
    finals = {r.final.replace(" ", "") for r in (reply, answer.reply)}
    return lines == expected and len(finals) == 1 and not reply.doubtful


def ids(answer: Answer) -> str:
    return f"{answer.command} {answer.reply.final}"


@pytest.mark.parametrize("answer", ANSWERS, ids=ids)
def test_notice_at_every_octet_of_an_answer_leaves_both_whole_d02_d03_pain_11(answer: Answer) -> None:
    for notice, at in product(NOTICES, range(len(answer.data) + 1)):
        notices, heard = split(read(answer, answer.data[:at] + octets(notice) + answer.data[at:]))
        if b"ERROR: " in answer.data[: at - 1] and at < len(answer.data) - 2:
            # +CMS ERROR: 3 is an answer too, whatever comes behind it: the cause is wrong then, not the outcome.
            (reply,) = heard
            assert isinstance(reply, Reply)
            assert answer.reply.final.startswith(reply.final)
            assert notice in notices
        else:
            assert notices == [notice], at
            assert is_whole(answer, heard), (at, heard)


@pytest.mark.parametrize("answer", ANSWERS, ids=ids)
def test_ten_notices_in_one_read_are_ten_wherever_they_fall_d01_d05(answer: Answer) -> None:
    flood = b"".join(octets(notice) for notice in NOTICES)
    for at in (0, answer.data.rfind(b"\r\n", 0, -2), len(answer.data)):
        notices, heard = split(read(answer, answer.data[:at] + flood + answer.data[at:]))
        assert notices == NOTICES
        assert is_whole(answer, heard)


@pytest.mark.parametrize("answer", ANSWERS, ids=ids)
def test_read_that_ends_at_any_octet_changes_nothing_d04(answer: Answer) -> None:
    for notice in NOTICES:
        first = octets(notice) if answer.reply.final == "prompt" else b""
        data = first + answer.data + (b"" if first else octets(notice))
        whole = read(answer, data)
        for cut in range(1, len(data)):
            assert read(answer, data, cut) == whole, cut
        assert read(answer, data, *range(1, len(data))) == whole


@settings(max_examples=100)
@given(
    st.sampled_from(ANSWERS),
    st.lists(st.sampled_from(NOTICES), max_size=6),
    st.data(),
)
def test_notices_between_lines_and_cuts_anywhere_leave_all_whole(
    answer: Answer, notices: list[Notice], data: st.DataObject
) -> None:
    ends = [0, *(at + 2 for at in range(len(answer.data)) if answer.data[at : at + 2] == b"\r\n")]
    stream = b""
    places = sorted((data.draw(st.sampled_from(ends)), number) for number in range(len(notices)))
    begin = 0
    for end, number in places:
        stream += answer.data[begin:end] + octets(notices[number])
        begin = end
    stream += answer.data[begin:]
    cuts = sorted(data.draw(st.sets(st.integers(1, max(1, len(stream) - 1)), max_size=5)))
    told, heard = split(read(answer, stream, *cuts))
    assert told == [notices[number] for _, number in places]
    assert is_whole(answer, heard)


def test_report_with_other_notices_before_its_pdu_keeps_it_d04() -> None:
    data = (
        b'\r\n+CDS: 25\r\n\r\n+CMTI: "SM",3\r\nRING\r\n\r\n+CSQ: 3,0\r\n\r\n' + OTHER_PDU.encode() + b"\r\n\r\nOK\r\n"
    )
    reader = AtReader()
    reader.expect("AT+CSQ")
    assert [event for at in range(len(data)) for event in reader.feed(data[at : at + 1])] == [
        Notice("+CMTI", '+CMTI: "SM",3'),
        Notice("RING", "RING"),
        Notice("+CDS", "+CDS: 25", OTHER_PDU),
        Reply(("+CSQ: 3,0",), "OK"),
    ]


def test_two_reports_whose_pdus_come_behind_both_get_their_own_by_length() -> None:
    data = f"\r\n+CMT: ,20\r\n+CDS: 25\r\n{PDU}\r\n{OTHER_PDU}\r\n".encode()
    assert AtReader().feed(data) == [Notice("+CMT", "+CMT: ,20", PDU), Notice("+CDS", "+CDS: 25", OTHER_PDU)]


def test_report_without_its_pdu_does_not_take_that_of_a_message() -> None:
    reader = AtReader()
    reader.expect("AT+CMGR=1")
    data = f"\r\n+CDS: 25\r\n\r\n+CMGR: 0,,20\r\n{PDU}\r\n\r\nOK\r\n".encode()
    assert reader.feed(data) == [Reply(("+CMGR: 0,,20", PDU), "OK")]
    reader.expect("AT")
    reader.expect("AT")
    # By now it is known that the PDU does not come: the notice is handed out without.
    assert reader.feed(b"\r\nOK\r\n") == [Notice("+CDS", "+CDS: 25"), Reply((), "OK")]


@pytest.mark.parametrize("body", [OTHER_PDU[:-2], OTHER_PDU[:9] + "\xff" + OTHER_PDU[10:], "Спасибо".encode().hex()])
def test_damaged_pdu_is_kept_with_its_header_d06(body: str) -> None:
    data = b"\r\n+CDS: 25\r\n" + body.encode("latin-1") + b"\r\n"
    assert AtReader().feed(data) == [Notice("+CDS", "+CDS: 25", body)]
    reader = AtReader()
    reader.expect("AT+CMGD=1")
    assert reader.feed(data + b"\r\nOK\r\n") == [Notice("+CDS", "+CDS: 25", body), Reply((), "OK")]


def test_blank_lines_of_the_e1750_are_nothing_pain_5() -> None:
    reader = AtReader()
    reader.expect("AT+CMGS=27")
    assert reader.feed(b"\r\n\r\n\r\n+CMGS: 12\r\n\r\n\r\n\r\nOK\r\n\r\n") == [Reply(("+CMGS: 12",), "OK")]
    data = b"\r\n+CDS: 25\r\n\r\n\r\n" + OTHER_PDU.encode() + b"\r\n\r\n"
    assert AtReader().feed(data) == [Notice("+CDS", "+CDS: 25", OTHER_PDU)]


def test_maker_notice_of_no_table_inside_an_answer_is_news() -> None:
    reader = AtReader()
    reader.expect("AT+CSQ")
    assert reader.feed(b"\r\n^NEWTHING: 1\r\n+ODD: 5\r\n+CSQ: 3,0\r\n\r\nOK\r\n") == [
        Notice("^NEWTHING", "^NEWTHING: 1"),
        Notice("+ODD", "+ODD: 5"),
        Reply(("+CSQ: 3,0",), "OK"),
    ]
