import pytest

from tests.modem.emulator.conftest import Bench


def test_service_centre_is_read_set_and_checked(bench: Bench) -> None:
    assert bench.say('AT+CSCA="+79139999999"') == ["OK"]
    assert bench.say("AT+CSCA?") == ['+CSCA: "+79139999999",145', "OK"]
    assert bench.say('AT+CSCA="79130000000",145') == ["OK"]
    assert bench.say("AT+CSCA?") == ['+CSCA: "+79130000000",145', "OK"]
    assert bench.say('AT+CSCA="abc"') == ["+CMS ERROR: 304"]


def test_text_parameters_are_kept_and_checked(bench: Bench) -> None:
    assert bench.say("AT+CSMP?") == ["+CSMP: 17,167,0,0", "OK"]
    assert bench.say("AT+CSMP=49,167,0,8") == ["OK"]
    assert bench.say("AT+CSMP=17") == ["OK"]
    assert bench.say("AT+CSMP?") == ["+CSMP: 17,167,0,8", "OK"]
    assert bench.say("AT+CSMP=300") == ["+CMS ERROR: 305"]


def test_service_and_more_messages_have_their_forms(bench: Bench) -> None:
    assert bench.say("AT+CSMS=1") == ["+CSMS: 1,1,1", "OK"]
    assert bench.say("AT+CSMS?") == ["+CSMS: 1,1,1,1", "OK"]
    assert bench.say("AT+CMMS=2;+CMMS?") == ["+CMMS: 2", "OK"]
    assert bench.say("AT+CMMS=3") == ["+CMS ERROR: 303"]
    assert bench.say("AT+CSDH=1;+CSDH?") == ["+CSDH: 1", "OK"]


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ('25,"24/12/31,23:59:59+28"', '25,"24/12/31,23:59:59+28",0,0'),
        ('9,"01A70000000000"', '9,"01A70000000000",0,0'),
        ("1", "1,167,0,0"),
        ("17,255,64,245", "17,255,64,245"),
        ('4,"23/11/15,05:13:20+28"', '4,"23/11/15,05:13:20+28",0,0'),
        (",,,8", "17,167,0,8"),
        ("", "17,167,0,0"),
    ],
)
def test_validity_is_of_the_form_the_first_octet_says(bench: Bench, given: str, shown: str) -> None:
    assert bench.say(f"AT+CSMP={given}") == ["OK"]
    assert bench.say("AT+CSMP?") == [f"+CSMP: {shown}", "OK"]


@pytest.mark.parametrize(
    "given",
    [
        "25",  # absolute, and no time
        "25,167",
        '25,"24/13/01,00:00:00+00"',
        '25,"24/12/01,00:00:00+80"',
        '25,"24/12/01,00:00:00"',
        '17,"24/12/31,23:59:59+28"',
        '9,"01A7"',
        '9,"07000000000000"',  # a reserved form
        '9,"zz"',
        "17,256",
        "17,167,0,256",
        "17,167,0,0,0",
        '"17"',
    ],
)
def test_wrong_text_parameters_change_nothing(bench: Bench, given: str) -> None:
    assert bench.say(f"AT+CSMP={given}") == ["+CMS ERROR: 305"]
    assert bench.say("AT+CSMP?") == ["+CSMP: 17,167,0,0", "OK"]


def test_relative_form_without_a_period_has_the_default_again(bench: Bench) -> None:
    bench.say('AT+CSMP=25,"24/12/31,23:59:59+28"')
    assert bench.say("AT+CSMP=17;+CSMP?") == ["+CSMP: 17,167,0,0", "OK"]


def test_settings_are_saved_and_restored_by_profile(bench: Bench) -> None:
    assert bench.say("AT+CSAS=?") == ["+CSAS: (0-3)", "OK"]
    assert bench.say("AT+CRES=?") == ["+CRES: (0-3)", "OK"]
    bench.say('AT+CSMP=49,10,1,8;+CSCB=0,"50";+CSCA="+70000000001"')
    assert bench.say("AT+CSAS=2") == ["OK"]
    bench.say('ATZ;+CSCA="+70000000002"')
    assert bench.say("AT+CSAS") == ["OK"]
    assert bench.say("AT+CRES=2") == ["OK"]
    answers = ["+CSMP: 49,10,1,8", '+CSCB: 0,"50",""', '+CSCA: "+70000000001",145', "OK"]
    assert bench.say("AT+CSMP?;+CSCB?;+CSCA?") == answers
    assert bench.say("AT+CRES") == ["OK"]
    answers = ["+CSMP: 17,167,0,0", '+CSCB: 0,"",""', '+CSCA: "+70000000002",145', "OK"]
    assert bench.say("AT+CSMP?;+CSCB?;+CSCA?") == answers


def test_profile_nobody_saved_has_the_factory_s_values(bench: Bench) -> None:
    bench.say("AT+CSMP=49,10,1,8")
    assert bench.say("AT+CRES=3;+CSMP?") == ["+CSMP: 17,167,0,0", "OK"]


@pytest.mark.parametrize("line", ["AT+CSAS=4", "AT+CRES=4", "AT+CSAS=x", "AT+CRES=0,1", "AT+CSAS?"])
def test_profile_that_does_not_exist_is_refused(bench: Bench, line: str) -> None:
    assert bench.say(line) == ["+CMS ERROR: 303"]


@pytest.mark.parametrize("given", ['"+7913",5', '""', "", '"1234567890123456789012"', '"²"', '"1",145,1'])
def test_service_centre_that_is_no_number_is_refused_in_both_modes(bench: Bench, given: str) -> None:
    assert bench.say(f"AT+CSCA={given}") == ["+CMS ERROR: 304"]
    bench.say("AT+CMGF=1")
    assert bench.say(f"AT+CSCA={given}") == ["+CMS ERROR: 305"]


def test_test_forms_of_settings(bench: Bench) -> None:
    shown = bench.say("AT+CMGF=?;+CSDH=?;+CSMS=?;+CSCA=?;+CSMP=?")
    assert shown == ["+CMGF: (0,1)", "+CSDH: (0,1)", "+CSMS: (0,1)", "OK"]
