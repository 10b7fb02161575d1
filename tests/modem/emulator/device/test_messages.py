import pytest

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


def test_received_message_is_read_once_as_unread(bench: Bench) -> None:
    bench.deliver("5")
    first, again = bench.raw(b"AT+CMGR=1\r"), bench.raw(b"AT+CMGR=1\r")
    assert first == f"\r\n+CMGR: 0,,20\r\n{DELIVER_5}\r\n\r\nOK\r\n".encode()
    assert again == first.replace(b"CMGR: 0", b"CMGR: 1")


def test_empty_slot_is_an_invalid_index(bench: Bench) -> None:
    for line in ("AT+CMGR=1", "AT+CMGD=1", "AT+CMSS=1", "AT+CMGR=0", "AT+CMGD=999"):
        assert bench.say(line) == ["+CMS ERROR: 321"]
    for line in ("AT+CMGR=x", "AT+CMGD=1,9", "AT+CMGL=7", "AT+CMGL=1,1"):
        assert bench.say(line) == ["+CMS ERROR: 304"]


def test_list_shows_what_is_asked_for_and_marks_it_read(bench: Bench) -> None:
    bench.deliver("5")
    bench.deliver("5")
    bench.say("AT+CMGR=1")
    assert bench.raw(b"AT+CMGL\r") == f"\r\n+CMGL: 2,0,,20\r\n{DELIVER_5}\r\n\r\nOK\r\n".encode()
    assert bench.say("AT+CMGL=0") == ["OK"]
    assert [line for line in bench.say("AT+CMGL=4") if line[0] == "+"] == ["+CMGL: 1,1,,20", "+CMGL: 2,1,,20"]
    assert bench.say("AT+CMGD=?") == ["+CMGD: (1,2),(0-4)", "OK"]


def _store(bench: Bench, pdu: str, length: int, stat: int) -> list[str]:
    assert bench.raw(b"AT+CMGW=%d,%d\r" % (length, stat)) == b"\r\n> "
    return bench.raw(pdu.encode() + b"\x1a").decode().split()


def _states(bench: Bench) -> list[str]:
    return [line.split(",")[1] for line in bench.say("AT+CMGL=4") if line[0] == "+"]


@pytest.mark.parametrize(("flag", "left"), [(1, "023"), (2, "02"), (3, "0"), (4, "")])
def test_delete_flag_takes_the_states_of_the_standard(bench: Bench, flag: int, left: str) -> None:
    for stat in (1, 2, 3):
        assert _store(bench, SUBMIT if stat > 1 else DELIVER_5, 15 if stat > 1 else 20, stat)[0] == "+CMGW:"
    bench.deliver("5")
    assert bench.say(f"AT+CMGD=1,{flag}") == ["OK"]
    memory = bench.modem.device.memory(0)
    assert sorted(str(entry.state.value) for _, entry in memory.items()) == list(left)


def test_delete_flag_0_takes_one_slot_which_is_used_again(bench: Bench) -> None:
    for _ in range(3):
        bench.deliver("5")
    assert bench.say("AT+CMGD=2,0") == ["OK"]
    bench.say("AT+CNMI=2,1")
    assert bench.deliver("5") == b'\r\n+CMTI: "SM",2\r\n'


def test_stored_message_is_sent_and_marked(bench: Bench) -> None:
    assert _store(bench, SUBMIT, 15, 2) == ["+CMGW:", "1", "OK"]
    assert bench.say("AT+CMSS=1") == ["+CMSS: 0", "OK"]
    assert _states(bench) == ["3"]
    assert bench.say('AT+CMSS=1,"0919"') == ["+CMSS: 1", "OK"]
    assert [line["to"] for line in bench.journal.submits(0)[0]] == ["+79131234567", "0919"]
    bench.deliver("5")
    assert bench.say("AT+CMSS=2") == ["+CMS ERROR: 302"]


def test_storing_is_refused_when_wrong_or_full(bench: Bench) -> None:
    assert _store(bench, DELIVER_5, 20, 2) == ["+CMS", "ERROR:", "304"]
    assert _store(bench, SUBMIT, 15, 0) == ["+CMS", "ERROR:", "304"]
    assert bench.say("AT+CMGW=15,5") == ["+CMS ERROR: 304"]
    for _ in range(30):
        assert _store(bench, SUBMIT, 15, 2)[-1] == "OK"
    assert _store(bench, SUBMIT, 15, 2) == ["+CMS", "ERROR:", "322"]


def test_waiting_submits_of_one_line_go_one_after_the_other(bench: Bench) -> None:
    _store(bench, SUBMIT, 15, 2)
    bench.conditions.latency_s = 1.0
    assert bench.raw(b"AT+CMSS=1;+CMSS=1;+CMEE?\r") == b""
    assert bench.wait(1) == b"\r\n+CMSS: 0\r\n"
    assert bench.wait(1) == b"\r\n+CMSS: 1\r\n\r\n+CMEE: 0\r\n\r\nOK\r\n"
