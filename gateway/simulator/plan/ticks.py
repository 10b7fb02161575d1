"""When the box looks at its timetable: the moments of a job in `scheduler.runner.Ticker`, in plain numbers.

Pure. Weeks of a full run begin at whole minutes, so that one grid serves for all of them.
"""

from __future__ import annotations

import math


class Ticks:
    """A moment every `every_s` seconds since `begin`, in seconds since the epoch."""

    __slots__ = ("_begin", "every_s")

    def __init__(self, begin: float, every_s: float) -> None:
        self._begin = begin
        self.every_s = every_s

    def next(self, now: float) -> float:
        """The first moment that is not before `now`."""
        return self._begin + math.ceil((now - self._begin) / self.every_s) * self.every_s
