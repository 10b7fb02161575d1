"""The slow way to know when a window is open: look at the citizen's wall clock every minute."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from scheduler.windows import Holidays, Hours, Window

MINUTE = timedelta(minutes=1)

# Where the clocks have jumped: by an hour at two and at midnight, by half an hour, by a whole day; and where they
# stand a quarter of an hour off.
PLACES = {
    "Europe/Berlin": [datetime(2026, 3, 29, 1), datetime(2026, 10, 25, 1), datetime(2026, 12, 31, 23)],
    "America/Havana": [datetime(2026, 3, 8, 5), datetime(2026, 11, 1, 5)],
    "America/St_Johns": [datetime(2010, 11, 7, 2, 31), datetime(2010, 3, 14, 3, 31)],
    "Australia/Lord_Howe": [datetime(2026, 4, 4, 15), datetime(2026, 10, 3, 15, 30)],
    "Pacific/Apia": [datetime(2011, 12, 30, 10)],
    "Asia/Barnaul": [datetime(2016, 3, 26, 20), datetime(2025, 12, 31, 17)],
    "Asia/Kathmandu": [datetime(2024, 2, 28, 18, 15)],
}


def open_at(window: Window, moment: datetime, zone: ZoneInfo) -> bool:
    wall = moment.astimezone(zone)
    day = wall.date()
    if day in window.holidays.off:
        return False
    hours: Hours = window
    if day not in window.holidays.worked:
        if day.weekday() not in window.weekdays:
            return False
        if day.weekday() in (5, 6) and window.weekend is not None:
            hours = window.weekend
    minute = 60 * wall.hour + wall.minute
    return minute in range(60 * hours.opens.hour + hours.opens.minute, 60 * hours.closes.hour + hours.closes.minute)


def minutes_from(moment: datetime) -> Iterator[datetime]:
    while True:
        yield moment
        moment += MINUTE


@st.composite
def hours(draw: st.DrawFn) -> Hours:
    first, last = sorted(draw(st.lists(st.integers(0, 95), min_size=2, max_size=2, unique=True)))
    return Hours(time(first // 4, first % 4 * 15), time(last // 4, last % 4 * 15))


@st.composite
def moments(draw: st.DrawFn) -> tuple[datetime, ZoneInfo]:
    """A minute near a jump of some zone's clocks, or near the end of a year."""
    name = draw(st.sampled_from(sorted(PLACES)))
    jump = draw(st.sampled_from(PLACES[name]))
    return jump.replace(tzinfo=UTC) + MINUTE * draw(st.integers(-2000, 600)), ZoneInfo(name)


@st.composite
def windows(draw: st.DrawFn, near: datetime) -> Window:
    """Any window, holidays and worked days among the ten days around `near`."""
    around = st.integers(-3, 6).map(lambda days: near.date() + timedelta(days=days))
    daily, days_off = draw(hours()), draw(st.frozensets(around, max_size=5))
    return Window(
        daily.opens,
        daily.closes,
        draw(st.none() | hours()),
        draw(st.frozensets(st.integers(0, 6), min_size=3)),
        Holidays(days_off, draw(st.frozensets(around, max_size=3)) - days_off),
    )
