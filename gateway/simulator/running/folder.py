"""The folder of a run: whose it is, and what is in it.

scenario.yaml          what is run, with everything the command line changed, and the seed
boxes/NAME/            each box: measures.json when it is over; after a full run otklik.db and ratings.jsonl
ratings.jsonl          the ratings of all boxes, after a full run
report.json, report.html
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from gateway.errors import SimulationError
from gateway.simulator.running.results import Result, look
from gateway.simulator.scenario import files
from gateway.simulator.scenario.model import Scenario

LIKE = "like"
"""The part of the folder in which a scenario is drawn out of a box's own history, before there is a run."""
_LOCK = ".lock"


class RunFolder:
    """A folder that is this run's for as long as it is held (`held`)."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.scenario = path / "scenario.yaml"
        self.ratings = path / "ratings.jsonl"
        self.report = path / "report.html"

    def box(self, name: str) -> Path:
        """The folder of a box."""
        return self.path / "boxes" / name

    def result(self, name: str) -> Path:
        """Where the measures of a box are when it is over."""
        return self.box(name) / "measures.json"

    def finished(self, name: str) -> Result | None:
        """The measures of a box that has lived all its days. Raises SimulationError."""
        found = look(self.result(name))
        return found if found is not None and found.whole else None


@contextmanager
def held(path: Path, scenario: Scenario, resume: bool) -> Iterator[RunFolder]:
    """The folder of a run of this scenario, made if need be; to `resume` is to go on with the run that is in it.

    Raises SimulationError where it holds something else, or somebody else is at work in it.
    """
    folder = RunFolder(path)
    try:
        path.mkdir(parents=True, exist_ok=True)
        lock = os.open(path / _LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as problem:
        raise SimulationError(f"The run cannot be written to {path}: {problem.strerror}; give another --out.") from None
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SimulationError(
                f"Another simulation is at work in {path}; wait for it, or give another --out."
            ) from None
        _take(folder, scenario, resume)
        yield folder
    finally:
        os.close(lock)


def run_in(path: Path, resume: bool) -> Scenario | None:
    """The scenario of the run that is in a folder, None if there is none.

    Raises SimulationError if it is not for this one: another run's and not to `resume`, or somebody else's.
    """
    kept = RunFolder(path).scenario
    if not kept.exists():
        if path.is_dir() and any(entry.name not in (_LOCK, LIKE) for entry in path.iterdir()):
            raise SimulationError(f"{path} is not empty and holds no run; give another --out.")
        return None
    there = files.load(kept)
    if not resume:
        raise SimulationError(
            f"{path} holds a run of {there.name} with the seed {there.seed}: go on with it with --resume, or give"
            " another --out."
        )
    return there


def _take(folder: RunFolder, scenario: Scenario, resume: bool) -> None:
    path, there = folder.path, run_in(folder.path, resume)
    if there is None:
        _put(folder.scenario, files.text_of(scenario))
    elif (difference := first_difference(there, scenario)) is not None:
        key, one, other = difference
        raise SimulationError(
            f"{path} holds another run, in which {key} is {one} and not {other}: to go on give what it was begun with,"
            " else another --out."
        )


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Says in one sentence that what came of a run cannot be written there."""
    try:
        yield
    except OSError as problem:
        raise SimulationError(
            f"The results cannot be written to {path}: {problem.strerror}; what is finished is kept for --resume."
        ) from problem


def first_difference(there: Scenario, here: Scenario) -> tuple[str, object, object] | None:
    """The first key that two scenarios differ in, and what it is in each; None if they are equal."""
    if there == here:
        return None
    one, other = (dict(_flat(scenario.model_dump(mode="json"), ())) for scenario in (there, here))
    key = next(key for key in one | other if one.get(key) != other.get(key))
    return key, one.get(key), other.get(key)


def _flat(value: Mapping[str, Any], way: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    for key, inner in value.items():
        if isinstance(inner, Mapping):
            yield from _flat(inner, (*way, key))
        else:
            yield ".".join((*way, key)), inner


def _put(path: Path, text: str) -> None:
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(path)
