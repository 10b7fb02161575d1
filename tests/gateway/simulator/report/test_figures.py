"""Small measures, counted by hand, make literal figures."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

from gateway.simulator.measures.measures import Measures, ModemMeasures
from gateway.simulator.report.figures import figures
from gateway.simulator.report.published import FIGURES, verdict
from tests.gateway.simulator.report.invented import PUBLISHED, scenario

_ONE_DAY = {"first_day": "2017-01-09", "days": 1, "boxes": 1, "desk": {"operators": 1}, "published": {}}


def _small() -> Measures:
    """A Monday: ten visits, of which five are invited, with one modem that takes four seconds for a part."""
    return Measures(
        days=1,
        boxes=1,
        counts=Counter(
            visits=10, refused=1, no_consent=4, barred=1, invited=5, delivered=4, replied=2, rated=1, exported=1,
            parts=6, texts=6,
        ),
        sent=Counter({9: 5, 10: 1}),
        sent_by_hour=Counter({9: 5, 10: 1}),
        may_send_by_hour=Counter({9: 5}),
        queue_most=Counter({9: 5, 10: 1}),
        queue_area_s=240,
        waits_s=Counter({4: 1, 8: 2, 20: 1, 160: 1}),
        delays_min=Counter({29: 1, 30: 1}),
        replies=Counter(rating=1, comment=1),
        marks={"A": Counter({5: 1})},
        truth={"A": Counter({5: 1, 2: 1})},
        invited=Counter(A=4, B=1),
        calls=Counter(
            {"not reached": 1}, resolved=3, opened=4, reached=3, gave_up=1, within=2, tries=6, busy_s=3240,
            staffed_s=32_400,
        ),
        call_waits_s=Counter({600: 2, 9000: 1}),
        modems={"box1/m1": ModemMeasures(Counter({9: 5, 10: 1}), Counter({9: 20, 10: 4}), [(35_000, 40_000)])},
    )  # fmt: skip


def _tree(measures: Measures | None = None, **changes: Any) -> dict[str, Any]:
    return figures(scenario(**(_ONE_DAY | changes)), measures or _small(), {"A": "Office A"})


def test_funnel_has_each_step_of_the_one_before_and_of_all() -> None:
    steps = {step["step"]: step for step in _tree()["funnel"]["steps"]}
    assert [(name, step["count"]) for name, step in steps.items()] == [
        ("visits", 10), ("consented", 6), ("invited", 5), ("delivered", 4), ("replied", 2), ("rated", 1),
        ("exported", 1),
    ]  # fmt: skip
    assert steps["replied"]["of_previous"] == {
        "step": "delivered", "count": 2, "of": 4, "share": 0.5, "low": 0.150039, "high": 0.849961,
    }  # fmt: skip
    assert steps["rated"]["of_visits"]["share"] == 0.1
    assert steps["visits"]["of_previous"] is None


def test_load_is_the_mean_of_such_hours_against_capacity() -> None:
    load = _tree()["load"]
    assert load["capacity"] == {
        "modems": 1, "service_s": 4.0, "service_measured": True, "per_modem_hour": 900.0, "per_hour": 900.0,
    }  # fmt: skip
    assert load["cells"][9] == {"weekday": 0, "hour": 9, "parts": 5.0, "of_capacity": 0.005556}
    assert load["cells"][24 + 9]["parts"] is None, "the day had no Tuesday"
    assert load["busiest_hour"] == {"at": "2017-01-09 09:00", "parts": 5, "of_capacity": 0.005556}


def test_week_that_comes_twice_is_halved() -> None:
    assert _tree(Measures(days=8, sent=Counter({9: 5})), days=8)["load"]["cells"][9]["parts"] == 2.5


def test_limit_of_a_sim_bounds_capacity() -> None:
    capped = _tree(modems={"limits": {"per_hour": 100, "per_minute": 1}})
    assert capped["load"]["capacity"]["per_hour"] == 60.0


def test_modem_that_sent_nothing_can_what_the_scenario_says() -> None:
    load = _tree(Measures(days=1), modems={"count": 2, "submit": {"median_s": 6}})["load"]["capacity"]
    assert (load["service_s"], load["service_measured"], load["per_hour"]) == (6.0, False, 1200.0)


def test_waits_are_held_against_the_goal() -> None:
    waits = _tree(goal={"share": 0.8, "within_s": 20})["waits"]
    assert waits["percentiles_s"] == {"p50": 8, "p95": 160, "p99": 160, "p100": 160}
    assert waits["mean_s"] == 40.0
    assert (waits["goal"]["share"], waits["goal"]["met"]) == (0.8, True)
    assert [(one["to"], one["count"]) for one in waits["bins"] if one["count"]] == [(5, 1), (10, 2), (30, 1), (300, 1)]


def test_goal_that_is_missed_is_said_to_be() -> None:
    assert _tree(goal={"share": 0.81, "within_s": 20})["waits"]["goal"]["met"] is False


def test_queue_of_a_day_is_by_hour_and_of_a_month_by_day() -> None:
    points = _tree()["queue"]["points"]
    assert len(points) == 24
    assert points[9] == {"at": "2017-01-09 09:00", "longest": 5, "free": 5, "sent": 5}
    month = Measures(
        days=31, queue_most=Counter({24 + 9: 7, 24 + 10: 8}), sent_by_hour=Counter({24 + 9: 2, 24 + 11: 3})
    )
    queue = _tree(month, days=31)["queue"]
    assert (queue["by"], len(queue["points"])) == ("day", 31)
    assert queue["points"][1] == {"at": "2017-01-10 00:00", "longest": 8, "free": 0, "sent": 5}
    assert (queue["longest"], queue["longest_at"]) == (8, "2017-01-10 10:00")


def test_modem_has_its_hours_of_the_busiest_day_and_its_outages_there() -> None:
    modems = _tree()["modems"]
    (modem,) = modems["modems"]
    assert (modems["busiest_day"], modems["open_hours"]) == ("2017-01-09", 11)
    assert modems["by_tenths"] == [11] + 10 * [0]
    assert (modem["parts"], modem["busy_s"], modem["away_s"]) == (6, 24, 5000)
    assert modem["utilisation"] == 0.000606
    assert modem["busiest_day"]["busy"][9:11] == [0.005556, 0.001111]
    assert modem["busiest_day"]["away_h"] == [[9.722222, 11.111111]]


def test_modems_stand_in_the_order_of_their_numbers() -> None:
    names = ["r10b1/m1", "r2b1/m10", "r2b1/m9", "box1/m1"]
    tree = _tree(Measures(days=1, modems={name: ModemMeasures() for name in names}))
    assert [one["modem"] for one in tree["modems"]["modems"]] == ["box1/m1", "r2b1/m9", "r2b1/m10", "r10b1/m1"]


def test_outage_over_midnight_is_cut_at_the_day() -> None:
    modem = ModemMeasures(Counter({24: 1}), Counter({24: 4}), [(80_000, 90_000), (170_000, 180_000)])
    tree = _tree(Measures(days=3, sent_by_hour=Counter({24: 1}), modems={"m": modem}), days=3)
    assert tree["modems"]["modems"][0]["busiest_day"]["away_h"] == [[0.0, 1.0], [23.222222, 24.0]]


def test_half_an_hour_is_not_within_29_minutes() -> None:
    delays = _tree()["delays"]
    assert (delays["within_29_min"]["share"], delays["percentiles_min"]["p50"]) == (0.5, 29)


def test_office_with_few_ratings_is_small_and_stands_last() -> None:
    many = _small()
    many.marks = {"A": Counter({5: 1}), "B": Counter({5: 28, 1: 2}), "C": Counter({5: 29, 1: 1})}
    offices = _tree(many)["satisfaction"]["offices"]
    assert [(one["office"], one["small"]) for one in offices] == [("C", False), ("B", False), ("A", True)]
    assert (offices[0]["share"], offices[2]["name"]) == (0.966667, "Office A")


def test_understood_marks_stand_beside_those_meant() -> None:
    understood = _tree()["understood"]
    assert [row["difference"] for row in understood["marks"]] == [0, 0, 0, -1, 0]
    assert (understood["meant"]["mean"], understood["read"]["mean"]) == (3.5, 5.0)


def test_call_backs_have_their_time_and_the_operators_their_load() -> None:
    calls = _tree()["call_backs"]
    assert (calls["within"]["share"], calls["reached"]["share"]) == (0.5, 0.75)
    assert calls["percentiles_wait_s"] == {"p50": 600, "p95": 9000, "p99": 9000}
    assert [(one["to"], one["count"]) for one in calls["bins"] if one["count"]] == [(900, 2), (14_400, 1)]
    assert (calls["outcomes"]["not reached"], calls["outcomes"]["resolved"], calls["open"]) == (1, 3, 0)
    assert (calls["operator_hours"], calls["utilisation"]) == (9.0, 0.1)


def test_cost_is_shared_out_over_the_rating_that_there_is() -> None:
    cost = _tree(cost={"part": 1, "sim_month": 0, "modem": 0, "operator_hour": 10})["cost"]
    assert cost["roubles"] == {"parts": 6.0, "sims": 0.0, "modems": 0.0, "operators": 90.0}
    assert (cost["total"], cost["per_rating"]) == (96.0, 96.0)


def test_littles_law_holds_where_the_area_is_that_of_the_waits() -> None:
    # 4 + 16 + 20 + 160 = 200 seconds waited
    measures = _small()
    assert _tree(measures)["checks"]["little"]["ratio"] == 1.2
    assert _tree(measures)["checks"]["little"]["holds"] is False
    measures.queue_area_s = 203
    assert _tree(measures)["checks"]["little"]["holds"] is True


def test_queue_of_texts_in_two_parts_is_up_to_twice_what_texts_waited() -> None:
    measures = _small()
    measures.counts["texts"] = 3
    for area, holds in ((199, True), (195, False), (403, True), (409, False)):
        measures.queue_area_s = area
        assert _tree(measures)["checks"]["little"]["holds"] is holds


def test_what_ends_after_the_period_is_shown_with_its_days() -> None:
    # A visit of Monday, invited on Tuesday.
    tree = _tree(Measures(days=1, sent=Counter({24 + 9: 4}), sent_by_hour=Counter({24 + 9: 4})))
    assert tree["load"]["cells"][24 + 9]["parts"] == 4.0
    assert len(tree["queue"]["points"]) == 48
    assert tree["modems"]["open_hours"] == 22


def test_offices_of_a_further_region_are_told_from_those_of_the_first() -> None:
    measures = Measures(days=1, invited=Counter({"A": 1, "R2-A": 1, "R-x": 1}))
    names = {one["office"]: one["name"] for one in _tree(measures)["satisfaction"]["offices"]}
    assert names == {"A": "Office A", "R2-A": "Region 2, Office A", "R-x": "R-x"}


def test_more_rated_than_replied_is_not_conserved() -> None:
    assert all(row["holds"] for row in _tree()["checks"]["conserved"])
    wrong = _small()
    wrong.counts["rated"] = 3
    wrong.counts["visits"] = 9
    assert [row["says"] for row in _tree(wrong)["checks"]["conserved"] if not row["holds"]] == [
        "visits without consent, barred or invited; others wait",
        "rated, of those replied",
    ]


@pytest.mark.parametrize(
    ("value", "low", "high", "said"),
    [
        (0.155, 0.15, 0.16, "inside"),
        (0.15, None, None, "inside"),
        (0.149, 0.14, 0.158, "below, by no more than chance"),
        (0.149, 0.148, 0.1499, "below"),
        (0.161, 0.1595, 0.163, "above, by no more than chance"),
        (0.2, None, None, "above"),
        (None, None, None, "not measured"),
    ],
)
def test_published_span_is_judged_in_words(
    value: float | None, low: float | None, high: float | None, said: str
) -> None:
    assert verdict(0.15, 0.16, value, low, high) == said


def test_published_figures_stand_beside_what_was_simulated() -> None:
    rows = {row["figure"]: row for row in _tree(published=PUBLISHED)["published"]}
    assert (rows["response"]["value"], rows["response"]["verdict"]) == (0.2, "above, by no more than chance")
    assert (rows["ratings"]["value"], rows["ratings"]["verdict"]) == (1, "below")
    assert rows["queue_min"]["verdict"] == "not measured"


def test_every_known_figure_can_be_measured_of_a_run_and_of_nothing() -> None:
    for figure in FIGURES.values():
        assert figure.measure(_small())[0] is not None
        figure.measure(Measures())


def test_figures_are_plain_and_come_back_from_json() -> None:
    tree = _tree()
    assert json.loads(json.dumps(tree)) == tree
    assert tree["schema_version"] == 1
