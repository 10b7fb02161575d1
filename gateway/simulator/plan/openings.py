"""When a window is open, in plain numbers.

Pure. The moments are those of `scheduler.windows`, worked out once for each opening and looked up from then on.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from datetime import UTC, datetime, timedelta, tzinfo

from gateway.model import MessageKind
from gateway.timing import BEGINS
from scheduler.windows import Window

AWAKE_S = 15 * 60.0
"""How long after a reply its answer may go out at night too: `gateway.timing`."""


class Openings:
    """The openings of a window in a zone from `begin` on, in seconds since the epoch; a window of None never closes."""

    __slots__ = ("_begins", "_ends", "_known_to", "_opened_at", "_shuts_at", "_window", "_zone")

    def __init__(self, window: Window | None, zone: tzinfo, begin: float) -> None:
        self._window = window
        self._zone = zone
        self._begins: list[float] = [] if window is not None else [-math.inf]
        self._ends: list[float] = [] if window is not None else [math.inf]
        self._known_to = begin if window is not None else math.inf
        self._opened_at, self._shuts_at = math.inf, -math.inf
        """The opening that was looked up last: most questions are about the same one."""

    def next_open(self, now: float) -> float:
        """`now` while the window is open, else the moment it opens next."""
        if self._opened_at <= now < self._shuts_at:
            return now
        self._look_up(now)
        return max(now, self._opened_at)

    def next_close(self, now: float) -> float:
        """The end of the opening that `now` lies in; `now` while the window is closed."""
        if not self._opened_at <= now < self._shuts_at:
            self._look_up(now)
        return self._shuts_at if self._opened_at <= now else now

    def span(self, kind: MessageKind, now: float, heard_at: float | None) -> tuple[float, float]:
        """From when until when a message may go out, as `gateway.timing.span`; for ever is infinite."""
        if heard_at is not None and kind not in BEGINS and now < heard_at + AWAKE_S:
            return now, self.next_close(heard_at + AWAKE_S)
        opens_at = self.next_open(now)
        return opens_at, self.next_close(opens_at)

    def last_open(self, now: float) -> float:
        """When the opening that `now` lies in began, or the last one before it; minus infinity if there was none."""
        at = bisect_right(self._begins, now)
        return self._begins[at - 1] if at else -math.inf

    def _look_up(self, now: float) -> None:
        """Find the opening that `now` lies in, or the next one."""
        while now >= self._known_to:
            self._learn()
        at = bisect_right(self._ends, now)
        while at >= len(self._ends):
            self._learn()
            at = bisect_right(self._ends, now)
        self._opened_at, self._shuts_at = self._begins[at], self._ends[at]

    def _learn(self) -> None:
        """Work out one opening more."""
        assert self._window is not None, "an endless opening is known from the start"
        after = datetime.fromtimestamp(self._known_to, UTC)
        opens = self._window.next_open(after, self._zone)
        closes = self._window.next_close(opens, self._zone)
        self._begins.append(opens.timestamp())
        self._ends.append(closes.timestamp())
        self._known_to = closes.timestamp()


class Days:
    """The days of a zone, counted from the one that begins at `midnight`, 0; and the hours since then."""

    __slots__ = ("_day", "_ends", "_first", "_midnights", "_zone")

    def __init__(self, midnight: datetime) -> None:
        zone = midnight.tzinfo
        assert zone is not None, "days begin somewhere"
        self._zone = zone
        self._first = midnight.date()
        self._midnights = [midnight.timestamp()]
        self._day, self._ends = 0, -math.inf
        """The day that was looked up last, and when it ends."""

    def midnight(self, day: int) -> float:
        """When a day begins."""
        while day >= len(self._midnights):
            date = self._first + timedelta(days=len(self._midnights))
            self._midnights.append(datetime(date.year, date.month, date.day, tzinfo=self._zone).timestamp())
        return self._midnights[day]

    def hour_of_week(self, now: float) -> int:
        """The hour of the week on the clocks of the zone: Monday 00 is 0."""
        local = datetime.fromtimestamp(now, self._zone)
        return local.weekday() * 24 + local.hour

    def day(self, now: float) -> int:
        """The day that a moment lies in; before the first one it is the first."""
        if not self._midnights[self._day] <= now < self._ends:
            while self._midnights[-1] <= now:
                self.midnight(len(self._midnights))
            self._day = max(0, bisect_right(self._midnights, now) - 1)
            self._ends = self._midnights[self._day + 1]
        return self._day
