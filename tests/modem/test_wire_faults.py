"""The dialogue on emulated modems whose wire has faults: after each, the next command gets its own answer."""

from __future__ import annotations

import os

import pytest
from gsmmodem.exceptions import CmeError, CmsError

from modem.causes import cause_of
from modem.dialogues.submit import submit
from modem.driver import Modem
from modem.emulator.testing import EmulatedModem
from modem.errors import Silent
from modem.events import Reply
from modem.link import Link
from modem.outcomes import Accepted
from modem.submitpdu import encode_submit
from scheduler.clock import SystemClock

PDU = encode_submit("+79131234567", "Оцените от 1 до 5")
PATIENCE_S = 0.05
LATE_S = 0.2
TEN = [f'+CMTI: "SM",{slot}' for slot in range(10)]


def try_all(modem: Modem) -> None:
    """A command of each kind; whatever comes of it."""
    for command in ("AT+CSQ", "AT+CMGD=9", "AT+CPMS?", "AT+CMGL=4", "AT+CGSN"):
        try:
            modem.exchange(command, PATIENCE_S)
        except Silent as silence:
            assert silence.command == command or "?" in silence.command
    try:
        if modem.ask_prompt(f"AT+CMGS={PDU.length}", PATIENCE_S) is None:
            modem.send_payload(PDU.hex, PATIENCE_S, "+CMGS:")
    except Silent:
        pass


def is_in_step(modem: Modem, emulated_modem: EmulatedModem) -> None:
    """Every answer is that of its command, and none is in doubt."""
    asked = len(emulated_modem.commands())
    assert modem.exchange("AT+CGSN").lines[-1].strip('+CGSN:" ') == emulated_modem.imei
    (csq,) = modem.ask("AT+CSQ")
    assert csq.startswith("+CSQ:")
    assert modem.exchange("AT+CMGD=9") == Reply((), "+CMS ERROR: 321")
    assert modem.exchange("AT") == Reply((), "OK")
    assert isinstance(submit(modem, PDU), Accepted)
    assert emulated_modem.commands()[-6:] == ["AT+CGSN", "AT+CSQ", "AT+CMGD=9", "AT", f"AT+CMGS={PDU.length}", PDU.hex]
    assert len(emulated_modem.commands()) - asked <= 14


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "split", "size": 1, "times": 20},
        {"kind": "split", "at": 3, "pause_ms": 2, "times": 20},
        {"kind": "late", "by_ms": 20, "times": 10},
        {"kind": "late_answer", "on": "+CSQ", "by_s": LATE_S},
        {"kind": "late_answer", "on": "+CMGD", "by_s": LATE_S},
        {"kind": "late_answer", "on": "+CMGS", "by_s": LATE_S},
        {"kind": "lost_answer", "on": "+CSQ"},
        {"kind": "lost_answer", "on": "+CMGD"},
        {"kind": "lost_answer", "on": "+CMGL", "information": True},
        {"kind": "lost_answer", "on": "+CMGS"},
        {"kind": "lost_answer", "on": "+CMGS", "information": True},
        {"kind": "late_prompt", "on": "+CMGS", "by_s": LATE_S},
        {"kind": "bare_prompt", "on": "+CMGS"},
        {"kind": "no_prompt", "on": "+CMGS"},
        {"kind": "echo", "times": 60},
        {"kind": "blanks", "form": "none", "times": 20},
        {"kind": "blanks", "form": "double", "times": 20},
        {"kind": "blanks", "form": "trailing", "times": 20},
        {"kind": "error", "on": "+CSQ", "text": "+CME ERROR: SIM busy"},
        {"kind": "error", "on": "+CMGS", "text": "+CMS ERROR:38"},
        {"kind": "error", "on": "+CMGS", "family": "cms", "code": 515, "at_once": True},
        {"kind": "noise", "hex": "ff00803e1b1a", "at": 0, "times": 6},
        {"kind": "noise", "hex": "0d0a4f4b0d0a", "at": 0, "times": 6},
        {"kind": "garble", "octets": 2, "way": "from_modem", "times": 4},
        {"kind": "garble", "octets": 2, "way": "to_modem", "times": 4},
        {"kind": "drop", "octets": 1, "way": "from_modem", "times": 4},
        {"kind": "drop", "octets": 1, "way": "to_modem", "times": 4},
        {"kind": "flood", "text": "^RSSI: 17", "count": 100, "every_s": 0.02},
        {"kind": "flood", "text": "^RSSI: 17", "count": 200, "every_s": 0},
    ],
    ids=lambda fault: "-".join(str(value) for value in fault.values()),
)
def test_next_command_after_a_fault_gets_its_own_answer_d10(
    modem: Modem, emulated_modem: EmulatedModem, fault: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("modem.link._QUESTION_S", LATE_S)
    emulated_modem.fault(**fault)  # type: ignore[arg-type]
    try_all(modem)
    emulated_modem.clear_faults()
    is_in_step(modem, emulated_modem)


@pytest.mark.parametrize("where", ["inside", "before_final", "after"])
@pytest.mark.parametrize("command", ["AT+CSQ", "AT+CPMS?", "AT+CMGL=4", "AT+CGSN"])
def test_notices_beside_an_answer_are_all_heard_d01_d02_d03(
    modem: Modem, emulated_modem: EmulatedModem, command: str, where: str
) -> None:
    expected = modem.exchange(command)
    emulated_modem.fault("notice", on=command[2:].split("=")[0].rstrip("?"), text="\r\n\r\n".join(TEN), where=where)
    assert modem.exchange(command) == expected
    modem.poll()
    assert [notice.text for notice in modem.notices if notice.name == "+CMTI"] == TEN


@pytest.mark.parametrize("where", ["after_prompt", "before_final", "after"])
def test_notices_around_a_submit_are_all_heard_d02_d03(modem: Modem, emulated_modem: EmulatedModem, where: str) -> None:
    emulated_modem.fault("notice", on="+CMGS", text="\r\n\r\n".join(TEN), where=where)
    assert isinstance(submit(modem, PDU), Accepted)
    modem.poll()
    assert [notice.text for notice in modem.notices if notice.name == "+CMTI"] == TEN


@pytest.mark.parametrize(
    ("text", "code"),
    [("+CMS ERROR:38", 38), ("+CMS ERROR: 38 ", 38), ("+CMS ERROR: Network out of order", 38), ("ERROR", 0)],
)
def test_error_in_any_form_ends_a_submit_at_once_d18_d41_d46(
    modem: Modem, emulated_modem: EmulatedModem, text: str, code: int
) -> None:
    emulated_modem.fault("error", on="+CMGS", text=text)
    began = modem.clock.monotonic()
    assert modem.ask_prompt(f"AT+CMGS={PDU.length}", 5) is None
    reply = modem.send_payload(PDU.hex, 5, "+CMGS:")
    assert reply is not None
    assert cause_of(reply.final).code == code
    assert modem.clock.monotonic() - began < 2
    is_in_step(modem, emulated_modem)


@pytest.mark.parametrize(("family", "code", "error"), [("cme", 14, CmeError), ("cms", 515, CmsError)])
def test_busy_modem_is_told_of_once_and_asked_no_second_time_d19_d20(
    modem: Modem, emulated_modem: EmulatedModem, family: str, code: int, error: type[Exception]
) -> None:
    emulated_modem.fault("error", on="+CSQ", family=family, code=code, form="numeric")
    asked = emulated_modem.commands().count("AT+CSQ")
    with pytest.raises(error):
        modem.write("AT+CSQ")
    assert emulated_modem.commands().count("AT+CSQ") == asked + 1


def test_text_left_open_by_a_process_that_died_is_not_sent_d11(emulated_modem: EmulatedModem) -> None:
    left = os.open(emulated_modem.path, os.O_RDWR | os.O_NOCTTY)  # open, as on a modem that does not notice who leaves
    os.write(left, f"AT+CMGS={PDU.length}\r{PDU.hex}".encode())
    emulated_modem.wait_for("at", way="rx", data=f"AT+CMGS={PDU.length}\r{PDU.hex}")
    before = len(emulated_modem.submits())
    link = Link(emulated_modem.path, clock=SystemClock())
    link.connect()
    assert link.exchange("AT+CSQ").ok
    assert len(emulated_modem.submits()) == before
    link.close()
    os.close(left)
