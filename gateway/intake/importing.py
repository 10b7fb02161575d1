"""Takes a visits file in: every row is accepted, a duplicate, or refused with its reason, and nothing stops the rest.

Rows go to the database in groups, a transaction each. A file that is taken in twice changes nothing the second time, so
whoever is unsure whether an import finished simply runs it again.
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
from gateway.intake import files
from gateway.intake.cells import Refused
from gateway.intake.checks import check
from gateway.intake.pace import Pace
from gateway.pseudonyms import Pseudonyms
from gateway.store.database import transaction
from gateway.store.visits import accept_visits, refuse_row


@dataclass(slots=True)
class Tally:
    """What became of the rows so far."""

    accepted: int = 0
    duplicates: int = 0
    refused: int = 0


@dataclass(slots=True)
class Importer:
    """Takes rows into one database for one sender (`source`).

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

    def take_file(self, path: Path, form: str, now: datetime, progress: Callable[[int], None]) -> Tally:
        """Take a file in; refused rows also go to `FILE.refused.csv`. `progress` is told each line number reached."""
        look = files.look_at(path)
        refused_path = path.with_name(path.name + ".refused.csv")
        refused_path.unlink(missing_ok=True)
        with ExitStack() as stack:
            refused: Any = None
            for group in groups(files.rows(path, form, look.encoding), self.pace):
                for row, reason in self._take(group, now):
                    if refused is None:
                        refused = refused_writer(stack, refused_path, _REFUSED_CELLS)
                    refused.writerow([row.line, reason, *(row.cells.get(c, "") for c in _REFUSED_CELLS)])
                progress(group[-1].line)
        return self.tally

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
        with transaction(self.db):
            began_s = self.clock()
            is_new = accept_visits(
                self.db,
                visits,
                source=self.source,
                pseudonyms=self.pseudonyms,
                now=now,
                delay_s=self.delay_s,
                consent_text=self.consent_text,
            )
            for row, reason in refused:
                self._refuse(row, reason, now)
        self.pace.took(len(group), self.clock() - began_s)
        self.tally.accepted += sum(is_new)
        self.tally.duplicates += len(is_new) - sum(is_new)
        self.tally.refused += len(refused)
        return refused

    def _refuse(self, row: files.Row, reason: str, now: datetime) -> None:
        refuse_row(
            self.db,
            source=self.source,
            digest=digest(row.cells or {"line": str(row.line)}),
            line=row.line,
            foreign_id=row.cells.get("foreign_id", "").strip()[:200],
            reason=reason,
            now=now,
        )


_REFUSED_CELLS = (*files.COLUMNS, *files.OPTIONAL)


def form_of(path: Path, form: str | None) -> str:
    """The format that was asked for, else the one the file's name tells."""
    if form is not None:
        return form
    form = {".csv": "csv", ".txt": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl"}.get(path.suffix.lower())
    if form is None:
        raise IntakeError(f"The name {path.name} does not tell the format; say --format csv or --format jsonl.")
    return form


def groups(rows: Iterable[files.Row], pace: Pace | None = None) -> Iterator[list[files.Row]]:
    """The rows that one transaction takes, as many as `pace` says each time."""
    pace = pace or Pace()
    iterator = iter(rows)
    while group := list(islice(iterator, pace.size)):
        yield group


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
