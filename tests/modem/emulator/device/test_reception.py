import re

import pytest

from modem.emulator.codec.address import Address
from modem.emulator.codec.coding import Alphabet, data_coding
from modem.emulator.codec.timestamp import encode_timestamp
from modem.emulator.codec.tpdu import Deliver, encode_deliver
from modem.emulator.codec.userdata import UserData
from modem.emulator.device.memory import Layout, Slots, make_memories
from modem.emulator.device.notices import MAX_MESSAGES
from modem.emulator.device.results import Verdict
from tests.modem.emulator.conftest import Bench

SCTS = encode_timestamp(1_700_000_000, 28)
WITH_REPORT = "0021000B919731214365F700000135"


def _is_ucs2(dcs: int) -> bool:
    return data_coding(dcs).alphabet is Alphabet.UCS2


def _message(dcs: int) -> bytes:
    scts = encode_timestamp(1_700_000_000, 28)
    return encode_deliver(
        Deliver(
            Address.of("0919"), scts, UserData(b"\x00\x35" if _is_ucs2(dcs) else b"\x35", 1 + _is_ucs2(dcs), dcs, False)
        )
    )


def test_message_shown_directly_is_not_stored(bench: Bench) -> None:
    bench.say("AT+CNMI=2,2")
    assert bench.deliver("5").startswith(b"\r\n+CMT: ,20\r\n07919700000090F904")
    assert bench.say("AT+CPMS?")[0].startswith('+CPMS: "SM",0')


@pytest.mark.parametrize(
    ("mt", "dcs", "seen"),
    [  # table 1 of §3.4.1, row by row; <mem3> is ME
        *[(0, dcs, b"") for dcs in (0x00, 0x10, 0x11, 0x12, 0x13, 0xC8, 0xD8, 0xE8)],
        *[(1, dcs, b'+CMTI: "ME",1') for dcs in (0x00, 0x08, 0x10, 0x11, 0x13, 0xC8, 0xD8, 0xE8, 0xF1, 0xF7)],
        *[(1, dcs, b'+CMTI: "SM",1') for dcs in (0x12, 0x5A, 0xF2, 0xF6)],
        *[(2, dcs, b"+CMT: ") for dcs in (0x00, 0x08, 0x10, 0x11, 0x13, 0xC8, 0xF0, 0xF7)],
        *[(2, dcs, b'+CMTI: "ME",1') for dcs in (0xD8, 0xE8)],
        *[(2, dcs, b'+CMTI: "SM",1') for dcs in (0x12, 0xF2)],
        *[(3, dcs, b"+CMT: ") for dcs in (0x13, 0x1B, 0xF3, 0xF7)],
        *[(3, dcs, b'+CMTI: "ME",1') for dcs in (0x00, 0x10, 0x11, 0xC8, 0xD8)],
        *[(3, dcs, b'+CMTI: "SM",1') for dcs in (0x12, 0xF6)],
    ],
)
def test_class_and_mode_decide_where_a_message_goes(bench: Bench, mt: int, dcs: int, seen: bytes) -> None:
    bench.say('AT+CPMS="ME","ME","ME"')
    bench.say(f"AT+CNMI=2,{mt}")
    assert bench.modem.offer(_message(dcs), False, bench.now) is Verdict.TAKEN
    out = bench.wait(0)
    assert out[2 : 2 + len(seen)] == seen
    assert bool(out) == bool(seen)


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


def test_message_stored_without_indication_is_there(bench: Bench) -> None:
    bench.say("AT+CNMI=2,0")
    assert bench.deliver("5") == b""
    assert bench.say("AT+CMGR=1")[0] == "+CMGR: 0,,20"


def test_silent_message_is_taken_and_never_seen(bench: Bench) -> None:
    bench.say("AT+CNMI=2,2")
    silent = encode_deliver(Deliver(Address.of("0919"), SCTS, UserData(b"\x35", 1, 0, False), pid=0x40))
    assert bench.modem.offer(silent, False, bench.now) is Verdict.TAKEN
    assert bench.wait(0) == b""
    assert bench.say("AT+CPMS?")[0].startswith('+CPMS: "SM",0')


def _replacing(text: bytes, sender: str, pid: int = 0x41) -> bytes:
    return encode_deliver(Deliver(Address.of(sender), SCTS, UserData(text, 1, 0, False), pid=pid))


def test_replacing_message_takes_the_place_of_the_one_with_its_type_and_sender(bench: Bench) -> None:
    bench.say("AT+CNMI=2,1")
    for text, sender, pid in ((b"1", "0919", 0x41), (b"2", "0919", 0x42), (b"3", "0920", 0x41), (b"4", "0919", 0x41)):
        assert bench.modem.offer(_replacing(text, sender, pid), False, bench.now) is Verdict.TAKEN
    assert re.findall(rb",([0-9]+)\r", bench.wait(0)) == [b"1", b"2", b"3", b"1"]
    bench.say("AT+CMGF=1")
    assert bench.say("AT+CMGR=1")[1] == "4"


def test_waiting_message_to_be_discarded_is_taken_though_the_memory_is_full(bench: Bench) -> None:
    bench.modem.device.sim.messages = Slots("SM", 1)
    bench.modem.device.memories = make_memories(bench.modem.device.sim.messages, Layout())
    assert bench.modem.offer(_message(0xD8), False, bench.now) is Verdict.TAKEN
    assert bench.modem.offer(_message(0xC8), False, bench.now) is Verdict.TAKEN
    assert bench.modem.offer(_message(0xD8), False, bench.now) is Verdict.FULL


@pytest.mark.parametrize("cnmi", ["1,2,0,1", "1,3,0,1"])
def test_link_reserved_with_mode_1_leaves_direct_messages_with_the_network(bench: Bench, cnmi: str) -> None:
    bench.say(f"AT+CNMI={cnmi}")
    bench.world.set_link(bench.modem, False, bench.now)
    assert bench.modem.offer(_message(0x13), False, bench.now) is Verdict.AWAY


def test_indication_is_discarded_with_mode_1_while_nobody_listens(bench: Bench) -> None:
    bench.say("AT+CNMI=1,1")
    bench.world.set_link(bench.modem, False, bench.now)
    bench.deliver("5")
    bench.world.set_link(bench.modem, True, bench.now)
    assert bench.wait(0) == b""
    assert bench.say("AT+CPMS?")[0].startswith('+CPMS: "SM",1')


def test_report_is_stored_and_indicated_or_shown_as_ds_says(bench: Bench) -> None:
    bench.say("AT+CNMI=2,1,0,2")
    bench.send(14, WITH_REPORT)
    assert bench.wait(1) == b'\r\n+CDSI: "SR",1\r\n'
    bench.say('AT+CPMS="SR"')
    assert bench.say("AT+CMGR=1")[0] == "+CMGR: 0,,25"
    bench.say("AT+CNMI=2,1,0,1")
    bench.send(14, WITH_REPORT)
    assert bench.wait(1).startswith(b"\r\n+CDS: 25\r\n07919700000090F906")


def test_report_without_a_memory_of_its_own_is_stored_with_the_messages(bench: Bench) -> None:
    bench.modem.device.memories = make_memories(bench.modem.device.sim.messages, Layout(sr=0))
    bench.say("AT+CNMI=2,1,0,2")
    bench.send(14, WITH_REPORT)
    assert bench.wait(1) == b'\r\n+CDSI: "SM",1\r\n'


def test_modem_without_network_takes_nothing(bench: Bench) -> None:
    bench.say("AT+CFUN=4")
    assert bench.modem.offer(_message(0), False, bench.now) is Verdict.AWAY
    bench.say("AT+CNMI=2,1")
    bench.deliver("5")
    assert b"+CMTI" in bench.raw(b"AT+CFUN=1\r")


def test_messages_beyond_the_buffer_come_when_it_is_empty_again(bench: Bench) -> None:
    bench.say("AT+CNMI=0,2")
    for _ in range(MAX_MESSAGES + 5):
        bench.deliver("5")
    assert bench.raw(b"AT+CNMI=2,2\r").count(b"+CMT: ") == MAX_MESSAGES
    assert bench.wait(0).count(b"+CMT: ") == 5
