"""The fewest of something with which a goal is reached: by doubling, then by halving.

Pure. It is taken for granted that more reach what fewer reach, and this is looked at where it matters: next to what was
found.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Found:
    """The `fewest` that reach the goal while one fewer do not; None if even `most` do not.

    `contradicted` is how many more do not reach it although `fewest` do: then chance decides near the goal, and more
    replications would tell.
    """

    fewest: int | None
    most: int
    contradicted: int | None = None


def fewest(reaches: Callable[[int], bool], most: int) -> Found:
    """Search from 1 to `most`. `reaches` is asked once for each number, in the end for those next to the answer too."""
    known: dict[int, bool] = {}

    def ask(count: int) -> bool:
        if count not in known:
            known[count] = reaches(count)
        return known[count]

    low, high = 0, 1
    while not ask(high):
        if high == most:
            return Found(None, most)
        low, high = high, min(2 * high, most)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if ask(middle) else (middle, high)
    if high < most and not ask(high + 1):
        return Found(high, most, high + 1)
    return Found(high, most)
