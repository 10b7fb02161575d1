"""Copies of the database made while it is in use, checked before they count as one, and thinned out.

The copy is that of one moment: the reading connection holds a snapshot, so a daemon that writes meanwhile neither
waits for the copy nor makes it begin again (SQLite's backup starts anew at each foreign write without one). It is
written beside its place, checked as a whole, and renamed. The key files go first: a copy is never there without them.
"""

from __future__ import annotations

import glob
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlite_utils import Database

from gateway import keyfile, pseudonyms
from gateway.errors import BackupError, GatewayError
from gateway.store import soundness
from gateway.store.database import holder, open_reader, store_error

_STEP_PAGES = 2048  # eight megabytes, after which others get the processor and the disk
_ROOM = 64 * 1024 * 1024  # what a copy leaves free: it must not be what fills the disk
_TRIES = 3
_MOMENT = "%Y%m%dT%H%M%SZ"
_HEADER = b"SQLite format 3\x00"
_KEY_FILES = (pseudonyms.path_of, keyfile.seals_of)


_Secrets = dict[Callable[[Path], Path], bytes]
"""What the key files of a database hold, by what tells where such a file lies."""


@dataclass(frozen=True, slots=True)
class Backup:
    """A copy that was made and checked: the database, its key files, and its size in octets."""

    file: Path
    keys: tuple[Path, ...]
    size: int


def make(database: Path, target: Path, *, keys: bool = True) -> Backup:
    """Copy a database to `target`, replacing an older copy there. Raises BackupError, and leaves that as it was."""
    _refuse(database, target)
    beside = target.with_name(target.name + ".partial")
    with _told(target):
        try:
            secrets = _copied(database, beside, keys=keys)
            _check(beside, database)
            for place, content in secrets.items():
                _put(place(target), _with_older(place(target), content) if place is keyfile.seals_of else content)
            for leftover in ("-wal", "-shm"):  # of a database that was opened there: it would be laid over the copy
                target.with_name(target.name + leftover).unlink(missing_ok=True)
            beside.replace(target)
            _sync_folder(target)
            for place, content in secrets.items():
                _put(place(target), content)
        finally:
            for name in ("", "-wal", "-shm", "-journal"):
                beside.with_name(beside.name + name).unlink(missing_ok=True)
    return Backup(target, tuple(place(target) for place in secrets), target.stat().st_size)


def place_of(folder: Path, stem: str, now: datetime) -> Path:
    """Where the copy of a moment lies in a folder of copies."""
    return folder / f"{stem}-{now:{_MOMENT}}.db"


def copies(folder: Path, stem: str) -> list[tuple[datetime, Path]]:
    """The copies in such a folder, the oldest first; what is called otherwise is somebody else's."""
    found = []
    for path in folder.glob(f"{glob.escape(stem)}-*.db"):
        try:
            moment = datetime.strptime(f"{path.stem.removeprefix(f'{stem}-')} +0000", f"{_MOMENT} %z")
        except ValueError:
            continue
        found.append((moment, path))
    return sorted(found)


def thin_out(folder: Path, stem: str, keep: int, now: datetime) -> int:
    """Delete the oldest copies of a folder, with their keys, until `keep` are left; how many.

    Those of a future that a wrong clock made up go before all others. What an older one left that was never finished
    goes too.
    """
    found = [path for at, path in sorted(copies(folder, stem), key=lambda copy: (copy[0] <= now, copy[0]))]
    old = found[: max(0, len(found) - keep)]
    with _told(folder):
        for copy in old:
            for path in (copy, *(place(copy) for place in _KEY_FILES)):
                path.unlink(missing_ok=True)
        for rest in folder.glob(f"{glob.escape(stem)}-*.partial*"):
            if found and rest.name < found[-1].name:
                rest.unlink(missing_ok=True)
    return len(old)


# -- inside ---------------------------------------------------------------------------------------------------


def _refuse(database: Path, target: Path) -> None:
    """What must not be written over, and what does not fit."""
    if not database.exists():
        raise BackupError(f"There is no database {database} to copy; check database in the configuration.")
    if target.is_dir():
        raise BackupError(f"{target} is a folder; name the file that the copy shall be.")
    if not target.parent.is_dir():
        raise BackupError(f"The folder {target.parent} does not exist; make it or mount it first.")
    if target.exists():
        if not target.is_file():
            raise BackupError(f"{target} is no file that a copy can take the place of; name another.")
        if target.samefile(database):
            raise BackupError(f"{target} is the database itself; name another file.")
        if holder(target) is not None:
            raise BackupError(f"{target} is the database of a running daemon; name another file.")
        with target.open("rb") as file:
            if file.read(len(_HEADER)) not in (_HEADER, b""):
                raise BackupError(f"{target} is no earlier copy but something else; name another file.")
    need = sum(path.stat().st_size for path in (database, database.with_name(database.name + "-wal")) if path.exists())
    free = shutil.disk_usage(target.parent).free
    if free < need + _ROOM:
        raise BackupError(
            f"{target.parent} has {free >> 20} MB free and the copy needs {need >> 20}, with {_ROOM >> 20} to spare;"
            " make room or name another disk."
        )


def _copied(database: Path, beside: Path, *, keys: bool) -> _Secrets:
    """Copy the database, and give the key files that belong to it: those that stayed as they were meanwhile."""
    before = _secrets(database) if keys else {}
    for _ in range(_TRIES):
        beside.unlink(missing_ok=True)
        os.close(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        source = open_reader(database)
        try:
            with closing(sqlite3.connect(beside)) as copy:
                source.conn.execute("BEGIN")
                source.conn.execute("SELECT 1 FROM sqlite_master").fetchone()  # from here on it is this moment's
                source.conn.backup(copy, pages=_STEP_PAGES)
                copy.execute("PRAGMA journal_mode=DELETE")  # one file, whole by itself
        finally:
            source.close()
        after = _secrets(database) if keys else {}
        if after == before:
            return after
        before = after
    raise BackupError("The keys were changed again and again while the copy was made; try again when that is over.")


def _with_older(path: Path, content: bytes) -> bytes:
    """Keys with those of an earlier copy before them, each on its line: until the new copy is in its place, the earlier
    one must not be without those that open it."""
    lines = path.read_bytes().splitlines(keepends=True) if path.exists() else []
    return b"".join(line for line in lines if line not in content.splitlines(keepends=True)) + content


def _secrets(database: Path) -> _Secrets:
    return {place: place(database).read_bytes() for place in _KEY_FILES if place(database).exists()}


def _check(beside: Path, database: Path) -> None:
    copy = sqlite3.connect(f"{beside.resolve().as_uri()}?mode=ro", uri=True)
    try:
        found = soundness.faults(Database(copy, execute_plugins=False))
    finally:
        copy.close()
    if found:
        raise BackupError(f"No copy was made, earlier ones are left as they are: {soundness.damage(database, found)}")
    with beside.open("rb+") as file:
        os.fsync(file.fileno())


def _put(path: Path, content: bytes) -> None:
    beside = path.with_name(path.name + ".partial")
    beside.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _sync_folder(path: Path) -> None:
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@contextmanager
def _told(target: Path) -> Iterator[None]:
    """What the disk says, as one sentence."""
    try:
        yield
    except OSError as problem:
        raise BackupError(f"No backup: {target} cannot be written ({problem.strerror}).") from problem
    except sqlite3.Error as problem:
        raise BackupError(f"No backup: {store_error(target, problem)}") from problem
    except BackupError:
        raise
    except GatewayError as problem:
        raise BackupError(f"No backup: {problem}") from problem
