"""Calls seen from the network: what subscribers do, what the control port may ask for, and what always holds."""

import json
from collections import Counter
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from modem.emulator.device.calls import CallState
from modem.emulator.device.effects import Cause
from modem.emulator.device.state import Manner
from modem.emulator.device.subscription import VOICE
from modem.emulator.network.conditions import Conditions
from modem.emulator.network.exchange import Phase
from modem.emulator.network.handsets import Handset, HandsetState
from modem.emulator.network.subscribers import Called, Caller, Outcome
from tests.modem.emulator.conftest import Bench

OUTSIDE = "+79131234567"
STATES = {Phase.DIALLING: CallState.DIALLING, Phase.ALERTING: CallState.ALERTING, Phase.ACTIVE: CallState.ACTIVE}


def test_control_port_learns_whether_the_modem_rings(bench: Bench) -> None:
    call = bench.world.exchange.call
    assert call(bench.modem, OUTSIDE, bench.now) is None
    assert call(bench.modem, "112", bench.now) is Cause.BUSY
    bench.say("AT+CFUN=0")
    assert call(bench.modem, "112", bench.now) is Cause.UNREACHABLE


def test_impossible_callers_are_refused_with_a_sentence(bench: Bench) -> None:
    call = bench.world.exchange.call
    for number in ("Bank", "+", "1" * 21, "12+"):
        with pytest.raises(ValueError, match="is no telephone number: up to 20 digits"):
            call(bench.modem, number, bench.now)
    with pytest.raises(ValueError, match="is a modem of this network; let it dial"):
        call(bench.modem, bench.modem.number, bench.now)
    call(bench.modem, OUTSIDE, bench.now)
    with pytest.raises(ValueError, match=r"\+79131234567 has a call already"):
        call(bench.modem, OUTSIDE, bench.now)


def test_empty_sender_withholds_the_number(bench: Bench) -> None:
    bench.say("AT+CLIP=1")
    bench.world.exchange.call(bench.modem, "", bench.now)
    assert bench.wait(0) == b'\r\nRING\r\n\r\n+CLIP: "",128,,,,1\r\n'


@pytest.mark.parametrize(
    "data", [{"outcome": "asleep"}, {"keys": "E"}, {"after_s": -1}, {"replies": {"12": "3"}}, {"answer": 3}]
)
def test_wrong_behaviour_is_refused(data: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Called.model_validate(data)


def test_number_is_the_same_subscriber_however_it_is_dialled(bench: Bench) -> None:
    bench.conditions.called[OUTSIDE] = Called(outcome=Outcome.BUSY)
    bench.say("ATD89131234567;")
    assert bench.wait(1) == b"\r\nBUSY\r\n"


def test_subscriber_on_the_phone_is_busy(bench: Bench) -> None:
    other = bench.world.add_modem("other")
    bench.world.exchange.call(other, OUTSIDE, bench.now)
    bench.say(f"ATD{OUTSIDE};")
    assert bench.wait(1) == b"\r\nBUSY\r\n"


def test_caller_gives_up_only_while_it_rings(bench: Bench) -> None:
    bench.world.exchange.call(bench.modem, OUTSIDE, bench.now, Caller(gives_up_after_s=10))
    bench.say("ATA")
    bench.wait(20)
    assert bench.world.exchange.call_of(bench.modem) is not None


def test_late_advance_keeps_the_times_of_the_call(bench: Bench) -> None:
    bench.conditions.called[OUTSIDE] = Called(after_s=2, hangs_up_after_s=30)
    bench.say(f"ATD{OUTSIDE};")
    bench.wait(500)
    end = json.loads(bench.journal.drain().splitlines()[-1])
    assert (end["t"], end["duration_s"]) == ("2023-11-14T22:13:53.000Z", 30.0)


@pytest.mark.parametrize(
    ("state", "cause"),
    [("off", "unreachable"), ("unreachable", "unreachable"), ("busy", "busy"), ("unknown", "unallocated")],
)
def test_handset_is_for_calls_what_it_is_for_messages(bench: Bench, state: str, cause: str) -> None:
    bench.world.centre.set_handset("+7913*", Handset(state=HandsetState(state)), bench.now)
    bench.say(f"ATD{OUTSIDE};")
    bench.wait(1)
    assert json.loads(bench.journal.drain().splitlines()[-1])["cause"] == cause
    bench.world.centre.set_handset("+7913*", Handset(state=HandsetState.SLOW), bench.now)
    bench.say(f"ATD{OUTSIDE};")
    assert bench.wait(10) == b""


@pytest.mark.parametrize(
    ("reason", "obstacle"), [(0, "AT"), (1, "ATD112;"), (3, "AT+CFUN=4")], ids=["always", "busy", "not reachable"]
)
def test_calls_are_forwarded(bench: Bench, reason: int, obstacle: str) -> None:
    other = bench.world.add_modem("other")
    bench.say(f'AT+CCFC={reason},3,"{other.number}",145')
    bench.say(obstacle)
    assert bench.world.exchange.call(bench.modem, OUTSIDE, bench.now) is None
    assert bench.world.exchange.call_of(other) is not None
    assert b"RING" not in bench.wait(0)
    steps = [json.loads(line) for line in bench.journal.drain().splitlines()]
    assert (steps[-2]["what"], steps[-2]["from"], steps[-2]["to"]) == ("forward", bench.modem.number, other.number)


def test_call_nobody_takes_is_forwarded_after_its_time(bench: Bench) -> None:
    other = bench.world.add_modem("other")
    bench.say(f'AT+CCFC=2,3,"{other.number}",145,,,,15')
    bench.world.exchange.call(bench.modem, OUTSIDE, bench.now)
    assert bench.wait(14.9).count(b"RING") == 3
    assert bench.wait(0.1) == b"\r\nNO CARRIER\r\n"
    call = bench.world.exchange.call_of(other)
    assert call is not None and call.phase is Phase.ALERTING and bench.world.exchange.call_of(bench.modem) is None


def test_caller_hears_the_ringing_begin_once_though_the_call_is_forwarded(bench: Bench) -> None:
    other = bench.world.add_modem("other")
    bench.say('AT+CCFC=2,3,"112",129,,,,5', 1)
    bench.modem.device.manner = Manner(call_notices={"alerting": "^CONF:{id}"})
    bench.say(f"ATD{other.number};")
    assert bench.wait(8) == b"\r\n^CONF:1\r\n"
    assert bench.wait(10) == b""  # and 112 has answered: no notice for that was asked for
    assert bench.say("AT+CLCC")[0].startswith("+CLCC: 1,0,0,")


@pytest.mark.parametrize(
    ("facility", "number", "passes"),
    [
        ("AO", OUTSIDE, False),
        ("AO", "112", True),
        ("OI", "+491711234567", False),
        ("OI", OUTSIDE, True),
        ("OX", "+491711234567", False),
        ("AI", OUTSIDE, True),
    ],
)
def test_barred_calls_do_not_go_out(bench: Bench, facility: str, number: str, passes: bool) -> None:
    bench.modem.device.sim.barring.set(facility, True, VOICE)
    bench.say(f"ATD{number};")
    assert bench.wait(1) == (b"" if passes else b"\r\nNO CARRIER\r\n")
    end = [json.loads(line).get("cause") for line in bench.journal.drain().splitlines()][-1]
    assert end == (None if passes else "barred")


def test_barred_calls_do_not_come_in(bench: Bench) -> None:
    barring = bench.modem.device.sim.barring
    barring.set("AI", True, VOICE)
    assert bench.world.exchange.call(bench.modem, OUTSIDE, bench.now) is Cause.BARRED
    barring.set("AG", True, VOICE)
    barring.set("AI", False, VOICE)
    barring.set("IR", True, VOICE)
    assert bench.world.exchange.call(bench.modem, OUTSIDE, bench.now) is None
    bench.say("ATH")
    bench.modem.device.set_registration(5)
    assert bench.world.exchange.call(bench.modem, OUTSIDE, bench.now) is Cause.BARRED


def test_call_that_was_taken_is_not_forwarded(bench: Bench) -> None:
    bench.say('AT+CCFC=2,3,"112",129,,,,15')
    bench.world.exchange.call(bench.modem, OUTSIDE, bench.now)
    bench.say("ATA")
    assert bench.wait(60) == b""


def test_only_the_called_end_answers_and_tones_wait_for_it(bench: Bench) -> None:
    other = bench.world.add_modem("other")
    bench.say("AT+DDET=1")
    bench.say(f"ATD{other.number};")
    bench.wait(1)
    assert not bench.world.exchange.answer(bench.modem, bench.now)
    bench.world.exchange.key(other, "5", bench.now)
    assert bench.wait(0) == b""
    assert bench.world.exchange.answer(other, bench.now)
    bench.world.exchange.key(other, "5", bench.now)
    assert bench.wait(0) == b"\r\n+DTMF: 5\r\n"


def test_forwarding_in_a_circle_ends(bench: Bench) -> None:
    other = bench.world.add_modem("other")
    bench.world.set_link(other, True, bench.now)
    bench.say(f'AT+CCFC=0,3,"{other.number}"')
    bench.say(f'AT+CCFC=0,3,"{bench.modem.number}"', 1)
    assert bench.world.exchange.call(bench.modem, OUTSIDE, bench.now) is Cause.UNREACHABLE


ACTIONS = st.one_of(
    st.tuples(st.just("say"), st.integers(0, 2), st.sampled_from(
        ["ATD{0};", "ATD{1};", "ATD{2};", "ATD+79131234567;", "ATD112;", "ATA", "ATH", "AT+CHUP", "AT+CHLD=0",
         "AT+CHLD=1", "AT+VTS=1", 'AT+VTS="#5"', "ATS0=2", "ATS0=0", "AT+CFUN=4", "AT+CFUN=1", "ATS7=10",
         "AT+COLP=1", "AT+COLP=0", 'AT+CCFC=2,3,"{0}",145,,,,5', 'AT+CCFC=0,3,"{1}"', "AT+CCFC=4,4"]
    )),
    st.tuples(st.just("wait"), st.sampled_from([0.0, 0.1, 1.0, 3.0, 5.0, 46.0]), st.just("")),
    st.tuples(st.just("call"), st.integers(0, 2), st.sampled_from(["+79139999999", "112", ""])),
)  # fmt: skip


@given(st.lists(ACTIONS, max_size=30), st.sampled_from(list(Outcome)), st.sampled_from(["", "5#1"]))
def test_both_ends_agree_and_every_call_ends_once(
    actions: list[tuple[str, float, str]], outcome: Outcome, keys: str
) -> None:
    bench = Bench(3, Conditions())
    world, exchange = bench.world, bench.world.exchange
    bench.conditions.called[OUTSIDE] = Called(outcome=outcome, keys=keys, replies={"1": "22"}, hangs_up_on="#")
    numbers = [modem.number for modem in world.modems]
    for kind, value, text in actions:
        if kind == "wait":
            bench.wait(value)
        elif kind == "say":
            bench.raw(text.format(*numbers).encode() + b"\r", int(value))
        else:
            with suppress(ValueError):  # the caller is on the phone
                exchange.call(world.modems[int(value)], text, bench.now, Caller(keys=keys, hangs_up_after_s=20))
        assert_ends_agree(bench)
    for number in range(3):
        bench.raw(b"AT+COLP=0\r", number)  # whatever waits is aborted
        bench.raw(b"AT+CHUP\r", number)
    bench.wait(100)
    assert_ends_agree(bench)
    assert all(modem.device.telephone.call is None for modem in world.modems)
    steps = Counter(json.loads(line)["what"] for line in bench.journal.drain().splitlines())
    assert steps["end"] == steps["dial"] >= steps["answer"]
    assert steps["ring"] <= steps["dial"] + steps["forward"]


def assert_ends_agree(bench: Bench) -> None:
    for modem in bench.world.modems:
        call, seen = bench.world.exchange.call_of(modem), modem.device.telephone.call
        if call is None or seen is None:
            assert call is seen
        elif call.caller is modem:
            assert seen.state is STATES[call.phase]
        else:
            expected = CallState.ACTIVE if call.phase is Phase.ACTIVE else CallState.INCOMING
            assert seen.state is expected
