"""Copies of a database in use: sound, whole, of one moment, with their keys; and the drill of restoring one."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner
from sqlite_utils import Database

from gateway import config as configuration
from gateway import keyfile
from gateway.cli import main
from gateway.daemon import Daemon
from gateway.errors import BackupError
from gateway.ledger import draw_up
from gateway.store import backups, optouts, persons, rotation
from gateway.store.database import InstanceLock, open_writer, transaction
from gateway.store.opening import readable, writable
from tests.gateway.conftest import NOON, PHONE, Centre

_LIVING = """
import sys
from pathlib import Path
from tests.gateway.conftest import Centre
centre = Centre(Path(sys.argv[1]))
for k in range(100_000):
    phone = f"+7913{k:07d}"
    centre.visit(f"v{k}", phone)
    centre.invite()
    centre.send(first=1 + k % 200)
    centre.later(minutes=1)
    centre.hear("СТОП" if k % 5 == 0 else "5", phone)
    centre.db.conn.commit()
    if k == 20:
        print("alive", flush=True)
"""


@pytest.mark.crash
def test_centre_that_was_killed_goes_on_from_the_copy(tmp_path: Path) -> None:
    database, copy = tmp_path / "otklik.db", tmp_path / "backup" / "copy.db"
    copy.parent.mkdir()
    living = subprocess.Popen([sys.executable, "-c", _LIVING, str(database)], stdout=subprocess.PIPE)
    assert living.stdout is not None
    with living.stdout:
        assert living.stdout.readline() == b"alive\n"
        made = backups.make(database, copy)
        assert living.poll() is None
        living.kill()
        living.wait()
    for path in tmp_path.glob("otklik.db*"):
        path.unlink()
    for source in (made.file, *made.keys):
        shutil.copy(source, database.with_name(database.name + source.name.removeprefix(made.file.name)))

    (tmp_path / "config.yaml").write_text("http: null\n", encoding="utf-8")
    settings = configuration.load(tmp_path / "config.yaml").model_copy(update={"modems": ()})
    daemon = Daemon(settings)
    daemon.start()
    daemon.stop()
    with writable(database) as db:
        found = draw_up(db)
        assert found.balanced
        assert found.dispositions["rated"] >= 16
        names = persons.pseudonyms_of(db, database)
        assert [optouts.is_out(db, names.of(f"+7913{k:07d}")) for k in range(10)] == [k % 5 == 0 for k in range(10)]


def _visits(centre: Centre, count: int) -> None:
    with transaction(centre.db):
        for k in range(count):
            centre.visit(f"v{k}", f"+7913020{k:04d}")


def test_copy_is_whole_and_has_its_keys_and_nobody_else_reads_them(centre: Centre, tmp_path: Path) -> None:
    _visits(centre, 9)
    copy = tmp_path / "copy.db"
    made = backups.make(centre.path, copy)
    keys = (tmp_path / "copy.db.key", tmp_path / "copy.db.seals")
    assert (made.file, made.keys, made.size) == (copy, keys, copy.stat().st_size)
    assert [path.stat().st_mode & 0o777 for path in (copy, *made.keys)] == [0o600] * 3
    for key in keys:
        assert key.read_bytes() == (tmp_path / key.name.replace("copy", "otklik")).read_bytes()
    assert sorted(path.name for path in tmp_path.glob("copy*")) == ["copy.db", "copy.db.key", "copy.db.seals"]
    assert copy.read_bytes()[18:20] == b"\x01\x01"  # no write-ahead log: it can be read where nothing can be written
    with readable(copy) as db:
        assert db.execute("SELECT count(*) FROM visits").fetchone() == (9,)


def test_writer_need_not_wait_for_the_copy_nor_the_copy_for_it(
    centre: Centre, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The writer writes between two steps, and the copy has what was there when it began."""
    _visits(centre, 200)
    monkeypatch.setattr(backups, "_STEP_PAGES", 1)
    opened, steps = backups.open_reader, []

    def reader(path: Path) -> object:
        db = opened(path)

        def backup(copy: sqlite3.Connection, *, pages: int) -> None:
            def step(_status: int, remaining: int, _total: int) -> None:
                if len(steps) < 3:
                    with transaction(centre.db):
                        centre.visit(f"meanwhile {len(steps)}", PHONE)
                steps.append(remaining)

            db.conn.backup(copy, pages=pages, progress=step)

        return SimpleNamespace(conn=SimpleNamespace(execute=db.conn.execute, backup=backup), close=db.close)

    monkeypatch.setattr(backups, "open_reader", reader)
    backups.make(centre.path, tmp_path / "copy.db")
    assert steps == sorted(set(steps), reverse=True), "the copy began again"
    assert len(steps) > 10
    with readable(tmp_path / "copy.db") as db:
        assert db.execute("SELECT count(*) FROM visits").fetchone() == (200,)
    assert centre.all("SELECT count(*) FROM visits") == [(203,)]


def test_damaged_database_gives_no_copy_and_leaves_the_last_one(centre: Centre, tmp_path: Path) -> None:
    _visits(centre, 1)
    copy = tmp_path / "copy.db"
    backups.make(centre.path, copy)
    before = copy.read_bytes()
    centre.db.execute("PRAGMA foreign_keys=OFF")
    with transaction(centre.db):
        centre.db.execute("DELETE FROM persons")
    with pytest.raises(BackupError, match=r"earlier ones are left as they are.*row 1 refers to a row of persons"):
        backups.make(centre.path, copy)
    assert copy.read_bytes() == before
    assert not list(tmp_path.glob("*.partial*"))


def test_what_is_no_earlier_copy_is_not_written_over(centre: Centre, tmp_path: Path) -> None:
    other = tmp_path / "letter.txt"
    other.write_text("dear", encoding="utf-8")
    device = tmp_path / "device"
    device.symlink_to("/dev/null")
    with pytest.raises(BackupError, match="no file that a copy can take the place of"):
        backups.make(centre.path, device)
    with pytest.raises(BackupError, match="something else"):
        backups.make(centre.path, other)
    with pytest.raises(BackupError, match="the database itself"):
        backups.make(centre.path, centre.path)
    with pytest.raises(BackupError, match="does not exist; make it or mount"):
        backups.make(centre.path, tmp_path / "nowhere" / "copy.db")
    with pytest.raises(BackupError, match="is a folder"):
        backups.make(centre.path, tmp_path)
    served = tmp_path / "served.db"
    shutil.copy(centre.path, served)
    lock = InstanceLock(served)
    lock.take()
    with pytest.raises(BackupError, match="running daemon"):
        backups.make(centre.path, served)
    lock.release()
    assert other.read_text(encoding="utf-8") == "dear"


def test_keys_that_are_changed_while_the_copy_is_made_are_those_that_open_it(
    centre: Centre, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keys are changed once: the copy is made again. Keys that never rest: there is none."""
    _visits(centre, 3)
    seals = keyfile.seals_of(centre.path)
    first, copied = seals.read_bytes(), backups.open_reader
    rotations = [1]

    def rotate_and_open(path: Path) -> Database:
        if rotations[0]:
            rotations[0] -= 1
            keyfile.replace(seals, [*keyfile.read(seals), keyfile.new_key(NOON.date())])
        return copied(path)

    monkeypatch.setattr(backups, "open_reader", rotate_and_open)
    made = backups.make(centre.path, tmp_path / "copy.db")
    assert made.keys[1].read_bytes() == seals.read_bytes() != first
    rotations[0] = 3
    with pytest.raises(BackupError, match="keys were changed again and again"):
        backups.make(centre.path, tmp_path / "other.db")
    assert not list(tmp_path.glob("other*"))


def test_earlier_copy_can_be_opened_whenever_the_next_one_is_interrupted(
    centre: Centre, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _visits(centre, 3)
    copy, seals = tmp_path / "copy.db", keyfile.seals_of(centre.path)
    backups.make(centre.path, copy)
    for _ in rotation.rotate(centre.db, centre.path, NOON.date()):
        pass
    with monkeypatch.context() as power, pytest.raises(KeyboardInterrupt):
        power.setattr(Path, "replace", _cut_off(Path.replace, copy))
        backups.make(centre.path, copy)
    with readable(copy) as db:
        phones = "SELECT unseal(sealed, pseudonym) FROM persons"
        assert len(db.execute(phones).fetchall()) == 3
    backups.make(centre.path, copy)
    assert keyfile.seals_of(copy).read_bytes() == seals.read_bytes()


def _cut_off(replace: Callable[[Path, Path], Path], target: Path) -> Callable[[Path, Path], Path]:
    """Power that fails when `target` is about to be replaced."""

    def replacing(path: Path, place: Path) -> Path:
        if place == target:
            raise KeyboardInterrupt
        return replace(path, place)

    return replacing


def test_copy_follows_no_link_that_somebody_laid(centre: Centre, tmp_path: Path) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("dear", encoding="utf-8")
    for name in ("copy.db", "copy.db.key", "copy.db.seals"):
        (tmp_path / f"{name}.partial").symlink_to(letter)
    backups.make(centre.path, tmp_path / "copy.db")
    assert letter.read_text(encoding="utf-8") == "dear"


def test_copy_that_would_fill_the_disk_is_not_begun(
    centre: Centre, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: SimpleNamespace(free=10 << 20))
    with pytest.raises(BackupError, match="10 MB free and the copy needs"):
        backups.make(centre.path, tmp_path / "copy.db")
    assert not list(tmp_path.glob("copy*"))


def test_wal_of_a_copy_that_was_opened_is_not_laid_over_the_next(centre: Centre, tmp_path: Path) -> None:
    _visits(centre, 1)
    copy = tmp_path / "copy.db"
    backups.make(centre.path, copy)
    opened = open_writer(copy, checkpoints=True)
    with transaction(opened):
        opened.execute("UPDATE visits SET foreign_id = 'changed'")
    wal = (tmp_path / "copy.db-wal").read_bytes()
    opened.close()
    (tmp_path / "copy.db-wal").write_bytes(wal)  # as a program leaves it that was killed
    backups.make(centre.path, copy)
    with readable(copy) as db:
        assert db.execute("SELECT foreign_id FROM visits").fetchall() == [("v0",)]


def test_command_says_where_the_copy_lies_and_how_to_restore_it(centre: Centre, tmp_path: Path) -> None:
    _visits(centre, 1)
    config = tmp_path / "config.yaml"
    config.write_text("http: null\n", encoding="utf-8")
    result = CliRunner().invoke(main, ["backup", str(tmp_path / "my copy.db"), "-c", str(config), "--json"])
    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    assert f"is a sound copy of {centre.path}" in lines[0]
    assert f"  rm -f {centre.path}-wal {centre.path}-shm" in lines
    assert f"  cp -p '{tmp_path}/my copy.db.key' {centre.path}.key" in lines
    assert "my copy.db.key and my copy.db.seals beside it are needed to restore it" in result.output
    assert json.loads(lines[-1])["keys"] == [f"{tmp_path}/my copy.db.{kind}" for kind in ("key", "seals")]
    bare = CliRunner().invoke(main, ["backup", str(tmp_path / "bare.db"), "-c", str(config), "--no-keys"])
    assert "nobody who opted out is known" in bare.output
    assert not (tmp_path / "bare.db.key").exists()
    none = CliRunner().invoke(main, ["backup", str(tmp_path / "no" / "copy.db"), "-c", str(config)])
    assert (none.exit_code, none.stdout) == (1, "")


def test_oldest_copies_go_with_their_keys(tmp_path: Path) -> None:
    for day in range(1, 6):
        for suffix in ("", ".key", ".seals"):
            (tmp_path / f"otklik-2017091{day}T000000Z.db{suffix}").touch()
    (tmp_path / "other-20100101T000000Z.db").touch()
    assert backups.thin_out(tmp_path, "otklik", 2, NOON + timedelta(days=99)) == 3
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "other-20100101T000000Z.db",
        *(f"otklik-2017091{day}T000000Z.db{suffix}" for day in (4, 5) for suffix in ("", ".key", ".seals")),
    ]
