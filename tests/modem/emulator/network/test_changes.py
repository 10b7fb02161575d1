from decimal import Decimal

import pytest

from modem.emulator.network.changes import NetworkChange, apply, describe
from modem.emulator.network.delays import LogNormal
from modem.emulator.network.handsets import Handset
from tests.modem.emulator.conftest import Bench


def test_change_touches_only_what_it_names(bench: Bench) -> None:
    before = describe(bench.world.centre)
    apply(bench.world.centre, {"latency_ms": 150}, bench.now)
    assert describe(bench.world.centre) == {**before, "latency_ms": 150}


def test_times_become_seconds_and_tables_grow(bench: Bench) -> None:
    centre = bench.world.centre
    apply(centre, {"retry_ms": [10, 20], "validity_ms": 1000, "handsets": {"89131234567": {"state": "off"}}}, 0)
    apply(centre, {"handsets": {"+79130000001": {"state": "blocked"}}, "report_trying": True}, 0)
    assert (centre.conditions.retry_s, centre.conditions.validity_s) == ((0.01, 0.02), 1.0)
    assert centre.conditions.handsets == {"+79131234567": Handset.OFF, "+79130000001": Handset.BLOCKED}
    assert centre.conditions.report_trying


def test_delay_may_be_a_distribution(bench: Bench) -> None:
    written = {"kind": "lognormal", "median_ms": 800.0, "sigma": 0.5}
    apply(bench.world.centre, {"latency_ms": written}, bench.now)
    assert isinstance(bench.conditions.latency_s, LogNormal)
    assert describe(bench.world.centre)["latency_ms"] == written


def test_submit_takes_as_long_as_the_distribution_says(bench: Bench) -> None:
    apply(bench.world.centre, {"latency_ms": {"kind": "uniform", "min_ms": 2000, "max_ms": 3000}}, bench.now)
    assert bench.send(14, "0001000B919731214365F700000135") == []
    assert bench.wait(1.999) == b""
    assert bench.wait(1.002) == b"\r\n+CMGS: 0\r\n\r\nOK\r\n"


def test_balance_is_set_under_any_spelling_of_the_number(bench: Bench) -> None:
    centre = bench.world.centre
    apply(centre, {"accounts": {"89131234567": {"balance": 12.5}}}, bench.now)
    account = centre.accounts.of("+79131234567")
    assert account.balance == Decimal("12.5")
    assert not account.charge(Decimal(13))
    assert account.charge(Decimal(12))
    account.top_up(Decimal(100))
    assert describe(centre)["accounts"] == {"+79131234567": {"balance": 100.5}}


def test_behaviour_when_called_and_ussd_are_set_like_everything_else(bench: Bench) -> None:
    centre = bench.world.centre
    body = {
        "called": {"89131234567": {"outcome": "busy"}},
        "ussd": {"codes": {"*1#": {"text": "1 Да", "choices": {"1": {"text": "Hi"}}}}, "reply_within_s": 5},
    }
    apply(centre, body, bench.now)
    bench.say("ATD+79131234567;")
    assert bench.wait(1) == b"\r\nBUSY\r\n"
    bench.say('AT+CUSD=1,"*1#"')
    bench.wait(1)
    bench.say('AT+CUSD=1,"1"')
    assert bench.wait(1) == b'\r\n+CUSD: 0,"Hi",15\r\n'
    described = describe(centre)
    assert {key: described[key] for key in body} == {**body, "called": {"+79131234567": {"outcome": "busy"}}}
    apply(centre, {"called": {"+79131234567": None}}, bench.now)
    bench.say("ATD+79131234567;")
    assert bench.wait(10) == b""


def test_description_can_be_applied_to_another_network(bench: Bench) -> None:
    other = Bench(1, type(bench.conditions)())
    body = {"latency_ms": 7, "retry_ms": [1], "handsets": {"+79130000001": {"state": "off"}}, "zone_quarters": -8}
    apply(bench.world.centre, body, bench.now)
    apply(other.world.centre, describe(bench.world.centre), other.now)
    assert describe(other.world.centre) == describe(bench.world.centre)


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({"latency_ms": -1}, "latency_ms: input should be greater than or equal to 0."),
        ({"latency_ms": True}, "latency_ms: input should be a valid number."),
        ({"latency_ms": {"kind": "lognormal", "median_ms": 5}}, "latency_ms.lognormal.sigma is missing."),
        ({"latancy_ms": 1}, "latancy_ms is not a known key; did you mean latency_ms?"),
        ({"qqq": 1}, "qqq is not a known key."),
        ({"called": {"112": {"outcome": "busy", "after": 1}}}, "called.112.after is not a known key."),
        ({"ussd": {"codes": {"1": {"text": "a"}}}}, "ussd: 1 is no USSD code: it begins with * or # and ends with #."),
        ({"handsets": {"+7": {"state": "off", "since": 1}}}, "handsets.+7.since is not a known key."),
        ({"zone_quarters": 57}, "zone_quarters: input should be less than or equal to 56."),
    ],
)
def test_wrong_change_is_refused_with_one_sentence_and_changes_nothing(
    bench: Bench, body: dict[str, object], sentence: str
) -> None:
    before = describe(bench.world.centre)
    with pytest.raises(ValueError, match=r"\S") as refused:
        apply(bench.world.centre, {"report_trying": True, **body}, bench.now)
    assert str(refused.value) == sentence
    assert describe(bench.world.centre) == before


def test_every_key_has_a_description_for_the_schema() -> None:
    properties = NetworkChange.model_json_schema()["properties"]
    assert set(properties) >= {"latency_ms", "handsets", "accounts"}
    assert all(entry["description"].endswith(".") for entry in properties.values())
