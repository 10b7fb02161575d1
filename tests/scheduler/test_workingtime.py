"""When working time is used up."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.windows import Holidays, Window
from scheduler.workingtime import due, passed
from tests.scheduler.wallclock import MINUTE, minutes_from, moments, open_at, windows

BARNAUL = ZoneInfo("Asia/Barnaul")
DESK = Window(time(9), time(18), weekdays=frozenset(range(5)), holidays=Holidays(frozenset({date(2026, 11, 4)})))


def local(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=BARNAUL).astimezone(UTC)


@pytest.mark.parametrize(
    ("opened_at", "hours", "ends_at"),
    [
        (local(20, 17, 30), 2, local(23, 10, 30)),
        (local(20, 10), 2, local(20, 12)),
        (local(21, 3), 2, local(23, 11)),
        (local(20, 16), 2, local(20, 18)),
        (local(3, 17), 2, local(5, 10)),
        (local(2, 9), 27, local(5, 18)),
        (local(21, 3), 0, local(23, 9)),
    ],
)
def test_working_time_passes_only_while_the_desk_is_open(opened_at: datetime, hours: int, ends_at: datetime) -> None:
    assert due(opened_at, hours * 3600, DESK, BARNAUL) == ends_at


def test_hour_that_the_clocks_take_away_is_not_worked() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    night = Window(time(0), time(6))
    saturday_night = datetime(2026, 3, 28, 23, tzinfo=UTC)
    assert due(saturday_night, 3 * 3600, night, berlin).astimezone(berlin).hour == 4


@given(moments(), st.integers(1, 600), st.data())
def test_working_time_is_what_the_wall_clock_counts(
    where: tuple[datetime, ZoneInfo], minutes: int, data: st.DataObject
) -> None:
    opened_at, zone = where
    desk = data.draw(windows(opened_at))
    left = minutes
    for minute in minutes_from(opened_at):
        left -= open_at(desk, minute, zone)
        if not left:
            break
        if minute - opened_at > timedelta(days=8):
            assert due(opened_at, minutes * 60, desk, zone) > minute
            return
    assert due(opened_at, minutes * 60, desk, zone) == minute + MINUTE


@given(moments(), st.integers(1, 600), st.data())
def test_time_until_it_is_due_is_the_time_that_was_given(
    where: tuple[datetime, ZoneInfo], minutes: int, data: st.DataObject
) -> None:
    opened_at, zone = where
    desk = data.draw(windows(opened_at))
    assert passed(opened_at, due(opened_at, minutes * 60, desk, zone), desk, zone) == minutes * 60


def test_closed_time_and_time_that_runs_backwards_do_not_count() -> None:
    friday, monday = local(20, 17, 30), local(23, 10, 30)
    assert passed(friday, monday, DESK, BARNAUL) == 2 * 3600
    assert passed(local(21, 3), local(22, 12), DESK, BARNAUL) == 0
    assert passed(monday, friday, DESK, BARNAUL) == 0
