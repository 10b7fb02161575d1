"""Masking against lines as modems say them, and against an attacker who puts phones and words everywhere."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from modem.alphabet import Alphabet
from modem.errors import CommandRefused, Silent
from modem.events import Notice, Reply
from modem.masking import masked_command, masked_line, masked_pdu, masked_text
from modem.submitpdu import encode_submit
from modem.troublelog import TroubleLog

REPORT = "07919761989901F0062A0B919731214365F7719021705545217190217055552100"
DELIVER = "07919761989901F0040B919731214365F70000719021705545210135"


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        ("AT", "AT"),
        ("ATE0", "ATE0"),
        ("AT+CMEE?", "AT+CMEE?"),
        ("AT+CPMS=?", "AT+CPMS=?"),
        ("AT+CMGS=27", "AT+CMGS=27"),
        ('AT+CPMS="SM","ME"', 'AT+CPMS="SM","ME"'),
        ("AT+CNMI=2,1,0,2,0", "AT+CNMI=2,1,0,2,0"),
        ("AT+CMEE=1;+CREG=2", "AT+CMEE=1;+CREG=2"),
        ('AT+CPIN="1234"', "AT+CPIN=***"),
        ("at+cpin=1234", "at+cpin=***"),
        ('AT+CPIN="12345678","0000"', "AT+CPIN=***"),
        ('AT+CPIN="12;34"', "AT+CPIN=***"),
        ('AT+CLCK="SC",1,"1234"', "AT+CLCK=***"),
        ('AT+CUSD=1,"*101*55512345678901#",15', "AT+CUSD=***"),
        ("ATD+79131234567;", "ATD+7913***4567;"),
        ("ATD*100#;", "ATD(5 characters);"),
        ('AT+CMGS="+79131234567"', 'AT+CMGS="+7913***4567"'),
        ('AT+CSCA="+79139999999",145', 'AT+CSCA="+7913***9999",145'),
    ],
)
def test_command_shows_settings_and_neither_pin_nor_phone(command: str, shown: str) -> None:
    assert masked_command(command) == shown


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("OK", "OK"),
        ("RING", "RING"),
        ("+CSQ: 17,0", "+CSQ: 17,0"),
        ('+CMTI: "SM",4', '+CMTI: "SM",4'),
        ('+CREG: 2,1,"00A1","0012CAFE",7', '+CREG: 2,1,"00A1","0012CAFE",7'),
        ("+CPMS: 3,50,3,50,0,10", "+CPMS: 3,50,3,50,0,10"),
        ("+CPIN: SIM PIN", "+CPIN: SIM PIN"),
        ("+CMS ERROR: 38", "+CMS ERROR: 38"),
        ("+CMS ERROR:38", "+CMS ERROR:38"),
        ('+CLIP: "+79131234567",145,"",,"Ivan",0', '+CLIP: "+7913***4567",145,"",,"(4 characters)",0'),
        ('+CMT: "Ivan",24', '+CMT: "(4 characters)",24'),
        ('+CMGL: 1,"REC READ","79131234567",,"26/10/17,12:34:56+28"', None),
        ('+CUSD: 0,"Баланс 55,20 р. Номер 8 913 123-45-67",15', '+CUSD: 0,"(37 characters)",15'),
        ('+CUSD: 0,"003700390031003300310032",15', '+CUSD: 0,"(24 characters)",15'),
        ('+CNUM: "","+79131234567",145', '+CNUM: "","+7913***4567",145'),
        ("+NEWS: Ivan 5", "+NEWS: (6 characters)"),
        ("AT+CPIN=1234", "AT+CPIN=***"),
        ("Спасибо, 5", "(10 characters)"),
        ("913 123 45 67", "(13 characters)"),
        (DELIVER, "(DELIVER, 28 octets)"),
        (REPORT, "(STATUS-REPORT, 33 octets)"),
    ],
)
def test_line_shows_states_and_neither_phones_nor_texts(line: str, shown: str | None) -> None:
    assert masked_line(line) == shown or shown is None
    assert "79131234567" not in masked_line(line)


def test_pdu_is_told_by_kind_and_length() -> None:
    pdu = encode_submit("+79131234567", "Оцените")
    assert masked_text(pdu.hex) == f"(SUBMIT, {len(pdu.hex) // 2} octets)"
    assert masked_pdu("FF00", sent=False) == "(no whole PDU, 4 digits)"
    assert masked_text("Privet") == "(6 characters)"


def test_error_about_a_pin_does_not_tell_it() -> None:
    for error in (Silent('AT+CPIN="1234"', 15), CommandRefused('AT+CPIN="1234"', "CME", 16, "The PIN is wrong.")):
        assert "1234" not in str(error)
        assert "AT+CPIN=***" in str(error)


# -- the attacker ---------------------------------------------------------------------------------------------------

PHONES = st.from_regex(r"[1-9][0-9]{9,14}", fullmatch=True)
PINS = st.from_regex(r"[0-9]{4,8}", fullmatch=True)


def swapped(phone: str) -> str:
    padded = phone + "F" * (len(phone) % 2)
    return "".join(padded[at + 1] + padded[at] for at in range(0, len(padded), 2))


def ucs2(text: str) -> str:
    return text.encode("utf-16-be").hex().upper()


def spaced(phone: str) -> str:
    return f"{phone[0]} ({phone[1:4]}) {phone[4:7]}-{phone[7:9]}-{phone[9:]}"


FORMS = [
    str,
    "+{}".format,
    swapped,
    ucs2,
    spaced,
    lambda phone: " ".join(phone),
    lambda phone: phone[:5] + " " + phone[5:],
]
LINES = [
    "{}",
    '"{}"',
    "+CLIP: {}",
    '+CLIP: "{}",145,,,,0',
    '+CMT: "{}",24',
    "+CUSD: 0,{},15",
    '+CUSD: 0,"Nomer {} baza",15',
    '+CUSD: 0,"Nomer\n{} baza',
    '+CNUM: ,"{}",129',
    '+CREG: 2,1,"{}"',
    "+CSQ: 17,0+CLIP: {}",
    "+CMGS: {}",
    "+COPS: 0,0,{}",
    "+CMS ERROR: {}",
    "+{}: 1",
    "AT+CMGS={}",
    'AT+CMGS="{}"',
    "ATD{}",
    "AT{}",
    "OK {}",
    "07919761989901F0040B91{}0000719021705545210135",
    "\xff{}\x00",
]


def bare(text: str) -> str:
    """Its digits and hexadecimal letters: what is left of a phone with blanks, dashes or quotes between."""
    return "".join(char for char in text.upper() if char in "0123456789ABCDEF")


def shown_everywhere(line: str) -> str:
    """All that a trouble log shows of a line, wherever it went."""
    log = TroubleLog(lambda: 0.0)
    log.sent(line + "\r")
    log.sent(line + "\x1a")
    log.answered(Reply((line, "+CSQ: 1,0"), line))
    log.noticed(Notice("", line))
    log.noticed(Notice("+CDS", "+CDS: 25", line))
    return "\n".join(log)


@given(PHONES, st.sampled_from(FORMS), st.sampled_from(LINES))
def test_no_phone_in_any_form_survives(phone: str, form: object, line: str) -> None:
    assert callable(form)
    shown = bare(shown_everywhere(line.format(form(phone))))
    for way in (phone, swapped(phone).rstrip("F"), swapped(phone)[:10], phone[:9], phone[-9:], ucs2(phone)):
        assert way not in shown


@given(st.text("абвгдABCD 12345", min_size=1, max_size=60), st.sampled_from([Alphabet.GSM7, Alphabet.UCS2]), PHONES)
def test_no_pdu_survives(text: str, alphabet: Alphabet, phone: str) -> None:
    assume(alphabet is Alphabet.UCS2 or text.isascii())
    pdu = encode_submit("+" + phone, text, alphabet=alphabet).hex
    shown = bare(shown_everywhere(pdu))
    assert pdu[-12:] not in shown
    assert pdu[8:18] not in shown


@given(
    PINS,
    st.sampled_from(['AT+CPIN="{}"', "AT+CPIN={}", 'AT+CPIN="11112222","{}"', 'AT+CPWD="SC","{}","0"', "at+cpin={}"]),
)
def test_no_pin_survives_sent_or_echoed(pin: str, command: str) -> None:
    log = TroubleLog(lambda: 0.0)
    line = command.format(pin)
    log.sent(line + "\r")
    log.noticed(Notice("", line))
    log.noticed(Notice("", line[2:]))
    log.answered(Reply((line,), "OK"))
    assert pin not in bare("\n".join(log).replace("0.000", "").replace(f"({len(line) - 2} characters)", ""))


@given(st.from_regex(r"[A-Za-zА-я ]{4,60}", fullmatch=True))
def test_no_word_of_a_person_survives(text: str) -> None:
    log = TroubleLog(lambda: 0.0)
    log.noticed(Notice("+CMT", "+CMT: ,24", f"5 {text}"))
    log.noticed(Notice("", f"5 {text}"))
    log.answered(Reply(("+CMGR: 0,,24", f"5 {text}"), "OK"))
    log.sent(f"5 {text}\x1a")
    assert text not in "\n".join(log)
