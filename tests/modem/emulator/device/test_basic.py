from tests.modem.emulator.conftest import Bench


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
