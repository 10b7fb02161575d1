"""Ctrl-C once, and twice."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interrupts:
    """Whether somebody has asked to stop."""

    def __init__(self) -> None:
        self.asked = False

    @property
    def told(self) -> str:
        """What to say before how far it is."""
        return "stopping soon (Ctrl-C again: at once), " if self.asked else ""

    def ask(self, number: int, frame: FrameType | None) -> None:
        """Ask once; to ask again is to insist. Raises KeyboardInterrupt then."""
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True


@contextmanager
def listening() -> Iterator[Interrupts]:
    """SIGINT and SIGTERM ask the first time, and interrupt the second; heard in the main thread only."""
    found = Interrupts()
    if threading.current_thread() is not threading.main_thread():
        yield found
        return
    before = {number: signal.signal(number, found.ask) for number in _SIGNALS}
    try:
        yield found
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
