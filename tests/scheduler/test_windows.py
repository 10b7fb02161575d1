"""When a message may go out."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.windows import Window

DAY = Window(time(9), time(20, 30))
BARNAUL = ZoneInfo("Asia/Barnaul")


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


def test_opening_that_the_clocks_jump_over_is_taken_after_the_jump() -> None:
    night = Window(time(2, 30), time(4))
    berlin = ZoneInfo("Europe/Berlin")
    opens = night.next_open(datetime(2026, 3, 29, 0, 0, tzinfo=UTC), berlin)
    assert opens == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert night.is_open(opens, berlin)


def test_window_that_closes_before_it_opens_is_refused() -> None:
    with pytest.raises(ValueError, match="open before it closes"):
        Window(time(20), time(9))


@given(
    st.datetimes(datetime(2016, 1, 1), datetime(2030, 1, 1)),
    st.sampled_from(["Asia/Barnaul", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Asia/Kamchatka"]),
)
def test_next_opening_is_open_and_not_before_now(naive: datetime, name: str) -> None:
    now, zone = naive.replace(tzinfo=UTC), ZoneInfo(name)
    opens = DAY.next_open(now, zone)
    assert now <= opens <= now + timedelta(hours=25)
    assert DAY.is_open(opens, zone)
    assert opens < DAY.next_close(opens, zone) <= opens + timedelta(hours=12)
