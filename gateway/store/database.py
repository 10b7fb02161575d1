"""Opens the database, for writing and for reading, and says in one sentence why it cannot.

WAL with `synchronous=FULL`: what a transaction acknowledged survives a power cut. Only the daemon's writer moves the
WAL back into the file (checkpoint); other processes that write (an import while the daemon runs) leave that alone, for
SQLite before 3.51.3 can damage a file when two connections do it at once. Readers cannot write at all.

Times are TEXT in UTC with fixed width, so that SQL compares them as text.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from sqlite_utils import Database

from gateway.errors import AlreadyRunning, StoreBusy, StoreDamaged, StoreError
from gateway.store import secrecy

_BUSY_S = 10.0


def to_text(moment: datetime) -> str:
    """A UTC-aware time as the database keeps it: `2017-09-12T08:40:00.000Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def from_text(text: str) -> datetime:
    """The time that `to_text` wrote."""
    return datetime.fromisoformat(text)


def open_writer(path: Path, *, checkpoints: bool) -> Database:
    """A connection that may write. `checkpoints` only for the daemon, see the module's head."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(path, timeout=_BUSY_S, check_same_thread=False)
        path.chmod(0o600)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA secure_delete=ON")  # what is purged is overwritten
        secrecy.attach(connection, path)
        if not checkpoints:
            connection.execute("PRAGMA wal_autocheckpoint=0")
        return Database(connection, execute_plugins=False)
    except (sqlite3.Error, OSError) as problem:
        raise store_error(path, problem) from problem


def open_reader(path: Path) -> Database:
    """A connection that cannot change anything; the file must exist."""
    if not path.exists():
        raise StoreError(f"There is no database {path}; otklik run or otklik visits import makes it.")
    try:
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=_BUSY_S)
        connection.execute("SELECT 1 FROM sqlite_master").fetchone()
        secrecy.attach(connection, path)
        return Database(connection, execute_plugins=False)
    except (sqlite3.Error, OSError) as problem:
        raise store_error(path, problem) from problem


@contextmanager
def transaction(db: Database) -> Iterator[Database]:
    """One immediate write transaction: whoever reads and then writes must hold the lock from the start.

    Raises StoreBusy when another process keeps the lock for too long.
    """
    try:
        db.conn.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as problem:
        raise store_error(Path(db.conn.execute("PRAGMA database_list").fetchone()[2]), problem) from problem
    try:
        yield db
        db.conn.execute("COMMIT")
    except BaseException:
        if db.conn.in_transaction:
            db.conn.execute("ROLLBACK")
        raise


@contextmanager
def apart(db: Database) -> Iterator[None]:
    """A part of a transaction that, when it raises, is undone alone. Raises StoreError if the database is at fault."""
    db.execute("SAVEPOINT apart")
    try:
        yield
    except sqlite3.OperationalError as problem:
        raise store_error(Path(db.conn.execute("PRAGMA database_list").fetchone()[2]), problem) from problem
    except BaseException:
        db.execute("ROLLBACK TO apart")
        db.execute("RELEASE apart")
        raise
    db.execute("RELEASE apart")


def store_error(path: Path, problem: Exception) -> StoreError:
    """The person's sentence for what sqlite3 said."""
    text = str(problem)
    if "locked" in text or "busy" in text:
        return StoreBusy(
            f"The database {path} is locked by another program for more than {_BUSY_S:g} s; end that program and retry."
        )
    if "not a database" in text or "malformed" in text:
        return StoreDamaged(f"{path} is not a sound database ({text}); restore it from a backup or name another file.")
    if isinstance(problem, PermissionError) or "readonly" in text or "unable to open" in text:
        return StoreError(f"The database {path} cannot be opened for writing; check the folder and its permissions.")
    return StoreError(f"The database {path} cannot be used: {text}.")


class InstanceLock:
    """One daemon per database: a lock file beside it, with the holder's pid in it, freed by the kernel at exit."""

    def __init__(self, database: Path) -> None:
        self._path = database.with_name(database.name + ".lock")
        self._file: IO[str] | None = None

    def take(self) -> None:
        """Raises AlreadyRunning with the pid of the daemon that has it."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        file = self._path.open("a+", encoding="ascii")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            pid = file.read().strip() or "unknown"
            file.close()
            raise AlreadyRunning(
                f"The daemon with pid {pid} already serves this database; stop it, or give this one another database."
            ) from None
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        self._file = file

    def release(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


def holder(database: Path) -> int | None:
    """The pid of the daemon that serves `database`, None if none does."""
    path = database.with_name(database.name + ".lock")
    if not path.exists():
        return None
    with path.open("r+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            text = file.read().strip()
            return int(text) if text.isdigit() else None
    return None
