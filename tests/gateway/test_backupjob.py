"""Copies by themselves: due, made, thinned out, and told of where there are none."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from gateway.backupjob import BackupJob, is_due
from gateway.cli import main
from gateway.settings import BackupSettings
from gateway.store import backups
from gateway.store.database import open_writer
from gateway.store.opening import readable
from gateway.store.schema import migrate
from gateway.store.writer import Writer
from scheduler.clock import SystemClock
from tests.gateway.conftest import NOON


class _Clock:
    """The job asks only what time it is."""

    def __init__(self) -> None:
        self.moment = NOON

    def now(self) -> datetime:
        return self.moment


class _Box:
    def __init__(self, folder: Path, clock: _Clock, writer: Writer) -> None:
        self.clock = clock
        self.database = folder / "otklik.db"
        self.folder = folder / "backup"
        self.settings = BackupSettings(folder=self.folder, every_s=86_400, keep=2)
        self.job = BackupJob(writer, clock, self.database, self.settings)  # type: ignore[arg-type]

    def copies(self) -> list[str]:
        return sorted(path.name for path in self.folder.glob("*.db"))

    def alarms(self) -> list[str]:
        with readable(self.database) as db:
            return [row[0] for row in db.execute("SELECT text FROM alarms WHERE cleared_at IS NULL").fetchall()]


@pytest.fixture
def box(tmp_path: Path) -> Iterator[_Box]:
    db = open_writer(tmp_path / "otklik.db", checkpoints=True)
    migrate(db, tmp_path / "otklik.db")
    writer = Writer(db, tmp_path / "otklik.db")
    found = _Box(tmp_path, _Clock(), writer)
    found.folder.mkdir()
    yield found
    writer.close()


def test_copy_is_made_each_day_and_the_last_ones_stay(box: _Box) -> None:
    (box.folder / "otklik-notes.db").touch()  # somebody else's
    (box.folder / "otklik-20170901T000000Z.db.partial-journal").touch()  # of one that was interrupted
    for hours in (0, 1, 23, 24, 50, 51):
        box.clock.moment = NOON + timedelta(hours=hours)
        box.job.look()
    assert box.copies() == ["otklik-20170914T050000Z.db", "otklik-20170915T070000Z.db", "otklik-notes.db"]
    assert len(list(box.folder.glob("otklik-2017*.db.key"))) == 2
    assert not list(box.folder.glob("*.partial*"))
    assert box.alarms() == []


def test_copy_that_cannot_be_made_is_an_alarm_until_one_is(box: _Box) -> None:
    box.folder.rmdir()
    box.job.look()
    (text,) = box.alarms()
    assert f"The folder {box.folder} for backups does not exist; make it or mount it." in text
    box.job.look()
    box.folder.mkdir()
    box.job.look()
    assert box.alarms() == []
    assert len(box.copies()) == 1


def test_copy_from_a_future_that_a_wrong_clock_made_up_does_not_put_off_the_next(box: _Box) -> None:
    wrong = "otklik-20300101T000000Z.db"
    (box.folder / wrong).touch()
    assert is_due(box.database, box.settings, NOON)
    box.job.look()
    assert not is_due(box.database, box.settings, NOON + timedelta(hours=1))
    assert wrong in box.copies()
    for days in (1, 2):
        box.clock.moment = NOON + timedelta(days=days)
        box.job.look()
    assert box.copies() == ["otklik-20170914T050000Z.db", "otklik-20170915T050000Z.db"]


def test_name_of_a_database_is_no_pattern(tmp_path: Path) -> None:
    (tmp_path / "a[1]-20170914T050000Z.db").touch()
    (tmp_path / "a1-20170914T050000Z.db").touch()
    assert [path.name for _, path in backups.copies(tmp_path, "a[1]")] == ["a[1]-20170914T050000Z.db"]


def test_without_keys_where_they_are_kept_elsewhere(box: _Box) -> None:
    settings = box.settings.model_copy(update={"keys": False})
    BackupJob(box.job._writer, box.clock, box.database, settings).look()  # type: ignore[arg-type]
    assert [path.suffix for path in box.folder.iterdir()] == [".db"]


def test_interrupted_copy_of_now_is_left_alone(tmp_path: Path) -> None:
    for name in ("x-20170914T050000Z.db", "x-20170913T050000Z.db.partial", "x-20170914T060000Z.db.partial"):
        (tmp_path / name).touch()
    assert backups.thin_out(tmp_path, "x", 5, NOON) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "x-20170914T050000Z.db",
        "x-20170914T060000Z.db.partial",
    ]


def test_check_names_a_file_that_copies_shall_go_into(box: _Box) -> None:
    config = box.database.with_name("config.yaml")
    config.write_text(f"backup: {{folder: {box.database}}}\nmodems: []\nhttp: null\n", encoding="utf-8")
    said = CliRunner().invoke(main, ["check", "-c", str(config)]).output
    assert f"FAULT  backup: {box.database} for backups is no folder; name one in backup.folder." in said


def test_check_tells_of_a_copy_that_is_overdue(box: _Box) -> None:
    config = box.database.with_name("config.yaml")
    config.write_text("backup: {folder: backup}\nmodems: [{name: m1, port: nowhere}]\nhttp: null\n", encoding="utf-8")
    assert "backup: there is no copy in" in CliRunner().invoke(main, ["check", "-c", str(config)]).output
    box.job.look()  # of 2017
    assert (
        "FAULT  backup: the last one is of 2017-09-13 05:00 UTC"
        in CliRunner().invoke(main, ["check", "-c", str(config)]).output
    )
    box.clock.moment = SystemClock().now() - timedelta(hours=1)
    box.job.look()
    assert "ok     backup: the last one is of" in CliRunner().invoke(main, ["check", "-c", str(config)]).output
