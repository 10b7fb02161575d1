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
        (194.7, 12.0, 34.0, "12.09"),
        (496.0, 95.0, 17.0, "13.09"),
        (797.3, 95.0, 34.0, "14.09"),
    ]
    assert drawn.grid == ((178.0, 80), (136.5, 85), (95.0, 90), (53.5, 95), (12.0, 100))
    assert drawn.lines == ("194.7,12.0 496.0,95.0 797.3,95.0",)


def test_a_day_of_few_ratings_is_a_gap() -> None:
    many, few = day("2017-09-12", 30, 30), day("2017-09-13", 29, 29)
    drawn = trend([many, many, few, many, many, few, many])
    assert [point.y is None for point in drawn.points] == [False, False, True, False, False, True, False]
    assert len(drawn.lines) == 2


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
