"""The system's clock with time that can be skipped."""

from __future__ import annotations

from collections.abc import Sequence

from scheduler.clock import Source, SystemClock


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
