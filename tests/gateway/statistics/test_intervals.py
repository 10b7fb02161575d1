"""Intervals: published values, SciPy as an oracle, the coverage they promise, and what holds for all of them."""

from __future__ import annotations

from itertools import combinations_with_replacement
from math import factorial, prod, sqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from gateway.statistics import beta
from gateway.statistics.intervals import RATINGS, of_mean, wilson

GOOD_OFFICE = (0.008, 0.005, 0.012, 0.07, 0.905)
FAIR_OFFICE = (0.015, 0.015, 0.03, 0.18, 0.76)
TORN_OFFICE = (0.3, 0.0, 0.0, 0.0, 0.7)

_counts = st.lists(st.integers(0, 2000), min_size=5, max_size=5).filter(any)


@pytest.mark.parametrize(
    ("successes", "total", "low", "high"),
    [
        (0, 10, 0.0, 0.277533),
        (10, 10, 0.722467, 1.0),
        (1, 1, 0.206549, 1.0),
        (5, 10, 0.236593, 0.763407),
        (81, 263, 0.255289, 0.366239),  # Newcombe 1998, table I: 0.2553 to 0.3662
        (15, 148, 0.062387, 0.160479),  # Newcombe 1998: 0.0624 to 0.1605
        (1, 29, 0.006113, 0.171755),  # Newcombe 1998: 0.0061 to 0.1718
    ],
)
def test_wilson_interval_has_the_published_values(successes: int, total: int, low: float, high: float) -> None:
    interval = wilson(successes, total)
    assert interval.low == pytest.approx(low, abs=5e-5)
    assert interval.high == pytest.approx(high, abs=5e-5)


@pytest.mark.parametrize(("successes", "total"), [(0, 0), (-1, 5), (6, 5), (1, -1)])
def test_impossible_share_is_refused(successes: int, total: int) -> None:
    with pytest.raises(ValueError, match="no share"):
        wilson(successes, total)


@settings(max_examples=40)
@given(st.integers(0, 10**6), st.integers(1, 10**6))
def test_wilson_interval_is_that_of_scipy(successes: int, total: int) -> None:
    successes = min(successes, total)
    theirs = stats.binomtest(successes, total).proportion_ci(0.95, method="wilson")
    ours = wilson(successes, total)
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=1e-9)


@settings(max_examples=40)
@given(st.integers(0, 999), st.integers(1, 1000))
def test_one_more_good_rating_lifts_both_ends_of_the_share(successes: int, total: int) -> None:
    successes = min(successes, total - 1)
    before, after = wilson(successes, total), wilson(successes + 1, total)
    assert before.low < after.low
    assert before.high <= after.high


@settings(max_examples=40)
@given(st.integers(0, 10**6), st.integers(1, 10**6))
def test_wilson_interval_holds_the_share_inside_zero_and_one(successes: int, total: int) -> None:
    successes = min(successes, total)
    interval = wilson(successes, total)
    assert 0 <= interval.low <= successes / total <= interval.high <= 1


@pytest.mark.parametrize("a", [0.3, 1.0, 7.5, 250.0, 40_000.0])
@pytest.mark.parametrize("b", [0.2, 2.0, 90.0, 3_000.0])
def test_beta_distribution_is_that_of_scipy(a: float, b: float) -> None:
    for probability in (1e-6, 0.00135, 0.025, 0.5, 0.975, 0.999):
        x = beta.quantile(probability, a, b)
        assert x == pytest.approx(float(stats.beta.ppf(probability, a, b)), rel=1e-9, abs=1e-12)
    for x in (0.0, 0.001, 0.2, 0.5, 0.97, 1.0):
        assert beta.cdf(x, a, b) == pytest.approx(float(stats.beta.cdf(x, a, b)), abs=1e-9)


@settings(max_examples=40)
@given(st.integers(0, 400), st.integers(1, 400), st.floats(0.01, 0.99))
def test_binomial_tail_is_that_of_scipy(successes: int, total: int, share: float) -> None:
    successes = min(successes, total)
    theirs = float(stats.binom.cdf(successes, total, share))
    assert beta.at_most(successes, total, share) == pytest.approx(theirs, abs=1e-9)


def test_what_is_no_distribution_or_probability_is_refused() -> None:
    with pytest.raises(ValueError, match="above 0"):
        beta.cdf(0.5, 0, 1)
    with pytest.raises(ValueError, match="no probability"):
        beta.quantile(1.0, 1, 1)
    assert beta.at_most(-1, 5, 0.5) == 0


@pytest.mark.parametrize("shares", [GOOD_OFFICE, FAIR_OFFICE, TORN_OFFICE, (0.2,) * 5])
@pytest.mark.parametrize("total", [5, 9])
def test_interval_of_the_mean_covers_it_as_often_as_it_says(shares: tuple[float, ...], total: int) -> None:
    """Exactly, over every set of ratings there is: 92 % and more. Student's t has 39 % for five of the good office."""
    mean = sum(rating * share for rating, share in zip(RATINGS, shares, strict=True))
    covered = 0.0
    for ratings in combinations_with_replacement(RATINGS, total):
        counts = {rating: ratings.count(rating) for rating in RATINGS}
        ways = factorial(total) // prod(factorial(count) for count in counts.values())
        chance = ways * prod(share ** counts[rating] for rating, share in zip(RATINGS, shares, strict=True))
        interval = of_mean(counts)
        covered += chance * (interval.low <= mean <= interval.high)
    assert covered > 0.92


def test_interval_of_the_mean_is_a_beta_distribution_on_one_to_five() -> None:
    """Worked by hand: ten fives with Perks' prior are 10.2 fives and 0.2 of each other, eleven in all."""
    weights = {0: 0.2, 0.25: 0.2, 0.5: 0.2, 0.75: 0.2, 1: 10.2}
    mean = sum(value * weight for value, weight in weights.items()) / 11
    variance = (sum(value**2 * weight for value, weight in weights.items()) / 11 - mean**2) / 12
    size = mean * (1 - mean) / variance - 1
    low = 1 + 4 * float(stats.beta.ppf(0.025, mean * size, (1 - mean) * size))
    interval = of_mean({5: 10})
    assert interval.low == pytest.approx(low)
    assert interval.high == 5


def test_interval_of_the_mean_of_many_ratings_is_that_of_student() -> None:
    counts = {1: 80, 2: 50, 3: 120, 4: 700, 5: 9050}
    values = [rating for rating, count in counts.items() for _ in range(count)]
    mean = sum(values) / len(values)
    low, high = stats.t.interval(0.95, len(values) - 1, loc=mean, scale=stats.tstd(values) / sqrt(len(values)))
    interval = of_mean(counts)
    assert (interval.low, interval.high) == pytest.approx((low, high), abs=0.001)


def test_one_rating_and_equal_ratings_are_not_taken_for_certainty() -> None:
    one, five, fifty = of_mean({5: 1}), of_mean({5: 5}), of_mean({5: 50})
    assert 1 < one.low < five.low < fifty.low < 4.99
    assert one.high == five.high == fifty.high == 5
    assert of_mean({1: 5}).low == 1
    assert of_mean({1: 5}).high > 1.5


def test_mean_of_no_ratings_has_no_interval() -> None:
    with pytest.raises(ValueError, match="no ratings"):
        of_mean({5: 0})


@settings(max_examples=40)
@given(_counts)
def test_interval_of_the_mean_holds_the_mean_inside_one_and_five(counts: list[int]) -> None:
    interval = of_mean(dict(zip(RATINGS, counts, strict=True)))
    mean = sum(rating * count for rating, count in zip(RATINGS, counts, strict=True)) / sum(counts)
    assert 1 <= interval.low <= mean <= interval.high <= 5


@settings(max_examples=40)
@given(_counts)
def test_interval_of_the_mean_is_the_same_seen_from_the_other_end(counts: list[int]) -> None:
    there = of_mean(dict(zip(RATINGS, counts, strict=True)))
    back = of_mean(dict(zip(RATINGS, reversed(counts), strict=True)))
    assert (6 - back.high, 6 - back.low) == pytest.approx((there.low, there.high), abs=1e-6)
