import pytest

from tests.modem.emulator.conftest import Bench


def test_memories_are_listed_chosen_and_counted(bench: Bench) -> None:
    assert bench.say("AT+CPMS=?") == [
        '+CPMS: ("SM","ME","MT","SR","BM"),("SM","ME","MT"),("SM","ME","MT")',
        "OK",
    ]
    assert bench.say("AT+CPMS?") == ['+CPMS: "SM",0,30,"SM",0,30,"SM",0,30', "OK"]
    assert bench.say('AT+CPMS="ME","ME","ME"') == ["+CPMS: 0,100,0,100,0,100", "OK"]
    bench.deliver("1")
    assert bench.say('AT+CPMS="MT"') == ["+CPMS: 1,130,1,100,1,100", "OK"]
    assert bench.say('AT+CPMS="SR","SM"') == ["+CPMS: 0,100,0,30,1,100", "OK"]
    assert bench.say("AT+CPMS?") == ['+CPMS: "SR",0,100,"SM",0,30,"ME",1,100', "OK"]


@pytest.mark.parametrize("value", ['"XX"', '"ME","SR"', '"ME","ME","ME","ME"', "", "1", '"ME'])
def test_memory_that_does_not_exist_is_refused(bench: Bench, value: str) -> None:
    assert bench.say(f"AT+CPMS={value}")[0] in ("+CMS ERROR: 303", "ERROR")
    assert bench.say("AT+CPMS?")[0].startswith('+CPMS: "SM",0,30,"SM"')


def test_notices_are_chosen_within_their_ranges(bench: Bench) -> None:
    assert bench.say("AT+CNMI=?") == ["+CNMI: (0,1,2,3),(0,1,2,3),(0,1,2,3),(0,1,2),(0,1)", "OK"]
    assert bench.say("AT+CNMI=2,1,0,2,0") == ["OK"]
    assert bench.say("AT+CNMI?") == ["+CNMI: 2,1,0,2,0", "OK"]
    for wrong in ("4", "2,4", "2,1,4", "2,1,0,3", "2,1,0,0,2", "2,1,0,0,0,0", '"a"'):
        assert bench.say(f"AT+CNMI={wrong}") == ["+CMS ERROR: 303"]
    assert bench.say("AT+CNMI?") == ["+CNMI: 2,1,0,2,0", "OK"]


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


def test_acknowledgement_nobody_waits_for_is_refused(bench: Bench) -> None:
    assert bench.say("AT+CNMA") == ["+CMS ERROR: 340"]
    assert bench.say("AT+CNMA=7") == ["+CMS ERROR: 303"]
