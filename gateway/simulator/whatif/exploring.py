"""Variants of a scenario, replicated: box by box over processes, each replication kept as soon as it is whole.

A folder that has replications keeps them: who asks for more of them, for other points or for another goal goes on with
what there is (`--resume`).
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from gateway.errors import SimulationError
from gateway.simulator.measures.measures import Measures
from gateway.simulator.running.boxes import boxes_of
from gateway.simulator.running.folder import RunFolder
from gateway.simulator.running.interrupts import Interrupts
from gateway.simulator.running.meter import Meter
from gateway.simulator.running.pool import Pool
from gateway.simulator.running.progress import Progress
from gateway.simulator.running.results import look
from gateway.simulator.running.tasks import COUNTS, Failed, Task
from gateway.simulator.scenario.model import Scenario
from gateway.simulator.scenario.vary import varied
from gateway.simulator.whatif.figures import figures
from gateway.simulator.whatif.points import Point, Replication
from gateway.simulator.whatif.seeds import seeds
from scheduler.clock import Clock


class Interrupted(Exception):
    """Somebody does not want to wait for the rest."""


class Explorer:
    """Looks at points of a scenario; `points` are those it has looked at, in the order of asking."""

    def __init__(
        self,
        base: Scenario,
        replications: int,
        folder: RunFolder,
        pool: Pool,
        clock: Clock,
        show: Callable[[str], None],
        interrupts: Interrupts,
    ) -> None:
        self._base = base
        self._count = replications
        self._folder = folder.path / "points"
        self._pool = pool
        self._clock = clock
        self._show = show
        self._interrupts = interrupts
        self.points: dict[str, Point] = {}

    def look(self, changes: Sequence[dict[str, str]]) -> list[Point]:
        """The points with these changes, with all their replications.

        Raises Interrupted, and SimulationError if one cannot be run; what is whole is kept then, here and on disk.
        """
        wanted = [self._known(one) for one in changes]
        runs = [
            _Run(self._base, point, number, seed, self._folder)
            for point in wanted
            for number, seed in enumerate(self._seeds(point), 1)
            if seed not in point.replications
        ]
        if runs:
            self._live(runs)
        return [point.only(self._seeds(point)) for point in wanted]

    def seen(self) -> list[Point]:
        """All points that were asked for, with what there is of their replications."""
        return [point.only(self._seeds(point)) for point in self.points.values()]

    def variant(self, point: Point) -> Scenario:
        """The scenario at a point. Raises ScenarioError."""
        return varied(self._base, point.changes)

    def _seeds(self, point: Point) -> list[str]:
        return seeds(self.variant(point).seed, self._count)

    def _known(self, changes: dict[str, str]) -> Point:
        point = Point(changes)
        if point.key not in self.points:
            path = self._folder / f"{point.key}.json"
            if path.exists():
                point.replications.update(_read(path).replications)
            self.points[point.key] = point
        return self.points[point.key]

    def _live(self, runs: Sequence[_Run]) -> None:
        by_folder = {run.folder: run for run in runs}
        names = (str(task.result) for run in runs for task in run.tasks())
        meter = Meter(names, max(run.scenario.days for run in runs), self._clock.monotonic(), "runs")

        def hear(task: Task, progress: Progress) -> None:
            meter.hear(str(task.result), progress)

        def tick() -> None:
            if self._interrupts.asked:
                self._pool.stop()
            self._show(self._interrupts.told + meter.line(self._clock.monotonic()))

        failed = None
        for task, word in self._pool.work((task for run in runs for task in run.tasks()), hear, tick):
            if isinstance(word, Failed):
                failed = failed or word
                self._pool.stop()
            elif word.whole:
                by_folder[task.result.parent].finish(task)
        shutil.rmtree(self._folder / "now", ignore_errors=True)
        if failed is not None:
            raise SimulationError(f"{failed.box}: {failed.sentence} What is finished is kept for --resume.")
        if self._interrupts.asked:
            raise Interrupted


class _Run:
    """One replication of a point while it is being lived."""

    def __init__(self, base: Scenario, point: Point, number: int, seed: str, folder: Path) -> None:
        self.scenario = varied(base, point.changes).model_copy(update={"seed": seed})
        self._point = point
        self._seed = seed
        self._file = folder / f"{point.key}.json"
        self.folder = folder / "now" / f"{point.key}-{number}"
        self._missing = {box.name for box in boxes_of(self.scenario)}

    def tasks(self) -> Iterator[Task]:
        """Its boxes."""
        for box in boxes_of(self.scenario):
            yield Task(self.scenario, box, self.folder / box.name, self.folder / f"{box.name}.json")

    def finish(self, task: Task) -> None:
        """A box is over; after the last one the replication is kept."""
        self._missing.discard(task.box.name)
        if self._missing:
            return
        total = Measures()
        for one in self.tasks():
            result = look(one.result)
            assert result is not None, "its process has written it"
            total.add(result.measures)
        self._point.replications[self._seed] = Replication(
            figures(self.scenario, total), {name: total.counts[name] for name in COUNTS}, total.balanced
        )
        _write(self._file, self._point)
        shutil.rmtree(self.folder, ignore_errors=True)


def _read(path: Path) -> Point:
    try:
        return Point.from_json(json.loads(path.read_bytes()))
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise SimulationError(
            f"{path} holds no point that this version can read; take it away and go on with --resume."
        ) from problem


def _write(path: Path, point: Point) -> None:
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_text(json.dumps(point.as_json(), ensure_ascii=False), encoding="utf-8")
    fresh.replace(path)
