"""Modems and cards that change places under a running centre, as the database tells it afterwards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gateway import config as configuration
from gateway.cli.visits import take
from gateway.daemon import Daemon
from gateway.settings import Settings
from gateway.store.opening import readable
from modem.emulator.testing import EmulatedNetwork
from scheduler.clock import SystemClock
from tests.modem.restless import RestlessClock


@pytest.fixture
def network(tmp_path: Path) -> Iterator[EmulatedNetwork]:
    with EmulatedNetwork(2, tmp_path) as running:
        yield running


def _settings(tmp_path: Path, modems: str) -> Settings:
    path = tmp_path / "config.yaml"
    path.write_text(
        f"modems: [{modems}]\nsurvey: {{delay_s: 0, window: always}}\nsweep_s: 0.2\nhttp: null\n", encoding="utf-8"
    )
    return configuration.load(path)


def _all(settings: Settings, sql: str) -> list[tuple[object, ...]]:
    with readable(settings.database) as db:
        return [tuple(row) for row in db.execute(sql).fetchall()]


def _wait(condition: Callable[[], bool]) -> None:
    clock = SystemClock()
    deadline = clock.monotonic() + 15
    while not condition():
        assert clock.monotonic() < deadline, "it did not come about in time"
        clock.wait((), clock.monotonic() + 0.02)


def _visit(settings: Settings, number: int) -> None:
    path = settings.database.with_name("visits.csv")
    path.write_text(
        "foreign_id,office,service,received_at,phone,consent\n"
        f"v{number},BRN1,REG,2017-09-12T10:00,+7913020000{number},1\n",
        encoding="utf-8",
    )
    take(settings, path, "csv", "test", lambda line: None)


def _sent(settings: Settings) -> int:
    return len(_all(settings, "SELECT 1 FROM parts WHERE submitted_at IS NOT NULL"))


def test_messages_are_counted_for_the_card_that_sent_them_and_the_change_is_told(
    network: EmulatedNetwork, tmp_path: Path
) -> None:
    (modem, _) = network.modems
    first = modem.iccid
    settings = _settings(tmp_path, f"{{name: m1, port: {modem.link}}}")
    daemon = Daemon(settings)
    daemon.start()
    try:
        _visit(settings, 1)
        _wait(lambda: _sent(settings) == 1)
        modem.fault("sim", what="change")
        _wait(lambda: _all(settings, "SELECT sim FROM ports") == [(modem.iccid,)])
        _visit(settings, 2)
        _wait(lambda: _sent(settings) == 2)
    finally:
        daemon.stop()
    assert _all(settings, "SELECT sim FROM parts ORDER BY id") == [(first,), (modem.iccid,)]
    sims = _all(settings, "SELECT iccid, imei, operator IS NOT NULL, seen_at IS NOT NULL FROM sims ORDER BY seen_at")
    assert sims == [(first, modem.imei, 1, 1), (modem.iccid, modem.imei, 1, 1)]
    told = f"The SIM in m1 is another one now: {modem.iccid}, and it was {first}."
    assert _all(settings, "SELECT text FROM troubles") == [(told,)]


def test_card_that_was_changed_while_the_centre_was_down_is_told(network: EmulatedNetwork, tmp_path: Path) -> None:
    (modem, _) = network.modems
    settings = _settings(tmp_path, f"{{name: m1, port: {modem.link}}}")
    for _ in range(2):
        daemon = Daemon(settings)
        daemon.start()
        _wait(lambda: _all(settings, "SELECT sim FROM ports WHERE state = 'serving'") == [(modem.iccid,)])
        daemon.stop()
        modem.fault("sim", what="change")
    ((told,),) = _all(settings, "SELECT text FROM troubles")
    assert str(told).startswith("The SIM in m1 is another one now")


def test_cards_keep_their_counters_when_their_modems_change_places(network: EmulatedNetwork, tmp_path: Path) -> None:
    one, other = network.modems
    known = {modem.iccid: modem.imei for modem in network.modems}
    cards = {modem.name: modem.iccid for modem in network.modems}
    numbers = {modem.iccid: modem.number for modem in network.modems}
    settings = _settings(tmp_path, f"{{name: m1, port: {one.link}}}, {{name: m2, port: {other.link}}}")
    serving = "SELECT name, sim FROM ports WHERE state = 'serving' ORDER BY name"
    daemon = Daemon(settings, RestlessClock())
    daemon.start()
    try:
        _wait(lambda: len(_all(settings, serving)) == 2)
        before = _all(settings, serving)
        _visit(settings, 1)
        _wait(lambda: _sent(settings) == 1)
        one.fault("swap", other=other.name, for_s=0.1)
        _wait(lambda: _all(settings, serving) == [("m1", before[1][1]), ("m2", before[0][1])])
        _visit(settings, 2)
        _wait(lambda: _sent(settings) == 2)
    finally:
        daemon.stop()
    counted = dict(_all(settings, "SELECT sim, count(*) FROM parts WHERE submitted_at IS NOT NULL GROUP BY sim"))
    assert counted == Counter(cards[str(line["modem"])] for line in network.events() if line["event"] == "submit")
    assert dict(_all(settings, "SELECT iccid, imei FROM sims")) == known
    assert dict(_all(settings, "SELECT iccid, number FROM sims")) == numbers
    changes = [text for (text,) in _all(settings, "SELECT text FROM troubles") if "another one now" in str(text)]
    assert len(changes) == 4  # two modems, two cards
