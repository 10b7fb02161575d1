"""Student's t, for the mean of a few runs that differ by chance alone.

Pure Python: the tests hold it against SciPy, which the box need not have.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from gateway.statistics import beta

_CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Estimate:
    """The mean of `count` replications, and its 95 % interval; one replication has none."""

    mean: float
    low: float | None
    high: float | None
    count: int


def quantile(probability: float, degrees: float) -> float:
    """The t below which a share of `probability` lies, with so many degrees of freedom.

    By t² / (degrees + t²), which has a beta distribution. Raises ValueError outside 0..1, and below one degree.
    """
    if not 0 < probability < 1 or degrees < 1:
        raise ValueError(f"There is no t for {probability} with {degrees} degrees of freedom.")
    tail = min(probability, 1 - probability)
    if tail == 0.5:
        return 0.0
    rest = beta.quantile(2 * tail, degrees / 2, 0.5)
    t = math.sqrt(degrees * (1 - rest) / rest)
    return -t if probability < 0.5 else t


def of_replications(values: Sequence[float]) -> Estimate:
    """The mean of values that are independent and alike, with its 95 % interval. Raises ValueError where there is none.

    The interval supposes that means are near to normal: with few replications of something that is almost always at
    its bound, such as a share of 100 %, it is narrower than it should be, and of width zero if all are equal.
    """
    if not values:
        raise ValueError("There is no mean of no replications.")
    count = len(values)
    mean = math.fsum(values) / count
    if count == 1:
        return Estimate(mean, None, None, 1)
    variance = math.fsum((value - mean) ** 2 for value in values) / (count - 1)
    half = quantile((1 + _CONFIDENCE) / 2, count - 1) * math.sqrt(variance / count)
    return Estimate(mean, mean - half, mean + half, count)
