"""Student's t, held against SciPy."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from gateway.statistics.student import Estimate, of_replications, quantile


@given(st.floats(1e-4, 1 - 1e-4), st.floats(1, 1e4))
def test_quantile_is_that_of_scipy(probability: float, degrees: float) -> None:
    assert quantile(probability, degrees) == pytest.approx(stats.t.ppf(probability, degrees), rel=1e-6, abs=1e-6)


def test_quantiles_are_those_of_the_printed_table() -> None:
    printed = {1: 12.706, 2: 4.303, 4: 2.776, 9: 2.262, 29: 2.045}
    assert {degrees: round(quantile(0.975, degrees), 3) for degrees in printed} == printed
    assert quantile(0.5, 3) == 0 and quantile(0.025, 4) == pytest.approx(-quantile(0.975, 4))


@pytest.mark.parametrize(("probability", "degrees"), [(0, 1), (1, 1), (0.5, 0.5)])
def test_there_is_no_t_outside(probability: float, degrees: float) -> None:
    with pytest.raises(ValueError, match="There is no t for"):
        quantile(probability, degrees)


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=30).filter(lambda values: len(set(values)) > 1))
def test_interval_is_that_of_scipy(values: list[float]) -> None:
    found = of_replications(values)
    theirs = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    assert found.low is not None and found.high is not None
    assert (found.low, found.high) == pytest.approx((theirs.low, theirs.high), rel=1e-6, abs=1e-6)


def test_one_replication_has_no_interval_and_equal_ones_have_none_but_their_mean() -> None:
    assert of_replications([0.7]) == Estimate(0.7, None, None, 1)
    assert of_replications([1.0, 1.0, 1.0]) == Estimate(1.0, 1.0, 1.0, 3)
    with pytest.raises(ValueError, match="no mean of no replications"):
        of_replications([])
