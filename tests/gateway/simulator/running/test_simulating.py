"""A scenario over processes: the same result for any number of them, and after any interruption."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from gateway.errors import SimulationError
from gateway.simulator.running.folder import first_difference, held
from gateway.simulator.running.interrupts import Interrupts
from gateway.simulator.running.simulating import Order, Outcome, simulate
from gateway.simulator.scenario.files import load
from gateway.simulator.scenario.model import ModemsSection, Scenario
from scheduler.clock import SystemClock
from tests.gateway.simulator.running.test_pool import FAKE

ABOUT = "All is well."


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Outcome, Path]:
    """A run of three boxes and two days that nothing disturbed, and its folder."""
    folder = tmp_path_factory.mktemp("whole")
    return _run(_scenario(folder, ABOUT), folder / "run"), folder / "run"


def _scenario(tmp_path: Path, about: str) -> Scenario:
    path = tmp_path / "s.yaml"
    path.write_text(f"{{name: s, about: {about}, first_day: 2017-09-12, days: 2, boxes: 3, mode: plan}}")
    return load(path)


def _run(scenario: Scenario, folder: Path, processes: int = 1, resume: bool = False) -> Outcome:
    order = Order(scenario, folder, processes, resume, program=FAKE)
    return simulate(order, SystemClock(), lambda line: None, Interrupts())


def _report(folder: Path) -> dict[str, object]:
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    assert report.pop("run")
    return report


def test_any_number_of_processes_gives_the_same(whole: tuple[Outcome, Path], tmp_path: Path) -> None:
    one, folder = whole
    scenario = _scenario(tmp_path, ABOUT)
    two = _run(scenario, tmp_path / "run", processes=2)
    assert one.measures == two.measures and one.measures.boxes == 3
    assert _report(folder) == _report(tmp_path / "run")
    assert load(tmp_path / "run" / "scenario.yaml") == scenario


def test_summary_has_the_names_that_others_rely_on(whole: tuple[Outcome, Path]) -> None:
    outcome, folder = whole
    summary = outcome.summary()
    measured = {key: summary.pop(key) for key in ("elapsed_s", "messages_per_s", "days_per_s", "memory_mb", "cpu_s")}
    assert measured.pop("cpu_s") >= 0 and min(measured.values()) > 0
    assert summary == {
        **dict.fromkeys(("refused", "invited", "delivered", "replied", "exported", "unknown", "lost", "duplicated"), 0),
        "visits": 12,
        "rated": 6,
        "balanced": True,
        "seed": "1",
        "mode": "plan",
        "days": 2,
        "boxes": 3,
        "interrupted": False,
        "report": str(folder / "report.html"),
    }


def test_box_that_fails_is_named(tmp_path: Path) -> None:
    error = tmp_path / "run" / "boxes" / "box1" / "error.txt"
    with pytest.raises(SimulationError) as caught:
        _run(_scenario(tmp_path, "leaves"), tmp_path / "run")
    told = f"box1: Its process ended with exit code 3. More is in {error}. What is finished is kept for --resume."
    assert str(caught.value) == told
    assert "The disk is away." in error.read_text(encoding="utf-8")


def test_results_that_cannot_be_written_say_so(whole: tuple[Outcome, Path]) -> None:
    (whole[1] / "report.json").rename(whole[1] / "kept.json")
    (whole[1] / "report.json").mkdir()
    try:
        with pytest.raises(SimulationError, match=r"^The results cannot be written to .*: Is a directory; what is"):
            _run(whole[0].scenario, whole[1], resume=True)
    finally:
        (whole[1] / "report.json").rmdir()
        (whole[1] / "kept.json").rename(whole[1] / "report.json")


def test_interrupted_run_says_so_and_goes_on_to_the_same(whole: tuple[Outcome, Path], tmp_path: Path) -> None:
    interrupts, folder = Interrupts(), tmp_path / "run"

    def interrupt(line: str) -> None:
        interrupts.asked = interrupts.asked or line.startswith("day 1 ")

    order = Order(_scenario(tmp_path, "box 2 waits"), folder, 1, program=FAKE)
    stopped = simulate(order, SystemClock(), interrupt, interrupts)
    assert stopped.interrupted and (stopped.finished, stopped.measures.boxes) == (1, 2)
    run = json.loads((folder / "report.json").read_text(encoding="utf-8"))["run"]
    assert run["interrupted"] and run["finished_boxes"] == "1 of 3" and "--resume" in run["go_on"]
    first = (folder / "boxes" / "box1" / "measures.json").stat()

    kept = folder / "scenario.yaml"
    kept.write_bytes(kept.read_bytes().replace(b"box 2 waits", ABOUT.encode()))
    resumed = _run(_scenario(tmp_path, ABOUT), folder, resume=True)
    assert not resumed.interrupted and resumed.measures == whole[0].measures
    assert _report(folder) == _report(whole[1])
    assert (folder / "boxes" / "box1" / "measures.json").stat() == first


def test_folder_of_others_is_refused(tmp_path: Path) -> None:
    scenario = _scenario(tmp_path, ABOUT)
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "mine.txt").touch()
    with pytest.raises(SimulationError, match="is not empty and holds no run"):
        _run(scenario, tmp_path / "run")
    (tmp_path / "run" / "mine.txt").unlink()
    with (
        held(tmp_path / "run", scenario, resume=False),
        pytest.raises(SimulationError, match="Another simulation is at work in"),
    ):
        _run(scenario, tmp_path / "run")
    with pytest.raises(SimulationError, match="holds a run of s with the seed 1: go on with it with --resume"):
        _run(scenario, tmp_path / "run")
    other = scenario.model_copy(update={"seed": "2"})
    with pytest.raises(SimulationError, match="holds another run, in which seed is 1 and not 2"):
        _run(other, tmp_path / "run", resume=True)
    with pytest.raises(SimulationError, match=r"cannot be written to .*: Not a directory"):
        _run(scenario, tmp_path / "s.yaml" / "run")


def test_first_difference_is_named_by_its_key() -> None:
    one = Scenario(name="s", about=ABOUT, first_day=date(2017, 9, 12))
    assert first_difference(one, one.model_copy()) is None
    assert first_difference(one, one.model_copy(update={"modems": ModemsSection(count=2)})) == ("modems.count", 1, 2)
