"""When a message may go out."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.windows import Holidays, Hours, Window
from tests.scheduler.wallclock import MINUTE, minutes_from, moments, open_at, windows

DAY = Window(time(9), time(20, 30))
BARNAUL = ZoneInfo("Asia/Barnaul")
BERLIN = ZoneInfo("Europe/Berlin")


def at(zone: ZoneInfo, year: int, month: int, day: int, hour: int) -> datetime:
    return datetime(year, month, day, hour, tzinfo=zone).astimezone(UTC)


@pytest.mark.parametrize(
    ("utc", "opens"),
    [("01:59", "02:00"), ("02:00", "02:00"), ("13:29", "13:29"), ("13:30", "26:00"), ("20:00", "26:00")],
)
def test_window_opens_by_the_citizens_clock(utc: str, opens: str) -> None:
    midnight = datetime(2017, 9, 13, tzinfo=UTC)

    def at(text: str) -> datetime:
        hours, minutes = map(int, text.split(":"))
        return midnight + timedelta(hours=hours, minutes=minutes)

    assert DAY.next_open(at(utc), BARNAUL) == at(opens)


def test_opening_that_the_clocks_jump_over_is_the_jump() -> None:
    night = Window(time(2, 30), time(4))
    opens = night.next_open(datetime(2026, 3, 29, 0, 0, tzinfo=UTC), BERLIN)
    assert opens == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
    assert f"{opens.astimezone(BERLIN):%H:%M}" == "03:00"


def test_window_is_open_twice_when_the_clocks_go_back_into_it() -> None:
    night = Window(time(2), time(2, 30))
    first = night.next_open(datetime(2026, 10, 24, 23, 0, tzinfo=UTC), BERLIN)
    assert night.next_close(first, BERLIN) == first + timedelta(minutes=30)
    second = first + timedelta(hours=1)
    assert night.next_open(first + timedelta(minutes=30), BERLIN) == second
    assert night.next_close(second, BERLIN) == second + timedelta(minutes=30)


@pytest.mark.parametrize(
    ("window", "now", "opens", "closes"),
    [
        (Window(time(23, 15), time(23, 30)), "02:30", "02:45", "03:00"),
        (Window(time(0), time(0, 5)), "-21:00", "02:30", "02:31"),
    ],
)
def test_clocks_that_go_back_over_midnight_bring_yesterday_back(
    window: Window, now: str, opens: str, closes: str
) -> None:
    newfoundland = ZoneInfo("America/St_Johns")  # until 2011: one minute past midnight became 23:01 of the day before

    def utc(text: str) -> datetime:
        hours, minutes = map(int, text.split(":"))
        return datetime(2010, 11, 7, tzinfo=UTC) + timedelta(hours=hours, minutes=minutes)

    assert window.next_open(utc(now), newfoundland) == utc(opens)
    assert window.next_close(utc(opens), newfoundland) == utc(closes)


def test_weekend_has_its_own_hours_and_its_days_can_be_left_out() -> None:
    window = Window(time(8), time(20), weekend=Hours(time(10), time(18)), weekdays=frozenset(range(6)))
    friday = at(BARNAUL, 2026, 11, 20, 20)
    assert window.next_open(friday, BARNAUL) == at(BARNAUL, 2026, 11, 21, 10)
    assert window.next_close(at(BARNAUL, 2026, 11, 21, 12), BARNAUL) == at(BARNAUL, 2026, 11, 21, 18)
    assert window.next_open(at(BARNAUL, 2026, 11, 21, 18), BARNAUL) == at(BARNAUL, 2026, 11, 23, 8)


def test_day_worked_by_decree_has_the_hours_of_a_working_day() -> None:
    saturday = date(2025, 11, 1)
    window = Window(
        time(9),
        time(18),
        weekend=Hours(time(10), time(12)),
        weekdays=frozenset(range(5)),
        holidays=Holidays(worked=frozenset({saturday})),
    )
    opens = window.next_open(at(BARNAUL, 2025, 10, 31, 19), BARNAUL)
    assert opens == at(BARNAUL, 2025, 11, 1, 9)
    assert window.next_close(opens, BARNAUL) == at(BARNAUL, 2025, 11, 1, 18)
    assert window.next_open(at(BARNAUL, 2025, 11, 1, 18), BARNAUL) == at(BARNAUL, 2025, 11, 3, 9)


def test_window_waits_through_weeks_of_holidays_over_the_year_end() -> None:
    off = frozenset(date(2025, 12, 20) + timedelta(days=k) for k in range(30))
    window = Window(time(9), time(18), holidays=Holidays(off))
    assert window.next_open(at(BARNAUL, 2025, 12, 19, 18), BARNAUL) == at(BARNAUL, 2026, 1, 19, 9)


def test_holiday_is_one_where_the_citizen_is() -> None:
    window = Window(time(0), time(23, 59), holidays=Holidays(frozenset({date(2026, 1, 1)})))
    evening = datetime(2025, 12, 31, 18, tzinfo=UTC)
    assert not window.is_open(evening, BARNAUL)
    assert window.is_open(evening, BERLIN)


def test_closed_window_closes_now() -> None:
    night = at(BARNAUL, 2026, 11, 20, 23)
    assert DAY.next_close(night, BARNAUL) == night


@pytest.mark.parametrize(("opens", "closes"), [(time(20), time(9)), (time(9), time(9))])
def test_window_that_closes_before_it_opens_is_refused(opens: time, closes: time) -> None:
    with pytest.raises(ValueError, match=r"open before it closes.*cannot pass midnight"):
        Window(opens, closes)


@pytest.mark.parametrize("weekdays", [frozenset[int](), frozenset({7})])
def test_window_that_is_open_on_no_day_is_refused(weekdays: frozenset[int]) -> None:
    with pytest.raises(ValueError, match="at least one day of the week"):
        Window(time(9), time(18), weekdays=weekdays)


@given(moments(), st.data())
def test_window_opens_and_closes_when_the_wall_clock_says_so(
    where: tuple[datetime, ZoneInfo], data: st.DataObject
) -> None:
    now, zone = where
    window = data.draw(windows(now))
    is_open = open_at(window, now, zone)
    assert window.is_open(now, zone) == is_open
    turns = next(minute for minute in minutes_from(now) if open_at(window, minute, zone) != is_open)
    opens, closes = (now, turns) if is_open else (turns, now)
    assert window.next_open(now, zone) == opens
    assert window.next_close(now, zone) == closes


@given(moments(), st.data())
def test_opening_is_found_from_between_two_minutes_too(where: tuple[datetime, ZoneInfo], data: st.DataObject) -> None:
    now, zone = where
    window = data.draw(windows(now))
    between = now + data.draw(st.timedeltas(timedelta.resolution, MINUTE - timedelta.resolution))
    opens = window.next_open(now + MINUTE, zone)
    assert window.next_open(between, zone) == (between if window.is_open(now, zone) else opens)
