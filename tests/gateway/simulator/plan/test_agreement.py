"""A day lived in full and the same day planned: the same people do the same."""

from threading import Event

import pytest

from gateway.simulator.box.run import run_box
from gateway.simulator.plan.run import plan_box
from tests.gateway.simulator.plan.test_plan_box import scenario


@pytest.fixture(scope="module", params=[1, 60])
def both(request, tmp_path_factory):
    day = scenario(
        seed="3",  # among its people is a telephone that answers by itself
        days=1,
        visits={"per_day": 100, "lists_at": None},
        box={"survey": {"delay_s": 60, "reply_window_s": 7200}, "tick_s": request.param},
        citizens={"response": 0.5, "median_s": 300, "next_day": 0},
        desk={"operators": 1},
    )
    folder = tmp_path_factory.mktemp("box")
    full = run_box(day, 1, 1, folder, lambda progress: None, Event())
    return full, plan_box(day, 1, 1, lambda progress: None, Event())


def test_all_that_is_counted_is_the_same(both):
    full, planned = both
    assert +planned.counts == +full.counts
    assert full.counts["rated"] > 15


def test_the_same_people_say_the_same(both):
    full, planned = both
    for what in ("replies", "marks", "truth", "invited", "may_send_by_hour", "calls"):
        assert getattr(planned, what) == getattr(full, what), what


def test_waits_differ_by_chance_alone(both):
    waits = [sum(wait * count for wait, count in one.waits_s.items()) / sum(one.waits_s.values()) for one in both]
    assert waits[1] == pytest.approx(waits[0], abs=0.6)
    assert both[1].queue_area_s == pytest.approx(both[0].queue_area_s, rel=0.15)
