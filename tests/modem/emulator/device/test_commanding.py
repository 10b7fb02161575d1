import pytest

from modem.emulator.codec.command import Command
from modem.emulator.device.results import Commanded
from tests.modem.emulator.conftest import Bench

SUBMIT_WITH_REPORT = "0021000B919731214365F700000135"
DELETE_0 = "00" + "02" + "00" + "00" + "02" + "00" + "0B919731214365F7" + "00"


@pytest.fixture
def told(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> list[Command]:
    """The commands a modem hands over, which nobody carries out."""
    commands: list[Command] = []
    device = bench.modem.device
    tell = device.tell
    monkeypatch.setattr(
        device,
        "tell",
        lambda effect: commands.append(effect.command) if isinstance(effect, Commanded) else tell(effect),
    )
    return commands


def test_command_in_pdu_mode_gets_the_next_reference(bench: Bench) -> None:
    bench.conditions.report_latency_s = 100.0
    bench.send(14, SUBMIT_WITH_REPORT)
    assert bench.raw(b"AT+CMGC=14\r") == b"\r\n> "
    assert bench.raw(DELETE_0.encode() + b"\x1a") == b"\r\n+CMGC: 1\r\n\r\nOK\r\n"


def test_command_in_text_mode_is_made_of_its_parameters(bench: Bench, told: list[Command]) -> None:
    bench.say("AT+CMGF=1")
    assert bench.raw(b'AT+CMGC=34,2,1,77,"+79131234567"\r') == b"\r\n> "
    bench.raw(b"DEAD\r\nbeef\x1a")
    (command,) = told
    assert (command.first, command.kind, command.pid, command.mn) == (34, 2, 1, 77)
    assert (command.to.text, command.to.toa, command.data.hex()) == ("+79131234567", 145, "deadbeef")


def test_command_may_leave_out_what_has_a_default(bench: Bench, told: list[Command]) -> None:
    bench.say("AT+CMGF=1")
    bench.raw(b"AT+CMGC=2,0\r")
    bench.raw(b"\x1a")
    assert (told[0].pid, told[0].mn, told[0].to.value, told[0].data) == (0, 0, "", b"")
    bench.modem.settle(0, None, bench.now)
    assert bench.wait(0) == b"\r\n+CMGC: 0\r\n\r\nOK\r\n"


@pytest.mark.parametrize("args", ["", "2", "2,256", "2,0,x", "256,0", '2,0,0,0,"09x"', '2,0,0,0,"1",145,1', '"2",0'])
def test_wrong_command_in_text_mode_gets_no_prompt(bench: Bench, args: str) -> None:
    bench.say("AT+CMGF=1")
    assert bench.say(f"AT+CMGC={args}") == ["+CMS ERROR: 305"]


@pytest.mark.parametrize("args", ["", "0", "165", "14,1", '"14"'])
def test_wrong_command_in_pdu_mode_gets_no_prompt(bench: Bench, args: str) -> None:
    assert bench.say(f"AT+CMGC={args}") == ["+CMS ERROR: 304"]


@pytest.mark.parametrize(("length", "pdu"), [(14, SUBMIT_WITH_REPORT), (13, DELETE_0), (14, "zz"), (14, DELETE_0[:-2])])
def test_pdu_that_is_no_command_is_refused(bench: Bench, length: int, pdu: str) -> None:
    bench.raw(b"AT+CMGC=%d\r" % length)
    assert bench.raw(pdu.encode() + b"\x1a") == b"\r\n+CMS ERROR: 304\r\n"


def test_data_that_is_not_hexadecimal_is_refused(bench: Bench) -> None:
    bench.say("AT+CMGF=1")
    for data in (b"xy", b"5", b"00" * 160):
        bench.raw(b'AT+CMGC=2,0,0,0,"0919"\r')
        assert bench.raw(data + b"\x1a") == b"\r\n+CMS ERROR: 305\r\n"


def test_command_without_network_is_refused(bench: Bench) -> None:
    bench.say("AT+CFUN=4")
    bench.raw(b"AT+CMGC=14\r")
    assert bench.raw(DELETE_0.encode() + b"\x1a") == b"\r\n+CMS ERROR: 331\r\n"


def test_stored_command_is_read_listed_and_sent(bench: Bench, told: list[Command]) -> None:
    bench.raw(b"AT+CMGW=14\r")
    bench.raw(DELETE_0.encode() + b"\x1a")
    bench.say("AT+CMGF=1")
    assert bench.say("AT+CMGR=1") == ['+CMGR: "STO UNSENT",2,2', "OK"]
    assert bench.say('AT+CMGL="ALL"') == ['+CMGL: 1,"STO UNSENT",2,2', "OK"]
    bench.say("AT+CSDH=1")
    assert bench.raw(b"AT+CMGR=1\r") == (b'\r\n+CMGR: "STO UNSENT",2,2,0,0,"+79131234567",145,0\r\n\r\n\r\nOK\r\n')
    assert bench.say('AT+CMSS=1,"0919"') == ["+CMS ERROR: 302"]
    bench.raw(b"AT+CMSS=1\r")
    assert told[0].kind == 2
    bench.modem.settle(0, None, bench.now)
    assert bench.wait(0) == b"\r\n+CMSS: 0\r\n\r\nOK\r\n"
    assert bench.say('AT+CMGL="STO SENT"')[0].startswith('+CMGL: 1,"STO SENT"')
