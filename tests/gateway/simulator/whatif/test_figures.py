"""What a variant is judged by."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from gateway.simulator.measures.measures import Measures, ModemMeasures
from gateway.simulator.scenario.model import CostSection, Scenario
from gateway.simulator.whatif.figures import KINDS, differences, estimates, figures
from gateway.simulator.whatif.points import Point, Replication
from gateway.simulator.whatif.seeds import seeds
from gateway.simulator.whatif.tables import csv_rows, difference_rows, rows
from gateway.statistics.student import Estimate

SCENARIO = Scenario(
    name="s", about="A test.", first_day=date(2017, 9, 12), cost=CostSection(part=2, sim_month=0, modem=0)
)


def _measures() -> Measures:
    found = Measures(days=1, boxes=1)
    found.counts.update(invited=8, replied=2, rated=2, parts=20)
    found.waits_s.update({10: 4, 1800: 2, 1801: 2})
    found.may_send_by_hour.update({9: 10})
    found.queue_most.update({9: 5, 10: 3})
    found.marks["BRN1"] = Counter({5: 3, 4: 1, 2: 1})
    found.modems["box1/m1"] = ModemMeasures(Counter({9: 20}), Counter({9: 1800, 24: 3600}))
    found.at_utilisation.update({5: 1, 0: 1})
    found.calls.update(opened=4, within=1)
    return found


def test_figures_are_counted_from_the_measures() -> None:
    found = figures(SCENARIO, _measures())
    assert list(found) == [kind.key for kind in KINDS]
    assert found == {
        "in_time": 0.6,  # of ten that were free to go two never went, and two went too late
        "wait_p50_s": 10,
        "wait_p95_s": 1801,
        "wait_p99_s": 1801,
        "queue_most": 5,
        "use": 0.25,
        "invited": 8,
        "response": 0.25,
        "rated": 2,
        "positive": 0.8,
        "called_in_time": 0.25,
        "cost": 40.0,
        "cost_per_rating": 20.0,
    }


def test_nothing_is_no_figure() -> None:
    found = figures(SCENARIO, Measures())
    nothing = ("in_time", "wait_p95_s", "use", "response", "positive", "called_in_time", "cost_per_rating")
    assert all(found[key] is None for key in nothing)
    assert estimates([found])["in_time"] is None and estimates([])["cost"] is None


def test_estimates_count_only_what_says_something_and_no_share_is_above_one() -> None:
    one = figures(SCENARIO, _measures())
    found = estimates([{**one, "in_time": 1.0}, {**one, "in_time": 0.9}, {**one, "in_time": None}])
    share = found["in_time"]
    assert share is not None and share.high == 1.0 and share.count == 2 and share.low == pytest.approx(0.3147, abs=1e-4)
    assert found["rated"] == Estimate(2.0, 2.0, 2.0, 3)


def test_difference_is_surer_than_the_means_where_chance_is_shared() -> None:
    one = figures(SCENARIO, _measures())
    first = {str(seed): {**one, "rated": 100 * seed} for seed in (1, 2, 3)}
    other = {seed: {**found, "rated": (found["rated"] or 0) + 5} for seed, found in first.items()}
    assert differences(first, other)["rated"] == Estimate(5.0, 5.0, 5.0, 3)
    assert differences(first, {"9": one})["rated"] is None
    points = [Point({"a": seed}, {"1": Replication(found, {}, True)}) for seed, found in first.items()]
    assert difference_rows(points, ["rated"]) == (["a", "rated"], [["2", "+100"], ["3", "+200"]])


def test_points_are_shown_side_by_side() -> None:
    one = Replication(figures(SCENARIO, _measures()), {}, True)
    two = Replication({**one.figures, "in_time": 0.8}, {}, True)
    points = [
        Point({"modems.count": "1"}, {"1": one, "1/2": two}),
        Point({"modems.count": "2", "seed": "x"}, {"x": one}),
    ]
    headings, cells = rows(points, ["in_time", "cost_per_rating"])
    assert headings == ["modems", "seed", "within the goal, %", "cost of a rating, roubles"]
    assert cells == [["1", "–", "70.0 (0.0..100.0)", "20.00 (20.00..20.00)"], ["2", "x", "60.0", "20.00"]]
    head, first, second = csv_rows(points)
    assert head[:6] == ["modems.count", "seed", "replications", "in_time", "in_time_low", "in_time_high"]
    assert first[:6] == ["1", "–", "2", "0.7", "0", "1"] and second[:6] == ["2", "x", "1", "0.6", "", ""]


def test_point_comes_back_and_is_named_by_its_changes() -> None:
    point = Point({"a": "1", "b": "2"}, {"1": Replication(figures(SCENARIO, _measures()), {"rated": 2}, False)})
    again = Point.from_json(point.as_json())
    assert again == point and again.key == Point({"b": "2", "a": "1"}).key != Point({"a": "1"}).key
    assert not again.balanced and again.counts == {"rated": 2}


def test_first_replication_is_the_scenario_itself() -> None:
    assert seeds("7", 3) == ["7", "7/2", "7/3"]
