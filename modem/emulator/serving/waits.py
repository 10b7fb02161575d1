"""Those who wait for something to happen in the world: long polls of the control port, threads of a test.

Owns the list of them and their deadlines. Nobody polls: they are looked at once in a turn of the loop, and the loop
turns only when something happens.
"""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(eq=False, slots=True)
class Wait:
    """`look(last)` acts if it has come about and answers whether it has; after `until` there is one last look."""

    look: Callable[[bool], bool]
    until: float


class Waits:
    """A task of the loop."""

    def __init__(self) -> None:
        self._waits: list[Wait] = []

    def add(self, wait: Wait) -> None:
        """Look now and then until it has come about or its time is over."""
        self._waits.append(wait)

    def forget(self, wait: Wait) -> None:
        """Nobody is interested any more."""
        if wait in self._waits:
            self._waits.remove(wait)

    @property
    def due(self) -> float | None:
        """When the first one's time is over."""
        return min((wait.until for wait in self._waits), default=None)

    def work(self, now: float) -> None:
        """Look at everybody."""
        for wait in list(self._waits):
            if wait in self._waits and wait.look(wait.until <= now):
                self.forget(wait)

    def end(self) -> None:
        """The world ends: everybody gets the last look."""
        self.work(float("inf"))
