import pytest

from tests.modem.emulator.conftest import Bench


def test_connect_sequence_of_the_base_library_gets_the_exact_forms(bench: Bench) -> None:
    assert bench.raw(b"AT+CFUN?\r") == b"\r\n+CFUN: 1\r\n\r\nOK\r\n"
    assert bench.raw(b"AT+CPIN?\r") == b"\r\n+CPIN: READY\r\n\r\nOK\r\n"
    assert b'\r\n+CSCA: "+79000000099",145\r\n' in bench.raw(b"AT+CSCA?\r")
    assert bench.raw(b"AT+COPS=3,0\r") == b"\r\nOK\r\n"
    clac = bench.say("AT+CLAC")
    assert {"+CSCS", "+CNUM", "+CMGS"} <= set(clac)
    assert not {"+ZPAS", "+WIND", "^CVOICE"} & set(clac)
    for line in ("AT+CSMP=49,167,0,0", "AT+CLIP=1", "AT+CRC=1", "AT+CVHU=0", "AT+CMGF=0", "AT+CNMI=2,1,0,2"):
        assert bench.say(line) == ["OK"]


def test_identity_is_that_of_one_device_and_one_card(bench: Bench) -> None:
    device = bench.modem.device
    assert bench.say("AT+CGSN") == [device.identity.imei, "OK"]
    assert bench.say("AT+CIMI") == [device.sim.imsi, "OK"]
    assert bench.say("AT+CCID") == [f'+CCID: "{device.sim.iccid}"', "OK"]
    assert bench.say("AT+CNUM") == [f'+CNUM: "","{device.sim.number}",145', "OK"]
    assert len(device.identity.imei) == 15
    assert device.sim.iccid.startswith("8970")
    assert bench.say("ATI")[0] == device.identity.manufacturer


def test_registration_follows_the_radio(bench: Bench) -> None:
    for name in ("CREG", "CGREG", "CEREG"):
        assert bench.say(f"AT+{name}?") == [f"+{name}: 0,1", "OK"]
        assert bench.say(f"AT+{name}=2") == ["OK"]
        assert bench.say(f"AT+{name}?") == [f'+{name}: 2,1,"1F40","00A1B2C3"', "OK"]
        assert bench.say(f"AT+{name}=3") == ["ERROR"]
    assert bench.raw(b"AT+CFUN=4\r") == b"\r\nOK\r\n\r\n+CREG: 0\r\n\r\n+CGREG: 0\r\n\r\n+CEREG: 0\r\n"
    assert bench.say("AT+CSQ") == ["+CSQ: 99,0", "OK"]
    assert bench.say("AT+COPS?") == ["+COPS: 0", "OK"]
    assert b'+CREG: 1,"1F40","00A1B2C3"' in bench.raw(b"AT+CFUN=1\r")


def test_operator_is_shown_in_the_form_asked_for(bench: Bench) -> None:
    shown = []
    for form in (0, 1, 2):
        bench.say(f"AT+COPS=3,{form}")
        shown.append(bench.say("AT+COPS?")[0])
    assert shown == ['+COPS: 0,0,"Otklik Mobile",0', '+COPS: 0,1,"Otklik",0', '+COPS: 0,2,"25099",0']
    bench.say("AT+CMEE=1")
    assert bench.say('AT+COPS=1,2,"25001"') == ["+CME ERROR: 30"]
    assert bench.say("AT+COPS=7") == ["+CME ERROR: 50"]


def test_character_set_answers_in_itself(bench: Bench) -> None:
    assert bench.say("AT+CSCS=?") == ['+CSCS: ("GSM","IRA","UCS2","HEX")', "OK"]
    shown = []
    for name in ("GSM", "IRA", "UCS2", "HEX"):
        assert bench.say(f'AT+CSCS="{name}"') == ["OK"]
        shown.append(bench.say("AT+CSCS?")[0])
    assert shown == ['+CSCS: "GSM"', '+CSCS: "IRA"', '+CSCS: "0055004300530032"', '+CSCS: "484558"']
    assert bench.say('AT+CSCS="KOI8"') == ["ERROR"]


def test_charset_is_chosen_by_its_name_in_the_present_charset(bench: Bench) -> None:
    """gammu does so around a USSD request."""
    assert bench.say('AT+CSCS="UCS2"') == ["OK"]
    assert bench.say('AT+CSCS="004800450058"') == ["OK"]
    assert bench.say("AT+CSCS?") == ['+CSCS: "484558"', "OK"]
    assert bench.say('AT+CSCS="47534D"') == ["OK"]
    assert bench.say("AT+CSCS?") == ['+CSCS: "GSM"', "OK"]
    assert bench.say('AT+CSCS="004800450058"') == ["ERROR"]


def test_clock_runs_and_can_be_set(bench: Bench) -> None:
    assert bench.say("AT+CCLK?") == ['+CCLK: "23/11/15,05:13:20+28"', "OK"]
    assert bench.say('AT+CCLK="24/01/01,00:00:00+28"') == ["OK"]
    bench.now += 61
    assert bench.say("AT+CCLK?") == ['+CCLK: "24/01/01,00:01:01+28"', "OK"]


@pytest.mark.parametrize("value", ['"24/13/01,00:00:00+28"', '"24/01/01"', "5", '"24/01/01,00:00:00+99"', '"x"'])
def test_clock_refuses_what_is_no_time(bench: Bench, value: str) -> None:
    assert bench.say(f"AT+CCLK={value}") == ["ERROR"]


def test_reset_puts_the_settings_back_and_keeps_the_memories(bench: Bench) -> None:
    bench.say('AT+CMEE=2;+CMGF=1;+CNMI=2,2;+CSCS="UCS2"')
    bench.say('AT+CPMS="ME"')
    assert bench.say("ATZ") == ["OK"]
    assert bench.say("AT+CMEE?;+CMGF?;+CNMI?;+CSCS?") == [
        "+CMEE: 0",
        "+CMGF: 0",
        "+CNMI: 0,0,0,0,0",
        '+CSCS: "GSM"',
        "OK",
    ]
    assert bench.say("AT+CPMS?")[0].startswith('+CPMS: "ME",')
    assert bench.say("AT&F") == ["OK"]
    assert bench.say("ATZ7") == ["ERROR"]


def test_pin_is_not_wanted_when_the_card_is_ready(bench: Bench) -> None:
    bench.say("AT+CMEE=1")
    assert bench.say('AT+CPIN="1234"') == ["+CME ERROR: 3"]
