import pytest

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


def test_stored_profile_is_what_reset_and_start_bring_back(bench: Bench) -> None:
    assert bench.say("AT+CMEE=1;S7=30;&W") == ["OK"]
    assert bench.say("AT+CMEE=2;&W1") == ["OK"]
    bench.say("AT+CMEE=0;S7=5")
    assert bench.say("ATZ+CMEE?;S7?") == ["+CMEE: 1", "030", "OK"]
    assert bench.say("ATZ1+CMEE?") == ["+CMEE: 2", "OK"]
    bench.modem.device.restart()
    assert bench.say("AT+CMEE?") == ["+CMEE: 1", "OK"]
    assert bench.say("AT&F+CMEE?;S7?")[-3:] == ["+CMEE: 0", "060", "OK"]
    bench.say("ATE0")
    assert bench.say("AT&W2") == ["ERROR"]


def test_view_shows_the_settings_now_and_the_stored_ones(bench: Bench) -> None:
    bench.say("AT&W0&C0S0=2")
    now = ["E0 Q0 V1 X4 &C0 &D0", "S00:002 S03:013 S04:010 S05:008 S06:002 S07:060 S08:002 S10:002"]
    kept = ["E0 Q0 V1 X4 &C1 &D0", now[1].replace("S00:002", "S00:000")]
    new = [kept[0].replace("E0", "E1"), kept[1]]
    titles = ["ACTIVE PROFILE:"], ["STORED PROFILE 0:"], ["STORED PROFILE 1:"]
    assert bench.say("AT&V") == [*titles[0], *now, *titles[1], *kept, *titles[2], *new, "OK"]


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("ATS10=254S10?", ["254", "OK"]),
        ("ATS3?", ["013", "OK"]),
        ("ATS6=1", ["ERROR"]),
        ("ATS10=0", ["ERROR"]),
        ("ATS5=128", ["ERROR"]),
        ("ATS9=1", ["ERROR"]),
        ("ATS9?", ["ERROR"]),
        ("ATS8=256", ["ERROR"]),
        ("ATE2", ["ERROR"]),
        ("ATX5", ["ERROR"]),
        ("ATI9", ["Otklik", "Emulated GSM modem", "Revision: 1.0", "OK"]),
        ("ATI10", ["ERROR"]),
        ("ATQ0V1E0X4&C1&D2", ["OK"]),
        ("AT+GCAP", ["+GCAP: +CGSM", "OK"]),
    ],
)
def test_basic_command_keeps_to_its_range(bench: Bench, line: str, answer: list[str]) -> None:
    assert bench.say(line) == answer


def test_quiet_modem_gives_information_and_no_result(bench: Bench) -> None:
    assert bench.raw(b"ATQ1\r") == b""
    assert bench.raw(b"AT+CMEE?\r") == b"\r\n+CMEE: 0\r\n"
    assert bench.raw(b"ATQ0\r") == b"\r\nOK\r\n"


def test_terse_modem_writes_errors_of_the_standards_in_words(bench: Bench) -> None:
    assert bench.raw(b"ATV0+CMEE=1\r") == b"0\r"
    assert bench.raw(b"AT+CFUN=9\r") == b"+CME ERROR: 50\r\n"
    assert bench.raw(b"ATE2\r") == b"4\r"
    assert bench.raw(b"ATS3=33\r") == b"0!"
    assert bench.raw(b"AT+CFUN=9!") == b"+CME ERROR: 50!\n"
