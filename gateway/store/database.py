"""Opens the database, for writing and for reading, and says in one sentence why it cannot.

WAL with `synchronous=FULL`: what a transaction acknowledged survives a power cut. Only the daemon's writer moves the
WAL back into the file (checkpoint); other processes that write (an import while the daemon runs) leave that alone, for
SQLite before 3.51.3 can damage a file when two connections do it at once. Readers cannot write at all.

Times are TEXT in UTC with fixed width, so that SQL compares them as text.
"""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import IO, Any

from sqlite_utils import Database

from gateway.errors import (
    AlreadyRunning,
    StoreBusy,
    StoreDamaged,
    StoreError,
    StoreFull,
    StoreReadOnly,
    StoreTrouble,
)
from gateway.store import secrecy
from scheduler.clock import SystemClock

_BUSY_S = 10.0
_A_PAGE_OR_TWO = 64 * 1024
_LOCK_BYTES = 512
_ASK_MS = 5
_CLOCK = SystemClock()
"""What other programs hold up is waited for in their time, also where the centre lives in another."""
_CACHE_KB = 16_000
"""For an import, which puts people into an index all over its pages; SQLite's own 2 MB do for a daemon."""
_ASKED_AT_ONCE = 1000
"""Below the smallest number of parameters that SQLite is built for, 32,766 since 2020."""
_LOCK_TRIES = 10


def to_text(moment: datetime) -> str:
    """A UTC-aware time as the database keeps it: `2017-09-12T08:40:00.000Z`."""
    return _spelt(moment if moment.tzinfo is UTC else moment.astimezone(UTC))


@lru_cache(maxsize=256)
def _spelt(moment: datetime) -> str:
    """The same `now` is written to many columns of many rows. Only for what is in UTC: elsewhere two moments of one
    hour that comes twice are equal."""
    return moment.isoformat(timespec="milliseconds")[:-6] + "Z"


def from_text(text: str) -> datetime:
    """The time that `to_text` wrote."""
    return datetime.fromisoformat(text)


def open_writer(path: Path, *, checkpoints: bool, durable: bool = True) -> Database:
    """A connection that may write. `checkpoints` only for the daemon, see the module's head.

    Without `durable` a power cut may take what was acknowledged, and the file with it: for what is only simulated.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(path, timeout=_BUSY_S, check_same_thread=False, factory=secrecy.Keyed)
        path.chmod(0o600)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute(f"PRAGMA synchronous={'FULL' if durable else 'OFF'}")
        if not durable:
            # What a savepoint keeps of each page would go through a file once one group has changed many.
            connection.execute("PRAGMA temp_store=MEMORY")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA secure_delete=ON")  # what is purged is overwritten
        secrecy.attach(connection, path)
        if not checkpoints:
            connection.execute("PRAGMA wal_autocheckpoint=0")
            connection.execute(f"PRAGMA cache_size=-{_CACHE_KB}")
        return Database(connection, execute_plugins=False)
    except (sqlite3.Error, OSError) as problem:
        raise store_error(path, problem) from problem


def open_reader(path: Path) -> Database:
    """A connection that cannot change anything; the file must exist."""
    if not path.exists():
        raise StoreError(f"There is no database {path}; otklik run or otklik visits import makes it.")
    try:
        connection = sqlite3.connect(
            f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=_BUSY_S, factory=secrecy.Keyed
        )
        connection.execute("SELECT 1 FROM sqlite_master").fetchone()
        secrecy.attach(connection, path)
        return Database(connection, execute_plugins=False)
    except (sqlite3.Error, OSError) as problem:
        raise store_error(path, problem) from problem


def rows_among(db: Database, sql: str, values: Sequence[str], *before: str) -> Iterator[Any]:
    """The rows of a query that ends in `IN`, for any of these values; `before` are the parameters in front of it.

    Asking for many at once is several times as fast as asking for each.
    """
    for first in range(0, len(values), _ASKED_AT_ONCE):
        some = values[first : first + _ASKED_AT_ONCE]
        yield from db.conn.execute(f"{sql} ({','.join('?' * len(some))})", (*before, *some)).fetchall()


@contextmanager
def transaction(db: Database) -> Iterator[Database]:
    """One immediate write transaction: whoever reads and then writes must hold the lock from the start.

    Raises StoreTrouble when the disk does not take it: StoreBusy when another process keeps the lock for too long.
    """
    begin(db)
    try:
        yield db
        db.conn.execute("COMMIT")
    except BaseException as problem:
        if db.conn.in_transaction:
            db.conn.execute("ROLLBACK")
        if isinstance(problem, sqlite3.DatabaseError):
            error = store_error(_path(db), problem)
            if isinstance(error, StoreTrouble):
                raise error from problem
        raise


def begin(db: Database) -> None:
    """Begin a write transaction that is not tied to a block. Raises StoreTrouble, as `transaction` does."""
    try:
        _begin(db.conn)
    except sqlite3.OperationalError as problem:
        raise store_error(_path(db), problem) from problem


def commit(db: Database) -> None:
    """Commit what `begin` began. Raises StoreError if the disk does not take it."""
    try:
        db.conn.execute("COMMIT")
    except sqlite3.DatabaseError as problem:
        raise store_error(_path(db), problem) from problem


def _path(db: Database) -> Path:
    return Path(db.conn.execute("PRAGMA database_list").fetchone()[2])


def works_in_transactions(db: Database) -> None:
    """Say of a connection that from here on it waits for nobody outside a `transaction`.

    It need not be told anew for each of them how to wait for the lock, which costs more than to begin one.
    """
    assert isinstance(db.conn, secrecy.Keyed)
    db.conn.execute(f"PRAGMA busy_timeout={_ASK_MS}")
    db.conn.asks_often = True


def _begin(connection: sqlite3.Connection) -> None:
    """Ask for the lock every few milliseconds.

    SQLite by itself asks at ever longer intervals, up to 0.1 s, and so misses the gaps between the transactions of an
    import that goes on for minutes.
    """
    if isinstance(connection, secrecy.Keyed) and connection.asks_often:
        _ask(connection)
        return
    connection.execute(f"PRAGMA busy_timeout={_ASK_MS}")
    try:
        _ask(connection)
    finally:
        connection.execute(f"PRAGMA busy_timeout={int(_BUSY_S * 1000)}")


def _ask(connection: sqlite3.Connection) -> None:
    until_s = _CLOCK.monotonic() + _BUSY_S
    while True:
        try:
            connection.execute("BEGIN IMMEDIATE")
            return
        except sqlite3.OperationalError as problem:
            if problem.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or _CLOCK.monotonic() >= until_s:
                raise


@contextmanager
def apart(db: Database) -> Iterator[None]:
    """A part of a transaction that, when it raises, is undone alone. Raises StoreError if the database is at fault."""
    db.execute("SAVEPOINT apart")
    try:
        yield
    except sqlite3.OperationalError as problem:
        raise store_error(_path(db), problem) from problem
    except BaseException:
        db.execute("ROLLBACK TO apart")
        db.execute("RELEASE apart")
        raise
    db.execute("RELEASE apart")


def store_error(path: Path, problem: Exception) -> StoreError:
    """The person's sentence for what sqlite3 or the system said."""
    text = str(problem)
    code = getattr(problem, "sqlite_errorcode", 0) & 0xFF  # what lies above tells where it happened
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StoreBusy(
            f"The database {path} is locked by another program for more than {_BUSY_S:g} s; end that program and retry."
        )
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return StoreDamaged(f"{path} is not a sound database ({text}); restore it from a backup or name another file.")
    if code == sqlite3.SQLITE_FULL or (code == sqlite3.SQLITE_IOERR and _is_full(path)):
        return StoreFull(f"The disk of the database {path} is full; make room there, nothing that was kept is lost.")
    if code == sqlite3.SQLITE_IOERR:
        return StoreTrouble(
            f"The disk of the database {path} fails ({text}); look at it (dmesg), then at otklik check."
        )
    if isinstance(problem, OSError) and problem.errno == errno.ENOSPC:
        return StoreFull(f"The disk of the database {path} is full; make room there.")
    if isinstance(problem, OSError) or code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return StoreReadOnly(
            f"The database {path} cannot be written; check the folder and its permissions, and whether the"
            " disk was mounted read-only."
        )
    return StoreError(f"The database {path} cannot be used: {text}.")


def _is_full(path: Path) -> bool:
    try:
        return shutil.disk_usage(path.parent).free < _A_PAGE_OR_TWO
    except OSError:
        return False


class InstanceLock:
    """One daemon per database: a lock file beside it, with the holder's pid in it, freed by the kernel at exit."""

    def __init__(self, database: Path) -> None:
        self._path = database.with_name(database.name + ".lock")
        self._file: IO[str] | None = None
        self._content = b""

    def take(self) -> None:
        """Raises AlreadyRunning with the pid of the daemon that has it, or StoreTrouble."""
        try:
            self._take()
        except OSError as problem:
            raise store_error(self._path, problem) from problem

    def _take(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
        file = os.fdopen(handle, "r+", encoding="utf-8", errors="replace")
        if not _locked(file):
            pid = file.readline().strip() or "unknown"
            file.close()
            raise AlreadyRunning(
                f"The daemon with pid {pid} already serves this database; stop it, or give this one another database."
            )
        self._file, self._content = file, b""
        try:
            os.pwrite(file.fileno(), _lock_text(""), 0)
            file.truncate(_LOCK_BYTES)
        except OSError:
            self.release()
            raise

    def tell(self, trouble: str) -> None:
        """What `otklik status` shall say is wrong with the database; "" if nothing is.

        It goes into room that the file has already: a disk that is full takes nothing more.
        """
        if self._file is None:
            return
        content = _lock_text(trouble)
        if content != self._content:
            with suppress(OSError):  # on a disk that may only be read; status sees that by itself
                os.pwrite(self._file.fileno(), content, 0)
                self._content = content

    def release(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


def _locked(file: IO[str]) -> bool:
    """Whether the lock is ours now. Who only looks (`holder`) has it for a moment, so it is asked for again."""
    for _ in range(_LOCK_TRIES):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            _CLOCK.wait((), _CLOCK.monotonic() + _ASK_MS / 1000)
    return False


def _lock_text(trouble: str) -> bytes:
    """Always as long, so that it always has its room."""
    return f"{os.getpid()}\n{trouble}".encode()[:_LOCK_BYTES].ljust(_LOCK_BYTES)


def holder(database: Path) -> int | None:
    """The pid of the daemon that serves `database`, None if none does."""
    path = database.with_name(database.name + ".lock")
    if not path.exists():
        return None
    with path.open(encoding="utf-8", errors="replace") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            text = file.readline().strip()
            return int(text) if text.isdigit() else None
    return None


def trouble_told(database: Path) -> str:
    """What the daemon that serves `database` says is wrong with it; "" if nothing is, or none does."""
    if holder(database) is None:
        return ""
    text = database.with_name(database.name + ".lock").read_text(encoding="utf-8", errors="replace")
    return text.partition("\n")[2].strip()
