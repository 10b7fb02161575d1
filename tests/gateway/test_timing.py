"""When a message may go out, by who began."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.model import MessageKind
from gateway.timing import BEGINS, span
from scheduler.windows import Window

ZONE = ZoneInfo("Asia/Barnaul")
DAY = Window(time(9), time(20, 30))
ANSWER = MessageKind.REPROMPT
ANSWERS = sorted(set(MessageKind) - BEGINS)


def at(hours: int, minutes: int = 0) -> datetime:
    """A moment of a day in Barnaul; the next day's from 24 on."""
    return (datetime(2026, 11, 20, tzinfo=ZONE) + timedelta(hours=hours, minutes=minutes)).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "heard_at", "opens_at", "closes_at"),
    [
        (at(3), at(3), at(3), at(3, 15)),
        (at(3, 14), at(3), at(3, 14), at(3, 15)),
        (at(3, 15), at(3), at(9), at(20, 30)),
        (at(3), at(1), at(9), at(20, 30)),
        (at(12), at(12), at(12), at(20, 30)),
        (at(20, 20), at(20, 20), at(20, 20), at(20, 35)),
        (at(20, 36), at(20, 20), at(33), at(44, 30)),
        (at(8, 50), at(8, 50), at(8, 50), at(20, 30)),
        (at(23), None, at(33), at(44, 30)),
    ],
)
def test_answer_goes_at_once_or_in_the_window(
    now: datetime, heard_at: datetime | None, opens_at: datetime, closes_at: datetime
) -> None:
    assert span(ANSWER, now, heard_at, DAY, ZONE) == (opens_at, closes_at)


@pytest.mark.parametrize("kind", sorted(BEGINS))
def test_what_we_begin_keeps_to_the_window_whoever_has_just_written(kind: MessageKind) -> None:
    assert span(kind, at(22), at(22), DAY, ZONE) == (at(33), at(44, 30))


@pytest.mark.parametrize("kind", MessageKind)
def test_without_a_window_everything_goes_at_any_time(kind: MessageKind) -> None:
    assert span(kind, at(3), None, None, ZONE) == (at(3), None)


@given(st.sampled_from(ANSWERS), st.integers(0, 2880), st.integers(0, 60))
def test_span_is_now_or_later_and_its_night_is_a_quarter_of_an_hour(kind: MessageKind, minute: int, late: int) -> None:
    heard_at = at(0, minute)
    now = heard_at + timedelta(minutes=late)
    opens_at, closes_at = span(kind, now, heard_at, DAY, ZONE)
    assert closes_at is not None
    assert now <= opens_at < closes_at
    for step in range(int((closes_at - opens_at) / timedelta(minutes=1))):
        moment = opens_at + timedelta(minutes=step)
        assert DAY.is_open(moment, ZONE) or moment < heard_at + timedelta(minutes=15)
