from dataclasses import replace

from tests.modem.emulator.conftest import Bench


def test_indicators_are_named_and_told(bench: Bench) -> None:
    device = bench.modem.device
    device.identity = replace(device.identity, signal=21)
    assert bench.say("AT+CIND=?") == [
        '+CIND: ("battchg",(0-5)),("signal",(0-5)),("service",(0,1)),("message",(0,1)),'
        '("call",(0,1)),("roam",(0,1)),("smsfull",(0,1))',
        "OK",
    ]
    assert bench.say("AT+CIND?") == ["+CIND: 5,4,1,0,0,0,0", "OK"]
    device.set_registration(5)
    device.battery_percent = 35
    bench.deliver("5")
    assert bench.say("AT+CIND?") == ["+CIND: 1,4,1,1,0,1,0", "OK"]
    bench.say("AT+CFUN=4")
    assert bench.say("AT+CIND?") == ["+CIND: 1,0,0,1,0,0,0", "OK"]


def test_changes_are_told_once_when_they_were_asked_for(bench: Bench) -> None:
    bench.deliver("1")
    assert bench.say("AT+CMER=3,0,0,1") == ["OK"]
    assert bench.say("AT") == ["OK"]
    assert bench.say("AT+CMGR=1")[-2:] == ["OK", "+CIEV: 4,0"]
    assert bench.deliver("2") == b"\r\n+CIEV: 4,1\r\n"
    assert bench.deliver("3") == b""
    bench.modem.device.set_registration(2)
    assert bench.wait(0) == b"\r\n+CIEV: 2,0\r\n\r\n+CIEV: 3,0\r\n"
    assert bench.say("AT+CMER=0") == ["OK"]
    bench.modem.device.set_registration(1)
    assert bench.wait(0) == b""


def test_full_memory_is_an_indicator(bench: Bench) -> None:
    bench.say("AT+CMER=3,0,0,1")
    out = b"".join(bench.deliver("x") for _ in range(30))
    assert out == b"\r\n+CIEV: 4,1\r\n\r\n+CIEV: 7,1\r\n"
    assert bench.say("AT+CMGD=1")[-1] == "+CIEV: 7,0"


def test_changes_kept_back_are_told_or_forgotten_as_bfr_says(bench: Bench) -> None:
    device = bench.modem.device
    bench.say("AT+CMER=0,0,0,1")
    device.set_registration(5)
    assert bench.say("AT+CMER=3,0,0,1,0") == ["OK", "+CIEV: 6,1"]
    bench.say("AT+CMER=0,0,0,1")
    device.set_registration(1)
    assert bench.say("AT+CMER=3,0,0,1,1") == ["OK"]
    assert bench.say("AT+CMER?;+CMER=?") == ["+CMER: 3,0,0,1,1", "+CMER: (0-3),(0),(0),(0,1),(0,1)", "OK"]
    bench.say("AT+CMEE=1")
    assert bench.say("AT+CMER=3,1") == ["+CME ERROR: 50"]
