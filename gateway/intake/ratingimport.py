"""Takes a file of ratings by other channels in: each row is accepted, a duplicate, or refused with its reason.

As with visits, a file that is taken in twice changes nothing the second time. So the rows that were refused because
their visits were not there yet are taken by running it again.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from gateway.intake import files
from gateway.intake.cells import Refused
from gateway.intake.channeldoor import ChannelDoor
from gateway.intake.importing import Tally, digest, groups, refused_writer
from gateway.intake.ratingchecks import COLUMNS, SAID
from gateway.store.database import transaction
from gateway.store.visits import refuse_row

_NEEDED = ("rated_at",)
_REFUSED_CELLS = (*COLUMNS, *SAID)


@dataclass(slots=True)
class RatingImporter:
    """Takes rows into one database; `source` and `sender` are the channel, and whose the visits are, of rows that do
    not say it."""

    db: Database
    door: ChannelDoor
    source: str | None
    sender: str
    tally: Tally = field(default_factory=Tally)

    def take_file(self, path: Path, form: str, now: datetime, progress: Callable[[int], None]) -> Tally:
        """Take a file in; refused rows also go to `FILE.refused.csv`. `progress` is told each line number reached."""
        look = files.look_at(path)
        refused_path = path.with_name(path.name + ".refused.csv")
        refused_path.unlink(missing_ok=True)
        with ExitStack() as stack:
            refused: Any = None
            for group in groups(files.rows(path, form, look.encoding, _NEEDED)):
                for row, reason in self._take(group, now):
                    if refused is None:
                        refused = refused_writer(stack, refused_path, _REFUSED_CELLS)
                    refused.writerow([row.line, reason, *(_cell(row, column) for column in _REFUSED_CELLS)])
                progress(group[-1].line)
        return self.tally

    def _take(self, group: list[files.Row], now: datetime) -> list[tuple[files.Row, str]]:
        """One transaction; the rows that were refused, with their reasons."""
        refused = []
        tally = Tally()
        with transaction(self.db):
            for row in group:
                try:
                    if row.fault is not None:
                        raise Refused(row.fault)
                    is_new = self.door.take(self.db, row.cells, now, source=self.source, sender=self.sender)
                except Refused as reason:
                    refused.append((row, str(reason)))
                    self._refuse(row, str(reason), now)
                else:
                    tally.accepted += is_new
                    tally.duplicates += not is_new
        self.tally.accepted += tally.accepted
        self.tally.duplicates += tally.duplicates
        self.tally.refused += len(refused)
        return refused

    def _refuse(self, row: files.Row, reason: str, now: datetime) -> None:
        refuse_row(
            self.db,
            source=(row.cells.get("source", "").strip() or self.source or "")[:200],
            digest=digest(row.cells or {"line": str(row.line)}),
            line=row.line,
            foreign_id=row.cells.get("foreign_id", "").strip()[:200],
            reason=reason,
            now=now,
            kind="rating",
        )


def _cell(row: files.Row, column: str) -> str:
    """What a refused row said, so that the file of refused rows can be mended and taken in as it is."""
    if column == "outside_id":
        return row.cells.get(column) or row.cells.get("rating_id", "")
    return row.cells.get(column, "")
