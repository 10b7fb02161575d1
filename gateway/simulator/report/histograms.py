"""What can be read from counts by whole units: percentiles, means, and how many lie within a bound.

Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping


def percentiles(counts: Mapping[int, int], wanted: Iterable[int]) -> dict[int, int | None]:
    """By per cent, the least value that so many of a hundred do not exceed (the nearest rank); None of nothing."""
    total = sum(counts.values())
    found: dict[int, int | None] = {}
    values = iter(sorted(value for value, count in counts.items() if count))
    below, value = 0, 0
    for percent in sorted(wanted):
        rank = -(-percent * total // 100)
        while below < rank:
            value = next(values)
            below += counts[value]
        found[percent] = value if total else None
    return found


def mean(counts: Mapping[int, int]) -> float | None:
    """The mean of the values; None of nothing."""
    total = sum(counts.values())
    return sum(value * count for value, count in counts.items()) / total if total else None


def within(counts: Mapping[int, int], bound: float) -> int:
    """How many are at most `bound`."""
    return sum(count for value, count in counts.items() if value <= bound)
