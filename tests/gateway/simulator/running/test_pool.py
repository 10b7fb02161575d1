"""Tasks over processes: what is done, what fails, what stops."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest

from gateway.simulator.running.boxes import boxes_of
from gateway.simulator.running.pool import Pool
from gateway.simulator.running.progress import Progress
from gateway.simulator.running.results import look
from gateway.simulator.running.tasks import Failed, Lived, Task
from gateway.simulator.scenario.model import Scenario

FAKE = (sys.executable, "-m", "tests.gateway.simulator.running.fakeworker")


def _tasks(folder: Path, about: str, boxes: int, days: int = 2) -> list[Task]:
    scenario = Scenario(name="s", about=about, first_day=date(2017, 9, 12), days=days, boxes=boxes, seed="abc")
    return [Task(scenario, box, folder / box.name, folder / f"{box.name}.json") for box in boxes_of(scenario)]


@contextmanager
def _pool(processes: int, last: bool = True) -> Iterator[Pool]:
    with Pool(processes, last=last, program=FAKE) as pool:
        yield pool


def test_each_task_is_done_once_and_told(tmp_path: Path) -> None:
    heard: list[Progress] = []
    with _pool(1) as pool:
        done = list(
            pool.work(_tasks(tmp_path, "All is well.", 3), lambda task, progress: heard.append(progress), lambda: None)
        )
        again = list(
            pool.work(_tasks(tmp_path, "All is well.", 1), lambda task, progress: heard.append(progress), lambda: None)
        )
    assert [(word.box, word.whole) for _, word in [*done, *again] if isinstance(word, Lived)] == [
        ("box1", True),
        ("box2", True),
        ("box3", True),
        ("box1", True),
    ]
    assert heard[2:4] == [Progress("box2", 1, 2, 6), Progress("box2", 2, 2, 12)]
    result = look(tmp_path / "box2.json")
    assert result is not None and result.measures.messages == 12 and result.whole and result.peak_kb == 1000


def test_tasks_that_fail_say_why_and_others_are_done(tmp_path: Path) -> None:
    deeds = ("fails", "leaves", "killed", "All is well.")
    tasks = [task for deed in deeds for task in _tasks(tmp_path, deed, 1)]
    with _pool(1) as pool:
        words = list(pool.work(tasks, lambda task, progress: None, lambda: None))
    told = [word for _, word in words if isinstance(word, Failed)]
    assert [word.sentence for word in told] == [
        "The weather is too bad.",
        "Its process ended with exit code 3.",
        "Its process ended with signal 9; when memory is short, fewer --processes need less.",
    ]
    assert told[0].trace == "" and "The disk is away." in told[1].trace
    (last, word) = words[-1]
    assert last is tasks[-1] and isinstance(word, Lived) and word.whole


def test_stop_brings_to_a_stopping_place_and_begins_nothing(tmp_path: Path) -> None:
    with _pool(1, last=False) as pool:
        ((_, word),) = pool.work(_tasks(tmp_path, "box 1 waits", 2), lambda task, progress: pool.stop(), lambda: None)
    assert word == Lived("box1", False, word.peak_kb if isinstance(word, Lived) else 0)
    stopped = look(tmp_path / "box1.json")
    assert stopped is not None and not stopped.whole and stopped.measures.days == 1
    assert not (tmp_path / "box2.json").exists()


def test_who_is_left_in_the_middle_leaves_no_process(tmp_path: Path) -> None:
    heard: list[Progress] = []

    def leave(task: Task, progress: Progress) -> None:
        heard.append(progress)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), _pool(1) as pool:
        list(pool.work(_tasks(tmp_path, "box 1 waits", 1), leave, lambda: None))
    assert heard and not (tmp_path / "box1.json").exists()
