"""The trend's geometry, to the unit."""

from __future__ import annotations

import pytest

from gateway.simulator.upstream.charts import trend
from gateway.simulator.upstream.figures import Count


def day(key: str, ratings: int, positive: int) -> Count:
    return Count(key, key, ratings, positive, 0.0)


def test_points_lie_where_their_share_is() -> None:
    drawn = trend([day("2017-09-12", 100, 100), day("2017-09-13", 50, 45), day("2017-09-14", 100, 90)])
    assert [(point.x, point.y, point.column, point.label) for point in drawn.points] == [
        (208.0, 12.0, 34.0, "12.09"),
        (504.0, 90.0, 17.0, "13.09"),
        (800.0, 90.0, 34.0, "14.09"),
    ]
    assert drawn.grid == ((168.0, 80), (129.0, 85), (90.0, 90), (51.0, 95), (12.0, 100))
    assert drawn.lines == ("208.0,12.0 504.0,90.0 800.0,90.0",)


def test_a_day_of_few_ratings_is_a_gap() -> None:
    days = enumerate((30, 30, 29, 30, 30, 29, 30), start=12)
    drawn = trend([day(f"2017-09-{number}", ratings, ratings) for number, ratings in days])
    assert [point.y is None for point in drawn.points] == [False, False, True, False, False, True, False]
    assert len(drawn.lines) == 2


@pytest.mark.parametrize(
    ("first", "last", "points"),
    [
        ("2017-09-12", "2017-09-15", 4),
        ("2016-12-31", "2017-01-02", 3),
        ("2016-11", "2017-02", 4),
        ("2017-09-12", "2017-09-12", 1),
        ("0001-01", "9999-12", 2),
    ],
)
def test_time_without_ratings_keeps_its_place(first: str, last: str, points: int) -> None:
    drawn = trend([day(first, 30, 30), day(last, 30, 30)] if first != last else [day(first, 30, 30)])
    assert [point.count.ratings for point in drawn.points] == [30, *[0] * (points - 2), *[30] * (points > 1)]
    assert len(drawn.lines) == (points == 2)


@pytest.mark.parametrize(("positive", "start"), [(81, 80), (80, 60), (61, 60), (41, 40), (21, 20), (20, 0), (0, 0)])
def test_the_axis_begins_at_a_round_percentage_below_the_lowest(positive: int, start: int) -> None:
    drawn = trend([day("2017-09", 100, positive), day("2017-10", 100, 100)])
    assert drawn.grid[0][1] == start
    assert drawn.points[0].label == "09.2017"


def test_of_many_days_some_have_a_label() -> None:
    drawn = trend([day(f"2017-09-{number:02}", 30, 30) for number in range(1, 31)])
    assert sum(point.label is not None for point in drawn.points) == 10


def test_nothing_is_drawn_of_nothing() -> None:
    assert trend([]).points == ()
