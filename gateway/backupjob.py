"""Copies of the database by themselves: when one is due, how many stay, and who hears that none could be made.

What is due is read off the copies there are, by the time in their names: a copy that somebody took away is made anew,
and a folder that is not mounted is not one without copies, it is a fault.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import structlog
from sqlite_utils import Database

from gateway import alarms
from gateway.errors import BackupError
from gateway.settings import BackupSettings
from gateway.store import backups
from gateway.store.writer import Writer
from scheduler.clock import Clock
from scheduler.runner import Job

_LOG = structlog.get_logger(__name__)
_FAILED = "backup failed"


class BackupJob:
    """Makes the copies of one daemon."""

    def __init__(self, writer: Writer, clock: Clock, database: Path, settings: BackupSettings | None) -> None:
        self._writer = writer
        self._clock = clock
        self._database = database
        self._settings = settings
        self._told: str | None = ""  # unlike both what is told and None: the first look ends an alarm of before

    def job(self) -> Job:
        about = "Copies the database when a copy is due, and tells if it cannot be copied."
        return Job("back up", 600, self.look, about, apart=True, first_s=60)

    def look(self) -> None:
        """Make a copy if one is due, and delete those that are too many; a failure is an alarm until one is made."""
        if self._settings is None:
            return
        now = self._clock.now()
        try:
            if is_due(self._database, self._settings, now):
                self._make(self._settings, now)
        except BackupError as problem:
            self._tell(f"{problem} It is tried again every few minutes.")
        else:
            self._tell(None)

    def _make(self, settings: BackupSettings, now: datetime) -> None:
        target = backups.place_of(settings.folder, self._database.stem, now)
        made = backups.make(self._database, target, keys=settings.keys)
        gone = backups.thin_out(settings.folder, self._database.stem, settings.keep, now)
        _LOG.info("backup", file=str(made.file), size=made.size, deleted=gone)

    def _tell(self, text: str | None) -> None:
        if text == self._told:
            return
        now = self._clock.now()

        def tell(db: Database) -> None:
            alarms.tell(db, place=alarms.BACKUP, kind=_FAILED, text=text, now=now)

        self._writer.do(tell)
        self._told = text


def is_due(database: Path, settings: BackupSettings, now: datetime) -> bool:
    """Whether there is no copy yet, or the newest is old. Raises BackupError."""
    newest = newest_at(database, settings, now)
    return newest is None or now >= newest + timedelta(seconds=settings.every_s)


def newest_at(database: Path, settings: BackupSettings, now: datetime) -> datetime | None:
    """When the newest copy was made, but for those of a future that a wrong clock made up. Raises BackupError for a
    folder that is not there."""
    if settings.folder.exists() and not settings.folder.is_dir():
        raise BackupError(f"{settings.folder} for backups is no folder; name one in backup.folder.")
    if not settings.folder.is_dir():
        raise BackupError(f"The folder {settings.folder} for backups does not exist; make it or mount it.")
    found = [at for at, _ in backups.copies(settings.folder, database.stem) if at <= now]
    return found[-1] if found else None
