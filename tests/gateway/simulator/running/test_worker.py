"""The process that serves tasks: what it says of them, and when it ends."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path

from gateway.simulator.running.boxes import boxes_of
from gateway.simulator.running.pool import Pool
from gateway.simulator.running.results import look
from gateway.simulator.running.tasks import Failed, Lived, Task
from gateway.simulator.scenario.model import Scenario

SERVING = (sys.executable, "-m", "tests.gateway.simulator.running.servingworker")


def _task(folder: Path, about: str) -> Task:
    scenario = Scenario(name="s", about=about, first_day=date(2017, 9, 12), days=2)
    (box,) = boxes_of(scenario)
    return Task(scenario, box, folder / "box", folder / f"{about}.json")


def test_tasks_end_in_a_word_each_and_are_stopped_on_the_way(tmp_path: Path) -> None:
    tasks = [_task(tmp_path, about) for about in ("raises", "breaks", "lives", "waits", "never")]

    (tmp_path / "raises.json").write_text("of an earlier life", encoding="utf-8")

    def stop(task: Task) -> None:
        if task.scenario.about == "waits":
            pool.stop()

    with Pool(1, last=True, program=SERVING) as pool:
        raises, breaks, lives, waits = [
            word for _, word in pool.work(tasks, lambda task, progress: stop(task), lambda: None)
        ]
    assert raises == Failed("box1", "The weather is too bad.")
    assert not (tmp_path / "raises.json").exists()  # nobody shall believe it
    assert isinstance(breaks, Failed) and breaks.sentence == "KeyError: 'm7'." and "servingworker.py" in breaks.trace
    assert isinstance(lives, Lived) and lives.whole and lives.peak_kb > 1000
    assert isinstance(waits, Lived) and not waits.whole
    whole, stopped = look(tmp_path / "lives.json"), look(tmp_path / "waits.json")
    assert whole is not None and whole.whole and whole.measures.days == 2
    assert stopped is not None and not stopped.whole and stopped.measures.days == 1


def test_who_is_waited_for_by_nobody_ends(tmp_path: Path) -> None:
    with subprocess.Popen(SERVING, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(_task(tmp_path, "waits").line().encode() + b"\n")
        process.stdin.flush()
        assert b"Progress" in process.stdout.readline()
        process.stdin.close()
        assert process.wait(20) == 1
    assert not (tmp_path / "waits.json").exists()
