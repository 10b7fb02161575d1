import pytest

from tests.modem.emulator.conftest import Bench


def test_context_is_defined_activated_and_undefined(bench: Bench) -> None:
    assert bench.say("AT+CGDCONT?") == ["OK"]
    assert bench.say('AT+CGDCONT=1,"IP","internet"') == ["OK"]
    assert bench.say('AT+CGDCONT=3,"IPV4V6","ims"') == ["OK"]
    assert bench.say("AT+CGDCONT?") == [
        '+CGDCONT: 1,"IP","internet","",0,0',
        '+CGDCONT: 3,"IPV4V6","ims","",0,0',
        "OK",
    ]
    assert bench.say("AT+CGACT=1,1;+CGACT?") == ["+CGACT: 1,1", "+CGACT: 3,0", "OK"]
    assert bench.say("AT+CGATT=0;+CGACT?;+CGATT?") == ["+CGACT: 1,0", "+CGACT: 3,0", "+CGATT: 0", "OK"]
    assert bench.say("AT+CGDCONT=1;+CGACT?") == ["+CGACT: 3,0", "OK"]


def test_packet_domain_follows_attachment_and_registration(bench: Bench) -> None:
    bench.say("AT+CGREG=1;+CREG=1")
    assert bench.say("AT+CGATT=0") == ["OK", "+CGREG: 0"]
    assert bench.say("AT+CGATT=1") == ["OK", "+CGREG: 1"]
    bench.say("AT+CGREG=0;+CREG=0;+CFUN=4;+CMEE=1")
    assert bench.say("AT+CGATT?") == ["+CGATT: 0", "OK"]
    assert bench.say("AT+CGATT=1") == ["+CME ERROR: 30"]
    bench.say('AT+CGDCONT=1,"IP"')
    assert bench.say("AT+CGACT=1,1") == ["+CME ERROR: 30"]


@pytest.mark.parametrize("line", ["+CGATT=2", "+CGDCONT=0", '+CGDCONT=1,"X25"', "+CGACT=2", "+CGACT=1,5", "+WS46=22"])
def test_what_cannot_be_is_refused(bench: Bench, line: str) -> None:
    bench.say("AT+CMEE=1")
    assert bench.say(f"AT{line}") == ["+CME ERROR: 50"]


def test_test_forms_say_what_there_is(bench: Bench) -> None:
    assert bench.say("AT+CGATT=?;+CGACT=?;+WS46=?;+WS46?") == [
        "+CGATT: (0,1)",
        "+CGACT: (0,1)",
        "+WS46: (12)",
        "+WS46: 12",
        "OK",
    ]
    assert bench.say("AT+CGDCONT=?")[0] == '+CGDCONT: (1-16),"IP",,,(0),(0)'
