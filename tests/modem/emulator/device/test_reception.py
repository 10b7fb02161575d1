import pytest

from modem.emulator.codec.address import Address
from modem.emulator.codec.timestamp import encode_timestamp
from modem.emulator.codec.tpdu import Deliver, encode_deliver
from modem.emulator.codec.userdata import UserData
from modem.emulator.device.results import Verdict
from tests.modem.emulator.conftest import Bench

WITH_REPORT = "0021000B919731214365F700000135"


def _flash(dcs: int) -> bytes:
    scts = encode_timestamp(1_700_000_000, 28)
    return encode_deliver(Deliver(Address.of("0919"), scts, UserData(b"\x35", 1, dcs, False)))


def test_message_shown_directly_is_not_stored(bench: Bench) -> None:
    bench.say("AT+CNMI=2,2")
    assert bench.deliver("5").startswith(b"\r\n+CMT: ,20\r\n07919700000090F904")
    assert bench.say("AT+CPMS?")[0].startswith('+CPMS: "SM",0')


@pytest.mark.parametrize(
    ("mt", "dcs", "seen"),
    [(2, 0x10, b"+CMT: "), (2, 0x12, b'+CMTI: "SM"'), (3, 0x13, b"+CMT: "), (3, 0x10, b'+CMTI: "ME"'), (0, 0, b"")],
)
def test_class_and_mode_decide_where_a_message_goes(bench: Bench, mt: int, dcs: int, seen: bytes) -> None:
    bench.say('AT+CPMS="ME","ME","ME"')
    bench.say(f"AT+CNMI=2,{mt}")
    assert bench.modem.offer(_flash(dcs), False, bench.now) is Verdict.TAKEN
    out = bench.wait(0)
    assert out[2 : 2 + len(seen)] == seen
    assert bool(out) == bool(seen)


def test_phase_2_plus_shows_the_next_message_after_the_acknowledgement(bench: Bench) -> None:
    bench.say("AT+CSMS=1;+CNMI=2,2")
    assert bench.deliver("1").count(b"+CMT: ") == 1
    assert bench.deliver("2") == b""
    assert bench.raw(b"AT+CNMA\r").count(b"+CMT: ") == 1
    assert bench.say("AT+CNMA=0") == ["OK"]
    assert bench.say("AT+CNMA") == ["+CMS ERROR: 340"]
    assert bench.journal.drain().count(b'"deliver"') == 2


def test_missing_acknowledgement_ends_direct_delivery_and_the_message_is_stored(bench: Bench) -> None:
    bench.say("AT+CSMS=1;+CNMI=2,2,0,1")
    bench.deliver("1")
    assert bench.wait(14) == b""
    bench.wait(2)
    assert bench.say("AT+CNMI?") == ["+CNMI: 2,0,0,0,0", "OK"]
    bench.wait(30)  # the network tries again
    assert bench.say("AT+CPMS?")[0].startswith('+CPMS: "SM",1')


def test_refused_acknowledgement_brings_the_message_again_later(bench: Bench) -> None:
    bench.say("AT+CSMS=1;+CNMI=2,2")
    bench.deliver("1")
    assert bench.say("AT+CNMA=2") == ["OK"]
    assert bench.wait(31).count(b"+CMT: ") == 1


def test_direct_forms_wait_with_the_network_while_nobody_listens(bench: Bench) -> None:
    bench.say("AT+CNMI=2,2,0,1")
    bench.send(14, WITH_REPORT)
    bench.world.set_link(bench.modem, False, bench.now)
    assert bench.deliver("5") == b""
    assert bench.wait(100) == b""
    assert bench.modem.device.waits_for_terminal
    bench.world.set_link(bench.modem, True, bench.now)
    out = bench.wait(0)
    assert (out.count(b"+CMT: "), out.count(b"+CDS: ")) == (1, 1)


def test_stored_message_is_indicated_when_somebody_listens_again(bench: Bench) -> None:
    bench.say("AT+CNMI=2,1")
    bench.world.set_link(bench.modem, False, bench.now)
    assert bench.deliver("5") == b""
    bench.world.set_link(bench.modem, True, bench.now)
    assert bench.wait(0) == b'\r\n+CMTI: "SM",1\r\n'


def test_direct_message_not_yet_written_survives_the_closing_of_the_port(bench: Bench) -> None:
    bench.say("AT+CNMI=2,2")
    bench.raw(b"AT+CMGS=14\r")  # the line is in text entry: the notice has to wait
    assert bench.deliver("5") == b""
    bench.world.set_link(bench.modem, False, bench.now)
    bench.world.set_link(bench.modem, True, bench.now)
    assert bench.wait(0).count(b"+CMT: ") == 1


@pytest.mark.parametrize(("bfr", "kept"), [(0, 1), (1, 0)])
def test_buffered_notices_are_released_or_dropped_as_bfr_says(bench: Bench, bfr: int, kept: int) -> None:
    bench.say("AT+CNMI=0,1")
    assert bench.deliver("5") == b""
    assert bench.raw(f"AT+CNMI=2,1,0,0,{bfr}\r".encode()).count(b"+CMTI") == kept


def test_reports_nobody_wants_are_let_go(bench: Bench) -> None:
    bench.send(14, WITH_REPORT)
    assert bench.wait(1) == b""
    assert bench.journal.drain().count(b'"report"') == 1
