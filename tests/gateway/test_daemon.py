"""The daemon in this process, on the in-process emulated network."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner

from gateway import alarms
from gateway import config as configuration
from gateway.callbacks import Reason
from gateway.cli import main
from gateway.cli.visits import take
from gateway.daemon import Daemon
from gateway.errors import AlreadyRunning, ConfigError, StoreError
from gateway.outbox import Outbox
from gateway.settings import Settings
from gateway.settling import BATCH
from gateway.store import callbacks
from gateway.store.database import transaction
from gateway.store.opening import readable, writable
from modem.emulator import urls
from modem.emulator.testing import EmulatedNetwork
from scheduler.clock import SystemClock
from scheduler.runner import Job, Ticker
from tests.gateway.conftest import NOON
from tests.gateway.scripts import script_file
from tests.gateway.store.test_secrecy import found_in

_VISITS = "foreign_id,office,service,received_at,phone,consent\n" + "".join(
    f"v{k},BRN1,REG,2017-09-12T10:0{k},+7913020000{k},1\n" for k in range(3)
)
_CONFIG = """
modems: [{name: m1, port: emu://}]
survey: {delay_s: 0, window: always}
sweep_s: 1
http: null
"""


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Settings]:
    path = tmp_path / "config.yaml"
    path.write_text(_CONFIG, encoding="utf-8")
    yield configuration.load(path)
    urls.close_network()


def _wait(condition: Callable[[], bool], within_s: float = 15.0) -> None:
    clock = SystemClock()
    deadline = clock.monotonic() + within_s
    while not condition():
        assert clock.monotonic() < deadline, "it did not come about in time"
        clock.wait((), clock.monotonic() + 0.05)


def _count(settings: Settings, sql: str) -> int:
    with readable(settings.database) as db:
        return int(db.execute(sql).fetchone()[0])


def _import(settings: Settings, text: str) -> None:
    path = settings.database.with_name("visits.csv")
    path.write_text(text, encoding="utf-8")
    take(settings, path, "csv", "test", lambda line: None)


def test_visits_imported_beside_the_daemon_become_ratings(settings: Settings) -> None:
    daemon = Daemon(settings)
    daemon.start()
    try:
        _import(settings, _VISITS)
        _wait(lambda: _count(settings, "SELECT count(*) FROM parts WHERE state = 'delivered'") == 3)
        urls.network().deliver(0, "+79130200001", "пять")
        _wait(lambda: _count(settings, "SELECT count(*) FROM ratings WHERE overall = 5") == 1)
        _wait(lambda: _count(settings, "SELECT count(*) FROM parts WHERE state = 'delivered'") == 4)
    finally:
        daemon.stop()
    texts = [line["text"] for line in urls.network().submits()[0]]
    assert texts[-1] == "Спасибо, Ваша оценка принята."
    assert [found_in(settings.database, f"+7913020000{k}") for k in range(3)] == [[], [], []]
    assert threading.active_count() <= 2  # this one and the emulated network's


def test_second_daemon_on_the_database_names_the_first(settings: Settings) -> None:
    first = Daemon(settings)
    first.start()
    try:
        with pytest.raises(AlreadyRunning, match=r"pid \d+ already serves"):
            Daemon(settings).start()
    finally:
        first.stop()


def test_settings_that_cannot_be_used_leave_the_daemon_running(settings: Settings) -> None:
    daemon = Daemon(settings)
    daemon.start()
    try:
        with pytest.raises(ConfigError, match="cannot be read"):
            daemon.reload(settings.model_copy(update={"offices": Path("nowhere.csv")}))
        _import(settings, _VISITS)
        _wait(lambda: _count(settings, "SELECT count(*) FROM parts WHERE submitted_at IS NOT NULL") == 3)
    finally:
        daemon.stop()


def test_other_database_on_reload_is_refused(settings: Settings) -> None:
    daemon = Daemon(settings)
    with pytest.raises(ConfigError, match="restart"):
        daemon.reload(settings.model_copy(update={"database": Path("other.db")}))


def test_new_settings_are_used_after_a_reload(settings: Settings) -> None:
    daemon = Daemon(settings)
    daemon.start()
    try:
        survey = settings.survey.model_copy(
            update={"script": script_file(settings.database.parent, "Оцените {office} от 1 до 5")}
        )
        daemon.reload(settings.model_copy(update={"survey": survey}))
        _import(settings, _VISITS)
        _wait(lambda: _count(settings, "SELECT count(*) FROM parts WHERE submitted_at IS NOT NULL") == 3)
    finally:
        daemon.stop()
    assert urls.network().submits()[0][-1]["text"] == "Оцените МФЦ Барнаул от 1 до 5"


def test_parts_claimed_by_a_daemon_that_died_are_in_doubt_and_not_sent_again(settings: Settings) -> None:
    daemon = Daemon(settings)
    daemon.start()
    daemon.stop()
    _import(settings, _VISITS)
    with_claims = Daemon(settings.model_copy(update={"modems": ()}))
    with_claims.start()
    _wait(lambda: _count(settings, "SELECT count(*) FROM parts WHERE state = 'queued'") == 3)
    with_claims.stop()
    db = sqlite3.connect(settings.database)
    db.execute("UPDATE parts SET state = 'claimed', sim = 'x', claimed_at = next_at WHERE id = 1")
    db.commit()
    db.close()

    again = Daemon(settings)
    again.start()
    try:
        _wait(lambda: _count(settings, "SELECT count(*) FROM parts WHERE state = 'delivered'") == 2)
    finally:
        again.stop()
    assert _count(settings, "SELECT count(*) FROM parts WHERE state = 'unknown'") == 1
    assert len(urls.network().submits()[0]) == 2


def _pin_was_refused(settings: Settings, times: int) -> bool:
    return _count(settings, "SELECT count(*) FROM troubles WHERE text LIKE '%not tried again%'") >= times


def test_wrong_pin_and_five_restarts_cost_the_card_one_try(tmp_path: Path) -> None:
    with EmulatedNetwork(1, tmp_path) as network:
        (modem,) = network.modems
        modem.fault("sim", what="pin")
        (tmp_path / "pin").write_text("9999\n", encoding="ascii")
        path = tmp_path / "config.yaml"
        path.write_text(
            f"modems: [{{name: m1, port: {modem.link}, pin_file: pin}}]\nsurvey: {{delay_s: 0}}\nhttp: null\n"
        )
        settings = configuration.load(path)
        for run in range(6):
            daemon = Daemon(settings)
            daemon.start()
            _wait(partial(_pin_was_refused, settings, run + 1))
            daemon.stop()
        assert [line for line in modem.commands() if line.startswith("AT+CPIN=")] == ['AT+CPIN="9999"']


def test_alarm_of_what_is_no_longer_here_ends_at_the_next_start(settings: Settings) -> None:
    with writable(settings.database) as db, transaction(db):
        for place in ("modem m1", "modem m2", "SIM 8970100000000000009"):
            alarms.tell(db, place=place, kind="sending stopped", text="…", now=NOON)
    daemon = Daemon(settings)
    daemon.start()
    daemon.stop()
    assert _count(settings, "SELECT count(*) FROM alarms WHERE cleared_at IS NULL AND place <> 'modem m1'") == 0
    assert _count(settings, "SELECT count(*) FROM alarms WHERE cleared_at IS NULL AND place = 'modem m1'") == 1


def test_start_that_fails_at_the_database_leaves_nothing_behind(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: object) -> int:
        raise StoreError("locked")

    with monkeypatch.context() as broken, pytest.raises(StoreError, match="locked"):
        broken.setattr(Outbox, "recover", busy)
        Daemon(settings).start()
    assert not [thread for thread in threading.enumerate() if thread.name == "writer"]
    daemon = Daemon(settings)
    daemon.start()
    daemon.stop()


def test_daemon_stops_in_the_middle_of_a_crowd(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = threading.Event()

    def endless(*_: object) -> int:
        begun.set()
        return BATCH

    monkeypatch.setattr(Outbox, "invite_due", endless)
    daemon = Daemon(settings)
    daemon.start()
    try:
        assert begun.wait(20)
    finally:
        stopping = threading.Thread(target=daemon.stop)
        stopping.start()
        stopping.join(20)
    assert not stopping.is_alive()


def test_overdue_call_back_is_an_alarm_until_it_is_closed_beside_the_daemon(settings: Settings) -> None:
    jobs: dict[str, Job] = {}

    def runner(found: list[Job]) -> Ticker:
        jobs.update({job.name: job for job in found})
        return Ticker(found, SystemClock())

    daemon = Daemon(settings, runner=runner)
    daemon.start()
    try:
        _import(settings, _VISITS)
        with writable(settings.database) as db, transaction(db):
            callbacks.open_one(db, visit=1, reason=Reason.LOW_RATING, due_at=NOON, now=NOON)
        jobs["watch call-backs"].function()
        assert _count(settings, "SELECT count(*) FROM alarms WHERE kind = 'overdue' AND cleared_at IS NULL") == 1
        config = str(settings.database.with_name("config.yaml"))
        close = ["callbacks", "close", "1", "--outcome", "not called", "--by", "Anna", "-c", config]
        assert CliRunner().invoke(main, close).exit_code == 0
        jobs["watch call-backs"].function()
        assert _count(settings, "SELECT count(*) FROM alarms WHERE cleared_at IS NULL") == 0
    finally:
        daemon.stop()
