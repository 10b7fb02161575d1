"""How sure a share and a mean are: 95 % intervals that stay honest with few and with lopsided ratings.

**A share** has the Wilson score interval. **A mean** of ratings has that of a posterior with Perks' prior, which adds
a fifth of a rating to each of the five values: Beta on 1..5 with the posterior's mean and variance, stretched to the
observed mean where that lies outside. The usual t interval is not used, because nine ratings in ten are 5: a small
sample without a single low rating has a small variance, and the interval is narrow where it should be wide. Coverage
with the ratings of a good office (5: 90.5 %, 4: 7 %, 3: 1.2 %, 2: 0.5 %, 1: 0.8 %), nominally 95 %, exact up to 30
ratings and beyond from 4,000 samples:

    ratings          5     10     30    100   1000
    t              39 %   63 %   83 %   90 %   94 %
    this           96 %   95 %   97 %   96 %   95 %

With one rating, or with none but equal ones, t has no interval or one of width zero; this has one that is as wide as
one rating deserves. With many ratings the two agree.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from gateway.statistics import beta

RATINGS = (1, 2, 3, 4, 5)
_Z_95 = 1.959963984540054
"""The 97.5 % point of the standard normal distribution, for intervals with 95 % confidence."""
_PRIOR = 1 / len(RATINGS)
"""What Perks' prior adds to each value: one rating in all."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A 95 % confidence interval, unless said otherwise."""

    low: float
    high: float


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


def of_mean(counts: Mapping[int, int]) -> Interval:
    """The 95 % interval of the mean of ratings that are counted, inside 1..5 and around the mean itself.

    Raises ValueError where there is no rating.
    """
    total = sum(counts.values())
    if total <= 0:
        raise ValueError("There is no mean of no ratings.")
    mean = sum(rating * count for rating, count in counts.items()) / total
    # A rating on 0..1, so that the posterior of its mean is near to a beta distribution.
    weights = {(rating - 1) / 4: counts.get(rating, 0) + _PRIOR for rating in RATINGS}
    weight = sum(weights.values())
    centre = sum(value * w for value, w in weights.items()) / weight
    variance = (sum(value * value * w for value, w in weights.items()) / weight - centre * centre) / (weight + 1)
    size = centre * (1 - centre) / variance - 1
    a, b = centre * size, (1 - centre) * size
    low, high = 1 + 4 * beta.quantile(0.025, a, b), 1 + 4 * beta.quantile(0.975, a, b)
    return Interval(min(low, mean), max(high, mean))
