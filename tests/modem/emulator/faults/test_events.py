"""Faults that happen at once, as the terminal and the network see them."""

import pytest

from modem.emulator.faults.events import inflict
from modem.emulator.faults.kinds import FAULT
from tests.modem.emulator.conftest import Bench

PDU = "0001000B919731214365F700000135"


def happen(bench: Bench, kind: str, **fields: object) -> bytes:
    inflict(bench.world, bench.modem, FAULT.validate_python({"kind": kind, **fields}), bench.now)
    bench.world.settle_effects(bench.now)
    return bench.world.take_output(bench.modem, bench.now)


@pytest.mark.parametrize(
    ("what", "cpin", "cms"),
    [
        ("remove", "+CME ERROR: 10", "+CMS ERROR: 310"),
        ("pin", "+CPIN: SIM PIN", "+CMS ERROR: 311"),
        ("puk", "+CPIN: SIM PUK", "+CMS ERROR: 316"),
        ("busy", "+CME ERROR: 14", "+CMS ERROR: 314"),
        ("failed", "+CME ERROR: 13", "+CMS ERROR: 313"),
    ],
)
def test_sim_in_trouble_is_told_by_cpin_and_stops_messages(bench: Bench, what: str, cpin: str, cms: str) -> None:
    bench.say("AT+CMEE=1")
    happen(bench, "sim", what=what)
    assert bench.say("AT+CPIN?")[0] == cpin
    assert bench.say("AT+CMGS=14") == [cms]


def test_sim_that_is_back_has_its_messages(bench: Bench) -> None:
    bench.deliver("5")
    happen(bench, "sim", what="remove")
    happen(bench, "sim", what="insert")
    assert bench.say("AT+CPIN?") == ["+CPIN: READY", "OK"]
    assert bench.say("AT+CPMS?")[0].startswith('+CPMS: "SM",1,')


def test_busy_sim_is_ready_after_its_time(bench: Bench) -> None:
    happen(bench, "sim", what="busy", for_s=3)
    bench.wait(3)
    assert bench.say("AT+CPIN?") == ["+CPIN: READY", "OK"]


def test_changed_sim_is_another_subscriber_with_an_empty_memory(bench: Bench) -> None:
    bench.deliver("5")
    old = bench.modem.number
    iccid = bench.say("AT+CCID")
    happen(bench, "sim", what="change")
    assert bench.modem.number != old
    assert bench.say("AT+CCID") != iccid
    assert bench.say("AT+CPMS?")[0].startswith('+CPMS: "SM",0,')
    assert bench.send(14, PDU)[-1] == "OK"


def test_message_for_a_sim_that_was_changed_waits_for_it(bench: Bench) -> None:
    old = bench.modem.number
    happen(bench, "sim", what="change")
    bench.world.centre.write("+79131234567", old, "5", bench.now)
    bench.wait(1)
    assert bench.say("AT+CPMS?")[0].startswith('+CPMS: "SM",0,')


def test_lost_registration_is_told_and_stops_messages_until_it_is_back(bench: Bench) -> None:
    bench.say("AT+CREG=1")
    assert happen(bench, "registration", stat=2, for_s=30) == b"\r\n+CREG: 2\r\n"
    bench.deliver("5")
    assert bench.send(14, PDU) == ["+CMS", "ERROR:", "331"]
    assert bench.say("AT+CPMS?")[0].startswith('+CPMS: "SM",0,')
    assert bench.wait(30) == b"\r\n+CREG: 1\r\n"
    assert bench.say("AT+CPMS?")[0].startswith('+CPMS: "SM",1,')


def test_reset_forgets_what_was_going_on(bench: Bench) -> None:
    bench.say("AT+CNMI=2,1;+CMEE=2")
    bench.raw(b"AT+CMGS=14\r")
    happen(bench, "reset")
    bench.raw(b"ATE0\r")
    assert bench.say("AT+CMEE?;+CNMI?") == ["+CMEE: 0", "+CNMI: 0,0,0,0,0", "OK"]


def test_unplugged_modem_is_out_of_the_network_and_comes_back_new(bench: Bench) -> None:
    happen(bench, "unplug", for_s=10)
    assert not bench.modem.device.attached
    bench.deliver("5")
    bench.wait(10)
    bench.world.set_link(bench.modem, True, bench.now)
    bench.raw(b"ATE0\r")
    assert bench.say("AT+CPMS?")[0].startswith('+CPMS: "SM",1,')


def test_modem_is_not_swapped_with_itself(bench: Bench) -> None:
    with pytest.raises(ValueError, match="cannot be swapped with itself"):
        happen(bench, "swap", other=0)


def test_each_event_is_in_the_log(bench: Bench) -> None:
    happen(bench, "signal", rssi=7)
    assert '"event": "fault", "kind": "signal", "rssi": 7' in bench.journal.drain().decode()


@pytest.mark.parametrize("fields", [{"rssi": 50}, {"rssi": "x"}, {}, {"other": 1}])
def test_fault_with_wrong_fields_is_refused(fields: dict[str, object]) -> None:
    kind = "signal" if fields else "swap"
    with pytest.raises(ValueError, match=r"rssi|other"):
        FAULT.validate_python({"kind": kind, **fields})


def test_registration_is_back_after_the_last_of_several_faults(bench: Bench) -> None:
    happen(bench, "registration", stat=3, for_s=30)
    bench.wait(10)
    happen(bench, "registration", stat=2, for_s=5)
    bench.wait(5)
    assert "+CREG: 0,1" in bench.say("AT+CREG?")
    happen(bench, "registration", stat=3, for_s=60)
    bench.wait(20)
    assert "+CREG: 0,3" in bench.say("AT+CREG?")
    bench.wait(40)
    assert "+CREG: 0,1" in bench.say("AT+CREG?")
    happen(bench, "registration", stat=5)
    happen(bench, "registration", stat=2, for_s=5)
    bench.wait(5)
    assert "+CREG: 0,5" in bench.say("AT+CREG?")
