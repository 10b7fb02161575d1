"""What a set of ratings says: shares, means, small and empty samples, and what is no rating."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.statistics import summarise, summarise_counts, wilson


def test_summary_of_ratings_counts_shares_and_means() -> None:
    summary = summarise([5] * 30 + [4] * 6 + [3] * 2 + [1] * 2)
    assert summary.counts == {1: 2, 2: 0, 3: 2, 4: 6, 5: 30}
    assert summary.total == 40
    assert summary.share == 0.9
    assert summary.mean == pytest.approx((150 + 24 + 6 + 2) / 40)
    assert summary.interval == wilson(36, 40)
    assert not summary.small


@pytest.mark.parametrize(("total", "small"), [(29, True), (30, False)])
def test_fewer_than_thirty_ratings_are_marked_small(total: int, small: bool) -> None:
    assert summarise([5] * total).small is small


def test_no_ratings_give_no_numbers() -> None:
    summary = summarise([])
    assert (summary.total, summary.share, summary.interval) == (0, None, None)
    assert (summary.mean, summary.mean_interval) == (None, None)
    assert summary.small


@pytest.mark.parametrize("counts", [{0: 1}, {6: 1}, {5: -1}])
def test_counts_that_are_no_ratings_are_refused(counts: dict[int, int]) -> None:
    with pytest.raises(ValueError, match=r"1 to 5|cannot be counted"):
        summarise_counts(counts)


def test_rating_outside_the_scale_is_refused() -> None:
    with pytest.raises(ValueError, match="not 6"):
        summarise([5, 6])


@settings(max_examples=40)
@given(st.lists(st.integers(1, 5), max_size=60), st.randoms(use_true_random=False))
def test_order_of_ratings_means_nothing(ratings: list[int], random: Random) -> None:
    shuffled = random.sample(ratings, len(ratings))
    assert summarise(shuffled) == summarise(ratings)
