from collections.abc import Callable

import pytest

from tests.modem.emulator.conftest import Bench

WITH_REPORT = "0021000B919731214365F700000135"
PHASE_2_PLUS = "AT+CSMS=1;+CNMI=2,2,0,1"


def _used(bench: Bench) -> str:
    return bench.say("AT+CPMS?")[0].split(",")[1]


def test_phase_2_plus_shows_the_next_message_after_the_acknowledgement(bench: Bench) -> None:
    bench.say("AT+CSMS=1;+CNMI=2,2")
    assert bench.deliver("1").count(b"+CMT: ") == 1
    assert bench.deliver("2") == b""
    assert bench.raw(b"AT+CNMA\r").count(b"+CMT: ") == 1
    assert bench.say("AT+CNMA=0") == ["OK"]
    assert bench.say("AT+CNMA") == ["+CMS ERROR: 340"]
    assert bench.journal.drain().count(b'"deliver"') == 2


def test_report_shown_waits_for_its_acknowledgement_too(bench: Bench) -> None:
    bench.say(PHASE_2_PLUS)
    bench.send(14, WITH_REPORT)
    assert bench.wait(1).startswith(b"\r\n+CDS: 25\r\n")
    assert bench.deliver("1") == b""
    assert bench.raw(b"AT+CNMA=1\r").startswith(b"\r\nOK\r\n\r\n+CMT: ")


def test_missing_acknowledgement_ends_direct_delivery_and_the_message_comes_again(bench: Bench) -> None:
    bench.say(PHASE_2_PLUS)
    bench.deliver("1")
    assert bench.wait(14) == b""
    bench.wait(2)
    assert bench.say("AT+CNMI?") == ["+CNMI: 2,0,0,0,0", "OK"]
    assert bench.say("AT+CNMA") == ["+CMS ERROR: 340"]
    assert _used(bench) == "0"
    bench.wait(30)  # the network tries again
    assert _used(bench) == "1"


def test_refused_acknowledgement_brings_the_message_again_later(bench: Bench) -> None:
    bench.say("AT+CSMS=1;+CNMI=2,2")
    bench.deliver("1")
    assert bench.say("AT+CNMA=2") == ["OK"]
    assert bench.wait(31).count(b"+CMT: ") == 1
    assert bench.say("AT+CNMI?") == ["+CNMI: 2,2,0,0,0", "OK"]


def test_message_the_busy_line_cannot_show_is_acknowledged_without_the_terminal(bench: Bench) -> None:
    bench.say(PHASE_2_PLUS)
    bench.raw(b"AT+CMGS=14\r")
    assert bench.deliver("1") == b""
    assert bench.say("AT+CNMI?") == []  # still in text entry
    bench.wait(16)
    assert bench.journal.drain().count(b'"deliver"') == 1
    assert b"+CMT: " in bench.raw(b"\x1b")
    assert bench.deliver("2") == b""
    assert bench.raw(b"AT+CNMA\r").count(b"+CMT: ") == 1


def test_message_acknowledged_for_the_terminal_is_stored_if_it_never_answers(bench: Bench) -> None:
    bench.say(PHASE_2_PLUS)
    bench.raw(b"AT+CMGS=14\r")
    bench.deliver("1")
    bench.wait(16)
    bench.raw(b"\x1b")
    bench.wait(16)
    assert bench.say("AT+CNMI?") == ["+CNMI: 2,0,0,0,0", "OK"]
    assert _used(bench) == "1"


def test_buffered_messages_are_acknowledged_at_once_and_shown_one_by_one(bench: Bench) -> None:
    bench.say("AT+CSMS=1;+CNMI=0,2")
    for text in ("1", "2"):
        assert bench.deliver(text) == b""
    assert bench.journal.drain().count(b'"deliver"') == 2
    assert bench.raw(b"AT+CNMI=2,2\r").count(b"+CMT: ") == 1
    assert bench.raw(b"AT+CNMA\r").count(b"+CMT: ") == 1
    assert bench.say("AT+CNMA=2") == ["OK"]  # not taken: it is kept
    assert _used(bench) == "1"
    assert bench.say("AT+CNMA") == ["+CMS ERROR: 340"]


def test_acknowledgement_may_bring_a_deliver_report(bench: Bench) -> None:
    bench.say("AT+CSMS=1;+CNMI=2,2")
    bench.deliver("1")
    assert bench.raw(b"AT+CNMA=1,2\r") == b"\r\n> "
    assert bench.raw(b"0000\x1a") == b"\r\nOK\r\n"
    bench.deliver("2")
    assert bench.raw(b"AT+CNMA=2,3\r") == b"\r\n> "
    assert bench.raw(b"00D300\x1a") == b"\r\nOK\r\n"  # memory capacity exceeded
    assert bench.wait(31).count(b"+CMT: ") == 1
    assert bench.raw(b"AT+CNMA=1,2\r") == b"\r\n> "
    assert bench.raw(b"\x1b") == b"\r\nOK\r\n"  # nothing was acknowledged
    assert bench.say("AT+CNMA") == ["OK"]


@pytest.mark.parametrize(
    ("command", "tpdu"),
    [
        ("1,2", "000000"),
        ("1,3", "0100"),
        ("1,2", "0100"),
        ("2,3", "000000"),
        ("2,2", "0000"),
        ("1,2", "zz"),
        ("1,2", ""),
    ],
)
def test_report_that_is_none_acknowledges_nothing(bench: Bench, command: str, tpdu: str) -> None:
    bench.say("AT+CSMS=1;+CNMI=2,2")
    bench.deliver("1")
    assert bench.raw(f"AT+CNMA={command}\r".encode()) == b"\r\n> "
    assert bench.raw(tpdu.encode() + b"\x1a") == b"\r\n+CMS ERROR: 304\r\n"
    assert bench.say("AT+CNMA") == ["OK"]


@pytest.mark.parametrize(
    ("setup", "line", "answer"),
    [
        ("", "AT+CNMA", "+CMS ERROR: 340"),
        ("", "AT+CNMA=1,2", "+CMS ERROR: 340"),
        ("", "AT+CNMA=0,2", "+CMS ERROR: 304"),
        ("", "AT+CNMA=3", "+CMS ERROR: 303"),
        ("", "AT+CNMA=1,2,3", "+CMS ERROR: 303"),
        ("+CMGF=1", "AT+CNMA=1", "+CMS ERROR: 303"),
        ("+CMGF=1", "AT+CNMA", "+CMS ERROR: 340"),
    ],
)
def test_wrong_acknowledgement_is_refused(bench: Bench, setup: str, line: str, answer: str) -> None:
    bench.say(f"AT{setup}")
    assert bench.say(line) == [answer]


def test_test_form_lists_numbers_in_pdu_mode_only(bench: Bench) -> None:
    assert bench.say("AT+CNMA=?") == ["+CNMA: (0-2)", "OK"]
    assert bench.say("AT+CMGF=1;+CNMA=?") == ["OK"]


def test_modem_that_starts_anew_gives_the_message_back(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench()
    bench.say(PHASE_2_PLUS)
    bench.deliver("1")
    bench.modem.device.restart()
    bench.wait(31)
    assert _used(bench) == "1"
