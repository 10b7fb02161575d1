"""What is looked up, and what is integrated, against what is worked out one by one."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import example, given
from hypothesis import strategies as st

from gateway.simulator.box.measuring import Calendar, Openings, Queue
from gateway.simulator.measures.measures import Measures
from scheduler.windows import Hours, Window

_ZONE = ZoneInfo("Asia/Barnaul")
_START = datetime(2017, 9, 11, tzinfo=_ZONE)
_SPANS = st.lists(st.tuples(st.integers(0, 20_000), st.integers(0, 9_000)).map(lambda s: (s[0], s[0] + s[1])))


@given(st.integers(0, 14 * 86_400 - 1))
def test_moment_from_which_something_may_go_is_when_the_window_opens_next(passed_s: int) -> None:
    window = Window(time(9), time(20, 30), weekend=Hours(time(11), time(17)), weekdays=frozenset((0, 1, 2, 3, 4, 5)))
    begin = _START.timestamp()
    due_at = begin + passed_s
    openings = Openings(window, _ZONE, begin, begin + 14 * 86_400)
    expected = window.next_open(datetime.fromtimestamp(due_at, UTC), _ZONE)
    assert openings.may_go(due_at) == expected.timestamp()


def test_window_that_is_always_open_holds_nothing_up() -> None:
    assert Openings(None, _ZONE, 100.0, 200.0).may_go(150.0) == 150.0


@given(_SPANS)
def test_area_under_the_queue_is_the_sum_of_the_waits(spans: list[tuple[int, int]]) -> None:
    queue, measures = Queue(), Measures()
    for since, until in spans:
        queue.add(float(since), float(until))
    queue.put_down(measures, 0.0)
    assert measures.queue_area_s == sum(until - since for since, until in spans)


@given(_SPANS)
@example([(0, 3600), (0, 3601)])
def test_longest_queue_of_an_hour_is_what_counting_at_each_arrival_gives(spans: list[tuple[int, int]]) -> None:
    queue, measures = Queue(), Measures()
    for since, until in spans:
        queue.add(float(since), float(until))
    queue.put_down(measures, 0.0)
    lasting = [span for span in spans if span[0] < span[1]]
    expected: Counter[int] = Counter()
    for hour in range(9):
        moments = [hour * 3600, *(since for since, _ in lasting if since // 3600 == hour)]
        most = max(sum(since <= at < until for since, until in lasting) for at in moments)
        if most:
            expected[hour] = most
    assert {hour: most for hour, most in measures.queue_most.items() if hour in expected} == dict(expected)


def test_hours_are_counted_from_the_first_midnight_and_by_the_week() -> None:
    calendar = Calendar(_START, _ZONE)
    assert calendar.hour("2017-09-10T17") == 0
    assert calendar.hour("2017-09-11T02") == 9
    assert calendar.hour_of_week(9) == 9
    assert calendar.hour_of_week(7 * 24 + 9) == 9
    assert _START.weekday() == 0
    assert timedelta(hours=calendar.hour("2017-09-17T17")) == timedelta(days=7)
