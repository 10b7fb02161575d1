"""Writes `report.json` and `report.html` of a run into its folder, and each picture as a file in `pictures/`.

`facts` are what the run knows of itself and measures do not: `seed`, `mode`, `command`, `wall_s`, `messages_per_s`,
`simulated_days_per_s`, `interrupted` (whether it was), `versions` (by name), `scenario_text` (the file as it was read),
`offices` (names by code). All may be absent. They stand in `report.json` under `run`, which is the one part of it that
differs between equal runs.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gateway.simulator.measures.measures import Measures
from gateway.simulator.report import drawing
from gateway.simulator.report.figures import figures
from gateway.simulator.report.page import render
from gateway.simulator.report.pictures import of_run
from gateway.simulator.report.sections import sections
from gateway.simulator.report.wording import several
from gateway.simulator.scenario.model import Scenario
from modem import documents

_OF_PAGE = frozenset(("scenario_text", "offices"))


def write_report(folder: Path, scenario: Scenario, measures: Measures, facts: Mapping[str, Any]) -> None:
    """Write the files anew; a reader never sees half of one. Raises OSError where the folder takes nothing."""
    tree = figures(scenario, measures, facts.get("offices", {}))
    said = {name: value for name, value in facts.items() if name not in _OF_PAGE}
    if drawing.available():
        said["versions"] = {**said.get("versions", {}), **drawing.versions()}
    plain = plain_scenario(scenario)
    _put(folder / "report.json", json.dumps({**tree, "scenario": plain, "run": said}, ensure_ascii=False, indent=1))
    pictures = of_run(tree) if drawing.available() and tree["funnel"]["steps"][0]["count"] else {}
    run = {
        "facts": said,
        "drawn": drawing.available(),
        "scenario_text": facts.get("scenario_text", ""),
        "scenario": documents.dump(plain),
    }
    for picture in pictures.values():
        _put(folder / "pictures" / f"{picture.name}.svg", drawing.standing_alone(picture))
    page = render(f"Otklik: {scenario.name}", _about(scenario, tree, facts), sections(tree, run, pictures))
    _put(folder / "report.html", page)


def plain_scenario(scenario: Scenario) -> dict[str, Any]:
    """A scenario with all its defaults, as plain values in a fixed order."""
    found = _plain(scenario.model_dump())
    assert isinstance(found, dict), "a section is a mapping"
    return found


def _plain(value: Any) -> Any:
    match value:
        case dict():
            return {str(key): _plain(one) for key, one in value.items()}
        case set() | frozenset():
            return sorted(_plain(one) for one in value)
        case list() | tuple():
            return [_plain(one) for one in value]
        case None | bool() | int() | float() | str():
            return value
        case _:
            return str(value)


def _about(scenario: Scenario, tree: Mapping[str, Any], facts: Mapping[str, Any]) -> list[str]:
    days, boxes = tree["days"], scenario.regions * scenario.boxes
    lines = [
        scenario.about,
        f"{several(days, 'day')} from {scenario.first_day}; boxes: {boxes}, modems in each: {scenario.modems.count};"
        f" seed {facts.get('seed', scenario.seed)}; mode {facts.get('mode', scenario.mode)}.",
    ]
    if facts.get("interrupted"):
        lines.append(f"It was interrupted: this is what there was of {scenario.days} days.")
    return lines


def _put(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_text(f"{text}\n", encoding="utf-8")
    fresh.replace(path)
