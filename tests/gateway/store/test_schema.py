"""Migrations: fresh, again, from a newer version; and what the file says of itself."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from gateway.errors import AlreadyRunning, StoreBusy, StoreError, StoreNewer
from gateway.store import database
from gateway.store.database import InstanceLock, from_text, holder, open_reader, open_writer, to_text, transaction
from gateway.store.opening import readable, writable
from gateway.store.schema import migrate
from tests.gateway.conftest import NOON


def test_fresh_database_is_migrated_once(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    for _ in range(2):
        with writable(path) as db:
            assert db.execute("SELECT name FROM _sqlite_migrations").fetchall() == [
                ("m001_end_to_end",),
                ("m002_fleet",),
            ]
    assert path.stat().st_mode & 0o077 == 0


def test_database_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    with writable(path) as db:
        db.execute("INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('otklik', 'm999_x', '')")
    with pytest.raises(StoreNewer, match="newer version of Otklik"), readable(path):
        pass
    db = open_writer(path, checkpoints=True)
    with pytest.raises(StoreNewer):
        migrate(db, path)
    db.close()


def test_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    path.write_bytes(b"no database at all" * 100)
    with pytest.raises(StoreError, match="not a sound database"):
        open_writer(path, checkpoints=True)
    with pytest.raises(StoreError, match="not a sound database"):
        open_reader(path)


def test_database_locked_by_another_program_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.db"
    with writable(path):
        pass
    monkeypatch.setattr(database, "_BUSY_S", 0.1)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with writable(path) as db, pytest.raises(StoreBusy, match="locked by another program"), transaction(db):
        pass
    other.close()


def test_missing_database_says_what_makes_it(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="otklik run or otklik visits import makes it"):
        open_reader(tmp_path / "none.db")


def test_lock_names_its_holder_and_is_free_afterwards(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    first, second = InstanceLock(path), InstanceLock(path)
    first.take()
    with pytest.raises(AlreadyRunning, match=r"pid \d+"):
        second.take()
    assert holder(path) is not None
    first.release()
    assert holder(path) is None
    second.take()
    second.release()


def test_time_as_text_comes_back_and_sorts() -> None:
    assert to_text(NOON) == "2017-09-13T05:00:00.000Z"
    assert from_text(to_text(NOON)) == NOON
