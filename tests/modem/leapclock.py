"""The system's clock with time that can be skipped."""

from __future__ import annotations

from collections.abc import Sequence

from scheduler.clock import Source, SystemClock

_MOMENT_S = 0.02


class LeapClock(SystemClock):
    """Real time plus what was leapt over. Who waits notices a leap when it is woken: ring the fleet after it."""

    def __init__(self) -> None:
        self._leapt_s = 0.0

    def leap(self, seconds: float) -> None:
        self._leapt_s += seconds

    def monotonic(self) -> float:
        return super().monotonic() + self._leapt_s

    def wait(self, sources: Sequence[Source], until: float | None) -> bool:
        return super().wait(sources, None if until is None else until - self._leapt_s)


class HurriedClock(LeapClock):
    """A wait in which nothing comes for a moment has taken all its time."""

    def wait(self, sources: Sequence[Source], until: float | None) -> bool:
        assert until is not None
        if super().wait(sources, min(until, self.monotonic() + _MOMENT_S)):
            return True
        self.leap(max(0.0, until - self.monotonic()))
        return False
