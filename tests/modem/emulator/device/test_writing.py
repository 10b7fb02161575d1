import pytest

from tests.modem.emulator.conftest import Bench

SUBMIT = "0011000B919731214365F70000AA0135"
DELIVER_5 = "07919700000090F9040B919731214365F7000032115150310282" + "0135"


def _store(bench: Bench, pdu: str, length: int, stat: int) -> list[str]:
    assert bench.raw(b"AT+CMGW=%d,%d\r" % (length, stat)) == b"\r\n> "
    return bench.raw(pdu.encode() + b"\x1a").decode().split()


def test_storing_is_refused_when_wrong_or_full(bench: Bench) -> None:
    assert _store(bench, DELIVER_5, 20, 2) == ["+CMS", "ERROR:", "304"]
    assert _store(bench, SUBMIT, 15, 0) == ["+CMS", "ERROR:", "304"]
    assert bench.say("AT+CMGW=15,5") == ["+CMS ERROR: 304"]
    for _ in range(30):
        assert _store(bench, SUBMIT, 15, 2)[-1] == "OK"
    assert _store(bench, SUBMIT, 15, 2) == ["+CMS", "ERROR:", "322"]


COMMAND = "00" + "02" + "00" + "00" + "02" + "05" + "0B919731214365F7" + "00"
REPORT = "00" + "06" + "00" + "0B919731214365F7" + "32115150310282" + "32115150311282" + "00"


@pytest.mark.parametrize(
    ("pdu", "length", "stat"),
    [(SUBMIT, 15, 2), (SUBMIT, 15, 3), (DELIVER_5, 20, 0), (DELIVER_5, 20, 1), (COMMAND, 14, 2), (REPORT, 25, 1)],
)
def test_every_kind_of_pdu_is_stored_as_it_is(bench: Bench, pdu: str, length: int, stat: int) -> None:
    assert _store(bench, pdu, length, stat) == ["+CMGW:", "1", "OK"]
    assert bench.say("AT+CMGR=1") == [f"+CMGR: {stat},,{length}", pdu, "OK"]


@pytest.mark.parametrize(
    ("pdu", "length", "stat"),
    [(COMMAND, 14, 0), (REPORT, 25, 3), (COMMAND[:-2], 13, 2), (SUBMIT, 14, 2), ("", 1, 2), ("05", 1, 2), ("zz", 1, 2)],
)
def test_pdu_that_is_not_of_its_state_is_refused(bench: Bench, pdu: str, length: int, stat: int) -> None:
    assert _store(bench, pdu, length, stat) == ["+CMS", "ERROR:", "304"]


def test_state_left_out_is_that_of_the_kind(bench: Bench) -> None:
    for length, pdu in ((15, SUBMIT), (20, DELIVER_5), (14, COMMAND)):
        assert bench.raw(b"AT+CMGW=%d\r" % length) == b"\r\n> "
        assert bench.raw(pdu.encode() + b"\x1a").endswith(b"OK\r\n")
    heads = [line for line in bench.say("AT+CMGL=4") if line.startswith("+CMGL")]
    assert heads == ["+CMGL: 1,2,,15", "+CMGL: 2,1,,20", "+CMGL: 3,2,,14"]


@pytest.mark.parametrize("args", ["15,4", "15,5", "15,2,1", "0", "165", '"15"', "15,x"])
def test_wrong_call_in_pdu_mode_gets_no_prompt(bench: Bench, args: str) -> None:
    assert bench.say(f"AT+CMGW={args}") == ["+CMS ERROR: 304"]
    assert bench.say("AT+CMGW") == ["+CMS ERROR: 304"]


def _write(bench: Bench, line: str, text: bytes) -> bytes:
    assert bench.raw(line.encode() + b"\r") == b"\r\n> "
    return bench.raw(text + b"\x1a")


def test_text_is_stored_with_number_type_and_state(bench: Bench) -> None:
    bench.say("AT+CMGF=1;+CSDH=1")
    assert _write(bench, 'AT+CMGW="0919",129,"STO SENT"', b"5") == b"\r\n+CMGW: 1\r\n\r\nOK\r\n"
    head = '+CMGR: "STO SENT","0919",,129,17,0,0,167,"+79000000099",145,1'
    assert bench.say("AT+CMGR=1") == [head, "5", "OK"]


def test_text_message_as_received_has_the_time_of_csmp(bench: Bench) -> None:
    bench.say('AT+CMGF=1;+CSDH=1;+CSMP=4,"20/01/02,03:04:05-08"')
    assert _write(bench, 'AT+CMGW="Altai",208,"REC READ"', b"5").endswith(b"OK\r\n")
    head = '+CMGR: "REC READ","Altai",,"20/01/02,03:04:05-08",208,4,0,0,"+79000000099",145,1'
    assert bench.say("AT+CMGR=1") == [head, "5", "OK"]
    bench.say("AT+CSMP=17")
    assert _write(bench, 'AT+CMGW="0919",129,"REC UNREAD"', b"5").endswith(b"OK\r\n")
    assert bench.say("AT+CMGR=2")[0].startswith('+CMGR: "REC UNREAD","0919",,"23/11/15,05:13:20+28",129,4,')


@pytest.mark.parametrize(
    "args", ['"0919",129,"REC"', '"0919",129,"ALL"', '"Altai",208', '"0919",1', ',,"REC READ"', '"1",129,"STO SENT",1']
)
def test_wrong_call_in_text_mode_gets_no_prompt(bench: Bench, args: str) -> None:
    bench.say("AT+CMGF=1")
    assert bench.say(f"AT+CMGW={args}") == ["+CMS ERROR: 305"]
