"""Kills `otklik push` at every boundary there is, against a double that runs: a program of its own, see `main`.

For boundary 1, 2, 3… (see `boundaries`) a copy of one database, with ratings of its own, is pushed by a process that
kills itself there, and then by another one to the end.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import click
import httpx2

from gateway.cli import push as pushing
from gateway.cli import upstream as deciding
from tests.crash.boundaries import Boundaries, in_a_child, passed
from tests.crash.witnesses import ROOT
from tests.gateway.upstream.box import Box, Fake

_CONFIG = """
database: otklik.db
offices: {root}/examples/altai/offices.csv
services: {root}/examples/altai/services.csv
upstream:
  - {{name: up, url: "{url}", format: {form}, vendor: "9901", vendors: {{BRN2: "9902"}}, batch: 2,
     on_unknown: {policy}, corrections: {corrections}}}
"""
POISONED = "v2"
"""The visit whose rating the double does not take."""


@dataclass(frozen=True, slots=True)
class Case:
    """How it is pushed. `tag` is in the ids of its ratings, `how` is where the double's refusal shows.

    It takes `rounds` pushes to the end: one posts, the next asks what became of that.
    """

    tag: str
    form: str
    policy: str = "resend"
    corrections: str = "wait"
    how: str = "422"
    rounds: int = 2


@dataclass(frozen=True, slots=True)
class Killed:
    """What one copy went through. `boundary` is where the first process was killed, None if it ended by itself;
    `before_person` is how many lines the double's log had when the second had ended, and before anybody did a thing.
    """

    case: str
    folder: str
    poisoned: str
    boundary: str | None
    before_person: int


def prepare(folder: Path) -> None:
    """Ratings of two vendors, one poisoned and one corrected before it goes up, for batches of two."""
    folder.mkdir()
    of = Box(folder / "otklik.db", Fake())
    try:
        of.rate(3)
        other = of.visit("BRN2")
        of.rate(visit=other, mark=2)
        of.later(seconds=1)
        of.rate(visit=other, mark=4, corrected=True)
        of.rate(visit=of.visit("BRN2"), mark=3)
    finally:
        of.close()


def copied(template: Path, folder: Path, tag: str) -> str:
    """A copy whose ratings have ids of their own; that of the poisoned one."""
    shutil.copytree(template, folder)
    db = sqlite3.connect(folder / "otklik.db")
    try:
        db.execute("UPDATE ratings SET rating_id = 'r-' || ? || substr(rating_id, -12)", (tag,))
        db.commit()
        row = db.execute(
            "SELECT rating_id FROM ratings JOIN visits ON visits.id = visit WHERE foreign_id = ?", (POISONED,)
        ).fetchone()
        return str(row[0])
    finally:
        db.close()


def run(folder: Path, command: click.Command, *arguments: str) -> None:
    """A command of `otklik`, in this process."""
    try:
        command.main([*arguments, "-c", str(folder / "config.yaml")], standalone_mode=False)
    except SystemExit as end:
        print(f"exit {end.code}", flush=True)  # 1: it could not go on now, as it may


def push(folder: Path, rounds: int) -> None:
    for _ in range(rounds):
        run(folder, pushing.push)


def push_and_die(folder: Path, rounds: int, last: int) -> None:
    with Boundaries(folder, last).watching():
        push(folder, rounds)


def push_after_a_person(folder: Path, rounds: int) -> None:
    """A person has what was held posted again."""
    run(folder, deciding.upstream, "resume", "up")
    push(folder, rounds)


def push_dead_letters(folder: Path, rounds: int) -> None:
    """A person has the dead letters go up again."""
    run(folder, deciding.upstream, "requeue", "up", "--all")
    push(folder, rounds)


class Copies:
    """All boundaries of some cases, in one folder against one double, with its `log`."""

    def __init__(self, folder: Path, url: str, log: Path) -> None:
        self._folder = folder
        self._url = url
        self._log = log
        self._control = httpx2.Client(base_url=f"{url}/control")
        prepare(folder / "template")

    def all(self, case: Case, sample: int | None) -> Iterator[Killed]:
        """Killed nowhere, and at each boundary; with `sample`, a small number, at one of every other kind."""
        killed, kinds = self._one(case, 0)
        yield killed
        places = range(1, len(kinds) + 1)
        if sample is not None:
            of_kind = [[place for place in places if kinds[place - 1] == kind] for kind in dict.fromkeys(kinds)]
            places = [found[sample * 7 % len(found)] for found in of_kind[sample % 2 :: 2]]
        for place in places:
            yield self._one(case, place)[0]

    def _one(self, case: Case, last: int) -> tuple[Killed, list[str]]:
        folder = self._folder / f"{case.tag}{last}"
        poisoned = copied(self._folder / "template", folder, f"{case.tag}{last:03d}")
        options = {"root": ROOT, "url": self._url, **asdict(case)}
        (folder / "config.yaml").write_text(_CONFIG.format(**options), encoding="utf-8")
        fault = {"kind": "reject_rating", "foreign_id": poisoned, "how": case.how}
        self._control.post("/faults", json=fault).raise_for_status()
        ended = in_a_child(folder, lambda: push_and_die(folder, case.rounds, last))
        in_a_child(folder, lambda: push(folder, case.rounds))
        before_person = self._log.read_bytes().count(b"\n")
        if case.policy == "hold":
            in_a_child(folder, lambda: push_after_a_person(folder, case.rounds))
        self._control.delete("/faults").raise_for_status()
        if case.policy == "hold":
            in_a_child(folder, lambda: push_dead_letters(folder, case.rounds))
        came_past = passed(folder)
        return Killed(case.tag, str(folder), poisoned, None if ended else came_past[-1], before_person), came_past


def main(arguments: Sequence[str]) -> None:
    """`python -m tests.crash.killed_push FOLDER URL LOG every|some CASE…`: a line of JSON for each kill.

    A case is a JSON object as in `Case`.
    """
    folder, url, log, which, *cases = arguments
    copies = Copies(Path(folder), url, Path(log))
    for number, case in enumerate(cases):
        for killed in copies.all(Case(**json.loads(case)), None if which == "every" else number):
            print(json.dumps(asdict(killed)), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
