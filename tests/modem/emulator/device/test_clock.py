import pytest

from tests.modem.emulator.conftest import Bench


def test_clock_runs_and_can_be_set(bench: Bench) -> None:
    assert bench.say("AT+CCLK?") == ['+CCLK: "23/11/15,05:13:20+28"', "OK"]
    assert bench.say('AT+CCLK="24/01/01,00:00:00+28"') == ["OK"]
    bench.now += 61
    assert bench.say("AT+CCLK?") == ['+CCLK: "24/01/01,00:01:01+28"', "OK"]


@pytest.mark.parametrize("value", ['"24/13/01,00:00:00+28"', '"24/01/01"', "5", '"24/01/01,00:00:00+99"', '"x"'])
def test_clock_refuses_what_is_no_time(bench: Bench, value: str) -> None:
    assert bench.say(f"AT+CCLK={value}") == ["ERROR"]


def test_clock_takes_the_zone_it_is_set_with(bench: Bench) -> None:
    bench.say('AT+CCLK="24/01/01,00:00:00-08"')
    assert bench.say("AT+CCLK?") == ['+CCLK: "24/01/01,00:00:00-08"', "OK"]
    bench.say('AT+CCLK="24/01/01,12:00:00"')
    assert bench.say("AT+CCLK?") == ['+CCLK: "24/01/01,12:00:00-08"', "OK"]


def test_zone_of_the_network_is_told_and_taken_over_as_asked(bench: Bench) -> None:
    device = bench.modem.device
    bench.say("AT+CTZR=1")
    device.hear_zone(12)
    assert bench.wait(0) == b'\r\n+CTZV: "+12"\r\n'
    assert bench.say("AT+CCLK?") == ['+CCLK: "23/11/15,05:13:20+28"', "OK"]
    bench.say("AT+CTZR=2;+CTZU=1")
    device.hear_zone(-4)
    assert bench.wait(0) == b'\r\n+CTZE: "-04",0,"2023/11/14,21:13:20"\r\n'
    assert bench.say("AT+CCLK?") == ['+CCLK: "23/11/14,21:13:20-04"', "OK"]
    device.hear_zone(-4)
    assert bench.wait(0) == b""
    assert bench.say("AT+CTZU?;+CTZR?;+CTZR=?") == ["+CTZU: 1", "+CTZR: 2", "+CTZR: (0-2)", "OK"]


def test_zone_changed_in_the_network_reaches_the_modems(bench: Bench) -> None:
    bench.say("AT+CTZR=1")
    bench.world.change_network({"latency_ms": 5}, bench.now)
    assert bench.wait(0) == b""
    bench.world.change_network({"zone_quarters": 8}, bench.now)
    assert bench.wait(0) == b'\r\n+CTZV: "+08"\r\n'
