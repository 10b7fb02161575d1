"""The books of everything that waits: what came in has gone out or is there still, and Little's law holds.

Pure. The area under the number of those that wait is added up as it changes; the time that each has waited is added up
as it leaves. By Little's law (L = λW) both are the same, in every run and not only on average. They are two ways of
counting: where they differ, something was counted twice, never, or at another time.
"""

from __future__ import annotations

from collections import Counter
from enum import Enum, auto

from gateway.errors import SimulationError

_HOUR_S = 3600.0


class Left(Enum):
    """How something leaves the queue."""

    SENT = auto()
    WITHDRAWN = auto()
    FAILED = auto()


class Accounts:
    """The books of one queue since `begin`; `most` are the longest queues by hour since then."""

    __slots__ = (
        "_begin",
        "_changed_at",
        "_hour",
        "_hour_ends",
        "_left_sum_s",
        "area_s",
        "entered",
        "left",
        "most",
        "waiting",
    )

    def __init__(self, begin: float) -> None:
        self.waiting = 0
        self.entered = 0
        self.left = dict.fromkeys(Left, 0)
        self.area_s = 0.0
        """Those that waited times the seconds they did, as the queue has it."""
        self.most: Counter[int] = Counter()
        self._begin = self._changed_at = begin
        self._hour, self._hour_ends = 0, begin + _HOUR_S
        self._left_sum_s = 0.0

    def enter(self, count: int, now: float, since: float) -> None:
        """So many are seen to wait, as they have since `since`."""
        self.area_s += self.waiting * (now - self._changed_at) + count * (now - since)
        self._changed_at = now
        if now >= self._hour_ends:
            self._turn_over(now)
        self.waiting += count
        self.entered += count
        if self.waiting > self.most[self._hour]:
            self.most[self._hour] = self.waiting

    def leave(self, count: int, since: float, now: float, how: Left) -> None:
        """So many that had come at `since` wait no longer."""
        self.area_s += self.waiting * (now - self._changed_at)
        self._changed_at = now
        if now >= self._hour_ends:
            self._turn_over(now)
        self.waiting -= count
        self.left[how] += count
        self._left_sum_s += count * (now - since)

    def close(self) -> None:
        """The end of a run, at which nothing waits any more. Raises SimulationError unless everything adds up."""
        gone = sum(self.left.values())
        if self.waiting or self.entered != gone:
            raise SimulationError(
                f"The books of the simulation do not balance: {self.entered} parts came, {gone} went, and"
                f" {self.waiting} wait at the end. Its figures cannot be trusted; please report it with the scenario"
                " and the seed."
            )
        if abs(self.area_s - self._left_sum_s) > 1e-6 * max(1.0, self.area_s):
            raise SimulationError(
                f"Little's law does not hold in the simulation: the queue has an area of {self.area_s:.3f}"
                f" part-seconds, and its parts have waited {self._left_sum_s:.3f} s. Its figures cannot be trusted;"
                " please report it with the scenario and the seed."
            )

    def _turn_over(self, now: float) -> None:
        """The queue that one hour ends with is the first of the next."""
        hour = int((now - self._begin) // _HOUR_S)
        if self.waiting:
            for passed in range(self._hour + 1, hour + 1):
                self.most[passed] = max(self.most[passed], self.waiting)
        self._hour, self._hour_ends = hour, self._begin + (hour + 1) * _HOUR_S
