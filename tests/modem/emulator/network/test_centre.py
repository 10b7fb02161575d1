from collections.abc import Callable

import pytest

from modem.emulator.codec.address import decode_smsc
from modem.emulator.codec.reports import decode_status_report
from modem.emulator.network.handsets import Handset
from modem.emulator.network.numbers import canonical
from tests.modem.emulator.conftest import Bench

NOBODY = "+79131234567"
WITH_REPORT = "0021000B919731214365F700000135"  # to NOBODY, TP-SRR set, no validity
FOR_FIVE_MINUTES = "0031000B919731214365F70000000135"
WITHOUT_REPORT = "0001000B919731214365F700000135"


def _reports(out: bytes) -> list[int]:
    """TP-Status of every +CDS in what a modem said."""
    lines = out.decode().split("\r\n")
    pdus = [bytes.fromhex(lines[at + 1]) for at, line in enumerate(lines) if line.startswith("+CDS:")]
    return [decode_status_report(pdu).status for pdu in pdus]


@pytest.fixture
def direct(bench: Bench) -> Bench:
    """A modem that shows reports as they come."""
    bench.say("AT+CNMI=2,1,0,1")
    return bench


@pytest.mark.parametrize("number", ["+79131234567", "79131234567", "89131234567"])
def test_number_has_one_spelling(number: str) -> None:
    assert canonical(number) == "+79131234567"
    assert canonical("0919") == "0919"
    assert canonical("+380501234567") == "+380501234567"


def test_report_follows_the_submit_and_names_it(direct: Bench) -> None:
    assert direct.send(14, WITH_REPORT) == ["+CMGS:", "0", "OK"]
    out = direct.wait(1)
    stamps = "3211515031028232115150311282"
    pdu = f"07919700000090F906000B919731214365F7{stamps}00"
    assert out == f"\r\n+CDS: 25\r\n{pdu}\r\n".encode()
    assert direct.wait(100) == b""


def test_no_report_without_the_wish_for_one(direct: Bench) -> None:
    direct.send(14, WITHOUT_REPORT)
    assert direct.wait(100) == b""
    assert direct.world.next_due() is None


@pytest.mark.parametrize(("state", "status"), [(Handset.ON, 0x00), (Handset.BLOCKED, 0x42)])
def test_handset_decides_at_once(direct: Bench, state: Handset, status: int) -> None:
    direct.world.centre.set_handset(NOBODY, state, direct.now)
    direct.send(14, WITH_REPORT)
    assert _reports(direct.wait(1)) == [status]


def test_handset_that_is_off_gets_it_when_it_is_on_again(direct: Bench) -> None:
    direct.world.centre.set_handset("89131234567", Handset.OFF, direct.now)
    direct.send(14, WITH_REPORT)
    assert direct.wait(3600) == b""
    direct.world.centre.set_handset(NOBODY, Handset.ON, direct.now)
    assert _reports(direct.wait(0)) == [0x00]
    assert direct.wait(10 * 86400) == b""


def test_handset_that_stays_off_past_the_validity_gives_expired(direct: Bench) -> None:
    direct.world.centre.set_handset(NOBODY, Handset.OFF, direct.now)
    direct.send(15, FOR_FIVE_MINUTES)
    assert direct.wait(299) == b""
    assert _reports(direct.wait(2)) == [0x46]


def test_handset_out_of_reach_is_given_up_after_some_tries(direct: Bench) -> None:
    direct.conditions.report_trying = True
    direct.world.centre.set_handset(NOBODY, Handset.UNREACHABLE, direct.now)
    direct.send(14, WITH_REPORT)
    assert _reports(direct.wait(1)) == [0x22]
    assert [_reports(direct.wait(seconds)) for seconds in (30, 60, 119)] == [[], [], []]
    assert _reports(direct.wait(1)) == [0x62]


def test_report_is_stored_and_indicated_if_asked(bench: Bench) -> None:
    bench.say("AT+CNMI=2,1,0,2")
    bench.send(14, WITH_REPORT)
    assert bench.wait(1) == b'\r\n+CDSI: "SR",1\r\n'
    bench.say('AT+CPMS="SR"')
    pdu = bytes.fromhex(bench.say("AT+CMGR=1")[1])
    assert decode_status_report(pdu).to.text == NOBODY
    assert decode_smsc(pdu)[0] == "+79000000099"


def test_message_between_modems_arrives_under_the_sender_s_number(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(2)
    bench.say("AT+CNMI=2,1,0,1", 0)
    bench.say("AT+CNMI=2,1;+CMGF=1", 1)
    bench.say("AT+CMGF=1;+CSMP=49,167,0,0", 0)
    bench.raw(f'AT+CMGS="{bench.world.modems[1].number}"\r'.encode())
    bench.raw(b"Hello\x1a")
    assert bench.wait(1, 1) == b'\r\n+CMTI: "SM",1\r\n'
    assert bench.say("AT+CMGR=1", 1)[0].startswith(f'+CMGR: "REC UNREAD","{bench.modem.number}"')
    assert b"+CDS: 6,0," in bench.wait(0)


def test_full_memory_leaves_the_rest_with_the_network_in_order(bench: Bench) -> None:
    bench.say("AT+CNMI=2,1;+CMGF=1")
    out = b"".join(bench.deliver(f"text {number}") for number in range(33))
    assert out.count(b"+CMTI") == 30
    assert bench.say("AT+CPMS?")[0].startswith('+CPMS: "SM",30,30')
    assert bench.raw(b"AT+CMGD=7\r") == b'\r\nOK\r\n\r\n+CMTI: "SM",7\r\n'
    assert bench.say("AT+CMGR=7")[1] == "text 30"
    assert bench.raw(b"AT+CMGD=1,4\r").count(b"+CMTI") == 2
    assert [bench.say(f"AT+CMGR={index}")[1] for index in (1, 2)] == ["text 31", "text 32"]


def test_full_report_memory_keeps_reports_with_the_network(bench: Bench) -> None:
    bench.say("AT+CNMI=2,1,0,2")
    for _ in range(102):
        bench.send(14, WITH_REPORT)
    assert bench.wait(1).count(b"+CDSI") == 100
    bench.say('AT+CPMS="SR"')
    assert bench.raw(b"AT+CMGD=1,4\r").count(b"+CDSI") == 2
    assert bench.say("AT+CPMS?")[0].startswith('+CPMS: "SR",2,100')


def test_modem_without_radio_gets_its_messages_later(bench: Bench) -> None:
    bench.say("AT+CNMI=2,1;+CFUN=4")
    assert bench.deliver("5") == b""
    assert bench.raw(b"AT+CFUN=1\r") == b'\r\nOK\r\n\r\n+CMTI: "SM",1\r\n'


def test_message_past_its_validity_is_dropped_by_the_network(bench: Bench) -> None:
    bench.say("AT+CNMI=2,1;+CFUN=4")
    bench.deliver("old")
    bench.wait(4 * 86400)
    bench.deliver("new")
    assert bench.raw(b"AT+CFUN=1\r").count(b"+CMTI") == 1


def test_long_text_comes_in_parts_of_one_reference(bench: Bench) -> None:
    assert bench.world.centre.deliver(bench.modem, NOBODY, "я" * 150, bench.now) == 3
    lines = bench.journal.drain().decode().splitlines()
    assert len(lines) == 3


@pytest.mark.parametrize("sender", ["", "имя", "abcdefghijkl", "1" * 21])
def test_sender_that_no_message_can_carry_is_refused(bench: Bench, sender: str) -> None:
    with pytest.raises(UnicodeError):
        bench.world.centre.deliver(bench.modem, sender, "x", bench.now)
