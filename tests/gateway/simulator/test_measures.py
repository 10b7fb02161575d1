"""Measures add up, and survive a file."""

from __future__ import annotations

import json
from collections import Counter

from gateway.simulator.measures.measures import Measures, ModemMeasures


def _some(box: str, days: int) -> Measures:
    return Measures(
        days=days,
        boxes=1,
        counts=Counter({"visits": 10, "rated": 2}),
        waits_s=Counter({3: 4, 60: 1}),
        queue_area_s=72,
        marks={"BRN1": Counter({5: 2})},
        modems={f"{box}/m1": ModemMeasures(Counter({9: 5}), Counter({9: 20}), [(100, 200)])},
    )


def test_measures_of_two_boxes_are_added() -> None:
    both = _some("box1", 3)
    both.add(_some("box2", 3))
    assert (both.days, both.boxes, both.queue_area_s) == (3, 2, 144)
    assert both.counts == {"visits": 20, "rated": 4}
    assert both.marks == {"BRN1": {5: 4}}
    assert sorted(both.modems) == ["box1/m1", "box2/m1"]


def test_parts_of_a_period_of_the_same_modem_are_joined() -> None:
    whole = _some("box1", 3)
    later = Measures(modems={"box1/m1": ModemMeasures(Counter({9: 1, 33: 2}), Counter({33: 8}), [(50, 60)])})
    whole.add(later)
    assert whole.modems["box1/m1"] == ModemMeasures(
        Counter({9: 6, 33: 2}), Counter({9: 20, 33: 8}), [(50, 60), (100, 200)]
    )


def test_one_box_out_of_balance_is_the_whole_out_of_balance() -> None:
    whole = _some("box1", 1)
    whole.add(Measures(balanced=False))
    assert not whole.balanced


def test_measures_come_back_from_json_as_they_were() -> None:
    before = _some("box1", 3)
    text = json.dumps(before.as_json())
    after = Measures.from_json(json.loads(text))
    assert after == before
    assert json.dumps(after.as_json()) == text
