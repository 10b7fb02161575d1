"""Grids and goals over processes, on boxes that are made up."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from gateway.errors import ScenarioError, SimulationError
from gateway.simulator.running.interrupts import Interrupts
from gateway.simulator.scenario.files import load
from gateway.simulator.scenario.vary import axis
from gateway.simulator.whatif.question import Question, Result
from gateway.simulator.whatif.seeking import ask
from scheduler.clock import SystemClock
from tests.gateway.simulator.running.test_pool import FAKE

NOBODY = ("false",)
"""A program that lives through nothing."""


def _ask(
    folder: Path,
    axes: Sequence[str] = (),
    *,
    seeks: bool = False,
    replications: int = 2,
    resume: bool = False,
    program: Sequence[str] = FAKE,
    interrupts: Interrupts | None = None,
) -> Result:
    path = folder / "s.yaml"
    path.write_text("{name: s, about: A queue., first_day: 2017-09-12, boxes: 2, mode: plan, goal: {share: 0.8}}")
    found = [axis(text) for text in axes]
    question = Question(load(path), found, seeks, replications, folder / "run", 1, resume, "otklik", program)
    return ask(question, SystemClock(), lambda line: None, interrupts or Interrupts())


def test_grid_is_replicated_written_and_not_lived_again(tmp_path: Path) -> None:
    found = _ask(tmp_path, ["modems=1..3", "text=overall,criteria"])
    assert [tuple(point.changes.values()) for point in found.points][:3] == [
        ("1", "overall"),
        ("1", "criteria"),
        ("2", "overall"),
    ]
    first = found.points[0].replications
    assert list(first) == ["1", "1/2"] and first["1"].counts["rated"] == 3
    assert [one["in_time"] for one in found.points[0].figures] != [one["in_time"] for one in found.points[2].figures]

    folder = tmp_path / "run"
    grid = json.loads((folder / "grid.json").read_text(encoding="utf-8"))
    assert len(grid["points"]) == 6 and grid["points"][5]["changes"] == {
        "modems.count": "3",
        "box.survey.script": "criteria",
    }
    with (folder / "grid.csv").open(newline="") as file:
        table = list(csv.DictReader(file))
    assert [row["modems.count"] for row in table] == ["1", "1", "2", "2", "3", "3"]
    assert [float(row["in_time"]) for row in table] == pytest.approx(
        [point["estimates"]["in_time"]["mean"] for point in grid["points"]]
    )
    page = (folder / "whatif.html").read_text(encoding="utf-8")
    assert page.count("<svg") == 3 and "within the goal" in page
    assert not (folder / "points" / "now").exists()

    again = _ask(tmp_path, ["modems=1..3", "text=overall,criteria"], resume=True, program=NOBODY)
    assert again.points == found.points and json.loads((folder / "grid.json").read_text(encoding="utf-8")) == grid
    fewer = _ask(tmp_path, ["text=criteria", "modems=2"], replications=1, resume=True, program=NOBODY)
    assert fewer.points == [found.points[3].only(["1"])]


def test_goal_is_sought_and_answered(tmp_path: Path) -> None:
    found = _ask(tmp_path, ["text=overall,criteria"], seeks=True)
    assert [answer.found.fewest for answer in found.answers] == [4, 4]
    assert sorted(found.answers[0].shares) == [1, 2, 3, 4, 5]
    assert [tuple(point.changes.values()) for point in found.points][:6] == [
        *(("overall", str(count)) for count in range(1, 6)),
        ("criteria", "1"),
    ]
    assert "4 modems per box are enough" in (tmp_path / "run" / "whatif.html").read_text(encoding="utf-8")
    summary = found.summary()
    assert summary["balanced"] and summary["points"] == 10 and summary["rated"] == 3 * 2 * 10


def test_interrupted_grid_keeps_what_is_whole(tmp_path: Path) -> None:
    interrupts = Interrupts()
    interrupts.asked = True
    stopped = _ask(tmp_path, ["modems=1..40"], replications=1, interrupts=interrupts)
    assert stopped.interrupted and len(stopped.points) < 40
    assert json.loads((tmp_path / "run" / "grid.json").read_text(encoding="utf-8"))["interrupted"]


def test_what_cannot_be_asked_says_why(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"--goal looks for modems\.count itself"):
        _ask(tmp_path, ["modems=1,2"], seeks=True)
    with pytest.raises(ScenarioError, match="give --replications 2 or more"):
        _ask(tmp_path, seeks=True, replications=1)
    with pytest.raises(SimulationError, match="box1: Its process ended with exit code 1"):
        _ask(tmp_path, ["modems=1"], program=NOBODY)
