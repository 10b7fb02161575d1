"""What a set of ratings says: how often each was given, the share of 4 and 5, the mean, and how sure both are.

The published figure is the share of «хорошо» and «отлично» (4 and 5) among all ratings. A share of few ratings says
little, so it never travels alone: it comes with its interval, and with a mark when there are fewer than 30 ratings.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from gateway.statistics.intervals import RATINGS, Interval, of_mean, wilson

SMALL_SAMPLE = 30
"""Below this many ratings a share is shown greyed and never ranked."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What a set of ratings says.

    `counts` holds all five ratings, zeros included. `share` (of 4 and 5, 0..1), `mean` (1..5) and the interval of
    each are None where there is no rating at all. `small` warns that none of them is to be compared.
    """

    counts: Mapping[int, int]
    total: int
    share: float | None
    interval: Interval | None
    mean: float | None
    mean_interval: Interval | None
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
        return Summary(full, 0, None, None, None, None, small=True)
    positive = full[4] + full[5]
    mean = sum(rating * count for rating, count in full.items()) / total
    return Summary(
        full,
        total,
        positive / total,
        wilson(positive, total),
        mean,
        of_mean(full),
        small=total < SMALL_SAMPLE,
    )
