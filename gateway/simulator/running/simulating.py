"""A whole scenario: its boxes over processes, what they came to put together, the report.

Nothing of the result depends on how many processes there are or on who is first: boxes are added up in their order,
when all are over.
"""

from __future__ import annotations

import heapq
import os
import platform
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from gateway import directory
from gateway.errors import SimulationError
from gateway.simulator.measures.measures import Measures
from gateway.simulator.running.boxes import Box, boxes_of
from gateway.simulator.running.folder import RunFolder, held, writing
from gateway.simulator.running.interrupts import Interrupts
from gateway.simulator.running.meter import Meter
from gateway.simulator.running.pool import WORKER, Pool
from gateway.simulator.running.progress import Progress
from gateway.simulator.running.ratings import merge
from gateway.simulator.running.results import Result, look
from gateway.simulator.running.tasks import COUNTS, Failed, Task
from gateway.simulator.running.worker import is_put_aside, peak_memory_kb
from gateway.simulator.scenario import files
from gateway.simulator.scenario.model import Scenario
from scheduler.clock import Clock


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be run, and how: `program` is what lives through boxes, `command` is what called."""

    scenario: Scenario
    folder: Path
    processes: int
    resume: bool = False
    command: str = ""
    program: Sequence[str] = WORKER


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run came to: rates of what was lived now, None if nothing was, and boxes whose ledger does not balance."""

    scenario: Scenario
    measures: Measures
    unbalanced: Sequence[str]
    finished: int
    interrupted: bool
    elapsed_s: float
    messages_per_s: float | None
    days_per_s: float | None
    memory_mb: float
    cpu_s: float
    report: Path

    def summary(self) -> dict[str, Any]:
        """The counts under the names other programs rely on."""
        return {
            **{name: self.measures.counts[name] for name in COUNTS},
            "balanced": self.measures.balanced,
            "seed": self.scenario.seed,
            "elapsed_s": round(self.elapsed_s, 1),
            "mode": self.scenario.mode,
            "days": self.measures.days,
            "boxes": self.measures.boxes,
            "interrupted": self.interrupted,
            "messages_per_s": self.messages_per_s and round(self.messages_per_s, 1),
            "days_per_s": self.days_per_s and round(self.days_per_s, 3),
            "memory_mb": round(self.memory_mb, 1),
            "cpu_s": round(self.cpu_s, 1),
            "report": str(self.report),
        }


def cores() -> int:
    """How many processes this one may have at work at once."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def simulate(order: Order, clock: Clock, show: Callable[[str], None], interrupts: Interrupts) -> Outcome:
    """Run, and write what came of it. `show` gets a line on how far it is, a few times in each second.

    Raises SimulationError where the folder is not for this run, or a box fails; what is finished is kept then.
    """
    with held(order.folder, order.scenario, order.resume) as folder:
        began = clock.monotonic()
        boxes = boxes_of(order.scenario)
        missing = [box for box in boxes if folder.finished(box.name) is None]
        meter = Meter((box.name for box in missing), order.scenario.days, began)
        before = _take_up(order, folder, missing, meter)
        _live(order, folder, missing, meter, clock, show, interrupts)
        with writing(folder.path):
            return _put_together(order, folder, boxes, before, clock.monotonic() - began)


def _take_up(order: Order, folder: RunFolder, missing: Sequence[Box], meter: Meter) -> dict[str, Progress]:
    """How far each box has come that is to be lived: some go on from a stopping place."""
    found = {}
    for box in missing:
        begun = look(folder.result(box.name)) if is_put_aside(order.scenario, folder.box(box.name)) else None
        measures = Measures() if begun is None else begun.measures
        found[box.name] = Progress(box.name, measures.days, order.scenario.days, measures.messages)
        meter.take_up(box.name, found[box.name])
    return found


def _live(
    order: Order,
    folder: RunFolder,
    missing: Sequence[Box],
    meter: Meter,
    clock: Clock,
    show: Callable[[str], None],
    interrupts: Interrupts,
) -> None:
    def tick() -> None:
        if interrupts.asked:
            pool.stop()
        show(interrupts.told + meter.line(clock.monotonic()))

    tasks = []
    for box in missing:
        folder.box(box.name).mkdir(parents=True, exist_ok=True)
        tasks.append(Task(order.scenario, box, folder.box(box.name), folder.result(box.name)))
    failed: list[Failed] = []
    with Pool(order.processes, last=order.scenario.mode == "plan", program=order.program) as pool:
        for _, word in pool.work(tasks, lambda task, progress: meter.hear(task.box.name, progress), tick):
            if isinstance(word, Failed):
                failed.append(word)
                pool.stop()
    if failed:
        raise _told(failed[0], folder)


def _told(failed: Failed, folder: RunFolder) -> SimulationError:
    """Why a run has ended, with what the process left to read."""
    more = ""
    if failed.trace:
        trace = folder.box(failed.box) / "error.txt"
        trace.write_text(failed.trace, encoding="utf-8")
        more = f" More is in {trace}."
    return SimulationError(f"{failed.box}: {failed.sentence}{more} What is finished is kept for --resume.")


def _put_together(
    order: Order, folder: RunFolder, boxes: Sequence[Box], before: Mapping[str, Progress], elapsed_s: float
) -> Outcome:
    """Add up what all boxes came to; speed is that of those that were lived now, `before` is where they began."""
    total, results, days, messages = Measures(), [], 0, 0
    unbalanced = []
    for box in boxes:
        if (result := look(folder.result(box.name))) is not None:
            total.add(result.measures)
            if not result.measures.balanced:
                unbalanced.append(box.name)
            results.append(Result(result.whole, result.cpu_s, result.peak_kb, Measures()))
            if box.name in before:
                messages += result.measures.messages - before[box.name].messages
                days += result.measures.days - before[box.name].day
    finished = sum(result.whole for result in results)
    if order.scenario.mode == "full":
        merge({box.name: folder.box(box.name) / "ratings.jsonl" for box in boxes}, folder.ratings)
    at_once = heapq.nlargest(order.processes, (result.peak_kb for result in results))
    outcome = Outcome(
        order.scenario,
        total,
        unbalanced,
        finished,
        finished < len(boxes),
        elapsed_s,
        messages / elapsed_s if before else None,
        days / len(boxes) / elapsed_s if before else None,
        (sum(at_once) + peak_memory_kb()) / 1024,
        sum(result.cpu_s for result in results),
        folder.report,
    )
    _report(order, folder, outcome, len(boxes))
    return outcome


def _report(order: Order, folder: RunFolder, outcome: Outcome, boxes: int) -> None:
    from gateway.simulator.report.writing import write_report  # here: it draws, and drawing takes long to import

    scenario = order.scenario
    known = directory.load(scenario.offices, scenario.services)
    facts = {
        "seed": scenario.seed,
        "mode": scenario.mode,
        "command": order.command,
        "wall_s": round(outcome.elapsed_s, 1),
        "cpu_s": round(outcome.cpu_s, 1),
        "messages_per_s": outcome.messages_per_s and round(outcome.messages_per_s, 1),
        "simulated_days_per_s": outcome.days_per_s and round(outcome.days_per_s, 3),
        "processes": order.processes,
        "peak_memory_mb": round(outcome.memory_mb, 1),
        "interrupted": outcome.interrupted,
        "versions": {
            "otklik": version("otklik"),
            "python": platform.python_version(),
            "sqlite": sqlite3.sqlite_version,
        },
        "scenario_text": files.text_of(scenario),
        "offices": {code: office.name for code, office in known.offices.items()},
    }
    if outcome.interrupted:
        facts["finished_boxes"] = f"{outcome.finished} of {boxes}"
        facts["go_on"] = "give the same command again with --resume"
    write_report(folder.path, scenario, outcome.measures, facts)
