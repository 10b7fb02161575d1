"""What a SIM may send, as `scheduler.pacing.Meter` has it, in plain numbers.

Pure. A day and a month turn over at the midnights of the operator's zone, which `scheduler.pacing` works out.
"""

from __future__ import annotations

import math
from collections import deque
from datetime import UTC, datetime, tzinfo

from scheduler.pacing import NO_LIMITS, UNLIMITED, Limits, next_day, next_month, reserve

_MINUTE_S, _HOUR_S = 60.0, 3600.0


class Meter:
    """The counts of one SIM that has sent nothing before `now`."""

    __slots__ = ("_day_ends", "_limits", "_month", "_month_ends", "_pause_until", "_recent", "_today", "_zone")

    def __init__(self, limits: Limits, zone: tzinfo, now: float) -> None:
        self._limits = None if limits == NO_LIMITS else limits
        self._zone = zone
        self._today = self._month = 0
        self._recent: deque[float] = deque(maxlen=limits.remembered)
        self._pause_until = self._month_ends = -math.inf
        self._begin_day(now)

    def add(self, now: float, draw: float) -> None:
        """A part has gone out; `draw`, 0 to 1, makes the pause after it."""
        if now >= self._day_ends:
            self._begin_day(now)
        self._today += 1
        if self._limits is not None:
            self._month += 1
            self._recent.append(now)
            self._pause_until = now + self._limits.gap(draw).total_seconds()

    def today(self, now: float) -> int:
        """How many parts have gone out on this day."""
        if now >= self._day_ends:
            self._begin_day(now)
        return self._today

    def room(self, now: float, *, reserved: bool = False) -> int:
        """How many parts may go out now; `reserved`: with what is kept for answers left out."""
        if self._limits is None:
            return UNLIMITED
        return max(0, min(room for room, _ in self._rooms(now, reserved)))

    def not_before(self, now: float, *, reserved: bool = False) -> float:
        """`now` while there is room, else the first moment there can be."""
        if self._limits is None:
            return now
        return max([now, *(opens_at for room, opens_at in self._rooms(now, reserved) if room <= 0)])

    def _rooms(self, now: float, reserved: bool) -> list[tuple[int, float]]:
        """The room that each limit leaves, and while that is none when it ends."""
        limits = self._limits
        assert limits is not None, "without limits there is always room"
        if now >= self._day_ends:
            self._begin_day(now)
        rooms = []
        if limits.per_minute is not None:
            rooms.append(self._rolling(limits.per_minute, _MINUTE_S, now))
        if limits.per_hour is not None:
            rooms.append(self._rolling(_usable(limits.per_hour, reserved), _HOUR_S, now))
        if limits.per_day is not None:
            rooms.append((_usable(limits.per_day, reserved) - self._today, self._day_ends))
        if limits.per_month is not None:
            rooms.append((_usable(limits.per_month, reserved) - self._month, self._month_ends))
        if limits.gap_s[1] > 0:
            rooms.append((0 if self._pause_until > now else 1, self._pause_until))
        return rooms

    def _rolling(self, cap: int, span_s: float, now: float) -> tuple[int, float]:
        recent = self._recent
        if len(recent) < cap or recent[-cap] <= now - span_s:
            inside = 0
            for moment in reversed(recent):
                if moment <= now - span_s:
                    break
                inside += 1
            return cap - inside, now
        return 0, recent[-cap] + span_s

    def _begin_day(self, now: float) -> None:
        moment = datetime.fromtimestamp(now, UTC)
        self._day_ends = next_day(moment, self._zone).timestamp()
        self._today = 0
        if now >= self._month_ends:
            self._month_ends = next_month(moment, self._zone).timestamp()
            self._month = 0


def _usable(cap: int, reserved: bool) -> int:
    return cap - reserve(cap) if reserved else cap
