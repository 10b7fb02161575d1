"""Takes a file in, of visits or of ratings: every row is accepted, a duplicate, or refused with its
reason, and nothing stops the rest.

Rows go to the database in groups, a transaction each. A file that is taken in twice changes nothing the second time, so
whoever is unsure whether an import finished simply runs it again.

Every refused row is counted, but a file of which nothing fits must not fill the disk with reasons: the first
MOST_LISTED of a file stand in FILE.refused.csv, the first MOST_RECORDED in the database, and one row there stands for
all the others.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import KW_ONLY, dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, ClassVar, Literal

from sqlite_utils import Database

from gateway.errors import IntakeError
from gateway.intake import files
from gateway.intake.cells import LONGEST_ID, LONGEST_TEXT
from gateway.intake.pace import Pace
from gateway.store.database import transaction
from gateway.store.visits import refuse_row

MOST_LISTED = 100_000
MOST_RECORDED = 10_000


@dataclass(slots=True)
class Tally:
    """What became of the rows so far; `broken_off` says where the file stopped being one, after rows were taken."""

    accepted: int = 0
    duplicates: int = 0
    refused: int = 0
    broken_off: str = ""


@dataclass(slots=True)
class Importer(ABC):
    """Takes the rows of one file into one database; `tally` is what came of them so far."""

    db: Database
    _: KW_ONLY
    tally: Tally = field(default_factory=Tally)
    pace: Pace = field(default_factory=Pace)
    clock: Callable[[], float] = time.monotonic
    _rest: Any = field(default_factory=hashlib.sha256)
    _rest_source: str = ""

    kind: ClassVar[Literal["visit", "rating"]]
    columns: ClassVar[tuple[str, ...]]
    """Those of the file of refused rows, so that it can be mended and taken in as it is."""

    @abstractmethod
    def rows(self, path: Path, form: str) -> Iterator[files.Row]:
        """Every row of a file. Raises IntakeError where it is none of this form, or stops being one."""

    @abstractmethod
    def take(self, group: list[files.Row], now: datetime) -> list[tuple[files.Row, str]]:
        """Take rows in, in one transaction, and count them; those that were refused, with their reasons."""

    def take_file(self, path: Path, form: str, now: datetime, progress: Callable[[int], None]) -> Tally:
        """Take a file in; refused rows also go to `FILE.refused.csv`. `progress` is told each line number reached.

        Raises IntakeError if nothing is to be had from the file; `Tally.broken_off` is for one that breaks later.
        """
        refused_path = path.with_name(path.name + ".refused.csv")
        refused_path.unlink(missing_ok=True)
        with ExitStack() as stack:
            refused: Any = None
            try:
                for group in groups(self.rows(path, form), self.pace):
                    before = self.tally.refused
                    for row, reason in self.take(group, now)[: max(0, MOST_LISTED - before)]:
                        if refused is None:
                            refused = _refused_writer(stack, refused_path, self.columns)
                        cells = (self.cell(row, column)[: LONGEST_TEXT + 1] for column in self.columns)
                        refused.writerow([row.line, reason, *cells])
                    progress(group[-1].line)
            except IntakeError as problem:
                if self.tally == Tally():
                    raise
                self.tally.broken_off = str(problem)
        self._record_the_rest(now)
        return self.tally

    def cell(self, row: files.Row, column: str) -> str:
        """What a refused row said."""
        return row.cells.get(column, "")

    def record(
        self, refused: Sequence[tuple[files.Row, str]], source: Callable[[files.Row], str], now: datetime
    ) -> None:
        """Write refused rows down, inside the transaction of their group, before they are counted."""
        for number, (row, reason) in enumerate(refused, self.tally.refused):
            known_by = _digest(row.cells or {"line": str(row.line)})
            if number >= MOST_RECORDED:
                self._rest.update(known_by.encode("ascii"))
                self._rest_source = source(row)
                continue
            refuse_row(
                self.db,
                source=source(row),
                digest=known_by,
                line=row.line,
                foreign_id=row.cells.get("foreign_id", "").strip()[:LONGEST_ID],
                reason=reason,
                now=now,
                kind=self.kind,
            )

    def _record_the_rest(self, now: datetime) -> None:
        """One row for all the refused ones that have none of their own; the same ones of the same file, once."""
        more = self.tally.refused - MOST_RECORDED
        if more <= 0:
            return
        with transaction(self.db):
            refuse_row(
                self.db,
                source=self._rest_source,
                digest=self._rest.hexdigest(),
                line=0,
                foreign_id="",
                reason=f"{more} more rows of a file of which too many were refused to keep each",
                now=now,
                kind=self.kind,
                rows=more,
            )


def form_of(path: Path, form: str | None, suffixes: Mapping[str, str] = files.SUFFIXES) -> str:
    """The format that was asked for, else the one of these that the file's name tells."""
    if form is not None:
        return form
    form = suffixes.get(path.suffix.lower())
    if form is None:
        formats = " or ".join(f"--format {name}" for name in sorted(set(suffixes.values())))
        raise IntakeError(f"The name {path.name} does not tell the format; say {formats}.")
    return form


def groups(rows: Iterable[files.Row], pace: Pace | None = None) -> Iterator[list[files.Row]]:
    """The rows that one transaction takes, as many as `pace` says each time.

    What a file breaks off with is raised when the rows before that have been handed out.
    """
    pace, iterator = pace or Pace(), iter(rows)
    group: list[files.Row] = []
    try:
        while True:
            group = []
            group.extend(islice(iterator, pace.size))  # keeps what came before an error
            if not group:
                return
            yield group
    except IntakeError:
        if group:
            yield group
        raise


def _refused_writer(stack: ExitStack, path: Path, columns: tuple[str, ...]) -> Any:
    """A CSV writer for refused rows; the file is made when the first one comes, readable by its owner only."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    file = stack.enter_context(os.fdopen(handle, "w", encoding="utf-8-sig", newline=""))
    writer = csv.writer(file)
    writer.writerow(["line", "reason", *columns])
    return writer


def _digest(cells: Mapping[str, str]) -> str:
    """By which a refused row is known when it comes again."""
    text = json.dumps(cells, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
