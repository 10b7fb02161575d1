"""AtReader against literal transcripts, however they are cut."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.causes import cause_of
from modem.events import Event, Notice, Prompt, Reply
from modem.lines import AtReader

WIRE = Path(__file__).parent.parent / "wire"
PDU = "07919761989901F0040B919731214365F70000719021705545210135"
CMGR = f"\r\n+CMGR: 0,,24\r\n{PDU}\r\n\r\nOK\r\n".encode()


def feed(data: bytes, command: str | None = None, *, prompt: bool = False, cuts: int = 0) -> list[Event]:
    reader = AtReader()
    if command is not None:
        reader.expect(command, prompt=prompt)
    if not cuts:
        return reader.feed(data)
    return [event for at in range(0, len(data), cuts) for event in reader.feed(data[at : at + cuts])]


@pytest.mark.parametrize("cuts", [0, 1, 2, 7])
def test_answer_comes_whole_however_it_is_cut(cuts: int) -> None:
    assert feed(CMGR, "AT+CMGR=1", cuts=cuts) == [Reply(("+CMGR: 0,,24", PDU), "OK")]


def test_recorded_submit_with_notices_everywhere_gives_its_answer_and_each_notice() -> None:
    reader = AtReader()
    reader.expect("AT+CMGS=27", prompt=True)
    lines = [line for line in (WIRE / "cmgs_with_notices.txt").read_text().splitlines() if not line.startswith("#")]
    events = [
        event for line in lines for event in reader.feed(line.encode().decode("unicode_escape").encode("latin-1"))
    ]
    assert events == [
        Notice("+CMTI", '+CMTI: "SM",1'),
        Prompt(),
        Notice("+CMTI", '+CMTI: "SM",2'),
        Notice("+CDSI", '+CDSI: "SR",3'),
        Notice("^RSSI", "^RSSI: 19"),
        Reply(("+CMGS: 42",), "OK"),
    ]


def test_notice_between_header_and_pdu_leaves_the_answer_whole() -> None:
    data = CMGR.replace(b"24\r\n", b'24\r\n\r\n+CMTI: "SM",7\r\n')
    assert feed(data, "AT+CMGR=1") == [Notice("+CMTI", '+CMTI: "SM",7'), Reply(("+CMGR: 0,,24", PDU), "OK")]


@pytest.mark.parametrize("offset", range(len(CMGR) + 1))
def test_notice_at_any_line_start_of_an_answer_is_found(offset: int) -> None:
    if offset and CMGR[offset - 1 : offset] != b"\n":
        return
    data = CMGR[:offset] + b'\r\n+CDSI: "SR",1\r\n' + CMGR[offset:]
    events = feed(data, "AT+CMGR=1")
    assert Notice("+CDSI", '+CDSI: "SR",1') in events
    assert Reply(("+CMGR: 0,,24", PDU), "OK") in events


def test_ten_notices_in_one_read_are_ten() -> None:
    data = b"".join(b'\r\n+CMTI: "ME",%d\r\n' % k for k in range(10))
    assert [event.text for event in feed(data) if isinstance(event, Notice)] == [f'+CMTI: "ME",{k}' for k in range(10)]


@pytest.mark.parametrize("prompt", [b"\r\n> ", b"\r\n>", b"> ", b"\r\n> \r\n"])
def test_prompt_in_any_form_is_a_prompt(prompt: bytes) -> None:
    assert feed(prompt, "AT+CMGS=20", prompt=True) == [Prompt()]


def test_text_with_a_greater_sign_is_no_prompt() -> None:
    events = feed(b'\r\n+CUSD: 0,"5 > 3\r\n> 2",15\r\n', "AT+CMGS=20", prompt=True)
    assert events == [Notice("+CUSD", '+CUSD: 0,"5 > 3\n> 2",15')]


@pytest.mark.parametrize(
    "text",
    [
        "+CUSD: 4",
        '+CUSD: 0,"Balans 5"',
        '+CUSD: 1,"1 Balans\n2 Tarif",15',
        '+CUSD: 0,"Tarif "Vse" 5 r.",15',
        '+CUSD: 0,"Tarif "Vse\nvklyucheno" 5 r.",15',
        '+CUSD: 0,"Tarif "Vse"\nBalans 5" r.", 15',
        '+CUSD: 0,"5" truby",15',
        '+CUSD: 0,"OK? RINGTONE\n> 5",15',
    ],
)
def test_ussd_text_is_one_notice_whatever_is_in_it_d38(text: str) -> None:
    data = b"\r\n" + text.replace("\n", "\r\n").encode() + b"\r\n"
    assert feed(data) == [Notice("+CUSD", text)]
    assert feed(data + b"\r\nOK\r\n", 'AT+CUSD=1,"*100#",15') == [Notice("+CUSD", text), Reply((), "OK")]
    assert feed(data + b"\r\n+CSQ: 5,0\r\n\r\nOK\r\n", "AT+CSQ") == [
        Notice("+CUSD", text),
        Reply(("+CSQ: 5,0",), "OK"),
    ]


def test_ussd_setting_is_an_answer() -> None:
    assert feed(b"\r\n+CUSD: 1\r\n\r\nOK\r\n", "AT+CUSD?") == [Reply(("+CUSD: 1",), "OK")]


def test_ussd_text_that_is_never_closed_swallows_nothing() -> None:
    broken = b'\r\n+CUSD: 2,"Pozostalo Ci 50,04zl do 2018-09-04 Dodatko5\r\n'
    assert feed(broken + b"\r\n+CSQ: 5,0\r\n\r\nOK\r\n", "AT+CSQ")[-1] == Reply(("+CSQ: 5,0",), "OK")
    # Whether this OK is the command's or the text's cannot be known.
    assert feed(broken + b"\r\nOK\r\n", "AT+CMGD=1")[-1] == Reply((), "OK", doubtful=True)
    assert feed(broken + b'\r\n+CMTI: "SM",3\r\n')[-1] == Notice("+CMTI", '+CMTI: "SM",3')


@pytest.mark.parametrize("final", ["ERROR", "+CMS ERROR: 38", "+CMS ERROR:38", "+CME ERROR: SIM busy", "OK"])
def test_final_result_code_in_any_form_ends_the_answer(final: str) -> None:
    assert feed(f"\r\n{final} \r\n".encode(), "AT+CMGD=1") == [Reply((), final)]


def test_text_that_begins_like_a_final_result_code_does_not_end_the_answer_d37() -> None:
    lines = ('+CMGR: "REC UNREAD","+79131234567",,"26/01/01,12:00:00+28"', "OK 5, spasibo", "ERROR in my bill")
    data = "".join(f"\r\n{line}" for line in (*lines, "", "OK", "")).encode()
    assert feed(data, "AT+CMGR=1") == [Reply(lines, "OK")]


@pytest.mark.parametrize("result", ["NO CARRIER", "BUSY", "NO ANSWER", "NO DIALTONE", "NO DIAL TONE"])
def test_call_result_is_final_for_a_call_and_news_for_others_d41(result: str) -> None:
    data = f"\r\n{result}\r\n".encode()
    assert feed(data, "ATD+79131234567;") == feed(data, "ATA") == [Reply((), result)]
    assert feed(data) == [Notice(result, result)]
    assert feed(data + b"\r\nOK\r\n", "ATH") == [Notice(result, result), Reply((), "OK")]


def test_no_carrier_ends_a_call_and_is_news_beside_another_command() -> None:
    assert feed(b"\r\nNO CARRIER\r\n", "ATD+7913;") == [Reply((), "NO CARRIER")]
    assert feed(b"\r\nNO CARRIER\r\n+CSQ: 5,0\r\nOK\r\n", "AT+CSQ") == [
        Notice("NO CARRIER", "NO CARRIER"),
        Reply(("+CSQ: 5,0",), "OK"),
    ]


def test_report_and_its_pdu_in_two_reads_are_one_notice() -> None:
    reader = AtReader()
    assert reader.feed(b"\r\n+CDS: 24\r\n") == []
    assert reader.feed(PDU.encode() + b"\r\n") == [Notice("+CDS", "+CDS: 24", PDU)]


def test_registration_notice_is_told_from_the_answer() -> None:
    events = feed(b'\r\n+CREG: 5\r\n\r\n+CREG: 2,1,"00A1","2F3C",7\r\n\r\nOK\r\n', "AT+CREG?")
    assert events == [Notice("+CREG", "+CREG: 5"), Reply(('+CREG: 2,1,"00A1","2F3C",7',), "OK")]


def test_echo_is_not_part_of_the_answer() -> None:
    assert feed(b"AT+CSQ\r\r\n+CSQ: 9,0\r\n\r\nOK\r\n", "AT+CSQ") == [Reply(("+CSQ: 9,0",), "OK")]


def test_late_answer_nobody_waits_for_is_handed_out_without_a_name() -> None:
    assert feed(b"\r\nOK\r\n") == [Notice("", "OK")]


def test_length_of_a_thousand_digits_is_no_length() -> None:
    data = b"\r\n+CDS: " + b"9" * 5000 + b"\r\n" + PDU.encode() + b"\r\n"
    (notice,) = feed(data)
    assert isinstance(notice, Notice)
    assert (notice.name, notice.body) == ("+CDS", PDU)
    assert cause_of("+CMS ERROR: " + "9" * 5000).code == 0


def test_endless_line_is_handed_out_and_forgotten() -> None:
    assert len(feed(b"x" * 20_000)) == 1


@given(st.binary(max_size=300), st.integers(1, 9), st.sampled_from([None, "AT+CMGS=9", "AT+CMGL=4", "AT+CREG?"]))
def test_any_bytes_raise_nothing_and_an_answer_after_them_is_found(data: bytes, cuts: int, command: str | None) -> None:
    reader = AtReader()
    if command:
        reader.expect(command, prompt="CMGS" in command)
    for at in range(0, len(data), cuts):
        reader.feed(data[at : at + cuts])
    reader.feed(b'"\r\n\r\n"\r\n')  # whatever was open, a quote or half a notice, is over after this
    reader.expect("AT+CMEE?")
    events = reader.feed(b"\r\n+CMEE: 1\r\n\r\nOK\r\n")
    assert any(isinstance(event, Reply) and "+CMEE: 1" in event.lines for event in events)


@given(st.lists(st.sampled_from([b'+CMTI: "SM",1', b"+CSQ: 5,0", b"OK", b"^RSSI: 3", b"garbage \xff", b"+CDS: 5"])))
def test_cuts_between_reads_change_nothing(lines: list[bytes]) -> None:
    data = b"".join(b"\r\n" + line + b"\r\n" for line in lines)
    assert feed(data, "AT+CSQ") == feed(data, "AT+CSQ", cuts=1) == feed(data, "AT+CSQ", cuts=5)
