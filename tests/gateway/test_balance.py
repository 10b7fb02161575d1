"""The balance of a SIM: asked when due, understood, alarmed about, forgotten never (pains D17, D25)."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gateway.balance import Balances
from gateway.config import parse
from gateway.errors import ConfigError
from gateway.modemsettings import ModemSettings
from gateway.store import fleet as fleet_rows
from gateway.store import state
from gateway.store.database import open_writer
from gateway.store.opening import readable
from gateway.store.schema import migrate
from gateway.store.writer import Writer
from modem.emulator.testing import EmulatedNetwork
from modem.errors import UssdFailed
from scheduler.clock import SystemClock
from tests.modem.bench import Bench
from tests.modem.listdesk import wait

_NOON = datetime(2017, 9, 13, 5, tzinfo=UTC)


class _Clock(SystemClock):
    def __init__(self) -> None:
        self.moment = _NOON

    def now(self) -> datetime:
        return self.moment


class _Box:
    """A store with one served modem; what is asked is noted, and answered when the test says so."""

    def __init__(self, path: Path, **balance: object) -> None:
        self.path = path
        db = open_writer(path, checkpoints=True)
        migrate(db, path)
        self.clock = _Clock()
        self.writer = Writer(db, path)
        self.asked: list[tuple[str, str, Future[str]]] = []
        modem = ModemSettings.model_validate({"name": "m1", "port": "emu://", "balance": {"code": "*100#", **balance}})
        self.balances = Balances(self.writer, self.clock, [modem], self._ask)
        self.serve()

    def _ask(self, name: str, code: str) -> Future[str]:
        answer: Future[str] = Future()
        self.asked.append((name, code, answer))
        return answer

    def serve(self, sim: str = "8970100000000000001", hold: str | None = None) -> None:
        fields = {"imei": None, "model": None, "operator": None, "signal": None, "trouble": None}
        self.writer.do(
            lambda db: state.put_port(db, name="m1", state="serving", sim=sim, hold=hold, now=_NOON, **fields)
        )

    def run(self, **later: float) -> int:
        self.clock.moment += timedelta(**later)
        return self.writer.do(lambda db: self.balances.ask_due(db, self.clock.moment))

    def answer(self, text: str) -> None:
        self.asked[-1][2].set_result(text)
        self.writer.do(lambda db: None)

    def alarms(self) -> dict[str, str]:
        with readable(self.path) as db:
            return {str(alarm["kind"]): str(alarm["text"]) for alarm in fleet_rows.alarms(db)}

    def kept(self) -> tuple[object, ...]:
        with readable(self.path) as db:
            return tuple(db.execute("SELECT iccid, balance, balance_text FROM sims").fetchone())


@pytest.fixture
def box(tmp_path: Path) -> Iterator[_Box]:
    opened = _Box(tmp_path / "otklik.db")
    yield opened
    opened.writer.close()


def test_balance_is_asked_once_a_day(box: _Box) -> None:
    assert box.run() == 1
    assert box.asked[0][:2] == ("m1", "*100#")
    box.answer("Баланс: 123,45 р.")
    assert box.kept() == ("8970100000000000001", 123.45, "Баланс: 123,45 р.")
    assert box.run(hours=23) == 0
    assert box.run(hours=1) == 1


def test_question_without_an_answer_is_asked_again_after_an_hour(box: _Box) -> None:
    assert box.run() == 1
    assert box.run(minutes=59) == 0
    assert box.run(minutes=1) == 1


def test_low_balance_raises_an_alarm_until_it_is_topped_up_d25(box: _Box) -> None:
    box.run()
    box.answer("Balans: 49.99 r.")
    assert "top it up" in box.alarms()["balance low"]
    box.run(days=1)
    box.answer("Balans: 550 r.")
    assert box.alarms() == {}


def test_answer_that_is_not_understood_is_kept_and_told(box: _Box) -> None:
    box.run()
    box.answer("Balans: 10 r.")
    box.run(days=1)
    box.answer("Сервис временно недоступен")
    assert box.kept()[1:] == (None, "Сервис временно недоступен")
    assert set(box.alarms()) == {"balance low", "balance not understood"}, "it says nothing of the amount"
    box.run(days=1)
    box.answer("Balans: 100 r.")
    assert box.alarms() == {}


def test_code_that_fails_is_told_and_leaves_what_is_known(box: _Box) -> None:
    box.run()
    box.answer("Balans: 100 r.")
    box.run(days=1)
    box.asked[-1][2].set_exception(UssdFailed("*100#: the network does not know it."))
    box.writer.do(lambda db: None)
    assert "does not know it" in box.alarms()["balance not told"]
    assert box.kept()[1] == 100


def test_new_sim_is_asked_at_once(box: _Box) -> None:
    box.run()
    box.answer("Balans: 100 r.")
    box.serve(sim="8970100000000000002")
    assert box.run() == 1


def test_modem_without_a_network_is_not_asked(box: _Box) -> None:
    box.serve(hold="The modem searches for a network.")
    assert box.run() == 0


def test_amount_is_found_by_the_pattern_of_the_configuration(tmp_path: Path) -> None:
    box = _Box(tmp_path / "otklik.db", pattern=r"ostalos (\S+)", below=5, every_s=3600)
    box.run()
    box.answer("Tarif 300 r. Ostalos 4,50 r.")
    box.writer.close()
    assert box.kept()[1] == 4.5
    assert "balance low" in box.alarms()


@pytest.mark.parametrize(
    ("balance", "said"),
    [
        ('{code: "100"}', "balance.code"),
        ('{code: "*100#", pattern: "("}', "no regular expression"),
        ('{code: "*100#", pattern: "(a)(b)"}', "2 groups"),
    ],
)
def test_balance_that_cannot_be_is_refused_with_its_line(balance: str, said: str) -> None:
    with pytest.raises(ConfigError, match=r"config\.yaml:1:.*" + said.replace(".", r"\.")):
        parse(f'modems: [{{name: m1, port: "emu://", balance: {balance}}}]', "config.yaml")


def test_balance_of_an_emulated_sim_is_asked_end_to_end(box: _Box) -> None:
    with EmulatedNetwork() as network, Bench(network.modems[0]) as bench:
        modem = ModemSettings.model_validate({"name": "m1", "port": "emu://", "balance": {"code": "*100#"}})
        balances = Balances(box.writer, box.clock, [modem], bench.fleet.ask_ussd)
        box.writer.do(lambda db: balances.ask_due(db, _NOON))
        network.modems[0].wait_for("ussd", what="answer")
        wait(lambda: box.writer.do(lambda db: db.execute("SELECT count(*) FROM sims").fetchone()[0] == 1))
    assert box.kept()[1:] == (100.0, "Balans: 100.00 r.")
