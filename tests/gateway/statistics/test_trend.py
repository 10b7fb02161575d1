"""Trend: noise raises few alarms, a shift is found, limits are those of the binomial distribution."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from gateway.statistics.trend import FEWEST_WEEKS, Week, chart

MONDAY = date(2017, 1, 2)
_counts = st.integers(0, 80).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total)))


def _weeks(counts: Sequence[tuple[int, int]]) -> list[Week]:
    return [Week(MONDAY + timedelta(weeks=k), positive, total) for k, (positive, total) in enumerate(counts)]


def _simulated(random: Random, shares: Sequence[float], ratings: int, rho: float = 0.0) -> list[Week]:
    """Weeks of about `ratings` ratings; with `rho`, each week's share is drawn from a beta distribution."""
    counts = []
    for share in shares:
        size = 1 / rho - 1 if rho else 0
        true = random.betavariate(share * size, (1 - share) * size) if rho else share
        total = max(0, round(random.gauss(ratings, ratings**0.5)))
        counts.append((sum(random.random() < true for _ in range(total)), total))
    return _weeks(counts)


def _signals(weeks: list[Week]) -> list[str]:
    return [signal for point in chart(weeks).points for signal in point.signals]


@pytest.mark.parametrize(("share", "ratings"), [(0.9, 40), (0.975, 60), (0.8, 15)])
def test_noise_of_half_a_year_raises_an_alarm_in_fewer_than_five_of_a_hundred(share: float, ratings: int) -> None:
    random = Random(17)
    alarms = sum(bool(_signals(_simulated(random, [share] * 26, ratings))) for _ in range(100))
    assert alarms < 5


def test_weeks_that_differ_for_no_reason_raise_an_alarm_in_fewer_than_fifteen_of_a_hundred() -> None:
    random = Random(18)
    alarms = sum(bool(_signals(_simulated(random, [0.95] * 26, 60, rho=0.02))) for _ in range(100))
    assert alarms < 15


def test_share_that_falls_and_stays_low_is_found() -> None:
    random = Random(19)
    found = 0
    for _ in range(50):
        points = chart(_simulated(random, [0.95] * 20 + [0.85] * 6, 60)).points
        found += any({"below", "falling"} & set(point.signals) for point in points[20:])
        assert not any("below" in point.signals for point in points[:18])
    assert found >= 40


def test_one_bad_week_is_found_and_no_other() -> None:
    points = chart(_weeks([(57, 60)] * 10 + [(40, 60)] + [(57, 60)] * 10)).points
    assert [k for k, point in enumerate(points) if "below" in point.signals] == [10]
    assert not any("above" in point.signals for point in points)


def test_rise_is_found_as_well_as_a_fall() -> None:
    assert "rising" in _signals(_weeks([(30, 60)] * 16 + [(45, 60)] * 4))


def test_limits_without_more_than_chance_are_binomial() -> None:
    found = chart(_weeks([(54, 60), (55, 60), (53, 60), (54, 60)] * 3))
    assert found.centre == pytest.approx(0.9)
    assert found.spread == 1
    limits = found.points[0].limits
    assert limits is not None
    low, high = round(limits.low * 60), round(limits.high * 60)
    assert stats.binom.cdf(low - 1, 60, 0.9) <= 0.00135 < stats.binom.cdf(low, 60, 0.9)
    assert stats.binom.sf(high, 60, 0.9) <= 0.00135 < stats.binom.sf(high - 1, 60, 0.9)


def test_spread_is_that_of_laney_worked_by_hand() -> None:
    """Shares .8 and 1 in turn around .9 with 100 ratings: z is 3.33 off each way, the moving range 6.67."""
    found = chart(_weeks([(80, 100), (100, 100)] * 6))
    assert found.spread == pytest.approx(0.2 / (0.09 / 100) ** 0.5 / 1.128)
    assert _signals(_weeks([(80, 100), (100, 100)] * 6)) == []


def test_too_few_weeks_have_a_centre_and_no_limits() -> None:
    few = chart(_weeks([(9, 10)] * (FEWEST_WEEKS - 2) + [(0, 10), (0, 0)]))
    assert few.centre is not None
    assert all(point.limits is None and point.signals == () for point in few.points)
    assert all(point.limits for point in chart(_weeks([(9, 10)] * FEWEST_WEEKS)).points)


def test_week_without_ratings_keeps_its_place_and_says_nothing() -> None:
    points = chart(_weeks([(9, 10)] * 8 + [(0, 0)] + [(9, 10)] * 2)).points
    assert len(points) == 11
    assert (points[8].share, points[8].limits, points[8].signals) == (None, None, ())


@pytest.mark.parametrize("good", [0, 10])
def test_weeks_in_which_everybody_agrees_raise_no_alarm(good: int) -> None:
    assert _signals(_weeks([(good, 10)] * 12)) == []


def test_no_weeks_and_no_ratings_have_no_centre() -> None:
    assert chart([]).centre is None
    assert chart(_weeks([(0, 0)])).centre is None


def test_more_good_ratings_than_ratings_are_refused() -> None:
    with pytest.raises(ValueError, match="week of 2017-01-02 cannot have 2 of 1"):
        chart(_weeks([(2, 1)]))


@settings(max_examples=20)
@given(st.lists(_counts, max_size=30))
def test_limits_hold_the_centre_and_signals_are_what_lies_beyond(counts: list[tuple[int, int]]) -> None:
    found = chart(_weeks(counts))
    for point in found.points:
        if point.limits is None or found.centre is None or point.share is None:
            continue
        assert 0 <= point.limits.low <= found.centre + 1e-9
        assert found.centre - 1e-9 <= point.limits.high <= 1
        assert ("below" in point.signals) == (point.share < point.limits.low - 1e-9)
        assert ("above" in point.signals) == (point.share > point.limits.high + 1e-9)
