"""What a centre costs: literal prices, literal use."""

from __future__ import annotations

import pytest

from gateway.simulator.report.cost import DAYS_OF_MONTH, Cost, Use, cost, modems_of, operator_hours, use_of
from gateway.simulator.scenario.model import CostSection
from tests.gateway.simulator.report.invented import scenario

_PRICES = CostSection(part=0.5, sim_month=100, modem=3600, operator_hour=200)


def test_a_month_of_two_modems_is_paid_part_by_part() -> None:
    paid = cost(_PRICES, Use(parts=1000, modems=2, days=DAYS_OF_MONTH, operator_hours=10))
    assert paid == Cost(parts=500, sims=200, modems=200, operators=2000)
    assert paid.total == 2900
    assert paid.per(100) == 29


def test_no_rating_has_no_price() -> None:
    assert Cost(1, 1, 1, 1).per(0) is None


def test_half_a_month_costs_half_of_what_is_paid_by_the_month() -> None:
    paid = cost(_PRICES, Use(parts=0, modems=1, days=DAYS_OF_MONTH / 2, operator_hours=0))
    assert paid == Cost(parts=0, sims=50, modems=50, operators=0)


def test_operators_are_paid_on_the_days_of_their_desk() -> None:
    # 1 January 2017 was a Sunday; the 9th, a Monday, is the first day of work.
    box = {"callbacks": {"holidays": "2017-01-01..2017-01-08"}}
    centre = scenario(first_day="2017-01-01", days=15, boxes=2, desk={"operators": 3}, box=box)
    assert operator_hours(centre, 15) == 2 * 3 * 5 * 9
    assert use_of(centre, 7, 15) == Use(parts=7, modems=2, days=15, operator_hours=2 * 3 * 5 * 9)


def test_shifts_have_their_own_days_and_breaks_are_not_paid() -> None:
    morning = {"operators": 1, "hours": {"from": "09:00", "to": "13:00"}, "breaks": [{"from": "11:00", "to": "11:30"}]}
    weekend = {"operators": 2, "hours": {"from": "10:00", "to": "12:00"}, "weekdays": "sat-sun"}
    centre = scenario(first_day="2017-03-13", days=7, boxes=1, desk={**morning, "shifts": [weekend]})
    assert operator_hours(centre, 7) == 5 * 3.5 + 2 * 2 * 2


@pytest.mark.parametrize(("regions", "boxes", "count", "modems"), [(1, 1, 1, 1), (85, 2, 3, 510)])
def test_modems_are_those_of_all_boxes_of_all_regions(regions: int, boxes: int, count: int, modems: int) -> None:
    assert modems_of(scenario(regions=regions, boxes=boxes, modems={"count": count})) == modems
