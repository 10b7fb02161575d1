"""Writes a likeness down: a scenario with every figure and what it rests on, to be read and changed, and its offices
and services beside it."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import astuple, fields
from pathlib import Path
from typing import Any

from gateway.model import Office, Service
from gateway.settings import Settings
from gateway.simulator.like.drawing import Likeness, draw_like, history
from gateway.simulator.like.figures import ENOUGH, FEW, Figure
from gateway.simulator.scenario import files
from gateway.simulator.scenario.model import Scenario

OFFICES, SERVICES, SCENARIO = "offices.csv", "services.csv", "scenario.yaml"
_HEAD = """\
# A scenario out of a box's own history, to be changed at will. Behind each figure stands what it was counted from;
# what was told by too few has the default of `otklik simulate`. `published` is what the box itself came to.
"""
_OF_NO_PERSON = ("days", "modems", f"offices with {ENOUGH} ratings")
_NAME = re.compile(r"[^a-z0-9]+")


def scenario_like(database: Path, folder: Path, settings: Settings | None = None) -> Scenario:
    """The scenario of a box with this database, written into `folder` as scenario.yaml, offices.csv and services.csv.

    With `settings` the survey, the routing, the desk and the limits of the SIMs are those of that configuration, else
    the defaults: a database does not know them. Raises GatewayError.
    """
    with history(database) as db:
        found = draw_like(db)
    folder.mkdir(parents=True, exist_ok=True)
    _write_csv(folder / OFFICES, Office, found.offices)
    _write_csv(folder / SERVICES, Service, found.services)
    path = folder / SCENARIO
    path.write_text(text_of(found, database.stem, settings), encoding="utf-8")
    return files.load(path)


def text_of(likeness: Likeness, name: str, settings: Settings | None = None) -> str:
    """The scenario's file, with comments."""
    tree: dict[str, Any] = {}
    for figure in likeness.figures.found.values():
        _put(tree, figure.key.split("."), figure)
    if likeness.closed:
        days = [f"{day}" for day in likeness.closed]
        of = "working days on which nobody came"
        tree.setdefault("visits", {})["holidays"] = Figure("visits.holidays", days, len(days), of)
    for key, value in _configured(settings).items():
        _put(tree, key.split("."), Figure(key, value, None, "as configured"))
    tree["published"] = {
        key: Figure(key, list(span), None, "95 % interval of the box's own") for key, span in likeness.published.items()
    }
    name = f"like-{_NAME.sub('-', name.lower()).strip('-')}"[:40].rstrip("-")
    head = {
        "name": name,
        "about": f"As the box lived from {likeness.first_day} on: {likeness.days} day{'s' * (likeness.days > 1)}",
        # Of its own: the history of a simulated box must not meet the same chance again.
        "seed": f"{name}-{likeness.first_day}",
        "first_day": f"{likeness.first_day}",
        "days": likeness.days,
        "offices": OFFICES,
        "services": SERVICES,
    }
    lines = [*(f"{key}: {_value(value)}" for key, value in head.items()), *_lines(tree, 0)]
    return _HEAD + "\n".join(lines) + "\n"


def _lines(tree: dict[str, Any], depth: int) -> Iterator[str]:
    indent = "  " * depth
    for key, value in tree.items():
        if isinstance(value, dict):
            inner = list(_lines(value, depth + 1))
            if any(not line.lstrip().startswith("#") for line in inner):
                yield f"{indent}{key}:"
            else:
                yield f"{indent}# {key}:"
            yield from inner
        elif value.why:
            yield f"{indent}# {key}: the default, {value.why}: {_rests_on(value)}"
        else:
            yield f"{indent}{key}: {_value(value.value)}  # {_rests_on(value)}"


def _rests_on(figure: Figure) -> str:
    """What a figure was counted from; few people are not counted."""
    if figure.cases is None:
        return figure.of
    if 0 < figure.cases < FEW and not figure.of.endswith(_OF_NO_PERSON):
        return f"fewer than {FEW} {figure.of}"
    return f"{figure.cases} {figure.of}"


def _put(tree: dict[str, Any], way: list[str], figure: Figure) -> None:
    for step in way[:-1]:
        tree = tree.setdefault(step, {})
    tree[way[-1]] = figure


def _value(value: Any) -> str:
    """A value as YAML: its JSON."""
    return json.dumps(value, ensure_ascii=False)


def _configured(settings: Settings | None) -> dict[str, Any]:
    """What only the configuration knows."""
    if settings is None:
        return {}
    given = settings.model_dump(mode="json", include={"survey", "routing", "callbacks", "sweep_s"}, exclude_unset=True)
    found = {f"box.{key}": value for key, value in given.items()}
    for modem in settings.modems[:1]:  # all modems of a scenario are alike
        limits = modem.limits.model_dump(mode="json", exclude_unset=True)
        if limits:
            found["modems.limits"] = limits
        if modem.on_unknown is not None:
            found["modems.on_unknown"] = modem.on_unknown
    if settings.upstream:
        upstream = settings.upstream[0]
        found["upstream"] = {"format": upstream.format, "batch": upstream.batch, "every_s": upstream.every_s}
    return found


def _write_csv(path: Path, kind: type[Office] | type[Service], rows: Iterable[Office | Service]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([one.name for one in fields(kind)])
        writer.writerows(astuple(row) for row in rows)
