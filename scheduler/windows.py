"""When a message may go out: between two times of day where the citizen is.

Pure. A window is local: 09:00 in Barnaul is two in the morning in Moscow. It opens on the minute it says, also on days
when the clock is put forward over it or back into it; the arithmetic is done in local time and only its result in UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo


@dataclass(frozen=True, slots=True)
class Window:
    """Open from `opens` until just before `closes`, every day, in the citizen's local time."""

    opens: time
    closes: time

    def __post_init__(self) -> None:
        if self.opens >= self.closes:
            raise ValueError(f"The window must open before it closes, not from {self.opens} to {self.closes}.")

    def is_open(self, now: datetime, zone: tzinfo) -> bool:
        """Whether a message may go out at `now` (UTC-aware)."""
        return self.opens <= now.astimezone(zone).time() < self.closes

    def next_open(self, now: datetime, zone: tzinfo) -> datetime:
        """`now` while the window is open, else the moment it opens next, in UTC."""
        if self.is_open(now, zone):
            return now
        local = now.astimezone(zone)
        day = local.date() if local.time() < self.opens else local.date() + timedelta(days=1)
        return self._opening(day, zone)

    def _opening(self, day: date, zone: tzinfo) -> datetime:
        # An opening that the clocks jump over is taken an hour later: going through UTC and back settles it.
        return datetime.combine(day, self.opens, tzinfo=zone).astimezone(UTC)

    def next_close(self, now: datetime, zone: tzinfo) -> datetime:
        """The end of the opening that `now` lies in, in UTC; only asked while the window is open."""
        return datetime.combine(now.astimezone(zone).date(), self.closes, tzinfo=zone).astimezone(UTC)
