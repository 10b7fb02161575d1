"""USSD as it looks on the line, literally."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.emulator.codec.alphabet import text_to_septets
from modem.emulator.device.state import Manner, UssdForm
from modem.emulator.device.ussd import ussd_from_terminal, ussd_to_terminal
from modem.tables import GSM7_BASIC
from tests.modem.emulator.conftest import Bench

BALANCE = b'\r\n+CUSD: 0,"Balans: 100.00 r.",15\r\n'
MENU = "1 Баланс\n2 Пополнить\n3 Мой номер"


def hexed(text: str) -> str:
    return text.encode("utf-16-be").hex().upper()


def test_code_is_answered_after_its_ok(bench: Bench) -> None:
    assert bench.raw(b'AT+CUSD=1,"*100#",15\r') == b"\r\nOK\r\n"
    assert bench.wait(0.4) == b""
    assert bench.wait(0.1) == BALANCE
    assert bench.say("AT+CUSD?") == ["+CUSD: 1", "OK"]


@pytest.mark.parametrize("line", ["ATD*99#", "ATD*99***1#", "ATD*98*1#"])
def test_request_for_a_packet_service_is_no_ussd(bench: Bench, line: str) -> None:
    """27.007 §10.2.1; wvdial and chat dial it. This network has no packet service."""
    assert bench.say(line) == ["NO CARRIER"]


@pytest.mark.parametrize("line", [b"ATD*100#;\r", b"ATD*100#\r"])
def test_dialled_code_starts_ussd(bench: Bench, line: bytes) -> None:
    bench.say("AT+CUSD=1")
    assert bench.raw(line) == b"\r\nOK\r\n"
    assert bench.wait(1) == BALANCE


def test_answers_are_hidden_unless_asked_for(bench: Bench) -> None:
    assert bench.say('AT+CUSD=0,"*100#"') == ["OK"]
    assert bench.wait(1) == b""
    assert bench.say("AT+CUSD") == ["OK"]
    assert bench.say("AT+CUSD?") == ["+CUSD: 0", "OK"]


def test_unknown_code_is_not_supported(bench: Bench) -> None:
    bench.say('AT+CUSD=1,"*999#",15')
    assert bench.wait(1) == b"\r\n+CUSD: 4\r\n"


def test_menu_asks_and_a_reply_leads_on(bench: Bench) -> None:
    bench.say('AT+CUSD=1,"*105#",15')
    assert bench.wait(1) == f'\r\n+CUSD: 1,"{hexed(MENU)}",72\r\n'.encode()
    assert bench.say('AT+CUSD=1,"2",15') == ["OK"]
    assert bench.wait(1) == f'\r\n+CUSD: 1,"{hexed("Сумма в рублях?")}",72\r\n'.encode()
    bench.say(f'AT+CUSD=1,"{hexed("250")}",72')
    assert bench.wait(1) == f'\r\n+CUSD: 0,"{hexed("Зачислено. Баланс: 350.00 р.")}",72\r\n'.encode()
    bench.say('AT+CUSD=1,"*100#"')
    assert bench.wait(1) == b'\r\n+CUSD: 0,"Balans: 350.00 r.",15\r\n'


def test_reply_that_is_no_choice_or_no_amount_is_asked_for_again(bench: Bench) -> None:
    bench.say('AT+CUSD=1,"*105#"')
    menu = bench.wait(1)
    bench.say('AT+CUSD=1,"7"')
    assert bench.wait(1) == menu
    bench.say('AT+CUSD=1,"2"')
    question = bench.wait(1)
    bench.say('AT+CUSD=1,"much"')
    assert bench.wait(1) == question


def test_amount_within_the_code_is_paid_in(bench: Bench) -> None:
    bench.say('AT+CUSD=1,"*102*50#"')
    assert bench.wait(1) == b'\r\n+CUSD: 0,"Zachisleno. Balans: 150.00 r.",15\r\n'
    assert bench.world.centre.accounts.of(bench.modem.number).balance == 150


def test_cancelled_session_is_over(bench: Bench) -> None:
    bench.say('AT+CUSD=1,"*105#"')
    bench.wait(1)
    assert bench.say("AT+CUSD=2") == ["OK"]
    assert bench.say("AT+CUSD?") == ["+CUSD: 1", "OK"]
    bench.say('AT+CUSD=1,"1"')
    assert bench.wait(1) == b"\r\n+CUSD: 4\r\n"
    bench.say('AT+CUSD=1,"*100#"')
    bench.say("AT+CUSD=2")
    assert bench.wait(5) == b""


def test_network_ends_a_session_nobody_replies_in(bench: Bench) -> None:
    bench.say('AT+CUSD=1,"*105#"')
    bench.wait(1)
    assert bench.wait(59) == b""
    assert bench.wait(1) == b"\r\n+CUSD: 2\r\n"


def test_menu_asked_for_again_has_its_whole_time(bench: Bench) -> None:
    bench.say('AT+CUSD=1,"*105#"')
    bench.wait(50)
    bench.say('AT+CUSD=1,"7"')
    bench.wait(1)
    assert bench.wait(58) == b""
    assert bench.wait(2) == b"\r\n+CUSD: 2\r\n"


def test_answer_to_a_cancelled_request_does_not_come_instead_of_the_next(bench: Bench) -> None:
    bench.say('AT+CUSD=1,"*999#"')
    bench.wait(0.25)
    bench.say('AT+CUSD=2;+CUSD=1,"*100#"')
    assert bench.wait(0.25) == b""
    assert bench.wait(0.25) == BALANCE


def test_reply_keeps_the_session_from_ending(bench: Bench) -> None:
    bench.say('AT+CUSD=1,"*105#"')
    bench.wait(50)
    bench.say('AT+CUSD=1,"2"')
    bench.wait(1)
    assert bench.wait(50) == b""


def test_second_request_before_the_answer_is_not_allowed(bench: Bench) -> None:
    bench.say('AT+CMEE=1;+CUSD=1,"*100#"')
    assert bench.say('AT+CUSD=1,"*105#"') == ["+CME ERROR: 3"]
    assert bench.wait(1) == BALANCE


def test_without_network_there_is_no_ussd(bench: Bench) -> None:
    bench.say("AT+CMEE=1;+CFUN=4")
    assert bench.say('AT+CUSD=1,"*100#"') == ["+CME ERROR: 30"]
    assert bench.say("ATD*100#;") == ["+CME ERROR: 30"]


def test_session_does_not_outlive_the_radio(bench: Bench) -> None:
    bench.say('AT+CUSD=1,"*105#"')
    bench.wait(1)
    bench.say("AT+CFUN=4;+CFUN=1")
    bench.say('AT+CUSD=1,"*100#"')
    assert bench.wait(1) == BALANCE


@pytest.mark.parametrize(
    ("cscs", "typed", "shown"),
    [
        ("GSM", "*100#", "Balans: 100.00 r."),
        ("IRA", "*100#", "Balans: 100.00 r."),
        ("UCS2", hexed("*100#"), hexed("Balans: 100.00 r.")),
        ("UCS2", "*100#", hexed("Balans: 100.00 r.")),
        ("HEX", "2A31303023", text_to_septets("Balans: 100.00 r.").hex().upper()),
    ],
)
def test_string_is_in_the_chosen_character_set(bench: Bench, cscs: str, typed: str, shown: str) -> None:
    bench.say(f'AT+CSCS="{cscs}"')
    assert bench.say(f'AT+CUSD=1,"{typed}",15') == ["OK"]
    assert bench.wait(1) == f'\r\n+CUSD: 0,"{shown}",15\r\n'.encode()


@pytest.mark.parametrize(
    ("form", "typed", "dcs", "answer"),
    [
        ("packed7", "AA180C3602", 15, '"C2303BEC9EEB403118CC058381E42E",15'),
        ("ucs2hex", "002A0031003000300023", 15, f'"{hexed("Balans: 100.00 r.")}",72'),
    ],
)
def test_models_have_their_own_form_of_the_string(
    bench: Bench, form: UssdForm, typed: str, dcs: int, answer: str
) -> None:
    bench.modem.device.manner = Manner(ussd_form=form)
    assert bench.say(f'AT+CUSD=1,"{typed}",{dcs}') == ["OK"]
    assert bench.wait(1).decode() == f"\r\n+CUSD: 0,{answer}\r\n"


@pytest.mark.parametrize(
    "values", ["3", "1,*100#,256", "1,*100#,GSM", '1,"*100#",15,1', '1,"002A3",72', '1,"D800",72', '1,"xy",68', '1,"é"']
)
def test_wrong_parameters_are_refused(bench: Bench, values: str) -> None:
    bench.say("AT+CMEE=1")
    assert bench.say(f"AT+CUSD={values}") == ["+CME ERROR: 50"]
    assert bench.say("AT+CUSD?") == ["+CUSD: 0", "OK"]


def test_forms_that_are_not_hexadecimal_are_refused(bench: Bench) -> None:
    bench.modem.device.manner = Manner(ussd_form="packed7")
    assert bench.say('AT+CUSD=1,"*100#",15') == ["ERROR"]


def test_octets_of_an_8_bit_coding_are_text_too() -> None:
    assert ussd_from_terminal("2A31303023", 68, "text", "GSM") == "*100#"


@given(
    st.text(
        st.sampled_from(GSM7_BASIC.replace("\x1b", "").replace("\r", "")) | st.sampled_from("Привет€"), max_size=80
    ),
    st.sampled_from(["text", "ucs2hex", "packed7"]),
    st.sampled_from(["GSM", "UCS2", "HEX"]),
)
def test_what_is_shown_can_be_typed_again(text: str, form: UssdForm, cscs: str) -> None:
    shown, dcs = ussd_to_terminal(text, form, cscs)
    assert ussd_from_terminal(shown, dcs, form, cscs) == text
