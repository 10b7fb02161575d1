"""What boxes are called, and their order."""

from __future__ import annotations

from datetime import date

import pytest

from gateway.simulator.running.boxes import Box, boxes_of
from gateway.simulator.scenario.model import Scenario


def _scenario(regions: int, boxes: int) -> Scenario:
    return Scenario(name="s", about="A test.", first_day=date(2017, 9, 12), regions=regions, boxes=boxes)


def test_one_region_names_boxes_alone() -> None:
    assert boxes_of(_scenario(1, 2)) == [Box(1, 1, "box1"), Box(1, 2, "box2")]


@pytest.mark.parametrize(("regions", "boxes"), [(85, 1), (3, 12), (1, 10), (200, 64)])
def test_names_of_boxes_sort_as_boxes_are_counted(regions: int, boxes: int) -> None:
    found = boxes_of(_scenario(regions, boxes))
    names = [box.name for box in found]
    assert names == sorted(names)
    assert len(set(names)) == len(found) == regions * boxes
