"""Honest numbers from ratings.

Pure. The published figure is the share of «хорошо» and «отлично» (4 and 5) among all ratings. A share of few ratings
says little, so it never travels alone: it comes with its Wilson interval, which stays inside 0..1 and keeps its
coverage near 100 %, where this trade lives (the plain normal interval does neither), and with a mark when there are
fewer than 30 ratings.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

RATINGS = (1, 2, 3, 4, 5)
SMALL_SAMPLE = 30
"""Below this many ratings a share is shown greyed and never ranked."""
_Z_95 = 1.959963984540054
"""The 97.5 % point of the standard normal distribution, for intervals with 95 % confidence."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A 95 % confidence interval."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Summary:
    """What a set of ratings says.

    `counts` holds all five ratings, zeros included. `share` (of 4 and 5, 0..1), its `interval` and `mean` (1..5) are
    None where there is no rating at all. `small` warns that the share is not to be compared.
    """

    counts: Mapping[int, int]
    total: int
    share: float | None
    interval: Interval | None
    mean: float | None
    small: bool


def summarise(ratings: Iterable[int]) -> Summary:
    """The summary of single ratings. Raises ValueError for one that is not 1..5."""
    counts = dict.fromkeys(RATINGS, 0)
    for rating in ratings:
        if rating not in counts:
            raise ValueError(f"A rating is 1 to 5, not {rating}.")
        counts[rating] += 1
    return summarise_counts(counts)


def summarise_counts(counts: Mapping[int, int]) -> Summary:
    """The summary of ratings that are counted already (as a GROUP BY gives them); ratings not named count zero.

    Raises ValueError for a rating that is not 1..5 and for a negative count.
    """
    for rating, count in counts.items():
        if rating not in RATINGS:
            raise ValueError(f"A rating is 1 to 5, not {rating}.")
        if count < 0:
            raise ValueError(f"Rating {rating} cannot be counted {count} times.")
    full = {rating: counts.get(rating, 0) for rating in RATINGS}
    total = sum(full.values())
    if total == 0:
        return Summary(full, 0, None, None, None, small=True)
    positive = full[4] + full[5]
    mean = sum(rating * count for rating, count in full.items()) / total
    return Summary(full, total, positive / total, wilson(positive, total), mean, small=total < SMALL_SAMPLE)


def wilson(successes: int, total: int) -> Interval:
    """The 95 % Wilson score interval of `successes` out of `total`, inside 0..1.

    Raises ValueError unless 0 <= successes <= total and total > 0.
    """
    if total <= 0 or not 0 <= successes <= total:
        raise ValueError(f"There is no share of {successes} out of {total}.")
    share = successes / total
    z2 = _Z_95 * _Z_95
    scale = 1 + z2 / total
    centre = (share + z2 / (2 * total)) / scale
    half = _Z_95 * math.sqrt(share * (1 - share) / total + z2 / (4 * total * total)) / scale
    # At the two ends the exact bound is 0 or 1; floating point would miss it by a hair.
    low = 0.0 if successes == 0 else max(0.0, centre - half)
    high = 1.0 if successes == total else min(1.0, centre + half)
    return Interval(low, high)
