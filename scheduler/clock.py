"""The only module that reads the time. Everything else is handed a clock, or a `now`.

A clock tells the calendar (`now`), measures (`monotonic`) and is the one place where a thread may block (`wait`), so
that another clock can run the same code in simulated time (`scheduler.virtual`).
"""

from __future__ import annotations

import math
import select
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from typing import Protocol


class Source(Protocol):
    """Something that can be waited for."""

    def fileno(self) -> int: ...


class Life(Protocol):
    """A thread, or what stands for one in simulated time."""

    def start(self) -> None: ...

    def is_alive(self) -> bool: ...

    def join(self, timeout: float | None = None) -> None: ...


class Clock(Protocol):
    """Where time comes from."""

    def now(self) -> datetime:
        """The calendar, UTC-aware."""

    def monotonic(self) -> float:
        """Seconds that never go back; only differences mean anything."""

    def wait(self, sources: Sequence[Source], until: float | None) -> bool:
        """Block until a source can be read or `monotonic()` reaches `until` (None: for ever); True if one can."""

    def taking_part(self) -> AbstractContextManager[None]:
        """For the life of a thread that waits by this clock: simulated time has to know whom it waits for."""

    def life(self, name: str, run: Callable[[], None]) -> Life:
        """A thread of its own for `run`, which takes part; it begins with `start`."""


class SystemClock:
    """The machine's own time."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    def wait(self, sources: Sequence[Source], until: float | None) -> bool:
        poll = select.poll()
        for source in sources:
            poll.register(source.fileno(), select.POLLIN)
        timeout_ms = None
        if until is not None:
            # Rounded up to poll's whole milliseconds: a wait that ends a fraction early would spin until its deadline.
            timeout_ms = max(0, math.ceil((until - time.monotonic()) * 1000))
        return bool(poll.poll(timeout_ms))

    def taking_part(self) -> AbstractContextManager[None]:
        return nullcontext()

    def life(self, name: str, run: Callable[[], None]) -> Life:
        return threading.Thread(target=run, name=name, daemon=True)
