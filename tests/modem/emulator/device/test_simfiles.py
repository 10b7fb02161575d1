from dataclasses import replace

import pytest

from tests.modem.emulator.conftest import Bench


@pytest.fixture
def known(bench: Bench) -> Bench:
    """A modem whose card has numbers that can be written down here."""
    device = bench.modem.device
    device.slot.insert(replace(device.sim, iccid="8970199000000000012", imsi="250991234567890"))
    bench.wait(0)
    bench.say("AT+CMEE=1")
    return bench


@pytest.mark.parametrize(
    ("parameters", "answer"),
    [
        ("176,12258,0,0,10", '144,0,"980791090000000010F2"'),
        ("176,28423,0,0,9", '144,0,"082905992143658709"'),
        ("176,28589,0,0,4", '144,0,"00000002"'),
        ("176,28589,0,3,1", '144,0,"02"'),
        ("176,28590,0,0,0", '144,0,"03"'),
        ("176,28486,0,0,17", '144,0,"014F746B6C696B204D6F62696C65FFFFFF"'),
        ("192,12258,0,0,15", '144,0,"0000000A2FE204000FFFFF01020000"'),
        ("192,28423", '144,0,"000000096F0704001FFFFF01020000"'),
        ("176,12258,0,5,10", "107,0"),
        ("176,28476,0,0,1", "148,4"),
        ("178,12258,1,4,10", "148,8"),
        ('214,12258,0,0,1,"00"', "152,4"),
        ("242,12258", "109,0"),
    ],
)
def test_card_answers_with_its_status_words(known: Bench, parameters: str, answer: str) -> None:
    assert known.say(f"AT+CRSM={parameters}") == [f"+CRSM: {answer}", "OK"]


def test_locked_card_shows_what_needs_no_pin(known: Bench) -> None:
    known.modem.device.slot.lock()
    known.wait(0)
    assert known.say("AT+CRSM=176,28589,0,0,4") == ['+CRSM: 144,0,"00000002"', "OK"]
    assert known.say("AT+CRSM=176,28423,0,0,9") == ["+CRSM: 152,4", "OK"]
    known.modem.device.slot.remove()
    assert known.say("AT+CRSM=176,28589,0,0,4")[0] == "+CME ERROR: 10"


@pytest.mark.parametrize("parameters", ["176", '"176",12258', "176,12258,256,0,1", "176,12258,0,0,-1"])
def test_what_is_no_instruction_is_not_put_to_the_card(known: Bench, parameters: str) -> None:
    assert known.say(f"AT+CRSM={parameters}") == ["+CME ERROR: 50"]
