"""Every fault, on a real pty: what a terminal program gets to see of it."""

import os
import select
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from modem.emulator.faults.events import inflict
from modem.emulator.faults.kinds import FAULT
from modem.emulator.serving.server import Server
from tests.modem.emulator.serving.test_server import DEADLINE_S, Terminal, terminal

OK = b"\r\nOK\r\n"
COMMAND, PDU = b"AT+CMGS=14\r", b"0001000B919731214365F700000135\x1a"
SENT = b"\r\n+CMGS: %d\r\n\r\nOK\r\n"
Inflict = Callable[..., None]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with Server(2, tmp_path, log=tmp_path / "network.log", trace=True, report_latency_ms=0) as running:
        yield running


@pytest.fixture
def modem(server: Server) -> Iterator[Terminal]:
    with terminal(server.modems[0].pty) as opened:
        opened.say(b"ATE0;+CNMI=2,1;+CMEE=1\r")
        yield opened


@pytest.fixture
def inflict_now(server: Server) -> Inflict:
    def act(**fault: object) -> None:
        server.call(lambda world, now: inflict(world, world.modems[0], FAULT.validate_python(fault), now))

    return act


def _writes(server: Server) -> list[str]:
    """What the emulator wrote to the first modem's terminal, write by write."""
    lines = server.call(lambda world, now: world.journal.events_after(0)[0])
    return [str(line["data"]) for line in lines if line.get("way") == "tx"]


def _is_silent(modem: Terminal) -> bool:
    return select.select([modem.fd], [], [], 0.05)[0] == []


def _submit(modem: Terminal, ending: bytes = b"OK\r\n") -> bytes:
    modem.say(COMMAND, b"> ")
    return modem.say(PDU, ending)


@pytest.mark.parametrize("at", range(1, len(OK)))
def test_answer_is_split_at_every_offset(server: Server, modem: Terminal, inflict_now: Inflict, at: int) -> None:
    inflict_now(kind="split", at=at, pause_ms=2)
    assert modem.say(b"AT\r", OK) == OK
    assert _writes(server)[-2:] == [OK[:at].decode(), OK[at:].decode()]


def test_answer_comes_octet_by_octet(server: Server, modem: Terminal, inflict_now: Inflict) -> None:
    inflict_now(kind="split", pause_ms=1)
    assert modem.say(b"AT\r", OK) == OK
    assert _writes(server)[-len(OK) :] == [chr(octet) for octet in OK]


def test_answer_is_late(modem: Terminal, inflict_now: Inflict) -> None:
    inflict_now(kind="late", by_ms=80)
    start = time.monotonic()
    modem.say(b"AT\r", OK)
    assert time.monotonic() - start >= 0.08


def test_octets_are_garbled(modem: Terminal, inflict_now: Inflict) -> None:
    inflict_now(kind="garble", octets=2)
    os.write(modem.fd, b"AT\r")
    out = b""
    while len(out) < len(OK):
        assert select.select([modem.fd], [], [], DEADLINE_S)[0]
        out += os.read(modem.fd, 100)
    assert sum(one != other for one, other in zip(out, OK, strict=True)) == 2


def test_octets_are_dropped(modem: Terminal, inflict_now: Inflict) -> None:
    inflict_now(kind="drop", at=2, octets=1)
    assert modem.say(b"AT\r", b"K\r\n") == b"\r\nK\r\n"


def test_octets_to_the_modem_are_dropped(modem: Terminal, inflict_now: Inflict) -> None:
    inflict_now(kind="drop", way="to_modem", at=0, octets=1)
    os.write(modem.fd, b"AT+CGSN\r")
    assert _is_silent(modem)
    assert modem.say(b"AT\r") == OK


def test_octets_that_are_no_utf8_come_in_between(modem: Terminal, inflict_now: Inflict) -> None:
    inflict_now(kind="noise", hex="FF80FEC3", at=0)
    assert modem.say(b"AT\r") == b"\xff\x80\xfe\xc3" + OK


def test_echo_stays_on(modem: Terminal, inflict_now: Inflict) -> None:
    inflict_now(kind="echo", times=None)
    assert modem.say(b"AT\r") == b"AT\r" + OK


@pytest.mark.parametrize(("form", "answer"), [("none", b"\r\n+CMGS:0\r\n" + OK), ("double", b"\r\n+CMGS:  0\r\n" + OK)])
def test_blanks_are_missing_or_too_many(modem: Terminal, inflict_now: Inflict, form: str, answer: bytes) -> None:
    modem.say(COMMAND, b"> ")
    inflict_now(kind="blanks", form=form)
    assert modem.say(PDU) == answer


def test_late_ok_is_taken_for_the_next_command_s(modem: Terminal, inflict_now: Inflict) -> None:
    inflict_now(kind="late_answer", on="+CREG", by_s=0.15)
    os.write(modem.fd, b"AT+CREG=0\r")
    assert _is_silent(modem)
    os.write(modem.fd, b"AT+CGSN\r")
    assert modem.until(OK).startswith(OK)  # the terminal that has given up credits it to +CGSN


def test_ok_is_lost_after_the_network_took_the_message(server: Server, modem: Terminal, inflict_now: Inflict) -> None:
    inflict_now(kind="lost_answer")
    modem.say(COMMAND, b"> ")
    os.write(modem.fd, PDU)
    assert _is_silent(modem)
    assert len(server.submits()[0]) == 1
    assert modem.say(b"AT\r") == OK


def test_prompt_is_late(modem: Terminal, inflict_now: Inflict) -> None:
    inflict_now(kind="late_prompt", by_s=0.1)
    os.write(modem.fd, COMMAND)
    assert _is_silent(modem)
    assert modem.until(b"> ") == b"\r\n> "
    assert modem.say(PDU) == SENT % 0


def test_prompt_has_no_blank(modem: Terminal, inflict_now: Inflict) -> None:
    inflict_now(kind="bare_prompt")
    assert modem.say(COMMAND, b">") == b"\r\n>"
    assert modem.say(PDU) == SENT % 0


def test_prompt_never_comes(modem: Terminal, inflict_now: Inflict) -> None:
    inflict_now(kind="no_prompt")
    os.write(modem.fd, COMMAND)
    assert _is_silent(modem)
    os.write(modem.fd, b"AT\r")
    assert _is_silent(modem)  # it is taken for the text
    assert modem.say(b"\x1b") == OK


@pytest.mark.parametrize(
    ("fields", "answer"),
    [
        ({"code": 500}, b"\r\n+CMS ERROR: 500\r\n"),
        ({"code": 38, "form": "verbose"}, b"\r\n+CMS ERROR: Network out of order\r\n"),
        ({"family": "cme", "code": 14}, b"\r\n+CME ERROR: 14\r\n"),
        ({"text": "+CMS ERROR:38"}, b"\r\n+CMS ERROR:38\r\n"),
    ],
)
def test_error_by_code(modem: Terminal, inflict_now: Inflict, fields: dict[str, object], answer: bytes) -> None:
    inflict_now(kind="error", **fields)
    assert _submit(modem, b"\n") == answer
    assert _submit(modem) == SENT % 0


def test_error_at_a_rate_strikes_some(modem: Terminal, inflict_now: Inflict) -> None:
    inflict_now(kind="error", on="+CSQ", rate=0.3, times=None, family="cme", code=100)
    refused = 0
    for _ in range(60):
        os.write(modem.fd, b"AT+CSQ\r")
        refused += b"+CME ERROR: 100" in _response(modem)
    assert 5 < refused < 40


def _response(modem: Terminal) -> bytes:
    out = b""
    while not out.endswith((b"OK\r\n", b"ERROR: 100\r\n")):
        assert select.select([modem.fd], [], [], DEADLINE_S)[0]
        out += os.read(modem.fd, 100)
    return out


def test_modem_hangs_for_a_time(modem: Terminal, inflict_now: Inflict) -> None:
    inflict_now(kind="hang", on="+CSQ", for_s=0.15)
    os.write(modem.fd, b"AT+CSQ\r")
    os.write(modem.fd, b"AT\r")
    assert _is_silent(modem)
    assert modem.until(OK + OK).count(OK) == 2


def test_modem_hangs_until_its_port_is_reopened(server: Server, inflict_now: Inflict) -> None:
    with terminal(server.modems[0].pty) as modem:
        modem.say(b"ATE0\r")
        inflict_now(kind="freeze")
        os.write(modem.fd, b"AT\r")
        assert _is_silent(modem)
    assert server.wait(lambda world, now: not world.modems[0].device.link_open or None, DEADLINE_S)
    with terminal(server.modems[0].pty) as modem:
        assert modem.say(b"AT\r") == OK


def test_notice_comes_in_the_middle_of_a_response(server: Server, modem: Terminal, inflict_now: Inflict) -> None:
    server.deliver(0, "+79131234567", "5")
    modem.until(b'+CMTI: "SM",1\r\n')
    inflict_now(kind="notice", on="+CMGR", text='+CMTI: "SM",2')
    lines = [line[:5] for line in modem.say(b"AT+CMGR=1\r").split(b"\r\n") if line]
    assert lines == [b"+CMGR", b"+CMTI", b"07919", b"OK"]


def test_notice_comes_between_prompt_and_text(modem: Terminal, inflict_now: Inflict) -> None:
    inflict_now(kind="notice", on="+CMGS", text='+CMTI: "SM",2', where="after_prompt")
    assert modem.say(COMMAND, b",2\r\n") == b'\r\n> \r\n+CMTI: "SM",2\r\n'
    assert modem.say(PDU) == SENT % 0


def test_ten_notices_come_in_one_write(server: Server, modem: Terminal, inflict_now: Inflict) -> None:
    inflict_now(kind="flood", text="^RSSI: 17", count=10)
    expected = b"\r\n^RSSI: 17\r\n" * 10
    assert modem.until(expected) == expected
    assert _writes(server)[-1] == expected.decode()


def test_notices_flood_the_line(modem: Terminal, inflict_now: Inflict) -> None:
    inflict_now(kind="flood", count=5, every_s=0.01)
    assert modem.until(b"\r\n^RSSI: 17\r\n" * 5)


def test_storage_is_full_and_the_network_keeps_the_message(
    server: Server, modem: Terminal, inflict_now: Inflict
) -> None:
    inflict_now(kind="fill", memory="SM")
    server.deliver(0, "+79131234567", "5")
    assert b'+CPMS: "SM",30,30,' in modem.say(b"AT+CPMS?\r")
    os.write(modem.fd, b"AT+CMGD=7\r")
    assert modem.until(b'+CMTI: "SM",7\r\n') == OK + b'\r\n+CMTI: "SM",7\r\n'


def test_message_comes_twice(server: Server, modem: Terminal, inflict_now: Inflict) -> None:
    inflict_now(kind="duplicate")
    server.deliver(0, "+79131234567", "5")
    assert modem.until(b",2\r\n") == b'\r\n+CMTI: "SM",1\r\n\r\n+CMTI: "SM",2\r\n'
    bodies = [modem.say(b"AT+CMGR=%d\r" % index).split(b"\r\n")[2] for index in (1, 2)]
    assert bodies[0] == bodies[1]


def test_modem_resets_itself(modem: Terminal, inflict_now: Inflict) -> None:
    modem.say(COMMAND, b"> ")
    inflict_now(kind="reset")
    assert modem.say(b"AT\r") == b"AT\r\r\nOK\r\n"  # no text entry any more, and echo as at power-up


def test_signal_gets_weak(modem: Terminal, inflict_now: Inflict) -> None:
    inflict_now(kind="signal", rssi=3)
    assert modem.say(b"AT+CSQ\r") == b"\r\n+CSQ: 3,0\r\n" + OK


@pytest.mark.parametrize(
    ("what", "answer"),
    [("remove", b"+CME ERROR: 10\r\n"), ("pin", b": SIM PIN\r\n" + OK), ("puk", b": SIM PUK\r\n" + OK)],
)
def test_sim_is_removed_or_locked(modem: Terminal, inflict_now: Inflict, what: str, answer: bytes) -> None:
    inflict_now(kind="sim", what=what)
    assert modem.say(b"AT+CPIN?\r", answer)


def test_sim_is_another_one(modem: Terminal, inflict_now: Inflict) -> None:
    before = modem.say(b"AT+CIMI\r")
    inflict_now(kind="sim", what="change")
    assert modem.say(b"AT+CIMI\r") != before


def test_registration_is_lost_and_comes_back(modem: Terminal, inflict_now: Inflict) -> None:
    modem.say(b"AT+CREG=1\r")
    inflict_now(kind="registration", stat=2, for_s=0.1)
    assert modem.until(b"+CREG: 1\r\n") == b"\r\n+CREG: 2\r\n\r\n+CREG: 1\r\n"
