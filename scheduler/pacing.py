"""How fast one SIM may send: rates, gaps, caps by calendar day and month; and how long to wait after a failure.

Pure: time and randomness are arguments. Operators judge a SIM by what it sent in the last minutes and count it by
calendar day and month where they are, so minute and hour are the last 60 and 3600 seconds, whenever they began, and day
and month turn over at midnight of a time zone.
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import takewhile

_MINUTE = timedelta(minutes=1)
_HOUR = timedelta(hours=1)
UNLIMITED = sys.maxsize
"""The room of a SIM without limits."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a SIM may send: parts in any minute, any hour, a calendar day and month (None: no cap), and the pause after
    each part, a random one between the two values of `gap_s`."""

    per_minute: int | None = None
    per_hour: int | None = None
    per_day: int | None = None
    per_month: int | None = None
    gap_s: tuple[float, float] = (0.0, 0.0)

    @property
    def remembered(self) -> int:
        """How many of the last parts must be known to hold to the rates."""
        return max(self.per_minute or 0, self.per_hour or 0)

    def gap(self, draw: float) -> timedelta:
        """The pause that `draw`, 0 to 1, stands for."""
        low, high = self.gap_s
        return timedelta(seconds=low + draw * (high - low))


NO_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Counts:
    """What a SIM has sent: when its last parts went (ascending, as many as its rates look at), how many today and this
    month, and when the pause after the last one ends."""

    recent: Sequence[datetime] = ()
    today: int = 0
    month: int = 0
    pause_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many parts may go now; `not_before` is `now`, or while there is no room the first moment there can be."""

    room: int
    not_before: datetime


def allowance(limits: Limits, counts: Counts, now: datetime, zone: tzinfo, *, reserved: bool = False) -> Allowance:
    """What a SIM that has sent `counts` may send at `now` (UTC-aware).

    With `reserved` a small part of every cap is kept back: what starts a conversation must leave room for the answers.
    A minute passes soon enough without.
    """
    rooms = [(UNLIMITED, now)]
    if limits.per_minute is not None:
        rooms.append(_rolling(counts.recent, limits.per_minute, _MINUTE, now))
    if limits.per_hour is not None:
        rooms.append(_rolling(counts.recent, _usable(limits.per_hour, reserved), _HOUR, now))
    if limits.per_day is not None:
        room = _usable(limits.per_day, reserved) - counts.today
        rooms.append((room, now if room > 0 else next_day(now, zone)))
    if limits.per_month is not None:
        room = _usable(limits.per_month, reserved) - counts.month
        rooms.append((room, now if room > 0 else next_month(now, zone)))
    if limits.gap_s[1] > 0:
        waits = counts.pause_until is not None and counts.pause_until > now
        rooms.append((0 if waits else 1, counts.pause_until or now))
    return Allowance(
        max(0, min(room for room, _ in rooms)), max([now, *(opens_at for room, opens_at in rooms if room <= 0)])
    )


def reserve(cap: int) -> int:
    """What of a cap is kept for answers: a twentieth, at least one, but never all of it."""
    return min(max(1, cap // 20), cap - 1)


def day_of(moment: datetime, zone: tzinfo) -> date:
    """The calendar day that operators count `moment` to."""
    return moment.astimezone(zone).date()


def day_began(now: datetime, zone: tzinfo) -> datetime:
    """The midnight before `now`, in UTC."""
    return _midnight(day_of(now, zone), zone)


def month_began(now: datetime, zone: tzinfo) -> datetime:
    """The midnight with which the month of `now` began, in UTC."""
    return _midnight(day_of(now, zone).replace(day=1), zone)


def next_day(now: datetime, zone: tzinfo) -> datetime:
    """The next midnight, in UTC."""
    return _midnight(day_of(now, zone) + timedelta(days=1), zone)


def next_month(now: datetime, zone: tzinfo) -> datetime:
    """The midnight that begins the next month, in UTC."""
    day = day_of(now, zone).replace(day=28) + timedelta(days=4)
    return _midnight(day.replace(day=1), zone)


@dataclass(frozen=True, slots=True)
class Backoff:
    """Pauses that grow from `first_s` by a factor up to `most_s`, each spread by `spread` of itself to both sides, so
    that what failed together does not come back together."""

    first_s: float
    factor: float
    most_s: float
    spread: float = 0.25

    def pause_s(self, failures: int, draw: float) -> float:
        """How long to wait after so many failures (one or more); a `draw` of a half leaves the pause as it is."""
        # The exponent is kept small: a float of a long row of failures would overflow.
        pause_s: float = min(self.first_s * self.factor ** min(max(failures - 1, 0), 40), self.most_s)
        return pause_s * (1 + self.spread * (2 * draw - 1))


class Meter:
    """The counts of one SIM as they grow, over every midnight; what it says is what counting anew would say."""

    def __init__(
        self,
        limits: Limits,
        zone: tzinfo,
        now: datetime,
        *,
        recent: Iterable[datetime] = (),
        today: int = 0,
        month: int = 0,
        draw: float = 0.0,
    ) -> None:
        """`recent` ascends and holds at least the last part, of which `draw` makes the pause."""
        moments = list(recent)
        self.limits = limits
        self._is_free = limits == NO_LIMITS
        self._zone = zone
        self._day = day_of(now, zone)
        self._day_ends = next_day(now, zone)
        self._today = today
        self._month = month
        self._recent = deque(moments, maxlen=limits.remembered)
        self._pause_until = moments[-1] + limits.gap(draw) if moments else None

    def add(self, parts: int, now: datetime, draw: float) -> None:
        """So many more parts have gone out; `draw` makes the pause after them."""
        self._turn_over(now)
        self._today += parts
        self._month += parts
        self._recent.extend([now] * min(parts, self.limits.remembered))
        self._pause_until = now + self.limits.gap(draw)

    def today(self, now: datetime) -> int:
        """How many parts have gone out today."""
        self._turn_over(now)
        return self._today

    def counts(self, now: datetime) -> Counts:
        self._turn_over(now)
        return Counts(self._recent, self._today, self._month, self._pause_until)

    def room(self, now: datetime, *, reserved: bool = False) -> int:
        """How many parts may go out now, see `allowance`."""
        return UNLIMITED if self._is_free else self.allowance(now, reserved=reserved).room

    def allowance(self, now: datetime, *, reserved: bool = False) -> Allowance:
        """What may go out now, see `allowance`."""
        if self._is_free:
            return Allowance(UNLIMITED, now)
        return allowance(self.limits, self.counts(now), now, self._zone, reserved=reserved)

    def _turn_over(self, now: datetime) -> None:
        """Begin a new day, and month. A clock that was put back does not begin one: what was sent stays counted."""
        if now < self._day_ends:
            return
        day = day_of(now, self._zone)
        if (day.year, day.month) != (self._day.year, self._day.month):
            self._month = 0
        self._day, self._day_ends, self._today = day, next_day(now, self._zone), 0


def _usable(cap: int, reserved: bool) -> int:
    return cap - reserve(cap) if reserved else cap


def _rolling(recent: Sequence[datetime], cap: int, span: timedelta, now: datetime) -> tuple[int, datetime]:
    """The room of a rate, and when the part leaves the span that now fills it."""
    inside = sum(1 for _ in takewhile(lambda moment: moment > now - span, reversed(recent)))
    room = cap - inside
    return room, recent[-cap] + span if room <= 0 else now


def _midnight(day: date, zone: tzinfo) -> datetime:
    # A midnight that the clocks jump over is the moment they jump: going through UTC settles it.
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)
