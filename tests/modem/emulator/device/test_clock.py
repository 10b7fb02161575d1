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
