"""The boxes of a scenario: what they are called, and in which order they are counted.

Pure. The order is that of regions and boxes, whoever is run first: nothing that is put together from boxes depends on
time.
"""

from __future__ import annotations

from typing import NamedTuple

from gateway.simulator.scenario.model import Scenario


class Box(NamedTuple):
    """One box; `region` and `box` are counted from 1."""

    region: int
    box: int
    name: str


def boxes_of(scenario: Scenario) -> list[Box]:
    """All boxes of a scenario, in their order."""
    return [
        Box(region, box, name_of(scenario, region, box))
        for region in range(1, scenario.regions + 1)
        for box in range(1, scenario.boxes + 1)
    ]


def name_of(scenario: Scenario, region: int, box: int) -> str:
    """`box2`; where there are several regions `region07-box2`: names in the order of boxes."""
    number = f"box{box:0{len(str(scenario.boxes))}}"
    return number if scenario.regions == 1 else f"region{region:0{len(str(scenario.regions))}}-{number}"
