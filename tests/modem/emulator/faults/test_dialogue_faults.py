"""Each fault of the dialogue, with the bytes it makes."""

import pytest

from modem.emulator.faults.kinds import FAULT
from tests.modem.emulator.conftest import Bench

PDU = "0001000B919731214365F700000135"
SENT = b"\r\n+CMGS: 0\r\n\r\nOK\r\n"


def arm(bench: Bench, kind: str, **fields: object) -> int:
    return bench.modem.device.faults.arm(FAULT.validate_python({"kind": kind, **fields}), bench.now)


def submit(bench: Bench) -> bytes:
    bench.raw(b"AT+CMGS=14\r")
    return bench.raw(PDU.encode() + b"\x1a")


def test_lost_answer_leaves_the_message_with_the_network_and_the_next_command_in_order(bench: Bench) -> None:
    arm(bench, "lost_answer")
    assert submit(bench) == b""
    assert [line["ref"] for line in bench.journal.submits(0)[0]] == [0]
    assert bench.raw(b"AT\r") == b"\r\nOK\r\n"
    assert submit(bench) == b"\r\n+CMGS: 1\r\n\r\nOK\r\n"


def test_lost_answer_with_information_loses_only_the_result_code(bench: Bench) -> None:
    arm(bench, "lost_answer", information=True)
    assert submit(bench) == b"\r\n+CMGS: 0\r\n"


def test_late_answer_comes_before_that_of_the_next_command(bench: Bench) -> None:
    arm(bench, "late_answer", by_s=3, on="+CSQ")
    assert bench.raw(b"AT+CSQ\r") == b""
    assert bench.raw(b"AT+CMEE?\r") == b""
    answers = bench.wait(3)
    assert answers.startswith(b"\r\n+CSQ: ")
    assert answers.endswith(b"\r\nOK\r\n\r\n+CMEE: 0\r\n\r\nOK\r\n")


def test_late_prompt_comes_when_it_comes(bench: Bench) -> None:
    arm(bench, "late_prompt", by_s=7)
    assert bench.raw(b"AT+CMGS=14\r") == b""
    assert bench.wait(6.9) == b""
    assert bench.wait(0.2) == b"\r\n> "


def test_late_prompt_makes_a_text_of_the_commands_that_came_meanwhile(bench: Bench) -> None:
    arm(bench, "late_prompt", by_s=7)
    bench.raw(b"AT+CMGS=14\r")
    bench.raw(b"AT\rAT\r")
    assert bench.wait(7) == b"\r\n> "
    assert bench.raw(b"\x1b") == b"\r\nOK\r\n"


def test_bare_prompt_has_no_blank(bench: Bench) -> None:
    arm(bench, "bare_prompt")
    assert bench.raw(b"AT+CMGS=14\r") == b"\r\n>"
    assert bench.raw(PDU.encode() + b"\x1a") == SENT


def test_no_prompt_takes_the_text_all_the_same(bench: Bench) -> None:
    arm(bench, "no_prompt")
    assert bench.raw(b"AT+CMGS=14\r") == b""
    assert bench.raw(PDU.encode() + b"\x1a") == SENT


@pytest.mark.parametrize(
    ("fields", "cmee", "answer"),
    [
        ({"code": 38}, 0, b"\r\n+CMS ERROR: 38\r\n"),
        ({"code": 38}, 2, b"\r\n+CMS ERROR: Network out of order\r\n"),
        ({"code": 38, "form": "numeric"}, 2, b"\r\n+CMS ERROR: 38\r\n"),
        ({"code": 38, "form": "verbose"}, 0, b"\r\n+CMS ERROR: Network out of order\r\n"),
        ({"code": 515}, 1, b"\r\n+CMS ERROR: 515\r\n"),
        ({"code": 14, "family": "cme"}, 1, b"\r\n+CME ERROR: 14\r\n"),
        ({"code": 14, "family": "cme"}, 2, b"\r\n+CME ERROR: SIM busy\r\n"),
        ({"text": "+CMS ERROR:38"}, 1, b"\r\n+CMS ERROR:38\r\n"),
        ({"text": "NO CARRIER"}, 1, b"\r\nNO CARRIER\r\n"),
    ],
)
def test_error_refuses_a_message_when_its_text_is_in(
    bench: Bench, fields: dict[str, object], cmee: int, answer: bytes
) -> None:
    bench.say(f"AT+CMEE={cmee}")
    arm(bench, "error", **fields)
    assert bench.raw(b"AT+CMGS=14\r") == b"\r\n> "
    assert bench.raw(PDU.encode() + b"\x1a") == answer
    assert bench.journal.submits(0)[0] == []
    assert submit(bench) == SENT


def test_error_at_once_gives_no_prompt(bench: Bench) -> None:
    arm(bench, "error", code=302, at_once=True)
    assert bench.raw(b"AT+CMGS=14\r") == b"\r\n+CMS ERROR: 302\r\n"


def test_error_may_be_a_lie_about_a_message_that_is_sent(bench: Bench) -> None:
    arm(bench, "error", code=332, taken=True)
    assert submit(bench) == b"\r\n+CMS ERROR: 332\r\n"
    assert len(bench.journal.submits(0)[0]) == 1


def test_error_of_another_command_strikes_where_it_stands_in_a_line(bench: Bench) -> None:
    arm(bench, "error", on="+csq", family="cme", code=100)
    assert bench.say("AT+CMEE=1;+CSQ;+CREG?") == ["+CME ERROR: 100"]


@pytest.mark.parametrize(
    ("form", "answer"),
    [
        ("none", b'\r\n+CSCS:"GSM"\r\n\r\nOK\r\n'),
        ("double", b'\r\n+CSCS:  "GSM"\r\n\r\nOK\r\n'),
        ("trailing", b'\r\n+CSCS: "GSM" \r\n\r\nOK \r\n'),
    ],
)
def test_blanks_of_an_answer_are_missing_or_too_many(bench: Bench, form: str, answer: bytes) -> None:
    arm(bench, "blanks", form=form, times=2)
    assert bench.raw(b"AT+CSCS?\r") == answer


def test_blank_of_an_error_is_missing(bench: Bench) -> None:
    arm(bench, "blanks", times=None)
    bench.say("AT+CMEE=1")
    assert bench.raw(b"AT+CMGR=1\r") == b"\r\n+CMS ERROR:321\r\n"


def test_echo_goes_on_after_ate0(bench: Bench) -> None:
    arm(bench, "echo", times=None)
    assert bench.raw(b"AT\r") == b"AT\r\r\nOK\r\n"


@pytest.mark.parametrize(
    ("where", "answer"),
    [
        ("before", b'\r\nN\r\n\r\n+CSCS: "GSM"\r\n\r\nOK\r\n'),
        ("inside", b'\r\n+CSCS: "GSM"\r\n\r\nN\r\n\r\nOK\r\n'),
        ("before_final", b'\r\n+CSCS: "GSM"\r\n\r\nN\r\n\r\nOK\r\n'),
        ("after", b'\r\n+CSCS: "GSM"\r\n\r\nOK\r\n\r\nN\r\n'),
    ],
)
def test_notice_falls_into_a_response(bench: Bench, where: str, answer: bytes) -> None:
    arm(bench, "notice", text="N", where=where)
    assert bench.raw(b"AT+CSCS?\r") == answer


def test_notice_falls_between_header_and_body(bench: Bench) -> None:
    bench.deliver("5")
    arm(bench, "notice", text='+CMTI: "SM",2', on="+CMGR")
    out = bench.raw(b"AT+CMGR=1\r").split(b"\r\n")
    assert [line[:6] for line in out if line] == [b"+CMGR:", b"+CMTI:", b"079197", b"OK"]


def test_notice_falls_between_prompt_and_text(bench: Bench) -> None:
    arm(bench, "notice", text="^RSSI: 7", where="after_prompt", on="+CMGS")
    assert bench.raw(b"AT+CMGS=14\r") == b"\r\n> \r\n^RSSI: 7\r\n"
    assert bench.raw(PDU.encode() + b"\x1a") == SENT


def test_ten_notices_come_in_one_write_with_an_answer(bench: Bench) -> None:
    arm(bench, "notice", text="+CIEV: 2,1", count=10, where="after")
    assert bench.raw(b"AT\r") == b"\r\nOK\r\n" + b"\r\n+CIEV: 2,1\r\n" * 10


def test_notice_without_a_text_is_the_real_one(bench: Bench) -> None:
    bench.say("AT+CNMI=2,1")
    arm(bench, "notice", where="after_prompt")
    bench.modem.device.notices.add('+CMTI: "SM",1')
    assert bench.raw(b"AT+CMGS=14\r") == b'\r\n> \r\n+CMTI: "SM",1\r\n'


def test_hang_at_a_command_answers_when_it_is_over(bench: Bench) -> None:
    arm(bench, "hang", on="+CMGL", for_s=60)
    assert bench.raw(b"AT+CMGL=4\r") == b""
    assert bench.raw(b"AT\r") == b""
    assert bench.deliver("5") == b""
    assert bench.wait(59) == b""
    assert bench.wait(1) == b"\r\nOK\r\n\r\nOK\r\n"
    assert bench.say("AT+CPMS?") == ['+CPMS: "SM",1,30,"SM",1,30,"SM",1,30', "OK"]


def test_deaf_hang_loses_what_was_said(bench: Bench) -> None:
    arm(bench, "hang", on="+CSQ", for_s=5, deaf=True)
    bench.raw(b"AT+CSQ\r")
    bench.raw(b"AT\r")
    assert bench.wait(5).count(b"OK") == 1


def test_hang_that_only_echoes_echoes(bench: Bench) -> None:
    arm(bench, "hang", echo=True)
    bench.modem.device.settings.echo = 1
    assert bench.raw(b"AT\r") == b"AT\r"
    assert bench.raw(b"AT\r") == b"AT\r"


def test_hang_without_an_end_is_cured_by_reopening(bench: Bench) -> None:
    arm(bench, "hang", on="+CMGS")
    assert submit(bench) == b""
    assert bench.wait(100_000) == b""
    bench.world.set_link(bench.modem, False, bench.now)
    bench.world.set_link(bench.modem, True, bench.now)
    assert bench.raw(b"AT\r") == b"\r\nOK\r\n"
    assert bench.journal.submits(0)[0] == []


def test_reopening_cures_a_hang_that_fell_between_message_and_answer(bench: Bench) -> None:
    bench.conditions.latency_s = 2.0
    assert submit(bench) == b""
    bench.modem.device.dialogue.hang(None, deaf=False, echo=False)
    assert bench.wait(3) == b""
    bench.world.set_link(bench.modem, False, bench.now)
    bench.world.set_link(bench.modem, True, bench.now)
    assert bench.raw(b"AT\r") == b"\r\nOK\r\n"


def test_hang_while_the_network_is_at_work_gives_the_answer_late(bench: Bench) -> None:
    bench.conditions.latency_s = 2.0
    bench.raw(b"AT+CMGS=14\r")
    bench.raw(PDU.encode() + b"\x1a")
    bench.modem.device.dialogue.hang(10, deaf=False, echo=False)
    assert bench.wait(9) == b""
    assert bench.wait(1) == SENT


def test_second_hang_holds_up_what_the_first_one_did(bench: Bench) -> None:
    bench.conditions.latency_s = 2.0
    assert submit(bench) == b""
    bench.modem.device.dialogue.hang(None, deaf=False, echo=False)
    assert bench.wait(2) == b""
    bench.modem.device.dialogue.hang(10, deaf=False, echo=False)
    assert bench.wait(9) == b""
    assert bench.wait(1) == SENT


def test_fault_at_a_rate_strikes_about_so_often_and_the_same_with_the_same_seed(bench: Bench) -> None:
    arm(bench, "error", on="+CSQ", rate=0.25, times=None)
    answers = [bench.say("AT+CSQ")[-1] != "OK" for _ in range(400)]
    assert 60 < sum(answers) < 140


def test_fault_skips_then_strikes_so_many_times(bench: Bench) -> None:
    arm(bench, "error", on="+CSQ", skip=2, times=2)
    assert [bench.say("AT+CSQ")[-1][:3] for _ in range(6)] == ["OK", "OK", "+CM", "+CM", "OK", "OK"]
    assert bench.modem.device.faults.listed() == []


def test_fault_is_over_after_its_time(bench: Bench) -> None:
    arm(bench, "error", on="+CSQ", times=None, for_s=10)
    assert bench.say("AT+CSQ")[-1] != "OK"
    bench.wait(10.5)
    assert bench.say("AT+CSQ")[-1] == "OK"


def test_fault_is_cleared_by_its_number(bench: Bench) -> None:
    faults = bench.modem.device.faults
    first, second = arm(bench, "echo"), arm(bench, "bare_prompt")
    assert [entry["number"] for entry in faults.listed()] == [first, second]
    assert faults.clear(first) == 1
    assert [entry["kind"] for entry in faults.listed()] == ["bare_prompt"]
    assert faults.clear() == 1
    assert not faults.any


def test_each_strike_is_in_the_log(bench: Bench) -> None:
    arm(bench, "error", on="+CSQ", code=38)
    bench.say("AT+CSQ")
    line = bench.journal.drain().decode()
    assert '"event": "fault", "kind": "error", "on": "+CSQ"' in line
    assert '"code": 38, "command": "+CSQ"' in line


def test_answer_to_a_submit_before_a_restart_is_not_that_of_the_next_one(bench: Bench) -> None:
    bench.conditions.latency_s = 2.0
    submit(bench)
    bench.modem.device.restart()
    bench.wait(1)
    bench.raw(b"ATE0\r")
    assert submit(bench) == b""
    assert bench.wait(1) == b""
    assert bench.wait(1) == b"\r\n+CMGS: 1\r\n\r\nOK\r\n"
