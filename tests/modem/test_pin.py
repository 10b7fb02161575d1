"""The PIN: once per card, never the last try, whatever restarts and whatever the modem says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from modem.dialogues import pin, sim
from modem.driver import Modem
from modem.emulator.testing import EmulatedModem, EmulatedNetwork
from modem.errors import PinWanted, Silent, SimBusy, SimNotReady
from modem.link import Link
from scheduler.clock import SystemClock
from tests.modem.listdesk import ListDesk
from tests.modem.scripted import ScriptedModem

RIGHT, WRONG = "1234", "9999"
_PROFILES = "generic huawei-e1550 huawei-e173 quectel-ec25 quectel-ep06 siemens-tc35 sim800 wavecom zte-mf180".split()


@pytest.fixture
def locked(request: pytest.FixtureRequest) -> Iterator[EmulatedModem]:
    """A modem whose card asks for its PIN; of a profile, if the test names one."""
    with EmulatedNetwork(1, profile=getattr(request, "param", "generic")) as network:
        network.modems[0].fault("sim", what="pin")
        yield network.modems[0]


def _modem(emulated: EmulatedModem, desk: ListDesk | None) -> Modem:
    return Modem(emulated.path, clock=SystemClock(), pins=desk)


@contextmanager
def _in_vain(emulated: EmulatedModem, desk: ListDesk | None, told: str, kind: type = SimNotReady) -> Iterator[Modem]:
    modem = _modem(emulated, desk)
    with pytest.raises(kind, match=told):
        yield modem
    modem.close()


def _given(emulated: EmulatedModem) -> list[str]:
    return [command for command in emulated.commands() if command.upper().startswith("AT+CPIN=")]


def _use_up(emulated: EmulatedModem, tries: int) -> None:
    """Somebody else types a wrong PIN so often."""

    def wrong() -> None:
        for _ in range(tries):
            emulated._port.modem.device.slot.verify("0000")

    emulated._server.call(lambda world, now: wrong())


def test_right_pin_opens_the_card_and_is_given_once(locked: EmulatedModem) -> None:
    desk = ListDesk()
    modem = _modem(locked, desk)
    assert modem.open(RIGHT).sim == locked.iccid
    modem.close()
    modem.open(RIGHT)
    modem.close()
    assert _given(locked) == [f'AT+CPIN="{RIGHT}"']
    assert desk.pins == {(locked.iccid, RIGHT): True}


def test_wrong_pin_is_given_once_in_the_life_of_the_card(locked: EmulatedModem) -> None:
    desk = ListDesk()
    for _ in range(6):
        with _in_vain(locked, desk, r"not tried again.*Correct pin_file") as modem:
            modem.open(WRONG)
    assert _given(locked) == [f'AT+CPIN="{WRONG}"']
    assert desk.pins == {(locked.iccid, WRONG): False}


def test_other_pin_is_tried_after_a_wrong_one(locked: EmulatedModem) -> None:
    desk = ListDesk()
    with _in_vain(locked, desk, "not tried again") as modem:
        modem.open(WRONG)
    modem = _modem(locked, desk)
    modem.open(RIGHT)
    modem.close()
    assert _given(locked) == [f'AT+CPIN="{WRONG}"', f'AT+CPIN="{RIGHT}"']
    assert desk.pins == {(locked.iccid, WRONG): False, (locked.iccid, RIGHT): True}


def test_accepted_pin_is_given_again_after_each_loss_of_power(locked: EmulatedModem) -> None:
    desk = ListDesk()
    modem = _modem(locked, desk)
    for _ in range(3):
        modem.open(RIGHT)
        modem.close()
        locked.fault("sim", what="pin")
    assert len(_given(locked)) == 3


def test_pin_that_was_accepted_and_then_changed_in_a_telephone_is_given_once_more(locked: EmulatedModem) -> None:
    desk = ListDesk()
    modem = _modem(locked, desk)
    modem.open(RIGHT)
    modem.close()
    locked._server.call(lambda world, now: locked._port.modem.device.slot.change_pin(RIGHT, "4321"))
    locked.fault("sim", what="pin")
    for _ in range(3):
        with pytest.raises(SimNotReady):
            modem.open(RIGHT)
    assert len(_given(locked)) == 2


@pytest.mark.parametrize("locked", _PROFILES, indirect=True)
@pytest.mark.parametrize("used", [0, 2])
def test_tries_left_are_asked_for_in_the_way_of_every_maker(locked: EmulatedModem, used: int) -> None:
    _use_up(locked, used)
    link = Link(locked.path, clock=SystemClock())
    link.connect()
    assert pin.tries_left(link) == 3 - used
    link.close()


@pytest.mark.parametrize(("used", "given"), [(0, 1), (1, 1), (2, 0)])
def test_last_try_is_left_to_a_person(locked: EmulatedModem, used: int, given: int) -> None:
    _use_up(locked, used)
    modem = _modem(locked, ListDesk())
    if given:
        modem.open(RIGHT)
    else:
        with pytest.raises(SimNotReady, match="has 1 PIN tries left"):
            modem.open(RIGHT)
    modem.close()
    assert len(_given(locked)) == given


def test_card_that_wants_its_puk_is_given_nothing(locked: EmulatedModem) -> None:
    locked.fault("sim", what="puk")
    with _in_vain(locked, ListDesk(), "SIM PUK; it is blocked: unblock it with its PUK") as modem:
        modem.open(RIGHT)
    assert _given(locked) == []


def test_without_an_account_of_pins_none_is_given(locked: EmulatedModem) -> None:
    with _in_vain(locked, None, "no account of it is kept", PinWanted) as modem:
        modem.open(RIGHT)
    with _in_vain(locked, ListDesk(), "wants a PIN; set pin_file", PinWanted) as modem:
        modem.open()
    assert _given(locked) == []


def test_busy_card_is_no_case_for_a_person(locked: EmulatedModem) -> None:
    locked.fault("sim", what="busy", for_s=60)
    with _in_vain(locked, ListDesk(), "is busy", SimBusy) as modem:
        modem.open(RIGHT)
    assert _given(locked) == []


@pytest.mark.parametrize(("what", "told"), [("remove", "There is no SIM"), ("failed", "The SIM does not work")])
def test_card_that_is_absent_or_broken_is_told_so(locked: EmulatedModem, what: str, told: str) -> None:
    locked.fault("sim", what=what)
    with _in_vain(locked, ListDesk(), told) as modem:
        modem.open(RIGHT)
    assert _given(locked) == []


def test_try_that_the_card_never_saw_does_not_count(locked: EmulatedModem) -> None:
    desk = ListDesk()
    locked.fault("error", on="+CPIN", family="cme", code=14, skip=1)
    with _in_vain(locked, desk, "did not take its PIN now", SimBusy) as modem:
        modem.open(RIGHT)
    assert desk.pins == {}
    modem = _modem(locked, desk)
    modem.open(RIGHT)
    modem.close()


def test_pin_whose_answer_got_lost_counts_as_accepted_once_the_card_is_open(
    locked: EmulatedModem, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = ListDesk()
    link = Link(locked.path, clock=SystemClock())
    link.connect()
    unlocking = pin.Unlocking(link, desk)
    locked.fault("lost_answer", on="+CPIN", skip=1)
    monkeypatch.setattr(pin, "_TIMEOUT_S", 0.2)
    with pytest.raises(Silent):
        unlocking.unlock(RIGHT)
    assert desk.pins == {(locked.iccid, RIGHT): None}
    unlocking.unlock(RIGHT)
    link.close()
    assert desk.pins == {(locked.iccid, RIGHT): True}


def test_modem_that_tells_no_counter_gets_the_one_try() -> None:
    with ScriptedModem(_no_counter) as peer:
        link = Link(peer.port, clock=SystemClock())
        link.connect()
        desk = ListDesk()
        pin.Unlocking(link, desk).unlock(RIGHT)
        link.close()
    assert desk.pins == {("356938034320007", RIGHT): True}


def _no_counter(data: bytes) -> bytes:
    if data.startswith(b"AT+CPIN?"):
        return b"\r\n+CPIN: SIM PIN\r\n\r\nOK\r\n"
    if data.startswith(b"AT+CGSN"):
        return b"\r\n356938034320007\r\n\r\nOK\r\n"
    return b"\r\nOK\r\n" if data.startswith(b"AT+CPIN=") else b"\r\nERROR\r\n"


def test_iccid_is_read_from_the_card_where_no_command_tells_it() -> None:
    def answer(data: bytes) -> bytes:
        if data.startswith(b"AT+CRSM=176,12258,0,0,10"):
            return b'\r\n+CRSM: 144,0,"989710103254769810F2"\r\n\r\nOK\r\n'
        return b"\r\nERROR\r\n"

    with ScriptedModem(answer) as peer:
        link = Link(peer.port, clock=SystemClock())
        link.connect()
        assert sim.Card(link).iccid() == "8979010123456789012"
        link.close()
