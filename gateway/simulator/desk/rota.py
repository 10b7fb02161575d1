"""When the operators of a shift can call people of a time zone: they are at work, and the desk calls there.

Pure. Shifts are by the clock of the box; whether people may be called, by that of the office they went to. Moments are
seconds since the epoch.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, tzinfo

from gateway.calendarsettings import CallbackSettings
from gateway.simulator.scenario.model import DeskSection, ShiftSection
from scheduler.windows import Window

Span = tuple[float, float]


class Openings:
    """Spans of time in order, none touching another."""

    def __init__(self, spans: Sequence[Span]) -> None:
        self._spans = list(spans)
        self._begins = [begin for begin, _ in spans]

    def next(self, now: float) -> float | None:
        """`now` inside a span, else the beginning of the next one; None if there is none."""
        at = bisect_right(self._begins, now)
        if at and now < self._spans[at - 1][1]:
            return now
        return self._begins[at] if at < len(self._begins) else None

    def common(self, other: Openings) -> Openings:
        """The time that lies in spans of both."""
        found, mine, theirs = [], iter(self._spans), iter(other._spans)
        one, two = next(mine, None), next(theirs, None)
        while one is not None and two is not None:
            begin, end = max(one[0], two[0]), min(one[1], two[1])
            if begin < end:
                found.append((begin, end))
            if one[1] <= two[1]:
                one = next(mine, None)
            else:
                two = next(theirs, None)
        return Openings(found)

    def passed_s(self, until: float) -> float:
        """How much of them lies before `until`."""
        return sum(min(end, until) - begin for begin, end in self._spans if begin < until)


def openings(window: Window, zone: tzinfo, begin: float, end: float) -> Openings:
    """When a window is open between two moments."""
    return Openings(list(_spans(window, zone, begin, end)))


def at_work(shift: ShiftSection, callbacks: CallbackSettings, zone: tzinfo, begin: float, end: float) -> Openings:
    """When the operators of a shift take calls, between two moments."""
    days = callbacks.weekdays if shift.weekdays is None else shift.weekdays
    spans: list[Span] = []
    opens = shift.hours.opens
    for closes, opens_again in [*((b.opens, b.closes) for b in shift.breaks), (shift.hours.closes, shift.hours.closes)]:
        if opens < closes:
            spans.extend(_spans(Window(opens, closes, weekdays=days, holidays=callbacks.holidays), zone, begin, end))
        opens = opens_again
    return Openings(sorted(spans))


def shifts_of(desk: DeskSection) -> tuple[ShiftSection, ...]:
    """All shifts with anybody in them, those named in the section itself first."""
    return tuple(shift for shift in (desk, *desk.shifts) if shift.operators)


def _spans(window: Window, zone: tzinfo, begin: float, end: float) -> Iterator[Span]:
    at = datetime.fromtimestamp(begin, UTC)
    last = datetime.fromtimestamp(end, UTC)
    while (opens_at := window.next_open(at, zone)) < last:
        at = window.next_close(opens_at, zone)
        yield opens_at.timestamp(), min(at, last).timestamp()
