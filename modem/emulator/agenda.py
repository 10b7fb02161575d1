"""What is due when: the one heap of an emulated world.

Network, calls and modems put actions here with a time; whoever owns the clock asks `next_due` and lets time pass with
`advance`. What is due at the same instant happens in the order in which it was put in, so that the same input gives the
same output.
"""

import heapq
from collections.abc import Callable
from itertools import count

Action = Callable[[float], object]
"""What happens; it gets the time it was due at. What it returns is of no interest."""


class Agenda:
    """Actions in order of time (seconds since the epoch)."""

    def __init__(self) -> None:
        self._due: list[tuple[float, int, Action]] = []
        self._order = count()

    def at(self, when: float, action: Action) -> None:
        """Do something at `when`, or at the next `advance` if that has passed."""
        heapq.heappush(self._due, (when, next(self._order), action))

    def next_due(self) -> float | None:
        """When `advance` has something to do; None if nothing is going on."""
        return self._due[0][0] if self._due else None

    def advance(self, now: float, settle: Action) -> None:
        """Do what is due by `now`, and `settle` after each action.

        Both get the action's own time, so that a caller who comes late changes nothing.
        """
        while self._due and self._due[0][0] <= now:
            when, _, action = heapq.heappop(self._due)
            action(when)
            settle(when)
