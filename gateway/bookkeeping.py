"""Draws up the ledger once a day and raises an alarm when it does not balance: nobody looks at a box that works."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from gateway import alarms
from gateway.ledger import Ledger, draw_up
from gateway.store.opening import readable
from gateway.store.writer import Writer
from scheduler.clock import Clock
from scheduler.runner import Job

EVERY_S = 86_400.0
FIRST_S = 900.0
"""Soon after a start, for a box that is switched off every night too."""
_KIND = "unbalanced"


class Bookkeeping:
    """The ledger of the daemon's own database. It is read beside the writer, which goes on meanwhile."""

    def __init__(self, database: Path, writer: Writer, clock: Clock) -> None:
        self._database = database
        self._writer = writer
        self._clock = clock

    def job(self) -> Job:
        about = "Puts every visit into one disposition and raises an alarm for what is lost or doubled."
        return Job("draw up ledger", EVERY_S, self.look, about, apart=True, first_s=FIRST_S)

    def look(self) -> None:
        """Raise the alarm of the ledger, or end it."""
        with readable(self._database) as db:
            found = draw_up(db)
        tell = partial(alarms.tell, place=alarms.LEDGER, kind=_KIND, text=_told(found), now=self._clock.now())
        self._writer.do(tell)


def _told(found: Ledger) -> str | None:
    differences = found.lost + found.duplicated
    if found.balanced:
        return None
    first = f", first: {differences[0]}" if differences else ""
    return f"The ledger does not balance: {len(found.lost)} lost, {len(found.duplicated)} doubled{first}; otklik ledger"
