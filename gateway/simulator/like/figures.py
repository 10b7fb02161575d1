"""Figures with what they rest on.

Pure. A figure of too few cases is not taken: the scenario then has its default, and its file says so.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any

ENOUGH = 30
"""Cases below which a share or a median says little."""
FEW = 5
"""Counts below this are not told of a single office: they might be told of a person."""
TOO_FAST = "faster than in the field, as in a demo"
_DIGITS = 3


@dataclass(frozen=True, slots=True)
class Figure:
    """What stands under a key of a scenario: `value`, or where `why` says so its default. `cases` is how many `of` what
    it was counted from; None where `of` says it all."""

    key: str
    value: Any
    cases: int | None = None
    of: str = ""
    why: str = ""


@dataclass(slots=True)
class Figures:
    """The figures of a scenario in the order of its file."""

    found: dict[str, Figure] = field(default_factory=dict)

    def put(self, key: str, value: Any, cases: int | None = None, of: str = "") -> None:
        """A figure that can be relied on."""
        self.found[key] = Figure(key, _rounded(value), cases, of)

    def usual(self, key: str, cases: int, of: str, why: str = "") -> None:
        """A figure that has its default: there are too few cases, or `why`."""
        self.found[key] = Figure(key, None, cases, of, why or "too few")

    def share(self, key: str, part: int, whole: int, of: str) -> None:
        """`part` of `whole`, if these are enough."""
        if whole < ENOUGH:
            self.usual(key, whole, of)
        else:
            self.put(key, part / whole, whole, of)

    def lasting(self, key: str, times: Mapping[float, int], of: str, least_s: float = 0.0) -> None:
        """The median and the sigma of a time, by how often it was how long, if there are enough and the median is
        `least_s`: what is shorter was not lived in our time."""
        cases = sum(times.values())
        if cases < ENOUGH:
            self.usual(key, cases, of)
            return
        median_s, sigma = lognormal(times)
        if median_s < least_s:
            self.usual(key, cases, of, TOO_FAST)
            return
        self.put(f"{key}.median_s", median_s, cases, of)
        self.put(f"{key}.sigma", sigma, cases, of)

    def value(self, key: str) -> Any:
        """What was found; None where that is the default."""
        figure = self.found.get(key)
        return None if figure is None or figure.why else figure.value


def lognormal(times: Mapping[float, int]) -> tuple[float, float]:
    """The median, and the sigma by half of what lies between the 16th and the 84th hundredth: outliers count little."""
    median = quantile(times, 0.5)
    low, high = (math.log(max(quantile(times, share), 1e-3)) for share in (0.1587, 0.8413))
    return median, min(4.0, (high - low) / 2)


def quantile(times: Mapping[float, int], share: float) -> float:
    """The time that so large a share does not exceed."""
    ordered = sorted(times)
    wanted = share * sum(times.values())
    for time, so_far in zip(ordered, accumulate(times[time] for time in ordered), strict=True):
        if so_far >= wanted:
            return time
    return ordered[-1]


def _rounded(value: Any) -> Any:
    """To three digits that count: more would promise what no sample keeps."""
    if not isinstance(value, float) or value == 0:
        return value
    return round(value, _DIGITS - 1 - math.floor(math.log10(abs(value))))
