import pytest

from modem.emulator.device.results import CmsError
from tests.modem.emulator.conftest import Bench

PRIVET = "0001000B919731214365F700080C041F04400438043204350442"
SUBMIT = "0011000B919731214365F70000AA0135"
DELIVER_5 = "07919700000090F9040B919731214365F7000032115150310282" + "0135"


def test_submit_gets_the_next_reference_and_wraps(bench: Bench) -> None:
    assert [bench.send(25, PRIVET) for _ in range(2)] == [["+CMGS:", "0", "OK"], ["+CMGS:", "1", "OK"]]
    for _ in range(254):
        bench.send(25, PRIVET)
    assert bench.send(25, PRIVET) == ["+CMGS:", "0", "OK"]


@pytest.mark.parametrize(
    ("length", "pdu"),
    [
        (24, PRIVET),
        (26, PRIVET),
        (25, PRIVET[:-1]),
        (25, "zz" + PRIVET[2:]),
        (25, PRIVET + " "),
        (25, ""),
        (25, PRIVET[:-2]),
    ],
)
def test_submit_whose_pdu_is_wrong_is_refused_with_304(bench: Bench, length: int, pdu: str) -> None:
    assert bench.send(length, pdu) == ["+CMS", "ERROR:", "304"]
    assert bench.send(25, PRIVET) == ["+CMGS:", "0", "OK"]


@pytest.mark.parametrize("args", ["", "0", "500", '"25"', "25,1", "abc"])
def test_submit_with_wrong_length_gets_no_prompt(bench: Bench, args: str) -> None:
    assert bench.say(f"AT+CMGS={args}") == ["+CMS ERROR: 304"]


def test_submit_without_network_or_centre_is_refused_with_its_cause(bench: Bench) -> None:
    bench.modem.device.sim.smsc = ""
    assert bench.send(25, PRIVET) == ["+CMS", "ERROR:", "330"]
    assert bench.say("AT+CSCA?") == ["+CMS ERROR: 330"]
    bench.say('AT+CSCA="+79000000099";+CFUN=4')
    assert bench.send(25, PRIVET) == ["+CMS", "ERROR:", "331"]


def _store(bench: Bench, pdu: str, length: int, stat: int) -> list[str]:
    assert bench.raw(b"AT+CMGW=%d,%d\r" % (length, stat)) == b"\r\n> "
    return bench.raw(pdu.encode() + b"\x1a").decode().split()


def _states(bench: Bench) -> list[str]:
    return [line.split(",")[1] for line in bench.say("AT+CMGL=4") if line[0] == "+"]


def test_stored_message_is_sent_and_marked(bench: Bench) -> None:
    assert _store(bench, SUBMIT, 15, 2) == ["+CMGW:", "1", "OK"]
    assert bench.say("AT+CMSS=1") == ["+CMSS: 0", "OK"]
    assert _states(bench) == ["3"]
    assert bench.say('AT+CMSS=1,"0919"') == ["+CMSS: 1", "OK"]
    assert [line["to"] for line in bench.journal.submits(0)[0]] == ["+79131234567", "0919"]
    bench.deliver("5")
    assert bench.say("AT+CMSS=2") == ["+CMS ERROR: 302"]


def test_waiting_submits_of_one_line_go_one_after_the_other(bench: Bench) -> None:
    _store(bench, SUBMIT, 15, 2)
    bench.conditions.latency_s = 1.0
    assert bench.raw(b"AT+CMSS=1;+CMSS=1;+CMEE?\r") == b""
    assert bench.wait(1) == b"\r\n+CMSS: 0\r\n"
    assert bench.wait(1) == b"\r\n+CMSS: 1\r\n\r\n+CMEE: 0\r\n\r\nOK\r\n"


@pytest.mark.parametrize("line", ["AT+CMGS?", "AT+CMSS?", "AT+CMGR?", "AT+CMGL?", "AT+CMGW?", "AT+CMGS", "AT+CMSS"])
def test_form_a_command_has_not_is_not_supported(bench: Bench, line: str) -> None:
    assert bench.say(line) == ["+CMS ERROR: 303"]


@pytest.mark.parametrize("line", ["AT+CMGS=?", "AT+CMSS=?", "AT+CMGR=?", "AT+CMGW=?", "AT+CMGC=?"])
def test_test_form_of_what_has_no_ranges_is_ok(bench: Bench, line: str) -> None:
    assert bench.say(line) == ["OK"]


def test_message_stays_unsent_if_the_network_refuses_it(bench: Bench) -> None:
    _store(bench, SUBMIT, 15, 2)
    bench.say("AT+CFUN=4")
    assert bench.say("AT+CMSS=1") == ["+CMS ERROR: 331"]
    bench.conditions.latency_s = 1.0
    bench.say("AT+CFUN=1")
    bench.raw(b"AT+CMSS=1\r")
    bench.modem.settle(0, CmsError(38), bench.now)
    assert bench.wait(0).endswith(b"+CMS ERROR: 38\r\n")
    assert _states(bench) == ["2"]


def test_link_is_let_go_after_a_pause_with_1_and_kept_with_2(bench: Bench) -> None:
    assert bench.say("AT+CMMS=?") == ["+CMMS: (0-2)", "OK"]
    bench.say("AT+CMMS=1")
    bench.wait(4)
    bench.send(25, PRIVET)
    bench.wait(4)
    assert bench.say("AT+CMMS?") == ["+CMMS: 1", "OK"]
    bench.wait(2)
    assert bench.say("AT+CMMS?") == ["+CMMS: 0", "OK"]
    bench.say("AT+CMMS=2")
    bench.wait(100)
    assert bench.say("AT+CMMS?") == ["+CMMS: 2", "OK"]


def test_send_after_the_pause_does_not_bring_the_link_back(bench: Bench) -> None:
    bench.say("AT+CMMS=1")
    bench.wait(6)
    bench.send(25, PRIVET)
    assert bench.say("AT+CMMS?") == ["+CMMS: 0", "OK"]


def test_fixed_dialling_holds_for_messages_too(bench: Bench) -> None:
    bench.say('AT+CMGF=1;+CPBS="FD","5678";+CPBW=1,"+79131234567",145,"Anna"')
    assert bench.say('AT+CLCK="FD",1,"5678"') == ["OK"]
    bench.say('AT+CMGS="+79131234568"')
    assert bench.raw(b"no\x1a") == b"\r\n+CMS ERROR: 302\r\n"
    bench.say('AT+CMGS="+79131234567"')
    assert bench.raw(b"yes\x1a") == b"\r\n+CMGS: 0\r\n\r\nOK\r\n"


@pytest.mark.parametrize("command", [b'AT+CMGS="+79131234567"\r', b'AT+CMGW="+79131234567"\r'])
def test_card_that_goes_while_the_text_is_typed_ends_the_command(bench: Bench, command: bytes) -> None:
    bench.say("AT+CMGF=1")
    bench.raw(command)
    bench.modem.device.slot.remove()
    bench.wait(0)
    assert bench.raw(b"late\x1a") == b"\r\n+CMS ERROR: 310\r\n\r\n+CPIN: NOT READY\r\n"
    assert bench.modem.device.memories["SM"].used == 0
