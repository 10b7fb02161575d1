"""Brings a database to the shape this version knows, and refuses one that is ahead of it.

There is no way back; a database with a migration this version does not know is refused, not guessed at.

Phones stand, sealed, in `persons` alone (and inside the raw PDUs of `inbox` until they are purged); everything else
refers to a person by number. A rating's `cursor` is given by the one transaction that may write at that time, so its
order is the order of commits and a reader never skips one.
"""

from __future__ import annotations

import logging
import sqlite3
from pathlib import Path

from sqlite_utils import Database, Migrations

from gateway.errors import StoreError, StoreNewer
from gateway.store import secrecy
from gateway.store.database import store_error
from gateway.store.migrations.m001 import m001_end_to_end
from gateway.store.migrations.m002 import m002_fleet
from gateway.store.migrations.m003 import m003_survey
from gateway.store.migrations.m004 import m004_upstream
from gateway.store.migrations.m005 import SWEEP, m005_sealed
from scheduler.clock import SystemClock

_LOG = logging.getLogger(__name__)

migrations = Migrations("otklik")
for _migration in (m001_end_to_end, m002_fleet, m003_survey, m004_upstream, m005_sealed):
    migrations()(_migration)


def migrate(db: Database, path: Path) -> None:
    """Bring the database up to this version's shape; nobody else may have it open for writing.

    Key files that are not there are made for it. Raises StoreNewer for a database that is ahead of this version.
    """
    try:
        refuse_newer(db, path)
        if not is_current(db):
            if m005_sealed.__name__ in {migration.name for migration in migrations.pending(db)}:
                secrecy.make_keys(db, path, SystemClock().now().date())
            _apply(db)
    except sqlite3.Error as problem:
        raise secrecy.problem_of(db, problem) or store_error(path, problem) from problem
    _sweep(db)


def _apply(db: Database) -> None:
    """Tables are made anew, so references are not looked at one by one, but all together at the end."""
    db.execute("PRAGMA foreign_keys=OFF")
    try:
        migrations.apply(db)
    finally:
        db.execute("PRAGMA foreign_keys=ON")


def _sweep(db: Database) -> None:
    """Let nothing stay in free pages, and in the WAL, of what a migration has sealed. What hinders that is told, and
    the next start tries again."""
    if db.execute("PRAGMA user_version").fetchone()[0] != SWEEP:
        return
    try:
        db.execute("VACUUM")
        busy = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        if busy:
            raise sqlite3.OperationalError("another program reads the database")
        db.execute("PRAGMA user_version = 0")
    except sqlite3.OperationalError as problem:
        _LOG.warning("phones of before may still lie open in free pages; the next start sweeps them: %s", problem)


def refuse_newer(db: Database, path: Path) -> None:
    """Raises StoreNewer when the database has a migration that this version does not know, and StoreError when it is
    that of another program."""
    there = db.table_names()
    if "_sqlite_migrations" not in there:
        if there:
            raise StoreError(f"{path} is the database of another program; name another file in database.")
        return
    unknown = sorted({migration.name for migration in migrations.applied(db)} - _names())
    if unknown:
        raise StoreNewer(f"{path} is of a newer version of Otklik (it has {unknown[-1]}); install that one.")


def is_current(db: Database) -> bool:
    """Whether the database has every migration of this version."""
    return "_sqlite_migrations" in db.table_names() and not migrations.pending(db)


def _names() -> set[str]:
    empty = Database(memory=True, execute_plugins=False)
    try:
        return {migration.name for migration in migrations.pending(empty)}
    finally:
        empty.close()
