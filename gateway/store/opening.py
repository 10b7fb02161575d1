"""Opens the database of a command: for one that writes beside the daemon, and for one that only looks."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlite_utils import Database

from gateway.errors import StoreError
from gateway.store import secrecy
from gateway.store.database import InstanceLock, open_reader, open_writer
from gateway.store.schema import is_current, migrate, refuse_newer


@contextmanager
def writable(path: Path) -> Iterator[Database]:
    """A connection that writes, made or migrated first if no daemon has done so."""
    db = open_writer(path, checkpoints=False)
    try:
        refuse_newer(db, path)
        if not is_current(db):
            lock = InstanceLock(path)
            lock.take()  # two processes must not migrate at once
            try:
                migrate(db, path)
            finally:
                lock.release()
        with _told(db):
            yield db
    finally:
        db.close()


@contextmanager
def readable(path: Path) -> Iterator[Database]:
    """A connection that cannot change anything, on a database of this version."""
    db = open_reader(path)
    try:
        refuse_newer(db, path)
        if not is_current(db):
            raise StoreError(
                f"The database {path} is of an older version; start otklik run once to bring it up to date."
            )
        with _told(db):
            yield db
    finally:
        db.close()


@contextmanager
def _told(db: Database) -> Iterator[None]:
    """Says what is wrong with the keys, where SQLite says only that a function failed."""
    try:
        yield
    except sqlite3.OperationalError as problem:
        raise secrecy.problem_of(db, problem) or problem from problem
