"""A clock for tests in which workers lose their ports: none of them waits long before it looks again."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from modem.worker.bell import Bell
from modem.worker.port import PortWorker
from scheduler.clock import Source, SystemClock


class RestlessClock(SystemClock):
    """Real time, but a worker that rests without a port does so for a moment only. Each has a time of its own."""

    def __init__(self) -> None:
        self._own = threading.local()

    def _leapt_s(self) -> float:
        return float(getattr(self._own, "leapt_s", 0.0))

    def monotonic(self) -> float:
        return super().monotonic() + self._leapt_s()

    def wait(self, sources: Sequence[Source], until: float | None) -> bool:
        at_work = isinstance(threading.current_thread(), PortWorker)
        rests = at_work and until is not None and all(isinstance(source, Bell) for source in sources)
        real = None if until is None else until - self._leapt_s()
        if super().wait(sources, min(real or 0.0, super().monotonic() + 0.05) if rests else real):
            return True
        if rests and until is not None:
            self._own.leapt_s = self._leapt_s() + max(0.0, until - self.monotonic())
        return False
