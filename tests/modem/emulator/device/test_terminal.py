import pytest

from modem.emulator.device.memory import State
from tests.modem.emulator.conftest import Bench


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


@pytest.mark.parametrize(
    ("cscs", "command", "answer"),
    [
        ("UCS2", '+CPMS="004D0045"', "+CPMS: 0,100,0,30,0,30"),
        ("UCS2", '+CPMS="ME"', "+CPMS: 0,100,0,30,0,30"),
        ("UCS2", '+CMGF=1;+CMGL="0041004C004C";+CMGF?', "+CMGF: 1"),
        ("UCS2", '+CMGF=1;+CMGL="005200450043002000520045004100440";+CMGF?', "+CMS ERROR: 305"),
        ("UCS2", '+CLCK="00530043",2', "+CLCK: 0"),
        ("UCS2", '+CLCK="SC",2', "+CLCK: 0"),
        ("HEX", '+CSCA="2B37393031";+CSCS="GSM";+CSCA?', '+CSCA: "+7901",145'),
        ("HEX", '+CSCA="38303035";+CSCS="GSM";+CSCA?', '+CSCA: "8005",129'),
        ("HEX", '+CSCA="+7901";+CSCS="GSM";+CSCA?', '+CSCA: "+7901",145'),
    ],
)
def test_words_and_numbers_are_taken_coded_and_plain(bench: Bench, cscs: str, command: str, answer: str) -> None:
    assert bench.say(f'AT+CSCS="{cscs}";{command}')[0] == answer


def test_word_of_a_password_s_lock_is_taken_coded(bench: Bench) -> None:
    assert bench.say('AT+CSCS="UCS2";+CPWD="00410042","0000","1111"') == ["OK"]
    assert bench.modem.device.sim.barring.password == "1111"


def test_state_of_a_message_to_store_is_taken_coded(bench: Bench) -> None:
    bench.say('AT+CMGF=1;+CSCS="UCS2"')
    assert bench.raw(b'AT+CMGW="8005",,"00530054004F002000530045004E0054"\r') == b"\r\n> "
    assert bench.raw(b"0041\x1a") == b"\r\n+CMGW: 1\r\n\r\nOK\r\n"
    assert bench.modem.device.memories["SM"].get(1).state is State.STO_SENT
