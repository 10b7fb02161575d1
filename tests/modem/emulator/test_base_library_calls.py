"""The unmodified base library on the telephone: dial(), an incoming call, tones both ways, USSD."""

import threading
from collections.abc import Callable, Iterator

import pytest
from gsmmodem.modem import Call, GsmModem, IncomingCall

from modem.emulator.network.subscribers import Called, Caller
from modem.emulator.serving.server import Server

OUTSIDE = "+79131234567"


class Watch:
    """Waits for something the library tells by a callback."""

    def __init__(self) -> None:
        self._changed = threading.Condition()

    def told(self, *_: object) -> None:
        with self._changed:
            self._changed.notify_all()

    def until(self, true: Callable[[], object]) -> None:
        with self._changed:
            assert self._changed.wait_for(true, 10)


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(1) as server:
        yield server


@pytest.fixture
def calls() -> list[IncomingCall]:
    return []


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def library(
    server: Server, calls: list[IncomingCall], watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> Iterator[GsmModem]:
    # The library keeps for the whole process how the last modem it met sends tones.
    monkeypatch.setattr(Call, "DTMF_COMMAND_BASE", "+VTS=")

    def take(call: IncomingCall) -> None:
        calls.append(call)
        watch.told()

    modem = GsmModem(server.modems[0].pty, 115200, incomingCallCallbackFunc=take, requestDelivery=False)
    modem.connect()
    try:
        yield modem
    finally:
        modem.close()
        for thread in threading.enumerate():  # those the library starts for notices and for polling +CLCC
            if "HandleModemNotification" in thread.name or "_pollCallStatus" in thread.name:
                thread.join(5)


@pytest.mark.timeout(60)
def test_base_library_dials_sends_tones_and_is_hung_up_on(server: Server, library: GsmModem, watch: Watch) -> None:
    behaviour = Called(after_s=0.6, replies={"7": "89"}, hangs_up_on="#")
    server.call(lambda world, now: world.centre.conditions.called.update({OUTSIDE: behaviour}))
    library.write("AT+DDET=1")
    call: Call = library.dial(OUTSIDE, callStatusUpdateCallbackFunc=watch.told)
    watch.until(lambda: call.answered)
    call.sendDtmfTone("7")
    heard: list[str] = []
    while len(heard) < 2:
        if tone := library.GetIncomingDTMF():
            heard.append(tone)
        else:
            threading.Event().wait(0.02)  # the library has no callback for tones
    assert heard == ["8", "9"]
    call.sendDtmfTone("#")
    watch.until(lambda: not call.answered)
    assert library.activeCalls == {}


@pytest.mark.timeout(60)
def test_base_library_answers_and_hangs_up(
    server: Server, library: GsmModem, calls: list[IncomingCall], watch: Watch
) -> None:
    server.call(lambda world, now: world.exchange.call(world.modems[0], OUTSIDE, now, Caller()))
    watch.until(lambda: calls)
    (incoming,) = calls
    assert (incoming.number, incoming.ton, incoming.type) == (OUTSIDE, "145", 0)
    incoming.answer()
    on_the_phone = server.call(lambda world, now: world.exchange.call_of(world.modems[0]))
    assert on_the_phone is not None and on_the_phone.answered_at is not None
    incoming.hangup()
    assert server.call(lambda world, now: world.exchange.call_of(world.modems[0])) is None


@pytest.mark.timeout(60)
def test_base_library_reads_its_balance_and_walks_a_menu(library: GsmModem) -> None:
    balance = library.sendUssd("*100#")
    assert (balance.message, balance.sessionActive) == ("Balans: 100.00 r.", False)
    menu = library.sendUssd("*105#")
    assert menu.sessionActive
    number = menu.reply("3")
    assert (number.message, number.sessionActive) == (library.ownNumber, False)
