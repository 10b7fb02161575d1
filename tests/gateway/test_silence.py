"""Messages that are accepted and never arrive: seen, though nothing was refused (pain D25)."""

from __future__ import annotations

import pytest

from gateway.modemsettings import ModemSettings
from gateway.silence import MANY, Silence
from gateway.store import fleet as fleet_rows
from gateway.store import state
from tests.gateway.conftest import SIM, Centre


@pytest.fixture
def silence(centre: Centre) -> Silence:
    state.put_port(
        centre.db,
        name="m1",
        state="serving",
        imei=None,
        sim=SIM,
        model=None,
        operator=None,
        signal=None,
        trouble=None,
        hold=None,
        now=centre.now,
    )
    return Silence([ModemSettings(name="m1", port="emu://")], centre.dispatch)


def _send(centre: Centre, count: int) -> None:
    first = len(centre.all("SELECT 1 FROM visits"))
    for k in range(first, first + count):
        centre.visit(f"v{k}", f"+7913030{k:04}")
    centre.invite()
    centre.send(first=first)


def _alarms(centre: Centre) -> list[str]:
    return [str(alarm["kind"]) for alarm in fleet_rows.alarms(centre.db)]


def test_sim_whose_messages_are_never_reported_on_raises_an_alarm(centre: Centre, silence: Silence) -> None:
    _send(centre, MANY)
    assert silence.look(centre.db, centre.now) == 0, "reports may still come"
    centre.later(hours=1, minutes=1)
    assert silence.look(centre.db, centre.now) == 1
    assert _alarms(centre) == ["silent failure"]


def test_first_report_ends_the_alarm(centre: Centre, silence: Silence) -> None:
    _send(centre, MANY)
    centre.later(hours=2)
    silence.look(centre.db, centre.now)
    centre.report(3, 0, "+79130300003")
    assert silence.look(centre.db, centre.now) == 0
    assert _alarms(centre) == []


def test_few_messages_without_a_report_are_phones_that_are_off(centre: Centre, silence: Silence) -> None:
    _send(centre, MANY - 1)
    centre.later(hours=2)
    assert silence.look(centre.db, centre.now) == 0


def test_modem_that_asks_for_no_reports_is_not_looked_at(centre: Centre, silence: Silence) -> None:
    _send(centre, MANY)
    centre.later(hours=2)
    assert (
        Silence([ModemSettings(name="m1", port="emu://", reports=False)], centre.dispatch).look(centre.db, centre.now)
        == 0
    )


def test_alarm_lasts_while_nothing_is_sent(centre: Centre, silence: Silence) -> None:
    _send(centre, MANY)
    centre.later(hours=2)
    silence.look(centre.db, centre.now)
    centre.later(days=3)
    silence.look(centre.db, centre.now)
    assert _alarms(centre) == ["silent failure"]
