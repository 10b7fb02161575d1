"""Takes a file of visits in: csv or jsonl with our columns, or the EventsRequest of a vendor."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from gateway.directory import Directory
from gateway.intake import facts, files
from gateway.intake.cells import Refused
from gateway.intake.checks import OPTIONAL, check
from gateway.intake.importing import Importer
from gateway.pseudonyms import Pseudonyms
from gateway.store.database import transaction
from gateway.store.visits import accept_visits

EVENTS = "events-xml"
FORMATS = (*files.FORMATS, EVENTS)
SUFFIXES = {**files.SUFFIXES, ".xml": EVENTS}
NAMELESS = "file"
"""The sender of a file that neither the person who imports it nor the file itself names."""


@dataclass(slots=True)
class VisitImporter(Importer):
    """Takes visits in for one sender: `source`, or where that is "" the one that the file names.

    `delay_s` is from the visit to its invitation; `consent_text` is what citizens agree to, if a row does not say it.
    """

    directory: Directory
    pseudonyms: Pseudonyms
    delay_s: float
    consent_text: str
    source: str

    kind = "visit"
    columns = (*files.COLUMNS, *OPTIONAL)

    def rows(self, path: Path, form: str) -> Iterator[files.Row]:
        look = look_at(path, form)
        if form == EVENTS:
            return facts.rows_of(path, self.directory)
        return files.rows(path, form, look.encoding)

    def take(self, group: list[files.Row], now: datetime) -> list[tuple[files.Row, str]]:
        """Nobody waits while rows are checked: that is before the transaction."""
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
            self.record(refused, lambda row: source, now)
            self.pace.took(len(group), self.clock() - began_s)
        self.tally.accepted += sum(is_new)
        self.tally.duplicates += len(is_new) - sum(is_new)
        self.tally.refused += len(refused)
        return refused


def look_at(path: Path, form: str | None) -> files.Survey:
    """How long the file is. Raises IntakeError if it cannot be read, or is too large to be one of its format."""
    if (form or SUFFIXES.get(path.suffix.lower())) == EVENTS:
        facts.refuse_large(path)
    return files.look_at(path)
