"""Percentiles of counts: literal ones, and against a sorted list."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.simulator.report.histograms import mean, percentiles, within


def test_percentiles_are_the_nearest_ranks() -> None:
    assert percentiles({1: 50, 7: 45, 100: 5}, (50, 51, 95, 96, 100)) == {50: 1, 51: 7, 95: 7, 96: 100, 100: 100}


def test_nothing_has_no_percentile_and_no_mean() -> None:
    assert percentiles({}, (50,)) == {50: None}
    assert mean({}) is None


def test_mean_and_bound() -> None:
    assert mean({0: 1, 3: 3}) == 2.25
    assert within({0: 1, 3: 3, 4: 1}, 3) == 4


@settings(max_examples=40)
@given(st.lists(st.integers(0, 50), min_size=1), st.integers(1, 100))
def test_percentile_of_counts_is_that_of_the_list(values: list[int], percent: int) -> None:
    rank = -(-percent * len(values) // 100)
    assert percentiles(Counter(values), (percent,))[percent] == sorted(values)[rank - 1]
