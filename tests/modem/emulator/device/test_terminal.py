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
