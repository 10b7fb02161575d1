"""A centre whose disk takes nothing for a while: nothing is sent or deleted, and then everything is there once."""

from __future__ import annotations

import json
import logging
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner, Result
from sqlite_utils import Database

import modem.worker.port
from gateway import config as configuration
from gateway import disk
from gateway.cli import main
from gateway.cli.visits import take
from gateway.daemon import Daemon
from gateway.desk import Desk
from gateway.errors import ConfigError, IntakeError, StoreFull
from gateway.logs import set_up
from gateway.settings import LogSettings, Settings
from gateway.store import visits as visit_rows
from gateway.store.opening import readable
from modem.emulator.testing import EmulatedModem, EmulatedNetwork
from modem.outcomes import Outcome
from scheduler.clock import SystemClock
from scheduler.runner import Job, Ticker

_HEADER = "foreign_id,office,service,received_at,phone,consent\n"


class _Box:
    """A daemon with one modem, whose jobs run when the test says so, and whose disk can be shut."""

    def __init__(self, modem: EmulatedModem, folder: Path, small: Path | None) -> None:
        self.modem = modem
        self._small = small
        database = folder / "otklik.db" if small is None else small / "otklik.db"
        self.config = folder / "config.yaml"
        self.config.write_text(
            f"modems: [{{name: m1, port: {modem.link}}}]\nsurvey: {{delay_s: 0, window: always}}\nsweep_s: 0.2\n"
            f"http: null\ndisk: {{reserve_mb: {64 if small is None else 0}}}\ndatabase: {database}\n",
            encoding="utf-8",
        )
        self.settings = configuration.load(self.config)
        self._jobs: dict[str, Job] = {}
        self.daemon = Daemon(self.settings, runner=self._runner)

    def _runner(self, jobs: list[Job]) -> Ticker:
        self._jobs.update({job.name: job for job in jobs})
        return Ticker(jobs, SystemClock())

    def run(self, *names: str) -> None:
        for name in names:
            self._jobs[name].function()

    @property
    def connection(self) -> Database:
        assert self.daemon._running is not None
        return self.daemon._running.writer._db

    @property
    def is_in_trouble(self) -> bool:
        assert self.daemon._running is not None
        return self.daemon._running.writer.trouble is not None

    def shut(self, shut: bool) -> None:
        if self._small is None:
            self.connection.conn.execute(f"PRAGMA query_only={int(shut)}")
        elif shut:
            self.connection.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # else there is room in the WAL
            with suppress(OSError), (self._small / "filler").open("wb", buffering=0) as filler:
                while filler.write(b"x" * 4096):
                    continue
        else:
            (self._small / "filler").unlink()

    def take(self, name: str) -> None:
        path = self.config.with_name("visits.csv")
        path.write_text(f"{_HEADER}{name},BRN1,REG,2017-09-12T10:00,+7913020000{name[-1]},1\n", encoding="utf-8")
        take(self.settings, path, "csv", "test", lambda line: None)

    def all(self, sql: str) -> list[tuple[object, ...]]:
        with readable(self.settings.database) as db:
            return [tuple(row) for row in db.execute(sql).fetchall()]

    def status(self) -> str:
        return CliRunner().invoke(main, ["status", "-c", str(self.config)]).output


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, which can be filled to the last block."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)], capture_output=True)
    if mounted.returncode != 0:
        pytest.skip("no file system may be mounted here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.fixture
def box(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[_Box]:
    monkeypatch.setattr(modem.worker.port, "_HOLD_S", 0.05)
    small = request.getfixturevalue("small") if getattr(request, "param", "read-only") == "full" else None
    with EmulatedNetwork(1, tmp_path) as network:
        found = _Box(network.modems[0], tmp_path, small)
        found.daemon.start()
        try:
            yield found
        finally:
            found.daemon.stop()


def _wait(condition: Callable[[], object], within_s: float = 15.0) -> None:
    clock = SystemClock()
    deadline = clock.monotonic() + within_s
    while not condition():
        assert clock.monotonic() < deadline, "it did not come about in time"
        clock.wait((), clock.monotonic() + 0.02)


@pytest.mark.parametrize("box", ["read-only", "full"], indirect=True)
def test_messages_stay_in_the_modem_until_the_disk_takes_them_and_arrive_once(
    box: _Box, caplog: pytest.LogCaptureFixture, request: pytest.FixtureRequest
) -> None:
    state = request.node.callspec.params["box"]
    box.take("v1")
    box.run("invite due")
    _wait(lambda: box.all("SELECT 1 FROM parts WHERE state = 'delivered'"))
    box.take("v2")
    box.shut(True)
    for text in ("5", "и спасибо"):
        box.modem.deliver("+79130200001", text)
    _wait(lambda: box.is_in_trouble)
    before = len(box.modem.commands())
    box.run("invite due", "read inbox", "look after ports", "watch disk")
    _wait(lambda: len([line for line in box.modem.commands()[before:] if "CMGL" in line]) > 4)
    assert box.modem.used("SM") + box.modem.used("ME") == 2
    assert len(box.modem.submits()) == 1
    assert f"DATABASE {state} since" in box.status()

    box.shut(False)
    box.run("watch disk")
    _wait(lambda: box.modem.used("SM") + box.modem.used("ME") == 0)
    box.run("read inbox", "invite due")
    _wait(lambda: len(box.modem.submits()) >= 3)  # thanks to the one, and the other is asked
    assert box.all("SELECT text FROM replies ORDER BY id") == [("5",), ("и спасибо",)]
    assert box.all("SELECT overall FROM ratings") == [(5,)]
    assert box.all("SELECT sum(copies) FROM inbox WHERE kind = 'reply'") == [(2,)]
    assert "DATABASE" not in box.status()
    troubles = box.all("SELECT place, text FROM troubles")
    assert [place for place, _ in troubles] == ["database"], troubles  # the modem was not at fault and not restarted
    assert str(troubles[0][1]).startswith("Nothing could be written since ")
    assert "job failed" not in caplog.text


def test_what_became_of_a_part_is_written_when_the_disk_takes_it(box: _Box, monkeypatch: pytest.MonkeyPatch) -> None:
    settle = Desk.settle

    def settle_on_a_shut_disk(desk: Desk, sim: str, outcomes: Sequence[tuple[int, Outcome]]) -> None:
        box.shut(True)
        settle(desk, sim, outcomes)
        monkeypatch.setattr(Desk, "settle", settle)

    monkeypatch.setattr(Desk, "settle", settle_on_a_shut_disk)
    box.take("v1")
    box.run("invite due")
    _wait(lambda: box.is_in_trouble)
    assert box.all("SELECT state FROM parts") == [("claimed",)]
    box.shut(False)
    box.run("watch disk")
    _wait(lambda: box.all("SELECT state FROM parts") == [("delivered",)])
    assert len(box.modem.submits()) == 1


def test_other_settings_are_not_taken_while_nothing_can_be_written(box: _Box) -> None:
    box.shut(True)
    box.modem.deliver("+79130200001", "5")
    _wait(lambda: box.is_in_trouble)
    with pytest.raises(ConfigError, match="What is not written yet would be lost by it now"):
        box.daemon.reload(box.settings)
    box.shut(False)
    box.run("watch disk")
    _wait(lambda: box.modem.used("SM") + box.modem.used("ME") == 0)


def test_centre_that_is_stopped_in_trouble_stops_at_once_and_knows_what_is_in_doubt(box: _Box) -> None:
    box.shut(True)
    box.modem.deliver("+79130200001", "5")
    _wait(lambda: box.is_in_trouble)
    clock = SystemClock()
    began = clock.monotonic()
    box.daemon.stop()
    assert clock.monotonic() - began < 5
    assert box.modem.used("SM") + box.modem.used("ME") == 1
    box.daemon.start()
    _wait(lambda: box.modem.used("SM") + box.modem.used("ME") == 0)


# -- a disk that is nearly full ---------------------------------------------------------------------------------


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "config.yaml").write_text("disk: {reserve_mb: 100}\nhttp: null\n", encoding="utf-8")
    return configuration.load(tmp_path / "config.yaml")


def _visits(settings: Settings, count: int) -> Path:
    path = settings.database.with_name("visits.csv")
    rows = (f"v{k},BRN1,REG,2017-09-12T10:00,+7913{k:07d},1\n" for k in range(count))
    path.write_text(_HEADER + "".join(rows), encoding="utf-8")
    return path


def test_no_visits_are_taken_below_the_reserve_and_the_file_can_be_taken_again(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _visits(settings, 1200)
    left = iter((101 << 20, 101 << 20, 99 << 20))
    with monkeypatch.context() as filling, pytest.raises(IntakeError, match="has 99 MB left; below 100 MB") as told:
        filling.setattr(shutil, "disk_usage", lambda folder: SimpleNamespace(free=next(left)))
        take(settings, path, "csv", "test", lambda line: None)
    with readable(settings.database) as db:
        (taken,) = db.execute("SELECT count(*) FROM visits").fetchone()
    assert 0 < taken < 1200
    assert f"visits.csv: accepted {taken}, duplicates 0 before that; then take the same file in again." in str(
        told.value
    )
    tally = take(settings, path, "csv", "test", lambda line: None)
    assert (tally.accepted, tally.duplicates) == (1200 - taken, taken)
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: SimpleNamespace(free=0))
    with pytest.raises(StoreFull, match=r"no file of visits or ratings is taken in. Make room there"):
        take(settings, path, "csv", "test", lambda line: None)


def test_ratings_are_taken_in_groups_of_their_pace_and_not_below_the_reserve(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = settings.database.with_name("ratings.csv")
    said = "BRN1,REG,2017-09-12T10:00,2017-09-12T11:00,5"
    lines = ["outside_id,office,service,received_at,rated_at,overall", *(f"t{k},{said}" for k in range(600))]
    path.write_text("\n".join(lines), encoding="utf-8")

    def import_() -> Result:
        arguments = ["ratings", "import", str(path), "--source", "terminal", "-c", str(path.with_name("config.yaml"))]
        return CliRunner().invoke(main, arguments)

    left = iter((101 << 20, 101 << 20, 99 << 20))
    with monkeypatch.context() as filling:
        filling.setattr(shutil, "disk_usage", lambda folder: SimpleNamespace(free=next(left)))
        stopped = import_()
    with readable(settings.database) as db:
        (taken,) = db.execute("SELECT count(*) FROM ratings").fetchone()
    assert stopped.exit_code == 1
    assert "has 99 MB left; below 100 MB" in stopped.stderr
    assert f"ratings.csv: accepted {taken}, duplicates 0 before that; then take the same file in again." in (
        stopped.stderr
    )
    assert 250 < taken < 600
    assert taken % 250  # the second group is as long as the first one took
    assert import_().stdout.startswith(f"accepted {600 - taken}, duplicates {taken}, refused 0\n")


def test_disk_that_becomes_full_during_an_import_is_told_with_what_was_taken(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = visit_rows.put_offices

    def put_and_fill(db: Database, offices: object) -> None:
        put(db, offices)  # type: ignore[arg-type]
        pages = db.execute("PRAGMA page_count").fetchone()[0]
        db.execute(f"PRAGMA max_page_count={pages + 60}")

    monkeypatch.setattr(visit_rows, "put_offices", put_and_fill)
    path = _visits(settings, 3000)
    result = CliRunner().invoke(main, ["visits", "import", str(path), "-c", str(path.with_name("config.yaml"))])
    with readable(settings.database) as db:
        (taken,) = db.execute("SELECT count(*) FROM visits").fetchone()
    assert result.exit_code == 1
    assert f"is full; make room there, nothing that was kept is lost. visits.csv: accepted {taken}," in result.stderr
    assert 0 < taken < 3000


def test_refused_rows_that_find_no_room_are_told_with_what_was_taken(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _visits(settings, 700)
    path.write_text(path.read_text(encoding="utf-8") + "v9999,NOPE,REG,2017-09-12T10:00,+79130000000,1\n", "utf-8")
    opened = os.open

    def open_full(name: object, *how: int) -> int:
        return opened("/dev/full", os.O_WRONLY) if str(name).endswith(".refused.csv") else opened(name, *how)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "open", open_full)
    with pytest.raises(
        IntakeError, match=r"No space left on device\. visits\.csv: accepted 700, duplicates 0 before that"
    ):
        take(settings, path, "csv", "test", lambda line: None)


def test_low_disk_is_an_alarm_until_there_is_room(box: _Box, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as low:
        low.setattr(shutil, "disk_usage", lambda folder: SimpleNamespace(free=10 << 20))
        box.run("watch disk", "watch disk")
        shown = box.status()
    assert shown.count("10 MB left") == 2  # the alarm, and what is seen at this moment
    box.run("watch disk")
    assert box.all("SELECT kind FROM alarms WHERE cleared_at IS NULL") == []
    assert box.all("SELECT kind FROM alarms WHERE place = 'disk'") == [("disk low",)]


def test_full_disk_is_not_tried_while_it_has_no_room(box: _Box, monkeypatch: pytest.MonkeyPatch) -> None:
    pages = box.connection.conn.execute("PRAGMA page_count").fetchone()[0]
    box.connection.conn.execute(f"PRAGMA max_page_count={pages}")
    writer = box.daemon._running.writer  # type: ignore[union-attr]
    with pytest.raises(StoreFull):
        writer.do(lambda db: db.execute("CREATE TABLE big AS SELECT zeroblob(100000)") and None)
    box.connection.conn.execute("PRAGMA max_page_count=1000000")
    with monkeypatch.context() as full:
        full.setattr(shutil, "disk_usage", lambda folder: SimpleNamespace(free=100))
        box.run("watch disk")
    assert box.is_in_trouble
    box.run("watch disk")
    assert not box.is_in_trouble


def test_status_tells_of_a_disk_that_may_only_be_read(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    take(settings, _visits(settings, 1), "csv", "test", lambda line: None)
    mounted = SimpleNamespace(
        ST_RDONLY=os.ST_RDONLY,
        W_OK=os.W_OK,
        access=os.access,
        statvfs=lambda folder: SimpleNamespace(f_flag=os.ST_RDONLY),
    )
    monkeypatch.setattr(disk, "os", mounted)
    config = str(settings.database.with_name("config.yaml"))
    shown = CliRunner().invoke(main, ["status", "-c", config, "--json"])
    assert "can only be read; nothing is taken or sent" in shown.output
    assert json.loads(shown.output.splitlines()[-1])["disk"]["read_only"] is True
    assert "mounted read-only; change its owner" in CliRunner().invoke(main, ["check", "-c", config]).output


def test_line_that_the_log_file_does_not_take_is_said_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    before, level = logging.getLogger().handlers[:], logging.getLogger().level
    set_up(LogSettings(file=Path("/dev/full")))
    handler = logging.getLogger().handlers[0]
    try:
        logging.getLogger("test").warning("nobody %s", "home")
    finally:
        logging.getLogger().removeHandler(handler)
        handler.close()
        logging.getLogger().handlers[:] = before
        logging.getLogger().setLevel(level)
    assert '"event": "nobody home"' in capsys.readouterr().err
