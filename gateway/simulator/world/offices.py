"""The offices of a scenario: which there are in a region, and which of them a box serves.

Regions and boxes count from 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from heapq import heapify, heapreplace
from pathlib import Path

from gateway import directory
from gateway.errors import ScenarioError
from gateway.model import Office, Service
from gateway.simulator.scenario.model import Scenario


def services_of(scenario: Scenario) -> list[Service]:
    """The services of a scenario's file. Raises ConfigError with file and line."""
    return list(_read(scenario.offices, scenario.services).services.values())


def region_offices(scenario: Scenario, region: int) -> list[Office]:
    """All offices of a region, in the order of the file: the codes of the second region begin with `R2-`.

    Raises ConfigError with file and line.
    """
    offices = _read(scenario.offices, scenario.services).offices.values()
    prefix = _prefix(region)
    return [replace(office, code=prefix + office.code) for office in offices]


def offices_of(scenario: Scenario, region: int, box: int) -> list[Office]:
    """The offices that a box of a region serves, in the order of the file.

    The busiest office goes first, and each to the box that has the least to do: so boxes differ by less than an
    office. Raises ScenarioError if there are more boxes than offices, ConfigError for a fault of the files.
    """
    offices = region_offices(scenario, region)
    if scenario.boxes > len(offices):
        raise ScenarioError(
            f"There are {scenario.boxes} boxes and only {len(offices)} offices; write boxes: {len(offices)} or fewer."
        )
    weights = office_weights(scenario, region)
    loads = [(0.0, one) for one in range(1, scenario.boxes + 1)]
    heapify(loads)
    mine = set()
    for office in sorted(offices, key=lambda office: (-weights[office.code], office.code)):
        load, least = loads[0]
        heapreplace(loads, (load + weights[office.code], least))
        if least == box:
            mine.add(office.code)
    return [office for office in offices if office.code in mine]


def office_weights(scenario: Scenario, region: int) -> Mapping[str, float]:
    """How many visits the offices of a region have against each other."""
    offices = region_offices(scenario, region)
    prefix = _prefix(region)
    weights = scenario.visits.weights
    return {office.code: office.windows * weights.get(office.code.removeprefix(prefix), 1.0) for office in offices}


def _prefix(region: int) -> str:
    return f"R{region}-" if region > 1 else ""


@lru_cache(maxsize=8)
def _read(offices: Path, services: Path) -> directory.Directory:
    return directory.load(offices, services)
