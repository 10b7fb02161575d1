"""USSD seen from the operator: services as data, what it begins itself, and the log."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from modem.emulator.network.conditions import Conditions
from modem.emulator.network.ussd import Answer, Services
from tests.modem.emulator.conftest import Bench


def offer(bench: Bench, **answer: object) -> None:
    bench.conditions.ussd = Services.model_validate({"codes": {"*1#": answer}, "reply_within_s": 10})


def ussd_log(bench: Bench) -> list[tuple[object, ...]]:
    lines = [json.loads(line) for line in bench.journal.drain().splitlines()]
    return [
        tuple(line[key] for key in ("what", "m", "text") if key in line) for line in lines if line["event"] == "ussd"
    ]


@pytest.mark.parametrize(
    ("outcome", "notice"), [("terminated", "+CUSD: 2"), ("not_supported", "+CUSD: 4"), ("times_out", "+CUSD: 5")]
)
def test_service_can_fail_in_every_way_the_standard_has(bench: Bench, outcome: str, notice: str) -> None:
    offer(bench, outcome=outcome, pause_s=20)
    bench.say('AT+CUSD=1,"*1#"')
    assert bench.wait(19) == b""
    assert bench.wait(1) == f"\r\n{notice}\r\n".encode()


def test_placeholders_stand_for_the_subscriber(bench: Bench) -> None:
    offer(bench, text="{number} {balance} {other}")
    bench.say('AT+CSCS="IRA";+CUSD=1,"*1#"')
    assert bench.wait(1) == f'\r\n+CUSD: 0,"{bench.modem.number} 100.00 {{other}}",15\r\n'.encode()


def test_operator_begins_with_a_notice(bench: Bench) -> None:
    bench.say("AT+CUSD=1")
    bench.world.ussd.push(bench.modem, "Tarif izmenen", False, bench.now)
    assert bench.wait(0) == b'\r\n+CUSD: 0,"Tarif izmenen",15\r\n'
    assert ussd_log(bench) == [("answer", 0, "Tarif izmenen")]


def test_operator_asks_and_the_reply_is_in_the_log(bench: Bench) -> None:
    bench.say("AT+CUSD=1")
    bench.world.ussd.push(bench.modem, "Soglasny?", True, bench.now)
    assert bench.wait(0) == b'\r\n+CUSD: 1,"Soglasny?",15\r\n'
    bench.say('AT+CUSD=1,"1"')
    assert bench.wait(1) == b"\r\n+CUSD: 2\r\n"
    assert ussd_log(bench) == [("answer", 1, "Soglasny?"), ("request", "1"), ("answer", 2)]


def test_impossible_push_is_refused_with_a_sentence(bench: Bench) -> None:
    push = bench.world.ussd.push
    with pytest.raises(ValueError, match="must not be empty"):
        push(bench.modem, "", False, bench.now)
    with pytest.raises(ValueError, match="up to 182 GSM 7-bit characters, or 80 in UCS2"):
        push(bench.modem, "я" * 81, False, bench.now)
    push(bench.modem, "a" * 182, True, bench.now)
    with pytest.raises(ValueError, match="modem0 has a USSD session already"):
        push(bench.modem, "a", False, bench.now)
    bench.say("AT+CFUN=0")
    with pytest.raises(ValueError, match="modem0 is not in the network"):
        push(bench.modem, "a", False, bench.now)


@pytest.mark.parametrize(
    "data",
    [
        {"codes": {"100": {"text": "a"}}},
        {"codes": {"*1#": {}}},
        {"codes": {"*1#": {"text": "я" * 81}}},
        {"codes": {"*1#": {"text": "a", "outcome": "times_out", "choices": {"1": {"text": "b"}}}}},
        {"codes": {"*1#": {"text": "a", "pays_in": True, "otherwise": {"text": "b"}}}},
        {"codes": {"*1#": {"text": "a", "menu": {}}}},
        {"codes": {}, "reply_within_s": 0},
        {},
    ],
)
def test_wrong_services_are_refused(data: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Services.model_validate(data)


def test_code_itself_goes_before_one_with_a_mark() -> None:
    services = Services(codes={"*1*{reply}#": Answer(text="any"), "*1*5#": Answer(text="five")})
    assert services.find("*1*5#") == (services.codes["*1*5#"], "")
    assert services.find("*1*66#") == (services.codes["*1*{reply}#"], "66")
    assert services.find("*1*#") == (services.unknown, "")


def test_long_text_is_cut_to_what_ussd_carries(bench: Bench) -> None:
    offer(bench, text="я" * 60 + "{number}{number}")
    bench.say('AT+CUSD=1,"*1#"')
    shown = bench.wait(1).decode().split('"')[1]
    assert bytes.fromhex(shown).decode("utf-16-be") == ("я" * 60 + bench.modem.number * 2)[:80]


@given(st.lists(st.sampled_from(["*105#", "*100#", "1", "2", "5", "cancel", "wait", "push", "off", "on"]), max_size=20))
def test_every_question_of_the_network_is_answered_cancelled_or_ended(actions: list[str]) -> None:
    bench = Bench(1, Conditions())
    bench.say("ATE0+CUSD=1")
    for action in actions:
        if action == "cancel":
            bench.say("AT+CUSD=2")
        elif action == "wait":
            bench.wait(0.5)
        elif action == "push":
            try:
                bench.world.ussd.push(bench.modem, "a", True, bench.now)
            except ValueError:
                continue
        elif action in ("off", "on"):
            bench.say(f"AT+CFUN={int(action == 'on')}")
        else:
            bench.say(f'AT+CUSD=1,"{action}"')
    bench.wait(100)
    bench.say("AT+CFUN=1")
    bench.say('AT+CUSD=1,"*100#"')
    assert b"Balans" in bench.wait(1)  # no session is left, and none hangs
