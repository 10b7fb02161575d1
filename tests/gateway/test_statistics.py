"""Numbers: known values of the Wilson interval, the share, the mean, small and empty samples."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.statistics import summarise, summarise_counts, wilson


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
    assert (summary.total, summary.share, summary.interval, summary.mean) == (0, None, None, None)
    assert summary.small


@pytest.mark.parametrize("counts", [{0: 1}, {6: 1}, {5: -1}])
def test_counts_that_are_no_ratings_are_refused(counts: dict[int, int]) -> None:
    with pytest.raises(ValueError, match=r"1 to 5|cannot be counted"):
        summarise_counts(counts)


def test_rating_outside_the_scale_is_refused() -> None:
    with pytest.raises(ValueError, match="not 6"):
        summarise([5, 6])


@given(st.integers(0, 10**6), st.integers(1, 10**6))
def test_wilson_interval_holds_the_share_inside_zero_and_one(successes: int, total: int) -> None:
    successes = min(successes, total)
    interval = wilson(successes, total)
    assert 0 <= interval.low <= successes / total <= interval.high <= 1
