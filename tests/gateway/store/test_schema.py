"""Migrations: fresh, again, from a newer version; and what the file says of itself."""

from __future__ import annotations

import fcntl
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import IO

import pytest
from sqlite_utils import Database

from gateway import pseudonyms
from gateway.errors import AlreadyRunning, StoreBusy, StoreError, StoreNewer
from gateway.pseudonyms import Pseudonyms
from gateway.store import database
from gateway.store.database import (
    InstanceLock,
    from_text,
    holder,
    open_reader,
    open_writer,
    to_text,
    transaction,
    trouble_told,
)
from gateway.store.opening import readable, writable
from gateway.store.schema import migrate, migrations
from tests.gateway.conftest import NOON


def test_fresh_database_is_migrated_once(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    for _ in range(2):
        with writable(path) as db:
            assert db.execute("SELECT name FROM _sqlite_migrations").fetchall() == [
                ("m001_end_to_end",),
                ("m002_fleet",),
                ("m003_survey",),
                ("m004_upstream",),
                ("m005_sealed",),
            ]
    assert path.stat().st_mode & 0o077 == 0


def test_database_of_the_version_before_goes_on_where_it_was(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    db = open_writer(path, checkpoints=True)
    old_database(db, path)
    before = db.execute("SELECT id, state, next_at, attempts, reference, cause FROM parts ORDER BY id").fetchall()
    ledger = db.execute("SELECT * FROM dispositions ORDER BY id").fetchall()
    migrate(db, path)
    assert db.execute("SELECT id, state, next_at, attempts, reference, cause FROM parts").fetchall() == before
    columns = "id, office, disposition, invited, delivered, replied"
    assert db.execute(f"SELECT {columns} FROM dispositions ORDER BY id").fetchall() == ledger
    assert db.execute("SELECT course FROM dispositions ORDER BY id").fetchall() == [(row[2],) for row in ledger]
    assert [row[2] for row in ledger] == ["open", "waiting", "undeliverable", "rated"]
    # The rest of what was begun: by the same SIM, under the same reference. What was not: by any.
    assert db.execute("SELECT id, lane FROM parts WHERE state = 'queued' ORDER BY id").fetchall() == [(2, "A"), (3, "")]
    assert db.execute("SELECT id, ref FROM messages").fetchall() == [(259, 3), (260, 0), (261, 0), (262, 0)]
    assert db.execute("SELECT sim FROM persons ORDER BY id").fetchall() == [("A",), (None,), (None,), ("B",)]
    assert db.execute("SELECT count(*) FROM inbox WHERE state = 'kept' AND kind IS NULL").fetchone() == (1,)
    assert db.execute("PRAGMA foreign_key_check").fetchall() == []
    db.close()


def test_who_was_out_stays_out_and_why_somebody_was_barred_is_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    db = open_writer(path, checkpoints=True)
    names = old_database(db, path)
    with transaction(db):
        db.execute("UPDATE persons SET opted_out_at = '2018' WHERE id IN (2, 3)")
        db.execute("UPDATE invitations SET state = 'barred', reason = 'barred', closed_at = 2015 + id")
    migrate(db, path)
    years = [(names.of(phone), year) for phone, year in zip(PHONES[1:], ("2018", "2018", "2017"), strict=True)]
    assert db.execute("SELECT * FROM opt_outs ORDER BY 1").fetchall() == [
        (pseudonym, year, "sms", year) for pseudonym, year in sorted(years)
    ]
    assert db.execute("SELECT verb, way, happened_at FROM opt_events ORDER BY id").fetchall() == [
        *(("out", "sms", "2017"), ("out", "sms", "2018"), ("out", "sms", "2018"))
    ]
    assert db.execute("SELECT closed_at, reason FROM invitations ORDER BY id").fetchall() == [
        *(("2016", "asked too recently"), ("2017", "asked too recently"), ("2018", "opted out"), ("2019", "opted out"))
    ]
    assert db.execute(
        "SELECT visit, given, taken_at, place, taken_by, t.text FROM consents c JOIN consent_texts t ON t.id = c.text"
        " WHERE visit = 1"
    ).fetchall() == [(1, 1, "2017", "O", "t", "")]
    db.close()


PHONES = [f"+7913000000{k}" for k in range(1, 5)]
RAW = "00040B919731000000F200004280312173800105B5"
"""A PDU with a phone in it, digits swapped."""


def old_database(db: Database, path: Path) -> Pseudonyms:
    """A database of the first version, with people in it and their key beside it."""
    pseudonyms.make(path)
    names = pseudonyms.load(path)
    migrations.apply(db, stop_before="m002_fleet")
    with transaction(db):
        for statement in _BEFORE.split(";"):
            db.execute(statement)
        for phone in PHONES:
            db.execute("UPDATE persons SET pseudonym = ? WHERE phone = ?", (names.of(phone), phone))
        db.execute("UPDATE inbox SET raw = ?", (RAW,))
    return names


_BEFORE = """
INSERT INTO offices VALUES ('O', 'o', 'o', 'o', '1', '1', 'Asia/Barnaul', 1);
INSERT INTO services VALUES ('S', 's', 's', '1', '1', '1', 's');
INSERT INTO persons VALUES (1, '+79130000001', 'a', NULL), (2, '+79130000002', 'b', NULL),
  (3, '+79130000003', 'c', NULL), (4, '+79130000004', 'd', '2017');
INSERT INTO visits VALUES (1, 't', '1', 's', 'O', 'S', '2017', 1, 1, '2017'), (2, 't', '2', 's', 'O', 'S', '2017', 2, 1,
  '2017'), (3, 't', '3', 's', 'O', 'S', '2017', 3, 1, '2017'), (4, 't', '4', 's', 'O', 'S', '2017', 4, 1, '2017');
INSERT INTO invitations (id, visit, person, state, due_at, invited_at) VALUES (1, 1, 1, 'open', '2017', '2017'),
  (2, 2, 2, 'open', '2017', NULL), (3, 3, 3, 'expired', '2017', NULL), (4, 4, 4, 'answered', '2017', '2017');
INSERT INTO messages VALUES (259, 1, 'invite', 't', 'UCS2', '2017'), (260, 2, 'invite', 't', 'UCS2', '2017'),
  (261, 3, 'invite', 't', 'UCS2', '2017'), (262, 4, 'invite', 't', 'UCS2', '2017');
INSERT INTO parts (id, message, seq, total, text, priority, state, next_at, attempts, sim, reference, submitted_at,
  cause) VALUES (1, 259, 1, 2, 't', 3, 'submitted', '2017', 1, 'A', 7, '2017', NULL),
  (2, 259, 2, 2, 't', 3, 'queued', '2017', 0, NULL, NULL, NULL, NULL),
  (3, 260, 1, 1, 't', 3, 'queued', '2017', 1, NULL, NULL, NULL, 'busy'),
  (4, 261, 1, 1, 't', 3, 'failed', '2017', 8, 'A', NULL, NULL, 'refused'),
  (5, 262, 1, 1, 't', 3, 'unknown', '2017', 1, 'B', NULL, '2017', 'silence');
INSERT INTO ratings (visit, source, mode, overall, expanded, comment, form_version, corrected, rated_at)
  VALUES (4, 'sms', 'overall', 5, 1, '', 'v', 0, '2017');
INSERT INTO inbox (sim, memory, slot, raw, state, kept_at) VALUES ('A', 'SM', 1, '00', 'kept', '2017')
"""


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


def test_database_of_another_program_gets_no_tables(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE packets (id)")
        for opened in (writable, readable):
            with pytest.raises(StoreError, match="database of another program"), opened(path):
                pass
        assert db.execute("SELECT name FROM sqlite_master").fetchall() == [("packets",)]


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


def test_lock_is_taken_though_somebody_looks_who_has_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    flock, looks = fcntl.flock, iter((True, True, False))

    def looked_at(file: IO[str], how: int) -> None:
        if next(looks):
            raise BlockingIOError
        flock(file, how)

    monkeypatch.setattr(fcntl, "flock", looked_at)
    lock = InstanceLock(tmp_path / "x.db")
    lock.take()
    lock.release()
    assert list(looks) == []


def test_time_as_text_comes_back_and_sorts() -> None:
    assert to_text(NOON) == "2017-09-13T05:00:00.000Z"
    assert from_text(to_text(NOON)) == NOON


def test_trouble_is_told_in_the_lock_file_without_more_room(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    lock = InstanceLock(path)
    lock.take()
    size = (tmp_path / "x.db.lock").stat().st_size
    assert trouble_told(path) == ""
    lock.tell("full since noon. " + "ж" * 1000)
    assert trouble_told(path).startswith("full since noon. жж")
    assert (tmp_path / "x.db.lock").stat().st_size == size
    lock.tell("")
    assert trouble_told(path) == ""
    lock.tell("full")
    lock.release()
    assert trouble_told(path) == ""  # of nobody
    lock.take()
    assert trouble_told(path) == ""
    lock.release()
