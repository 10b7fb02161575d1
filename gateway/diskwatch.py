"""The end of a trouble of the database, and the warning before a disk is full.

While the writer is in trouble nothing is read from modems, nothing is claimed and nothing deleted; `DiskWatch` tries
every few seconds whether that is over. Before a disk is full it is low: that is told.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from sqlite_utils import Database

from gateway import alarms
from gateway.disk import MB, free
from gateway.errors import StoreFull
from gateway.store import state
from gateway.store.commits import Trouble
from gateway.store.database import InstanceLock
from gateway.store.writer import Writer
from scheduler.clock import Clock

_LOW = "disk low"
_CALM_S = 3600.0
_ROOM = 1024 * 1024  # without so much a full disk is not tried again: it would be full at once


class DiskWatch:
    """Looks after the disk for a daemon. `lock` has a file with room for what `otklik status` shall say."""

    def __init__(self, writer: Writer, clock: Clock, database: Path, reserve_mb: float, lock: InstanceLock) -> None:
        self._writer = writer
        self._clock = clock
        self._database = database
        self._reserve_mb = reserve_mb
        self._lock = lock
        self._low: bool | None = None  # as it was told

    def look(self) -> None:
        """End a trouble that is over, and tell of one that is not, or that is near."""
        left = free(self._database)
        trouble = self._writer.trouble
        if trouble is not None and not (isinstance(trouble.error, StoreFull) and left < _ROOM):
            trouble = self._writer.recover(self._note)
        self._lock.tell("" if trouble is None else told(trouble))
        if trouble is None:
            self._tell_low(left)

    def calm_until(self) -> float:
        """In simulated time, which is not that of the disk, a look at each hour will do while all is well."""
        now = self._clock.monotonic()
        return now if self._writer.trouble is not None or self._low is not False else now + _CALM_S

    def _tell_low(self, left: int) -> None:
        low = left < self._reserve_mb * MB
        if low is self._low:
            return
        text = f"{left // MB} MB left on the disk of the database: no files are taken in. Make room there."
        now = self._clock.now()
        self._writer.do(lambda db: alarms.tell(db, place=alarms.DISK, kind=_LOW, text=text if low else None, now=now))
        self._low = low

    def _note(self, db: Database, trouble: Trouble) -> None:
        now = self._clock.now()
        text = f"Nothing could be written since {_shown(trouble.began_at)}. {trouble.error}"
        state.add_trouble(db, place="database", text=text, now=now)


def told(trouble: Trouble) -> str:
    """A trouble in one sentence, with what follows from it."""
    return (
        f"{trouble.error.state} since {_shown(trouble.began_at)}: nothing is taken, sent or deleted until that is over."
        f" {trouble.error}"
    )


def _shown(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"
