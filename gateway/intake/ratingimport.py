"""Takes a file of ratings by other channels in: each row is accepted, a duplicate, or refused with its reason.

As with visits, a file that is taken in twice changes nothing the second time. So the rows that were refused because
their visits were not there yet are taken by running it again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from gateway.intake import files
from gateway.intake.cells import LONGEST_ID, Refused
from gateway.intake.channeldoor import ChannelDoor
from gateway.intake.importing import Importer
from gateway.intake.ratingchecks import COLUMNS, SAID
from gateway.store.database import transaction

_NEEDED = ("rated_at",)


@dataclass(slots=True)
class RatingImporter(Importer):
    """Takes ratings in; `source` and `sender` are the channel, and whose the visits are, of rows that do not say it."""

    door: ChannelDoor
    source: str | None
    sender: str

    kind = "rating"
    columns = (*COLUMNS, *SAID)

    def rows(self, path: Path, form: str) -> Iterator[files.Row]:
        return files.rows(path, form, files.look_at(path).encoding, _NEEDED)

    def take(self, group: list[files.Row], now: datetime) -> list[tuple[files.Row, str]]:
        accepted, refused = 0, []
        with transaction(self.db):
            began_s = self.clock()
            for row in group:
                try:
                    if row.fault is not None:
                        raise Refused(row.fault)
                    accepted += self.door.take(self.db, row.cells, now, source=self.source, sender=self.sender)
                except Refused as reason:
                    refused.append((row, str(reason)))
            self.record(refused, self._source, now)
            self.pace.took(len(group), self.clock() - began_s)
        self.tally.accepted += accepted
        self.tally.duplicates += len(group) - accepted - len(refused)
        self.tally.refused += len(refused)
        return refused

    def cell(self, row: files.Row, column: str) -> str:
        if column == "outside_id":
            return row.cells.get(column) or row.cells.get("rating_id", "")
        return row.cells.get(column, "")

    def _source(self, row: files.Row) -> str:
        return (row.cells.get("source", "").strip() or self.source or "")[:LONGEST_ID]
