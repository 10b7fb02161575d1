"""Voice calls as they look on the line, literally."""

import json
from collections.abc import Callable

import pytest

from modem.emulator.device.commands.makers import MAKERS
from modem.emulator.device.phonebook import Contact
from modem.emulator.device.state import Manner
from modem.emulator.network.subscribers import Called, Caller, Outcome
from tests.modem.emulator.conftest import Bench

OUTSIDE = "+79131234567"


def call_log(bench: Bench) -> list[dict[str, object]]:
    lines = (json.loads(line) for line in bench.journal.drain().splitlines())
    return [{key: line[key] for key in line if key not in ("t", "event")} for line in lines if line["event"] == "call"]


def meet(bench: Bench, outcome: Outcome = Outcome.ANSWERS, **rest: object) -> None:
    bench.conditions.called[OUTSIDE] = Called.model_validate({"outcome": outcome, **rest})


def ring(bench: Bench, **behaviour: object) -> bytes:
    """An outside subscriber calls the first modem."""
    sender = str(behaviour.pop("sender", OUTSIDE))
    bench.world.exchange.call(bench.modem, sender, bench.now, Caller.model_validate(behaviour))
    return bench.wait(0)


def test_dialling_gives_ok_at_once_and_clcc_follows_the_call(bench: Bench) -> None:
    assert bench.raw(b"ATD+79131234567;\r") == b"\r\nOK\r\n"
    assert bench.raw(b"AT+CLCC\r") == b'\r\n+CLCC: 1,0,2,0,0,"+79131234567",145\r\n\r\nOK\r\n'
    assert bench.wait(1) == b""
    assert bench.say("AT+CLCC") == ['+CLCC: 1,0,3,0,0,"+79131234567",145', "OK"]
    assert bench.wait(3) == b""
    assert bench.say("AT+CLCC") == ['+CLCC: 1,0,0,0,0,"+79131234567",145', "OK"]
    bench.wait(10)
    assert bench.say("ATH") == ["OK"]
    assert bench.say("AT+CLCC") == ["OK"]
    number = bench.modem.number
    assert call_log(bench) == [
        {"modem": "modem0", "what": "dial", "from": number, "to": OUTSIDE},
        {"modem": "modem0", "what": "ring", "from": number, "to": OUTSIDE},
        {"modem": "modem0", "what": "answer", "from": number, "to": OUTSIDE},
        {"modem": "modem0", "what": "end", "from": number, "to": OUTSIDE, "cause": "normal", "duration_s": 10.0},
    ]


@pytest.mark.parametrize(
    ("outcome", "after_s", "result", "report"),
    [
        (Outcome.BUSY, 1, b"\r\nBUSY\r\n", "User busy"),
        (Outcome.REJECTS, 4, b"\r\nBUSY\r\n", "Call rejected"),
        (Outcome.SILENT, 46, b"\r\nNO ANSWER\r\n", "User alerting, no answer"),
        (Outcome.UNREACHABLE, 1, b"\r\nNO CARRIER\r\n", "Destination out of order"),
        (Outcome.UNALLOCATED, 1, b"\r\nNO CARRIER\r\n", "Unassigned (unallocated) number"),
    ],
)
def test_call_that_comes_to_nothing_says_why(
    bench: Bench, outcome: Outcome, after_s: float, result: bytes, report: str
) -> None:
    meet(bench, outcome)
    assert bench.say(f"ATD{OUTSIDE};") == ["OK"]
    assert bench.wait(after_s - 0.5) == b""
    assert bench.wait(0.5) == result
    assert bench.say("AT+CEER") == [f"+CEER: {report}", "OK"]
    assert call_log(bench)[-1]["duration_s"] == 0.0


def test_other_end_hanging_up_is_no_carrier(bench: Bench) -> None:
    meet(bench, hangs_up_after_s=7)
    bench.say(f"ATD{OUTSIDE};")
    assert bench.wait(10.5) == b""
    assert bench.wait(0.5) == b"\r\nNO CARRIER\r\n"


def test_result_of_a_call_takes_the_form_of_v_q_and_x(bench: Bench) -> None:
    meet(bench, Outcome.BUSY)
    bench.raw(b"ATV0\r")
    assert bench.raw(b"ATD+79131234567;\r") == b"0\r"
    assert bench.wait(1) == b"7\r"
    bench.raw(b"ATX0D+79131234567;\r")
    assert bench.wait(1) == b"3\r"
    bench.raw(b"ATQ1D+79131234567;\r")
    assert bench.wait(1) == b""


def test_without_network_there_is_no_dial_tone(bench: Bench) -> None:
    bench.say("AT+CFUN=4")
    assert bench.say(f"ATD{OUTSIDE};") == ["NO DIALTONE"]
    assert bench.say("ATX1") == ["OK"]
    assert bench.say(f"ATD{OUTSIDE};") == ["NO CARRIER"]


def test_data_call_finds_no_carrier(bench: Bench) -> None:
    assert bench.say(f"ATD{OUTSIDE}") == ["NO CARRIER"]


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("ATD;", "ERROR"),
        ("ATDHOME;", "+CME ERROR: 27"),
        ("ATD12+3;", "+CME ERROR: 27"),
        ("ATD" + "1" * 41 + ";", "+CME ERROR: 26"),
        ("ATH1", "ERROR"),
        ("ATA", "NO CARRIER"),
        ("ATDL;", "ERROR"),
    ],
)
def test_wrong_dial_string_is_refused(bench: Bench, line: str, answer: str) -> None:
    bench.say("AT+CMEE=1")
    assert bench.say(line) == [answer]


def test_signs_of_the_fixed_network_are_ignored(bench: Bench) -> None:
    assert bench.say("ATDT 8 (913) 123-45-67, W;") == ["OK"]
    assert bench.say("AT+CLCC") == ['+CLCC: 1,0,2,0,0,"89131234567",129', "OK"]
    bench.say("ATH")
    assert bench.say("ATDL;+CLCC") == ['+CLCC: 1,0,2,0,0,"89131234567",129', "OK"]


def test_leading_zeros_of_a_dialled_number_stay(bench: Bench) -> None:
    assert bench.say("ATD00,0919;") == ["OK"]
    assert bench.say("AT+CLCC") == ['+CLCC: 1,0,2,0,0,"000919",129', "OK"]


def test_second_call_while_one_goes_on_is_not_allowed(bench: Bench) -> None:
    bench.say(f"AT+CMEE=1;D{OUTSIDE};")
    assert bench.say("ATD112;") == ["+CME ERROR: 3"]


def test_s7_ends_the_wait_for_an_answer(bench: Bench) -> None:
    meet(bench, Outcome.SILENT)
    assert bench.say(f"ATS7=20D{OUTSIDE};") == ["OK"]
    assert bench.wait(19.9) == b""
    assert bench.wait(0.1) == b"\r\nNO CARRIER\r\n"
    assert bench.say("ATS7=0") == ["OK"]
    bench.say(f"ATD{OUTSIDE};")
    assert bench.wait(45.9) == b""


def test_s7_is_of_no_account_once_the_call_is_answered(bench: Bench) -> None:
    bench.say(f"ATS7=20D{OUTSIDE};")
    assert bench.wait(100) == b""


def test_s7_of_a_call_does_not_end_the_next_one(bench: Bench) -> None:
    meet(bench, Outcome.SILENT)
    bench.say(f"ATS7=20D{OUTSIDE};")
    bench.wait(15)
    assert bench.say(f"ATHD{OUTSIDE};") == ["OK"]
    assert bench.wait(19.9) == b""
    assert bench.wait(0.1) == b"\r\nNO CARRIER\r\n"


def test_call_dialled_behind_a_hang_up_on_one_line_stays(bench: Bench) -> None:
    bench.say(f"ATD{OUTSIDE};")
    bench.wait(5)
    assert bench.say("ATHD112;") == ["OK"]
    assert bench.wait(1) == b""
    assert bench.say("AT+CLCC") == ['+CLCC: 1,0,3,0,0,"112",129', "OK"]


def test_incoming_call_rings_every_five_seconds(bench: Bench) -> None:
    assert ring(bench, gives_up_after_s=12) == b"\r\nRING\r\n"
    assert bench.wait(4.9) == b""
    assert bench.wait(0.1) == b"\r\nRING\r\n"
    assert bench.say("ATS1?") == ["002", "OK"]
    assert bench.say("AT+CPAS") == ["+CPAS: 3", "OK"]
    assert bench.wait(7) == b"\r\nRING\r\n\r\nNO CARRIER\r\n"
    assert bench.wait(60) == b""
    assert bench.say("AT+CPAS;S1?") == ["+CPAS: 0", "000", "OK"]


def test_call_nobody_takes_stops_ringing_after_45_seconds(bench: Bench) -> None:
    ring(bench)
    rung = bench.wait(44.9)
    assert rung == b"\r\nRING\r\n" * 8
    assert bench.wait(0.1).endswith(b"\r\nNO CARRIER\r\n")
    assert call_log(bench)[-1]["cause"] == "no_answer"


def test_clip_and_crc_say_who_calls_and_how(bench: Bench) -> None:
    bench.say("AT+CLIP=1;+CRC=1")
    assert ring(bench) == b'\r\n+CRING: VOICE\r\n\r\n+CLIP: "+79131234567",145,,,,0\r\n'
    assert bench.say("AT+CLCC") == ['+CLCC: 1,1,4,0,0,"+79131234567",145', "OK"]


def test_withheld_number_is_shown_to_nobody(bench: Bench) -> None:
    bench.say("AT+CLIP=1")
    assert ring(bench, withheld=True) == b'\r\nRING\r\n\r\n+CLIP: "",128,,,,1\r\n'
    assert bench.say("AT+CLCC") == ["+CLCC: 1,1,4,0,0", "OK"]


def test_clip_comes_in_the_chosen_character_set(bench: Bench) -> None:
    bench.say('AT+CLIP=1;+CSCS="UCS2"')
    assert ring(bench, sender="112").endswith(b'+CLIP: "003100310032",129,,,,0\r\n')


def test_answer_ends_the_ringing(bench: Bench) -> None:
    ring(bench)
    assert bench.say("ATA") == ["OK"]
    assert bench.wait(20) == b""
    assert bench.say("AT+CLCC;+CPAS") == ['+CLCC: 1,1,0,0,0,"+79131234567",145', "+CPAS: 4", "OK"]
    assert bench.say("AT+CHUP") == ["OK"]
    assert call_log(bench)[-1] == {
        "modem": "modem0",
        "what": "end",
        "from": OUTSIDE,
        "to": bench.modem.number,
        "cause": "normal",
        "duration_s": 20.0,
    }


def test_s0_answers_at_the_second_ring(bench: Bench) -> None:
    bench.say("ATS0=2")
    ring(bench)
    bench.wait(4.9)
    assert bench.say("AT+CPAS") == ["+CPAS: 3", "OK"]
    assert bench.wait(0.1) == b"\r\nRING\r\n"
    assert bench.say("AT+CPAS") == ["+CPAS: 4", "OK"]


def test_s0_of_a_refused_call_does_not_answer_the_next_one(bench: Bench) -> None:
    bench.say("ATS0=1")
    bench.world.exchange.call(bench.modem, OUTSIDE, bench.now)
    bench.say("ATHS0=0")
    ring(bench, sender="112")
    assert bench.say("AT+CPAS") == ["+CPAS: 3", "OK"]


@pytest.mark.parametrize(
    ("command", "cause"),
    [("ATH", "rejected"), ("AT+CHUP", "rejected"), ("AT+CHLD=0", "busy"), ("AT+CHLD=11", "rejected")],
)
def test_incoming_call_can_be_refused(bench: Bench, command: str, cause: str) -> None:
    ring(bench)
    assert bench.say(command) == ["OK"]
    assert bench.wait(60) == b""
    assert call_log(bench)[-1]["cause"] == cause


def test_cvhu_decides_what_ath_does(bench: Bench) -> None:
    bench.say("AT+CVHU=1")
    ring(bench)
    bench.say("ATA")
    assert bench.say("ATH;+CPAS") == ["+CPAS: 4", "OK"]
    assert bench.say("AT+CHUP;+CPAS") == ["+CPAS: 0", "OK"]


def test_closing_the_port_ends_the_call_only_under_cvhu_2_and_d2(bench: Bench) -> None:
    def state_after(setting: str) -> list[str]:
        bench.say(f"AT{setting}D{OUTSIDE};")
        bench.wait(5)
        bench.world.set_link(bench.modem, False, bench.now)
        bench.world.set_link(bench.modem, True, bench.now)
        return bench.say("AT+CPAS")

    assert state_after("&D2") == ["+CPAS: 4", "OK"]
    bench.say("ATH")
    assert state_after("&D2+CVHU=2;") == ["+CPAS: 0", "OK"]


def test_closing_the_port_under_atd_that_waits_leaves_the_line_free(bench: Bench) -> None:
    bench.say("AT&D2+CVHU=2;+COLP=1")
    assert bench.raw(f"ATD{OUTSIDE};\r".encode()) == b""
    bench.world.set_link(bench.modem, False, bench.now)
    bench.world.set_link(bench.modem, True, bench.now)
    assert bench.say("AT+CPAS") == ["+CPAS: 0", "OK"]


def test_reset_ends_a_call_and_lets_one_ring(bench: Bench) -> None:
    bench.say(f"ATD{OUTSIDE};")
    assert bench.say("ATZ9") == ["ERROR"]
    assert bench.say("AT+CPAS") == ["+CPAS: 4", "OK"]
    assert bench.say("ATZ;E0;+CPAS") == ["+CPAS: 0", "OK"]
    assert call_log(bench)[-1]["cause"] == "normal"
    ring(bench)
    assert bench.say("ATZ;E0;+CPAS") == ["+CPAS: 3", "OK"]


def test_chld_1_takes_and_ends_a_call(bench: Bench) -> None:
    bench.say("AT+CMEE=1")
    assert bench.say("AT+CHLD=1") == ["+CME ERROR: 3"]
    assert bench.say("AT+CHLD=3") == ["+CME ERROR: 4"]
    ring(bench)
    assert bench.say("AT+CHLD=1;+CPAS") == ["+CPAS: 4", "OK"]
    assert bench.say("AT+CHLD=1;+CPAS") == ["+CPAS: 0", "OK"]


def test_radio_off_ends_the_call(bench: Bench) -> None:
    bench.say(f"ATD{OUTSIDE};")
    bench.wait(5)
    assert "NO CARRIER" in bench.say("AT+CFUN=4")
    assert call_log(bench)[-1]["cause"] == "lost"


def test_calls_between_modems_go_both_ways(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(2)
    first, second = bench.world.modems
    bench.say("AT+CLIP=1", 1)
    assert bench.say(f"ATD{second.number};") == ["OK"]
    assert bench.wait(1, 1) == f'\r\nRING\r\n\r\n+CLIP: "{first.number}",145,,,,0\r\n'.encode()
    assert bench.say("AT+CLCC") == [f'+CLCC: 1,0,3,0,0,"{second.number}",145', "OK"]
    assert bench.say("ATA", 1) == ["OK"]
    assert bench.say("AT+CPAS") == ["+CPAS: 4", "OK"]
    assert bench.say("ATH") == ["OK"]
    assert bench.wait(0, 1) == b"\r\nNO CARRIER\r\n"
    assert [line["what"] for line in call_log(bench)] == ["dial", "ring", "answer", "end"]


def test_modem_with_a_call_is_busy(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(2)
    bench.say(f"ATD{OUTSIDE};", 1)
    assert bench.say(f"ATD{bench.world.modems[1].number};") == ["OK"]
    assert bench.wait(1) == b"\r\nBUSY\r\n"
    bench.say(f"ATD{bench.modem.number};")
    assert bench.wait(1) == b"\r\nBUSY\r\n"


def test_modem_that_is_off_cannot_be_reached(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(2)
    bench.say("AT+CFUN=0", 1)
    bench.say(f"ATD{bench.world.modems[1].number};")
    assert bench.wait(1) == b"\r\nNO CARRIER\r\n"
    assert call_log(bench)[-1]["cause"] == "unreachable"


@pytest.mark.parametrize("command", ["AT+CLIR=1;D{};", "ATD{}I;", "AT+CLIR=1;+CLIR=2;+CLIR=1;D{}IG;"])
def test_caller_can_withhold_its_number(make_bench: Callable[..., Bench], command: str) -> None:
    bench = make_bench(2)
    bench.say("AT+CLIP=1", 1)
    bench.say(command.format(bench.world.modems[1].number))
    assert bench.wait(1, 1) == b'\r\nRING\r\n\r\n+CLIP: "",128,,,,1\r\n'


@pytest.mark.parametrize(("prefix", "shown"), [("#31#", False), ("*31#", True)])
def test_code_in_front_withholds_or_shows_the_number(
    make_bench: Callable[..., Bench], prefix: str, shown: bool
) -> None:
    bench = make_bench(2)
    bench.say("AT+CLIP=1", 1)
    bench.say(f"AT+CLIR={int(shown)};D{prefix}{bench.world.modems[1].number};")
    assert (f'"{bench.modem.number}"'.encode() in bench.wait(1, 1)) is shown


def test_small_i_shows_the_number_for_one_call(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(2)
    bench.say("AT+CLIP=1", 1)
    bench.say(f"AT+CLIR=1;D{bench.world.modems[1].number}i;")
    assert f'"{bench.modem.number}"'.encode() in bench.wait(1, 1)


def test_tones_take_their_time_and_come_to_the_other_end(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(2)
    bench.say("AT+DDET=1", 1)
    bench.say(f"ATD{bench.world.modems[1].number};")
    bench.wait(1)
    bench.say("ATA", 1)
    bench.wait(0, 1)
    assert bench.say("AT+VTS=1,{5,100},#") == ["OK"]
    assert bench.wait(0.1, 1) == b"\r\n+DTMF: 1\r\n"
    assert bench.wait(1.0, 1) == b""
    assert bench.wait(0.1, 1) == b"\r\n+DTMF: 5\r\n"
    assert bench.wait(0.2, 1) == b"\r\n+DTMF: #\r\n"
    bench.say('AT+VTD=2;+VTS="A,d0"')
    assert bench.wait(5, 1) == b"\r\n+DTMF: A\r\n\r\n+DTMF: D\r\n\r\n+DTMF: 0\r\n"
    tones = [(line["from"], line["key"]) for line in call_log(bench) if line["what"] == "dtmf"]
    assert tones == [(bench.modem.number, key) for key in "15#AD0"]


def test_tones_go_no_further_than_the_call(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(2)
    bench.say("AT+DDET=1", 1)
    bench.say(f"ATD{bench.world.modems[1].number};")
    bench.wait(1)
    bench.say("ATA", 1)
    bench.say('AT+VTS="123"')
    assert b"+DTMF: 1" in bench.wait(0.1, 1)
    bench.say("ATH")
    assert bench.wait(5, 1) == b"\r\nNO CARRIER\r\n"


def test_tones_of_a_call_are_not_sent_into_the_next_one(bench: Bench) -> None:
    bench.say(f"ATD{OUTSIDE};")
    bench.wait(5)
    bench.say("AT+VTS={1,255},{2,255},{3,255};HD112;")
    bench.wait(20)
    assert bench.say("AT+CPAS") == ["+CPAS: 4", "OK"]
    assert "dtmf" not in [line["what"] for line in call_log(bench)]


@pytest.mark.parametrize("values", ["", "E", "12", "{3}", "{3,0}", "{3,256}", "[697,1209,10]", '"1E"', "{,5}"])
def test_wrong_tone_is_refused(bench: Bench, values: str) -> None:
    bench.say(f"AT+CMEE=1;D{OUTSIDE};")
    bench.wait(5)
    assert bench.say(f"AT+VTS={values}") == ["+CME ERROR: 50"]


def test_tones_need_an_active_call(bench: Bench) -> None:
    bench.say("AT+CMEE=1")
    assert bench.say("AT+VTS=1") == ["+CME ERROR: 3"]
    bench.say(f"ATD{OUTSIDE};")
    assert bench.say("AT+VTS=1") == ["+CME ERROR: 3"]


def test_subscriber_sends_tones_and_replies_to_them(bench: Bench) -> None:
    bench.say("AT+DDET=1")
    ring(bench, keys="12", replies={"5": "9"}, hangs_up_on="#")
    bench.say("ATA")
    assert bench.wait(5) == b"\r\n+DTMF: 1\r\n\r\n+DTMF: 2\r\n"
    bench.say("AT+VTS=5")
    assert bench.wait(5) == b"\r\n+DTMF: 9\r\n"
    bench.say("AT+VTS=#")
    assert bench.wait(5) == b"\r\nNO CARRIER\r\n"


def test_model_has_its_own_notice_of_a_tone(bench: Bench) -> None:
    bench.modem.device.manner = Manner(tone_notice="+QTONEDET: {code}")
    bench.say("AT+DDET=1")
    ring(bench, keys="5")
    bench.say("ATA")
    assert bench.wait(1) == b"\r\n+QTONEDET: 53\r\n"


def test_makers_have_their_own_commands_for_tones(bench: Bench) -> None:
    bench.modem.device.commands = {**bench.modem.device.commands, **MAKERS}
    bench.say(f"AT+CMEE=1;+QTONEDET=1;D{OUTSIDE};")
    bench.wait(5)
    assert bench.say("AT^DTMF=1,#") == ["OK"]
    assert bench.say("AT^DTMF=2,5") == ["+CME ERROR: 50"]
    assert bench.say("AT^DTMF=1") == ["+CME ERROR: 50"]
    bench.wait(1)
    assert call_log(bench)[-1]["key"] == "#"
    assert bench.say("AT+DDET?") == ["+DDET: 1", "OK"]


def test_tones_are_not_shown_unless_asked_for(bench: Bench) -> None:
    ring(bench, keys="1234")
    bench.say("ATA")
    assert bench.wait(5) == b""


def test_colp_makes_atd_wait_for_the_answer(bench: Bench) -> None:
    bench.say("AT+COLP=1")
    assert bench.raw(b"ATD+79131234567;\r") == b""
    assert bench.wait(3.9) == b""
    assert bench.wait(0.1) == b'\r\n+COLP: "+79131234567",145\r\n\r\nOK\r\n'


def test_model_that_waits_ends_atd_with_the_reason(bench: Bench) -> None:
    meet(bench, Outcome.BUSY)
    bench.modem.device.manner = Manner(dial_waits=True)
    assert bench.raw(b"ATD+79131234567;\r") == b""
    assert bench.wait(1) == b"\r\nBUSY\r\n"
    assert bench.say("AT") == ["OK"]


def test_any_character_aborts_atd_that_waits(bench: Bench) -> None:
    bench.modem.device.manner = Manner(dial_waits=True)
    bench.raw(b"ATD+79131234567;\r")
    bench.wait(0.13)
    assert bench.raw(b"ATH\r") == b"\r\nNO CARRIER\r\n"
    assert bench.say("AT+CPAS") == ["+CPAS: 0", "OK"]
    assert call_log(bench)[-1]["cause"] == "normal"


def test_line_feed_behind_the_line_aborts_nothing(bench: Bench) -> None:
    bench.say("AT+COLP=1")
    bench.raw(b"ATD+79131234567;\r")
    bench.wait(0.12)
    assert bench.raw(b"\n") == b""
    assert bench.wait(4) == b'\r\n+COLP: "+79131234567",145\r\n\r\nOK\r\n'


def test_model_has_notices_of_its_own_for_an_outgoing_call(bench: Bench) -> None:
    notices = {
        "dialling": "^ORIG:{id},0",
        "alerting": "^CONF:{id}",
        "answered": "^CONN:{id},0",
        "ended": "^CEND:{id},{seconds},104,{cause}",
    }
    bench.modem.device.manner = Manner(call_notices=notices)
    meet(bench, hangs_up_after_s=9)
    assert bench.say(f"ATD{OUTSIDE};") == ["OK", "^ORIG:1,0"]
    assert bench.wait(4) == b"\r\n^CONF:1\r\n\r\n^CONN:1,0\r\n"
    assert bench.wait(9) == b"\r\n^CEND:1,9,104,16\r\n\r\nNO CARRIER\r\n"


def test_call_lists_keep_who_was_called_and_missed(bench: Bench) -> None:
    ring(bench, gives_up_after_s=1)
    bench.wait(1)
    ring(bench, sender="+79139999999")
    bench.say("ATA")
    bench.say("ATH")
    bench.say("ATD0919;")
    for storage, number in (("DC", "0919"), ("LD", "0919"), ("RC", "+79139999999"), ("MC", OUTSIDE)):
        toa = 145 if number.startswith("+") else 129
        assert bench.say(f'AT+CPBS="{storage}";+CPBR=1,20') == [f'+CPBR: 1,"{number}",{toa},""', "OK"]


def test_names_from_the_phone_book_stand_beside_numbers(bench: Bench) -> None:
    bench.say('AT+CPBS="SM";+CPBW=5,"89131234567",129,"Anna";+CLIP=1')
    assert ring(bench) == b'\r\nRING\r\n\r\n+CLIP: "+79131234567",145,,,"Anna",0\r\n'
    assert bench.say("AT+CLCC") == ['+CLCC: 1,1,4,0,0,"+79131234567",145,"Anna"', "OK"]


@pytest.mark.parametrize("entry", ["Anna", "SM5", "sm5", "5"])
def test_number_is_dialled_from_the_phone_book(bench: Bench, entry: str) -> None:
    bench.say('AT+CPBW=5,"+79131234567",145,"Anna"')
    typed = f'"{entry}"' if entry == "Anna" else entry
    assert bench.say(f"ATD>{typed};") == ["OK"]
    assert bench.say("AT+CLCC") == ['+CLCC: 1,0,2,0,0,"+79131234567",145,"Anna"', "OK"]


def test_storage_may_be_quoted_and_the_number_withheld(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(2)
    bench.say("AT+CLIP=1", 1)
    bench.say(f'AT+CPBW=5,"{bench.world.modems[1].number}",145,"Anna"')
    assert bench.say('ATD>"SM"5I;') == ["OK"]
    assert bench.wait(1, 1) == b'\r\nRING\r\n\r\n+CLIP: "",128,,,,1\r\n'


@pytest.mark.parametrize(("typed", "code"), [('"Anna"', 22), ("SM5", 21), ("7", 21), ("QQ1", 50), ("+", 50)])
def test_entry_that_is_not_there_cannot_be_dialled(bench: Bench, typed: str, code: int) -> None:
    bench.say("AT+CMEE=1")
    assert bench.say(f"ATD>{typed};") == [f"+CME ERROR: {code}"]


def test_fixed_dialling_lets_only_fixed_numbers_and_emergencies_through(bench: Bench) -> None:
    bench.say("AT+CMEE=1")
    bench.modem.device.sim.fixed_only = True
    assert bench.say(f"ATD{OUTSIDE};") == ["+CME ERROR: 56"]
    assert bench.say("ATD112;H") == ["OK"]
    bench.modem.device.sim.fixed.write(1, Contact.of(OUTSIDE, ""))
    assert bench.say(f"ATD{OUTSIDE};") == ["OK"]


def test_emergency_call_needs_no_card_but_the_radio(bench: Bench) -> None:
    bench.say("AT+CMEE=1")
    bench.modem.device.slot.remove()
    assert bench.say(f"ATD{OUTSIDE};")[0] == "+CME ERROR: 10"
    assert bench.say("ATD112;") == ["OK"]
    assert bench.wait(4) == b""
    assert bench.say("AT+CPAS") == ["+CPAS: 4", "OK"]
    bench.say("ATH;+CFUN=4")
    assert bench.say("ATD112;") == ["NO DIALTONE"]


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("AT+CLIP?", ["+CLIP: 0,1"]),
        ("AT+CLIR?", ["+CLIR: 0,4"]),
        ("AT+CLIR=?", ["+CLIR: (0-2)"]),
        ("AT+COLP?", ["+COLP: 0,1"]),
        ("AT+CSTA?", ["+CSTA: 129"]),
        ("AT+CSTA=?", ["+CSTA: (129,145)"]),
        ("AT+CMOD=?", ["+CMOD: (0)"]),
        ("AT+CHLD=?", ["+CHLD: (0,1,1x)"]),
        ("AT+VTD=?", ["+VTD: (0-255)"]),
        ("AT+VTS=?", ["+VTS: (),(),(1-255)"]),
        ("AT+CEER", ["+CEER: No call yet"]),
        ("AT+CHUP=?", []),
        ("AT+CLCC=?", []),
        ("AT+CCWA=?", ["+CCWA: (0,1)"]),
        ("AT+CCFC=?", ["+CCFC: (0-5)"]),
    ],
)
def test_commands_tell_what_they_take_and_how_they_stand(bench: Bench, line: str, answer: list[str]) -> None:
    assert bench.say(line) == [*answer, "OK"]


def test_csta_makes_numbers_international(bench: Bench) -> None:
    assert bench.say("AT+CSTA=145;D79131234567;+CLCC") == ['+CLCC: 1,0,2,0,0,"+79131234567",145', "OK"]
    assert bench.say("AT+CSTA=128") == ["ERROR"]


def test_call_waiting_is_kept_class_by_class(bench: Bench) -> None:
    assert bench.say("AT+CCWA=1,2") == ["+CCWA: 0,7", "OK"]
    assert bench.say("AT+CCWA=,1,5") == ["OK"]
    assert bench.say("AT+CCWA=1,2,7") == ["+CCWA: 1,1", "+CCWA: 1,4", "OK"]
    assert bench.say("AT+CCWA?") == ["+CCWA: 1", "OK"]
    assert bench.say("AT+CCWA=0,0;+CCWA=0,2") == ["+CCWA: 0,7", "OK"]


def test_forwarding_is_registered_asked_for_and_erased(bench: Bench) -> None:
    assert bench.say("AT+CCFC=2,2") == ["+CCFC: 0,7", "OK"]
    assert bench.say('AT+CCFC=2,3,"79131234567",145,,,,15') == ["OK"]
    assert bench.say("AT+CCFC=2,2") == ['+CCFC: 1,1,"+79131234567",145,,,15', "OK"]
    assert bench.say("AT+CCFC=2,0;+CCFC=2,2") == ['+CCFC: 0,1,"+79131234567",145,,,15', "OK"]
    assert bench.say("AT+CCFC=4,4;+CCFC=2,2") == ["+CCFC: 0,7", "OK"]
    bench.say("AT+CMEE=1")
    assert bench.say("AT+CCFC=0,1") == ["+CME ERROR: 3"]
    assert bench.say("AT+CCFC=6,2") == ["+CME ERROR: 50"]
