"""Cards that are changed, locked, taken out; numbers of service centres that get lost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import pytest

from modem.dialogues import centre
from modem.emulator.testing import EmulatedModem, EmulatedNetwork
from modem.fleet import Fleet
from modem.link import Link
from modem.outcomes import Accepted
from modem.worker.card import SERVICE_CENTRE, SIM, TRY_AGAIN_S
from modem.worker.desk import Claim, PortSettings, PortState, PortStatus
from scheduler.clock import SystemClock
from tests.modem.listdesk import ListDesk, order, wait
from tests.modem.scripted import ScriptedModem
from tests.modem.virtualbench import bench

PDU = "07919731899655F4040B919731214365F70000719031302000000135"
CENTRE = "+79130000099"


@pytest.fixture
def network() -> Iterator[EmulatedNetwork]:
    with EmulatedNetwork(2) as running:
        yield running


@pytest.fixture
def emulated(network: EmulatedNetwork) -> EmulatedModem:
    return network.modems[0]


@contextmanager
def _served(desk: ListDesk, *ports: PortSettings) -> Iterator[Fleet]:
    fleet = Fleet(ports, desk, SystemClock())
    fleet.start()
    try:
        yield fleet
    finally:
        fleet.stop(5)


def _port(emulated: EmulatedModem, pin: str | None = None, smsc: str | None = None) -> PortSettings:
    return PortSettings("m1", emulated.path, pin=pin, sweep_s=0.1, smsc=smsc)


def _last(desk: ListDesk) -> PortStatus:
    return desk.statuses[-1]


def _sim_served(desk: ListDesk) -> str | None:
    last = _last(desk) if desk.statuses else None
    return last.identity.sim if last and last.identity and last.state is PortState.SERVING else None


def _alarms(desk: ListDesk, kind: str) -> list[str | None]:
    return [text for _, of, text in desk.alarms if of == kind]


@pytest.mark.parametrize("notice", ["", "+CPIN: READY", "^SIMST:1", "+QUSIM: 1"])
def test_other_card_is_noticed_with_and_without_a_notice(emulated: EmulatedModem, notice: str) -> None:
    desk, before = ListDesk(), emulated.iccid
    settings = PortSettings("m1", emulated.path, sweep_s=3600 if notice else 0.1)
    with _served(desk, settings):
        wait(lambda: _sim_served(desk) == before)
        emulated.fault("sim", what="change")
        if notice:
            emulated.fault("flood", text=notice, count=1)
        wait(lambda: _sim_served(desk) == emulated.iccid)
    assert emulated.iccid != before


class ClaimingDesk(ListDesk):
    """Remembers for which card parts were claimed."""

    def __init__(self) -> None:
        super().__init__()
        self.claimed: dict[int, str] = {}

    def claim(self, sim: str, most: int) -> Claim:
        claim = super().claim(sim, most)
        self.claimed.update((part.id, sim) for part in claim())
        return claim


def test_parts_before_and_after_a_change_are_those_of_their_card(emulated: EmulatedModem) -> None:
    desk, before = ClaimingDesk(), emulated.iccid
    with _served(desk, PortSettings("m1", emulated.path, sweep_s=3600)) as fleet:
        for number in (1, 2):
            wait(lambda: _sim_served(desk) == emulated.iccid)
            desk.orders.append(order(number))
            fleet.ring()
            wait(partial(desk.settled.__contains__, number))
            emulated.fault("sim", what="change")
            emulated.fault("flood", text="+CPIN: READY", count=1)
            wait(lambda: _sim_served(desk) == emulated.iccid)
    assert desk.claimed[1] == before
    assert len(set(desk.claimed.values())) == 2


def test_card_that_wants_its_puk_stops_its_modem_and_is_waited_for_quietly(emulated: EmulatedModem) -> None:
    desk = ListDesk()
    with _served(desk, _port(emulated, pin="1234")):
        wait(lambda: _sim_served(desk) is not None)
        emulated.fault("sim", what="puk")
        wait(lambda: _last(desk).state is PortState.BLOCKED)
        asked = len(emulated.commands())
        wait(lambda: len(emulated.commands()) > asked + 6)
        assert set(emulated.commands()[asked + 2 :]) <= {"AT+CPIN?", "AT+CCID"}
        alarm = _alarms(desk, SIM)[-1]
        assert alarm is not None
        assert "unblock it with its PUK" in alarm
        emulated.fault("sim", what="change")
        wait(lambda: _sim_served(desk) == emulated.iccid)
    assert _alarms(desk, SIM)[-1] is None
    assert not any(command.startswith("AT+CPIN=") for command in emulated.commands())


@pytest.mark.parametrize(("what", "told"), [("remove", "no SIM|is it inserted"), ("failed", "does not work")])
def test_card_that_goes_is_told_and_its_return_noticed(emulated: EmulatedModem, what: str, told: str) -> None:
    desk = ListDesk()
    with _served(desk, _port(emulated)):
        wait(lambda: _sim_served(desk) is not None)
        emulated.fault("sim", what=what)
        wait(lambda: _last(desk).state is PortState.BLOCKED)
        assert re.search(told, _last(desk).trouble or "")
        emulated.fault("sim", what="insert")
        wait(lambda: _sim_served(desk) == emulated.iccid)


def test_card_that_is_busy_for_a_moment_is_served_on(emulated: EmulatedModem) -> None:
    desk = ListDesk()
    with _served(desk, _port(emulated)):
        wait(lambda: _sim_served(desk) is not None)
        emulated.fault("sim", what="busy", for_s=0.15)
        asked = emulated.commands().count("AT+CPIN?")
        wait(lambda: emulated.commands().count("AT+CPIN?") > asked)
        assert PortState.BLOCKED not in {status.state for status in desk.statuses}


def test_card_that_is_busy_when_its_number_is_asked_is_not_another_one() -> None:
    with bench(1) as run:
        run.let_pass(5)
        before = _sim_served(run.desk)
        for question in ("+CCID", "+ICCID", "^ICCID", "+QCCID", "^SCID", "+CICCID", "+CRSM"):
            run.fault(0, "error", on=question, family="cme", code=14, times=3)
        run.let_pass(120)
    assert {status.identity.sim for status in run.desk.statuses if status.identity} == {before}


def test_stop_ends_the_wait_for_a_card_at_once(emulated: EmulatedModem) -> None:
    desk = ListDesk()
    emulated.fault("sim", what="remove")
    with _served(desk, PortSettings("m1", emulated.path, sweep_s=3600)) as fleet:
        wait(lambda: bool(desk.statuses) and _last(desk).state is PortState.BLOCKED)
        assert fleet.stop(5) == []


@pytest.mark.parametrize("code", [313, 330])
def test_card_that_was_blamed_and_says_it_is_ready_is_tried_again_in_a_while(code: int) -> None:
    with bench(1, ListDesk([order(1)])) as run:
        run.fault(0, "error", code=code, times=1)
        run.let_pass(30)
        assert _last(run.desk).state is PortState.BLOCKED
        run.desk.orders.append(order(2))
        run.let_pass(TRY_AGAIN_S - 60)
        assert 2 not in run.desk.settled
        run.let_pass(90)
        assert isinstance(run.desk.settled[2], Accepted)
    assert _alarms(run.desk, SIM)[-1] is None


def test_message_that_comes_while_the_card_is_waited_for_is_kept() -> None:
    with bench(1, ListDesk([order(1)])) as run:
        run.fault(0, "error", code=313, times=1)
        run.let_pass(30)
        assert _last(run.desk).state is PortState.BLOCKED
        run.fault(0, "flood", text=f"+CMT: ,{len(PDU) // 2 - 8}\r\n{PDU}", count=1)
        run.let_pass(TRY_AGAIN_S)
        assert [stored.raw for stored in run.desk.kept] == [PDU]


# -- the service centre -------------------------------------------------------------------------------------------


def _lose_centre(emulated: EmulatedModem) -> None:
    def lose() -> None:
        emulated._port.modem.device.sim.smsc = ""

    emulated._server.call(lambda world, now: lose())


def test_lost_service_centre_is_an_alarm_until_it_is_back(emulated: EmulatedModem) -> None:
    desk = ListDesk()
    with _served(desk, _port(emulated)):
        wait(lambda: _sim_served(desk) is not None)
        _lose_centre(emulated)
        wait(lambda: bool(text := _alarms(desk, SERVICE_CENTRE)[-1]) and "cannot send; set smsc" in text)
        emulated._server.call(lambda world, now: setattr(emulated._port.modem.device.sim, "smsc", CENTRE))
        wait(lambda: _alarms(desk, SERVICE_CENTRE)[-1] is None)


def test_lost_service_centre_is_set_as_configured(emulated: EmulatedModem) -> None:
    desk = ListDesk()
    _lose_centre(emulated)
    with _served(desk, _port(emulated, smsc=CENTRE)):
        wait(lambda: _sim_served(desk) is not None)
        wait(lambda: emulated._port.modem.device.sim.smsc == CENTRE)
        wait(lambda: any(CENTRE in text for _, text, _ in desk.troubles))
    assert _alarms(desk, SERVICE_CENTRE)[-1] is None
    assert emulated.commands().count(f'AT+CSCA="{CENTRE}",145') == 1


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        (b'+CSCA: "+79130000099",145\r\n\r\nOK\r\n', CENTRE),
        (b'+CSCA:"",129\r\n\r\nOK\r\n', ""),
        (b"+CMS ERROR: 330\r\n", ""),
        (b"ERROR\r\n", None),
    ],
)
def test_service_centre_is_read_in_every_form(answer: bytes, found: str | None) -> None:
    with ScriptedModem(lambda data: b"\r\n" + answer) as peer:
        link = Link(peer.port, clock=SystemClock())
        link.connect()
        assert centre.read(link) == found
        link.close()
