"""Brings a database to the shape this version knows, and refuses one that is ahead of it.

There is no way back; a database with a migration this version does not know is refused, not guessed at.

Phones stand in `persons` alone (and inside the raw PDUs of `inbox` until they are purged); everything else refers to a
person by number. A rating's `cursor` is given by the one transaction that may write at that time, so its order is the
order of commits and a reader never skips one.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from sqlite_utils import Database, Migrations

from gateway.errors import StoreNewer
from gateway.store.database import store_error
from gateway.store.migrations.m001 import m001_end_to_end
from gateway.store.migrations.m002 import m002_fleet
from gateway.store.migrations.m003 import m003_survey
from gateway.store.migrations.m004 import m004_upstream

migrations = Migrations("otklik")
for _migration in (m001_end_to_end, m002_fleet, m003_survey, m004_upstream):
    migrations()(_migration)


def migrate(db: Database, path: Path) -> None:
    """Bring the database up to this version's shape. Raises StoreNewer for one that is ahead of it."""
    try:
        refuse_newer(db, path)
        migrations.apply(db)
    except sqlite3.Error as problem:
        raise store_error(path, problem) from problem


def refuse_newer(db: Database, path: Path) -> None:
    """Raises StoreNewer when the database has a migration that this version does not know."""
    if "_sqlite_migrations" not in db.table_names():
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
