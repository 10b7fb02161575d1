"""Takes a visits file in: every row is accepted, a duplicate, or refused with its reason, and nothing stops the rest.

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
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from gateway.directory import Directory
from gateway.errors import IntakeError
from gateway.intake import facts, files
from gateway.intake.cells import LONGEST_TEXT, Refused
from gateway.intake.checks import check
from gateway.intake.pace import Pace
from gateway.pseudonyms import Pseudonyms
from gateway.store.database import transaction
from gateway.store.visits import accept_visits, refuse_row

EVENTS = "events-xml"
FORMATS = (*files.FORMATS, EVENTS)
SUFFIXES = {**files.SUFFIXES, ".xml": EVENTS}
NAMELESS = "file"
"""The sender of a file that neither the person who imports it nor the file itself names."""
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
class Importer:
    """Takes rows into one database for one sender: `source`, or where that is "" the one that the file names.

    `delay_s` is from the visit to its invitation; `consent_text` is what citizens agree to, if a row does not say it.
    """

    db: Database
    directory: Directory
    pseudonyms: Pseudonyms
    delay_s: float
    consent_text: str
    source: str
    tally: Tally = field(default_factory=Tally)
    pace: Pace = field(default_factory=Pace)
    clock: Callable[[], float] = time.monotonic
    _rest: Any = field(default_factory=hashlib.sha256)
    _rest_source: str = ""

    def take_file(self, path: Path, form: str, now: datetime, progress: Callable[[int], None]) -> Tally:
        """Take a file in; refused rows also go to `FILE.refused.csv`. `progress` is told each line number reached.

        Raises IntakeError if nothing is to be had from the file; `Tally.broken_off` is for one that breaks later.
        """
        refused_path = path.with_name(path.name + ".refused.csv")
        refused_path.unlink(missing_ok=True)
        with ExitStack() as stack:
            refused: Any = None
            try:
                for group in groups(self._rows(path, form), self.pace):
                    before = self.tally.refused
                    for row, reason in self._take(group, now)[: max(0, MOST_LISTED - before)]:
                        if refused is None:
                            refused = refused_writer(stack, refused_path, _REFUSED_CELLS)
                        cells = (row.cells.get(column, "")[: LONGEST_TEXT + 1] for column in _REFUSED_CELLS)
                        refused.writerow([row.line, reason, *cells])
                    progress(group[-1].line)
            except IntakeError as problem:
                if self.tally == Tally():
                    raise
                self.tally.broken_off = str(problem)
        self._record_the_rest(now)
        return self.tally

    def _rows(self, path: Path, form: str) -> Iterator[files.Row]:
        look = look_at(path, form)
        if form == EVENTS:
            return facts.rows_of(path, self.directory)
        return files.rows(path, form, look.encoding)

    def _take(self, group: list[files.Row], now: datetime) -> list[tuple[files.Row, str]]:
        """One transaction; the rows that were refused, with their reasons. Nobody waits while rows are checked."""
        visits, refused = [], []
        for row in group:
            try:
                if row.fault is not None:
                    raise Refused(row.fault)
                visits.append(check(row.cells, self.directory, now))
            except Refused as problem:
                refused.append((row, str(problem)))
        source = self.source or group[0].sender or NAMELESS
        with transaction(self.db):
            began_s = self.clock()
            is_new = accept_visits(
                self.db,
                visits,
                source=source,
                pseudonyms=self.pseudonyms,
                now=now,
                delay_s=self.delay_s,
                consent_text=self.consent_text,
            )
            for number, (row, reason) in enumerate(refused, self.tally.refused):
                self._refuse(row, reason, source, now, is_one_of_many=number >= MOST_RECORDED)
            self.pace.took(len(group), self.clock() - began_s)
        self.tally.accepted += sum(is_new)
        self.tally.duplicates += len(is_new) - sum(is_new)
        self.tally.refused += len(refused)
        return refused

    def _refuse(self, row: files.Row, reason: str, source: str, now: datetime, is_one_of_many: bool) -> None:
        known_by = digest(row.cells or {"line": str(row.line)})
        if is_one_of_many:
            self._rest.update(known_by.encode("ascii"))
            self._rest_source = source
            return
        refuse_row(
            self.db,
            source=source,
            digest=known_by,
            line=row.line,
            foreign_id=row.cells.get("foreign_id", "").strip()[:200],
            reason=reason,
            now=now,
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
                rows=more,
            )


_REFUSED_CELLS = (*files.COLUMNS, *files.OPTIONAL)


def form_of(path: Path, form: str | None, suffixes: Mapping[str, str] = files.SUFFIXES) -> str:
    """The format that was asked for, else the one of these that the file's name tells."""
    if form is not None:
        return form
    form = suffixes.get(path.suffix.lower())
    if form is None:
        formats = " or ".join(f"--format {name}" for name in sorted(set(suffixes.values())))
        raise IntakeError(f"The name {path.name} does not tell the format; say {formats}.")
    return form


def look_at(path: Path, form: str | None) -> files.Survey:
    """How long the file is. Raises IntakeError if it cannot be read, or is too large to be one of its format."""
    if (form or SUFFIXES.get(path.suffix.lower())) == EVENTS:
        facts.refuse_large(path)
    return files.look_at(path)


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


def refused_writer(stack: ExitStack, path: Path, columns: tuple[str, ...]) -> Any:
    """A CSV writer for refused rows; the file is made when the first one comes, readable by its owner only."""
    file = stack.enter_context(path.open("w", encoding="utf-8-sig", newline=""))
    path.chmod(0o600)
    writer = csv.writer(file)
    writer.writerow(["line", "reason", *columns])
    return writer


def digest(cells: Mapping[str, str]) -> str:
    """By which a refused row is known when it comes again."""
    text = json.dumps(cells, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
