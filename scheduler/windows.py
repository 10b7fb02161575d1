"""When a message may go out, or a desk is at work: hours of the day, days of the week, holidays.

Pure. A window is local: 09:00 in Barnaul is two in the morning in Moscow. It is open whenever a clock on the citizen's
wall says so, also on days when that clock is put forward over its opening or back into it. So it opens and closes only
where the wall clock passes one of its bounds or jumps; `_edges` finds these moments, and the rest is asking
`is_open` at each.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

EVERY_DAY = frozenset(range(7))
"""All days of a week, counted from Monday 0 as `date.weekday` does."""

_SATURDAY = 5
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Hours:
    """From `opens` until just before `closes` of the same day. What passes midnight is refused."""

    opens: time
    closes: time

    def __post_init__(self) -> None:
        if self.opens >= self.closes:
            raise ValueError(
                f"The window must open before it closes, not from {self.opens} to {self.closes}; it cannot pass"
                " midnight."
            )


@dataclass(frozen=True, slots=True)
class Holidays:
    """Days that are not what their place in the week says: `off` is closed, `worked` is as a working day.

    After the day `through` not all of them are known; None: nothing is claimed about any day.
    """

    off: frozenset[date] = frozenset()
    worked: frozenset[date] = frozenset()
    through: date | None = None


@dataclass(frozen=True, slots=True)
class Window(Hours):
    """Open at these hours on `weekdays` that are no holidays; at those of `weekend`, if given, on Saturday and Sunday.

    A day that is `worked` by decree has the hours of a working day, whatever day of the week it is.
    """

    weekend: Hours | None = None
    weekdays: frozenset[int] = EVERY_DAY
    holidays: Holidays = Holidays()

    def __post_init__(self) -> None:
        Hours.__post_init__(self)
        if not self.weekdays or not self.weekdays <= EVERY_DAY:
            raise ValueError("The window must be open on at least one day of the week.")

    def hours_on(self, day: date) -> Hours | None:
        """The hours of a day, None if it is closed."""
        if day in self.holidays.off:
            return None
        if day in self.holidays.worked:
            return self
        if day.weekday() not in self.weekdays:
            return None
        return self.weekend if self.weekend is not None and day.weekday() >= _SATURDAY else self

    def is_open(self, now: datetime, zone: tzinfo) -> bool:
        """Whether a message may go out at `now` (UTC-aware)."""
        local = now.astimezone(zone)
        hours = self.hours_on(local.date())
        return hours is not None and hours.opens <= local.time() < hours.closes

    def next_open(self, now: datetime, zone: tzinfo) -> datetime:
        """`now` while the window is open, else the moment it opens next, in UTC."""
        if self.is_open(now, zone):
            return now
        return next(edge for edge in self._edges(now, zone) if self.is_open(edge, zone))

    def next_close(self, now: datetime, zone: tzinfo) -> datetime:
        """The end of the opening that `now` lies in, in UTC; `now` while the window is closed."""
        local = now.astimezone(zone)
        hours = self.hours_on(local.date())
        if hours is None or not hours.opens <= local.time() < hours.closes:
            return now
        closes = datetime.combine(local.date(), hours.closes, tzinfo=zone)
        if closes.utcoffset() == local.utcoffset():  # nobody touches the clocks until then, as on nearly all days
            return closes.astimezone(UTC)
        return next(edge for edge in self._edges(now, zone) if not self.is_open(edge, zone))

    def _edges(self, after: datetime, zone: tzinfo) -> Iterator[datetime]:
        """Moments after `after`, in order and without end, among them all at which the window opens or closes.

        A span is bounded in UTC, which never jumps: on a day when the clocks do, dates and times of day may come twice,
        in another order, or not at all (Samoa had no 30 December 2011).
        """
        begin = after.astimezone(UTC)
        while True:
            end = begin + _DAY
            edges = {_jump(begin, end, zone)}
            day, last = begin.astimezone(zone).date() - _DAY, end.astimezone(zone).date() + _DAY
            while day <= last:
                edges.update(self._bounds(day, zone))
                day += _DAY
            yield from sorted(edge for edge in edges if begin < edge <= end)
            begin = end

    def _bounds(self, day: date, zone: tzinfo) -> Iterator[datetime]:
        """When the clock says the opening and the closing time of a day, the first time and the second (`fold`)."""
        hours = self.hours_on(day)
        if hours is not None:
            for bound in (hours.opens, hours.closes):
                for fold in (0, 1):
                    yield datetime.combine(day, bound.replace(fold=fold), tzinfo=zone).astimezone(UTC)


def _jump(begin: datetime, end: datetime, zone: tzinfo) -> datetime:
    """The first moment of another offset from UTC between two moments a day apart; `end` if there is none."""
    offset = begin.astimezone(zone).utcoffset()
    if end.astimezone(zone).utcoffset() == offset:
        return end
    while end - begin > timedelta.resolution:
        middle = begin + (end - begin) / 2
        if middle.astimezone(zone).utcoffset() == offset:
            begin = middle
        else:
            end = middle
    return end
