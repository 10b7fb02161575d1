"""What happens when: the events of a simulation in the order of their time.

Pure. Of two at the same moment the one that was put down first happens first.
"""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush
from typing import Any, TypeVar

T = TypeVar("T")


class Events:
    """An agenda and its clock. `now` is when the event at hand happens, in seconds since the epoch."""

    __slots__ = ("_count", "_heap", "now")

    def __init__(self, now: float) -> None:
        self.now = now
        self._heap: list[tuple[float, int, Callable[[Any], None], Any]] = []
        self._count = 0

    def at(self, when: float, act: Callable[[T], None], what: T) -> None:
        """Have `act(what)` called at a moment; one that is past is now."""
        self._count += 1
        heappush(self._heap, (when, self._count, act, what))

    def run(self) -> None:
        """Let everything happen, to the last event that there is."""
        heap = self._heap
        while heap:
            when, _, act, what = heappop(heap)
            if when > self.now:
                self.now = when
            act(what)
