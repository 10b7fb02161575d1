from tests.modem.emulator.conftest import Bench


def test_notices_are_chosen_within_their_ranges(bench: Bench) -> None:
    assert bench.say("AT+CNMI=?") == ["+CNMI: (0,1,2,3),(0,1,2,3),(0,1,2,3),(0,1,2),(0,1)", "OK"]
    assert bench.say("AT+CNMI=2,1,0,2,0") == ["OK"]
    assert bench.say("AT+CNMI?") == ["+CNMI: 2,1,0,2,0", "OK"]
    for wrong in ("4", "2,4", "2,1,4", "2,1,0,3", "2,1,0,0,2", "2,1,0,0,0,0", '"a"'):
        assert bench.say(f"AT+CNMI={wrong}") == ["+CMS ERROR: 303"]
    assert bench.say("AT+CNMI?") == ["+CNMI: 2,1,0,2,0", "OK"]


def test_acknowledgement_nobody_waits_for_is_refused(bench: Bench) -> None:
    assert bench.say("AT+CNMA") == ["+CMS ERROR: 340"]
    assert bench.say("AT+CNMA=7") == ["+CMS ERROR: 303"]
