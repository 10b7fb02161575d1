"""When an office is open: hours by size and day of the week, none on holidays.

Pure. No office of a scenario changes its hours when clocks are put back or forward in them: this is looked at once a
day, at the opening.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from gateway.model import Office
from gateway.simulator.scenario.model import VisitsSection
from scheduler.windows import Hours, Window

_WEEKEND = 5


class Opening(NamedTuple):
    """One day of an office: seconds since the epoch, and `hour`, the hour of the day (with its fraction) it opens."""

    opens: float
    closes: float
    hour: float


def is_city(office: Office, visits: VisitsSection) -> bool:
    """Whether an office keeps long hours and is open on Saturday."""
    return office.windows >= visits.city_windows


def week_of(office: Office, visits: VisitsSection) -> Window:
    """The office's opening hours as a calendar."""
    if is_city(office, visits):
        days = frozenset(range(6))
        return Window(visits.city.opens, visits.city.closes, visits.city_saturday, days, visits.holidays)
    return Window(visits.rural.opens, visits.rural.closes, None, frozenset(range(5)), visits.holidays)


def is_short(day: date, week: Window) -> bool:
    """Whether a day has the hours, and the visitors, of a Saturday."""
    return day.weekday() >= _WEEKEND and day not in week.holidays.worked


def opening(hours: Hours, day: date, zone: ZoneInfo) -> Opening:
    """These hours on a day in a zone."""
    opens = datetime.combine(day, hours.opens, tzinfo=zone).timestamp()
    closes = datetime.combine(day, hours.closes, tzinfo=zone).timestamp()
    return Opening(opens, closes, hours.opens.hour + hours.opens.minute / 60 + hours.opens.second / 3600)
