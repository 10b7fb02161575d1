"""Getting into step and staying there: whose answer an answer is (D10 to D13, pains D 11, 23, 25)."""

from __future__ import annotations

import pytest

from modem.errors import PortLost, Silent
from modem.events import Notice, Prompt, Reply
from modem.lines import AtReader
from tests.modem.talk import ESC, QUESTIONS, Answers, linked, ok

LATE = [
    ok(),
    ok("+SLOW: 1"),
    "\r\nERROR\r\n",
    "\r\n+CMS ERROR: 500\r\n",
    ok("+CMGS: 42"),
    ok("+CREG: 0,1"),
    "\r\n> ",
    "\r\nAT+SLOW\r\r\nOK\r\n",
    ok('+CUSD: 0,"OK\r\nOK",15'),
]


# -- out of step ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("late", LATE)
@pytest.mark.parametrize("late_s", [1.5, 2.02, 2.2, 5, 6.9, 8, 13, 16.9])
def test_late_answer_of_any_kind_is_not_credited_to_the_next_command_d10(late: str, late_s: float) -> None:
    with linked({"AT+SLOW": (late_s, late), "AT+CSQ": ok("+CSQ: 17,0"), "AT+CMGD=1": ok()}) as (link, talk):
        with pytest.raises(Silent, match=r"did not answer AT\+SLOW"):
            link.exchange("AT+SLOW", 1)
        talk.wait((), talk.monotonic() + 1)
        link.poll()
        assert link.exchange("AT+CMGD=1") == Reply((), "OK")
        assert link.exchange("AT+CSQ") == Reply(("+CSQ: 17,0",), "OK")


@pytest.mark.parametrize("late", LATE)
def test_late_answer_in_one_read_with_that_of_the_barrier_is_told_from_it_d10(late: str) -> None:
    with linked({"AT+SLOW": "", "AT+CSQ": ok("+CSQ: 17,0"), "AT+CMGD=1": ok()}) as (link, talk):
        talk.answers["AT+CMEE?"] = late + ok("+CMEE: 1")
        with pytest.raises(Silent):
            link.exchange("AT+SLOW", 1)
        assert link.exchange("AT+CMGD=1") == Reply((), "OK")
        assert link.exchange("AT+CSQ") == Reply(("+CSQ: 17,0",), "OK")


@pytest.mark.parametrize("owed", LATE)
def test_what_a_process_before_us_was_owed_is_not_ours_d10(owed: str) -> None:
    with linked({"AT+CMGD=1": ok(), "AT": ok()}) as (link, talk):
        link.close()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("modem.openport.open_line", lambda *_: talk)
            link.connect()
        talk.say(0, owed)
        assert link.exchange("AT+CMGD=1") == Reply((), "OK")
        assert link.exchange("AT") == Reply((), "OK")


def test_late_reference_is_told_of_to_whoever_wants_it() -> None:
    late = {"AT+CMGS=20": "\r\n> ", "0011": "", "AT+CMEE?": ok("+CMGS: 42") + ok("+CMEE: 1"), "AT": ok()}
    with linked(late) as (link, _):
        assert link.ask_prompt("AT+CMGS=20", 5) is None
        assert link.send_payload("0011", 5, "+CMGS:") is None
        assert link.exchange("AT").ok
        assert Notice("+CMGS", "+CMGS: 42") in link.notices


def test_late_answer_that_looks_like_a_notice_is_none_of_the_network() -> None:
    with linked({"AT+CREG?": "", "AT": ok()}) as (link, talk):
        with pytest.raises(Silent):
            link.exchange("AT+CREG?", 1)
        talk.answers[ESC] = ok("+CREG: 2,1") + "\r\n+CREG: 5\r\n"
        link.exchange("AT")
        assert [notice for notice in link.notices if notice.name == "+CREG"] == [Notice("+CREG", "+CREG: 5")]


def test_modem_that_does_not_know_a_question_is_asked_another_at_once() -> None:
    with linked({"AT+SLOW": "", "AT+CMEE?": "\r\nERROR\r\n", "AT": ok()}) as (link, talk):
        with pytest.raises(Silent):
            link.exchange("AT+SLOW", 1)
        before = link.clock.monotonic()
        assert link.exchange("AT").ok
        assert link.clock.monotonic() - before < 2
        assert talk.commands == ["AT+SLOW", "AT+CMEE?", "AT+CMGF?", "AT"]


def test_modem_that_knows_no_question_is_asked_at_in_the_end() -> None:
    locked: Answers = dict.fromkeys(QUESTIONS, "\r\n+CME ERROR: 11\r\n")
    with linked({"AT+SLOW": "", **locked, "AT": ok(), "AT+CPIN?": ok("+CPIN: SIM PIN")}) as (link, talk):
        with pytest.raises(Silent):
            link.exchange("AT+SLOW", 1)
        assert link.exchange("AT+CPIN?").lines == ("+CPIN: SIM PIN",)
        assert talk.commands == ["AT+SLOW", *QUESTIONS, "AT", "AT+CPIN?"]


def test_modem_that_says_nothing_any_more_is_silent_after_three_questions() -> None:
    with linked({"AT+SLOW": "", **dict.fromkeys(QUESTIONS, "")}) as (link, talk):
        with pytest.raises(Silent):
            link.exchange("AT+SLOW", 1)
        with pytest.raises(Silent, match=r"did not answer AT\+CSMS\?"):
            link.exchange("AT")
        assert talk.commands == ["AT+SLOW", "AT+CMEE?", "AT+CMGF?", "AT+CSMS?"]


def test_question_that_was_asked_in_vain_is_not_asked_again_next_time() -> None:
    with linked({"AT+SLOW": "", "AT": ok(), "AT+CMEE?": "", "AT+CMGF?": "", "AT+CSMS?": ""}) as (link, talk):
        for _ in range(2):
            with pytest.raises(Silent):
                link.exchange("AT+SLOW", 1)
        # What it owes comes now: three answers, and only then that to the fourth question.
        talk.answers["AT+CNMI?"] = [ok("+CMEE: 1") + ok("+CMGF: 0") + ok("+CSMS: 1,1,1,1") + ok("+CNMI: 2,1,0,2,0")]
        assert link.exchange("AT") == Reply((), "OK")
        assert talk.commands[-2:] == ["AT+CNMI?", "AT"]


# -- text entry -----------------------------------------------------------------------------------------------------


def test_late_prompt_is_left_by_escape_and_its_text_is_never_sent_d11() -> None:
    late = {"AT+CMGS=20": "", "AT+CMEE?": ["\r\n> ", ok("+CMEE: 1")], ESC: ["", ok(), ""], "AT": ok()}
    with linked(late) as (link, talk):
        with pytest.raises(Silent):
            link.ask_prompt("AT+CMGS=20", 1)
        assert link.exchange("AT").ok
        assert [line for line in talk.heard if line] == [
            "AT+CMGS=20",
            ESC,
            "AT+CMEE?",  # swallowed by the prompt
            ESC,
            "AT+CMGF?",
            "AT",
        ]


def test_prompt_that_nobody_asked_for_is_left_before_the_next_command_d11() -> None:
    with linked({"AT": ok()}) as (link, talk):
        talk.say(0, "\r\n> ")
        link.poll()
        assert link.out_of_step
        assert link.exchange("AT").ok
        assert [line for line in talk.heard if line] == [ESC, "AT+CMEE?", "AT"]


def test_command_is_not_aborted_by_what_comes_behind_the_escape() -> None:
    with linked({"AT+SLOW": "", "AT": ok()}) as (link, talk):
        with pytest.raises(Silent):
            link.exchange("AT+SLOW", 1)
        talk.answers[ESC] = (0.1, "\r\nERROR\r\n")  # aborted (V.250 §5.6.1), and what comes with ESC is lost
        link.exchange("AT")
        assert talk.commands == ["AT+SLOW", "AT+CMEE?", "AT"]


@pytest.mark.parametrize("prompt", ["\r\n> ", "\r\n>", ">", "\r\n>\r\n", '\r\n> \r\n+CMTI: "SM",3\r\n'])
def test_prompt_in_any_form_lets_the_message_go_d12(prompt: str) -> None:
    with linked({"AT+CMGS=20": prompt, "0011": ok("+CMGS: 7")}) as (link, _):
        assert link.ask_prompt("AT+CMGS=20", 5) is None
        assert link.send_payload("0011", 5, "+CMGS:") == Reply(("+CMGS: 7",), "OK")


@pytest.mark.parametrize("text", ['+CUSD: 0,"5 > 3"', '+CUSD: 0,"5\r\n> 3",15', "+CIEV: > 5"])
def test_text_that_looks_like_a_prompt_lets_nothing_go_d53(text: str) -> None:
    with linked({"AT+CMGS=20": f"\r\n{text}\r\n\r\n+CMS ERROR: 500\r\n"}) as (link, _):
        assert link.ask_prompt("AT+CMGS=20", 5) == Reply((), "+CMS ERROR: 500")


def test_text_that_is_cut_behind_a_greater_sign_is_no_prompt_d53() -> None:
    reader = AtReader()
    reader.expect("AT+CMGS=20", prompt=True)
    assert reader.feed(b'\r\n+CUSD: 0,"5\r\n>') == []
    assert reader.feed(b' 3",15\r\n\r\n>') == [Notice("+CUSD", '+CUSD: 0,"5\n> 3",15'), Prompt()]
    assert reader.feed(b" ") == []


@pytest.mark.parametrize("stray", [ok(), ok("+CSQ: 5,0"), ok("+CMGS: 41")])
def test_ok_in_the_place_of_a_prompt_is_not_the_answer_pain_25(stray: str) -> None:
    with linked({"AT+CMGS=20": stray + "\r\n> ", "0011": ok("+CMGS: 7")}) as (link, _):
        assert link.ask_prompt("AT+CMGS=20", 5) is None
        assert link.send_payload("0011", 5, "+CMGS:") == Reply(("+CMGS: 7",), "OK")


@pytest.mark.parametrize("stray", [ok(), ok("+CSQ: 5,0")])
def test_ok_without_a_reference_does_not_end_a_submit_pain_25(stray: str) -> None:
    with linked({"AT+CMGS=20": "\r\n> ", "0011": stray}) as (link, talk):
        link.ask_prompt("AT+CMGS=20", 5)
        talk.say(20, ok("+CMGS: 7"))
        assert link.send_payload("0011", 60, "+CMGS:") == Reply(("+CMGS: 7",), "OK")
        assert talk.commands == ["AT+CMGS=20", "0011"]  # a character might have aborted the submit


def test_reference_counts_though_the_port_goes_before_the_ok() -> None:
    with linked({"AT+CMGS=20": "\r\n> ", "0011": "\r\n+CMGS: 7\r\n"}) as (link, talk):
        assert link.ask_prompt("AT+CMGS=20", 5) is None
        talk.goes_after(1)
        assert link.send_payload("0011", 60, "+CMGS:") == Reply(("+CMGS: 7",), "")


def test_port_that_goes_without_a_reference_is_told_of() -> None:
    with linked({"AT+CMGS=20": "\r\n> ", "0011": ""}) as (link, talk):
        assert link.ask_prompt("AT+CMGS=20", 5) is None
        talk.goes_after(1)
        with pytest.raises(PortLost):
            link.send_payload("0011", 60, "+CMGS:")


def test_message_that_came_in_one_read_with_an_answer_outlives_the_port() -> None:
    with linked({"AT": ok() + "\r\n+CMT: ,24\r\n0011\r\n"}) as (link, _):
        link.exchange("AT")
        link.close()
        assert list(link.notices) == [Notice("+CMT", "+CMT: ,24", "0011")]


# -- doubt ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "stray", "answer"),
    [
        ("AT+CSQ", ok(), ok("+CSQ: 17,0")),
        ("AT+CPIN?", ok(), ok("+CPIN: READY")),
        ("AT+CREG?", ok("+CSQ: 17,0"), ok("+CREG: 0,1")),
        ("AT+CMGD=1", ok("+CSQ: 17,0"), "\r\n+CMS ERROR: 321\r\n"),
        ("AT+CMGD=1", ok("+CREG: 2,1"), ok()),
        ("AT+CGMI", ok("+CSQ: 17,0"), ok("EMUL")),
    ],
)
def test_ok_of_another_command_is_not_taken_as_success_d10_pain_25(command: str, stray: str, answer: str) -> None:
    with linked({command: stray + answer, "AT": ok()}) as (link, _):
        expected = [line for line in answer.split("\r\n") if line]
        link.exchange("AT")
        assert link.exchange(command) == Reply(tuple(expected[:-1]), expected[-1])
        assert link.exchange("AT") == Reply((), "OK")


def test_answer_under_another_name_is_accepted_once_it_is_sure() -> None:
    with linked({"AT+CICCID": ok("+ICCID: 8970100000000000001"), "AT+CSCA?": ok(), "AT": ok()}) as (link, talk):
        assert link.exchange("AT+CICCID").lines == ("+ICCID: 8970100000000000001",)
        assert link.exchange("AT+CSCA?") == Reply((), "OK")
        assert link.exchange("AT").ok
        assert talk.commands == ["AT+CICCID", "AT+CMEE?", "AT+CSCA?", "AT+CMEE?", "AT"]


def test_answer_that_fits_costs_no_question() -> None:
    answers: Answers = {
        "AT+CMGL=4": ok(),
        "AT+CMGR=1": ok(),
        "AT+CLIP=1": ok(),
        "AT+CGSN": ok("356938034320007"),
        "AT+CGMM": ok("SIMCOM_SIM800L"),
        "ATZ": ok(),
        'AT+CPMS="SM"': ok("+CPMS: 1,10"),
        "AT+CUSD=1": ok(),
        "AT+CNMI=?": ok(),
    }
    with linked(answers) as (link, talk):
        for command in answers:
            assert link.exchange(command).ok
        assert talk.commands == list(answers)


# -- bytes and floods -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data", ["{}\r\n+CSQ: 5,0\r\n\r\nOK\r\n", "\r\n+CSQ: 5,0\r\n{}\r\nOK\r\n", ok("+CSQ: 5,0") + "{}"]
)
def test_any_byte_in_any_place_leaves_the_dialogue_alive_d13(data: str) -> None:
    with linked({"AT": ok()}) as (link, talk):
        for octet in range(256):
            talk.answers["AT+CSQ"] = data.format(chr(octet))
            assert "+CSQ: 5,0" in link.exchange("AT+CSQ").lines, octet
            assert link.exchange("AT").ok


@pytest.mark.parametrize("at", range(len(ok("+CSQ: 5,0")) + 1))
def test_any_byte_inside_an_answer_is_over_with_it_d13(at: int) -> None:
    with linked({"AT": ok()}) as (link, talk):
        for octet in (0x00, 0x0D, 0x1A, 0x22, 0x3E, 0x41, 0x80, 0xFF):
            whole = ok("+CSQ: 5,0")
            talk.answers["AT+CSQ"] = whole[:at] + chr(octet) + whole[at:]
            try:
                link.exchange("AT+CSQ")
            except Silent as silence:
                assert silence.command == "AT+CSQ"
            reply = link.exchange("AT")
            assert reply.ok
            assert "+CSQ: 5,0" not in reply.lines


def test_flood_of_notices_puts_off_neither_a_deadline_nor_a_dialogue_pain_23() -> None:
    with linked({"AT+SLOW": ""}) as (link, talk):
        talk.flood = b"\r\n^RSSI: 17\r\n"
        began = talk.monotonic()
        with pytest.raises(Silent):
            link.exchange("AT+SLOW", 60)
        assert talk.monotonic() - began == pytest.approx(60, abs=0.1)
        assert len(link.notices) == pytest.approx(3000, abs=5)
        assert len(list(link.history)) < 10
