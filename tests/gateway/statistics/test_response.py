"""Outcome rates: a worked example, what counts where, and what holds for any counts."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.statistics.response import NEVER_ASKED, Outcome, respond

EXAMPLE = {
    Outcome.COMPLETE: 150,
    Outcome.PARTIAL: 10,
    Outcome.REFUSAL: 8,
    Outcome.UNDELIVERABLE: 40,
    Outcome.WRONG_PERSON: 2,
    Outcome.NOT_UNDERSTOOD: 12,
    Outcome.SILENT: 700,
    Outcome.IN_DOUBT: 3,
    Outcome.OPEN: 75,
    Outcome.WAITING: 60,
    Outcome.BARRED: 20,
    Outcome.NO_CONSENT: 919,
    Outcome.LOST: 1,
}


@pytest.mark.parametrize(
    ("symbol", "numerator", "denominator"),
    [
        ("RR1", 150, 1000),
        ("RR2", 160, 1000),
        ("CON1", 180, 1000),
        ("COOP1", 150, 180),
        ("COOP2", 160, 180),
        ("REF1", 8, 1000),
    ],
)
def test_rates_of_an_example_are_those_of_the_standard(symbol: str, numerator: int, denominator: int) -> None:
    (rate,) = (rate for rate in respond(EXAMPLE).rates if rate.symbol == symbol)
    assert (rate.numerator, rate.denominator) == (numerator, denominator)
    assert rate.value == pytest.approx(numerator / denominator)


def test_rates_of_our_own_count_from_the_visit() -> None:
    ours = {rate.name: (rate.numerator, rate.denominator) for rate in respond(EXAMPLE, 900).rates if not rate.symbol}
    assert ours == {"consent": (1081, 2000), "delivery": (900, 1000), "coverage": (160, 2000)}


def test_nobody_asked_gives_no_rate() -> None:
    rates = {rate.symbol: rate.value for rate in respond({Outcome.NO_CONSENT: 5}).rates if rate.symbol}
    assert set(rates.values()) == {None}


def test_negative_count_is_refused() -> None:
    with pytest.raises(ValueError, match="silent -1 times"):
        respond({Outcome.SILENT: -1})


@settings(max_examples=40)
@given(st.dictionaries(st.sampled_from(Outcome), st.integers(0, 10**6)))
def test_every_visit_is_counted_once_and_every_rate_is_a_share(counts: dict[Outcome, int]) -> None:
    response = respond(counts)
    assert response.visits == sum(counts.values())
    assert response.asked + sum(counts.get(outcome, 0) for outcome in NEVER_ASKED) == response.visits
    assert all(rate.value is None or 0 <= rate.value <= 1 for rate in response.rates)


@settings(max_examples=40)
@given(st.dictionaries(st.sampled_from(Outcome), st.integers(0, 10**6)), st.sampled_from(Outcome))
def test_who_does_not_answer_never_raises_the_response_rate(counts: dict[Outcome, int], outcome: Outcome) -> None:
    before, after = (_rr2(found) for found in (counts, {**counts, outcome: counts.get(outcome, 0) + 1}))
    if before is not None and after is not None and outcome not in (Outcome.COMPLETE, Outcome.PARTIAL):
        assert after <= before


def _rr2(counts: dict[Outcome, int]) -> float | None:
    return next(rate.value for rate in respond(counts).rates if rate.symbol == "RR2")
