"""Modem on emulated modems over real ptys, TCP and emu://, and on a scripted one for what no network does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from gsmmodem.modem import Call

from modem.dialogues import network
from modem.dialogues.submit import submit
from modem.driver import Modem
from modem.emulator import urls
from modem.emulator.serving.server import Server
from modem.emulator.testing import EmulatedNetwork
from modem.errors import NotAModem, SimBusy
from modem.outcomes import Accepted, Refused
from modem.pdu import Deliver, StatusReport, decode
from modem.submitpdu import Submit, encode_submit
from scheduler.clock import SystemClock
from tests.modem.scripted import ScriptedModem

PDU = encode_submit("+79131234567", "Оцените от 1 до 5")


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(1, tcp=0, report_latency_ms=0) as running:
        yield running


@pytest.fixture
def modem(server: Server) -> Iterator[Modem]:
    opened = Modem(str(server.modems[0].pty), clock=SystemClock())
    opened.open()
    yield opened
    opened.close()


def test_open_modem_tells_device_and_sim(server: Server) -> None:
    modem = Modem(str(server.modems[0].pty), clock=SystemClock())
    identity = modem.open()
    modem.close()
    told = server.modems[0].describe()
    assert (identity.imei, identity.sim) == (told["imei"], told["iccid"])


def test_accepted_submit_is_in_the_network_under_its_reference(server: Server, modem: Modem) -> None:
    outcome = submit(modem, PDU)
    assert isinstance(outcome, Accepted)
    (line,), _ = server.submits()
    assert (line["ref"], line["to"], line["text"]) == (outcome.reference, "+79131234567", "Оцените от 1 до 5")


def test_wrong_length_is_refused_with_its_cause(modem: Modem) -> None:
    outcome = submit(modem, Submit(PDU.length - 1, PDU.hex))
    assert isinstance(outcome, Refused)
    assert outcome.cause.code == 304
    assert isinstance(submit(modem, PDU), Accepted)


def test_delivered_message_is_read_and_its_slot_emptied(server: Server, modem: Modem) -> None:
    server.deliver(0, "+79131234567", "не 5, а 3 😀")
    memory = "ME" if modem.memories.stored("ME") else "SM"
    (stored,) = modem.memories.stored(memory)
    message = decode(stored.raw)
    assert isinstance(message, Deliver)
    assert (message.sender, message.text) == ("+79131234567", "не 5, а 3 😀")
    assert modem.memories.read(memory, stored.index) == stored
    modem.memories.delete(memory, stored.index)
    assert modem.memories.read(memory, stored.index) is None
    assert modem.memories.stored(memory) == []


def test_report_waits_in_the_report_memory(server: Server, modem: Modem) -> None:
    outcome = submit(modem, PDU)
    clock = SystemClock()
    deadline = clock.monotonic() + 5
    while not (found := modem.memories.stored("SR")):
        assert clock.monotonic() < deadline
    report = decode(found[0].raw)
    assert isinstance(report, StatusReport)
    assert isinstance(outcome, Accepted)
    assert (report.reference, report.status) == (outcome.reference, 0)


def test_modem_over_tcp_is_the_same(server: Server) -> None:
    modem = Modem(f"socket://127.0.0.1:{server.modems[0].tcp}", clock=SystemClock())
    modem.open()
    assert isinstance(submit(modem, PDU), Accepted)
    assert network.signal(modem) is not None
    assert network.operator(modem)
    modem.close()


def test_in_process_modem_is_found_again_with_its_memory() -> None:
    try:
        modem = Modem("emu://m1", clock=SystemClock())
        modem.open()
        assert isinstance(submit(modem, PDU), Accepted)
        modem.close()
        urls.network().deliver(0, "+79131234567", "5")
        modem.open()
        assert [decode(stored.raw).text for name in ("SM", "ME") for stored in modem.memories.stored(name)] == ["5"]  # type: ignore[union-attr]
        modem.close()
    finally:
        urls.close_network()


def test_start_up_of_one_make_leaves_no_trace_in_the_base_library(monkeypatch: pytest.MonkeyPatch) -> None:
    before = "+VTS=", False  # as the library is before its first modem, whatever another test has left in it
    monkeypatch.setattr(Call, "DTMF_COMMAND_BASE", before[0])
    monkeypatch.setattr(Call, "dtmfSupport", before[1])
    with EmulatedNetwork(profile="huawei-e173") as network:
        clock = SystemClock()
        modem = Modem(network.modems[0].path, clock=clock)
        until = clock.monotonic() + 20
        while clock.monotonic() < until:
            try:
                modem.open()
                break
            except SimBusy:
                clock.wait((), clock.monotonic() + 0.1)
        modem.close()
    assert (Call.DTMF_COMMAND_BASE, Call.dtmfSupport) == before


def test_card_that_is_busy_in_the_middle_of_the_start_up_is_told_from_no_modem() -> None:
    with EmulatedNetwork() as network:
        network.modems[0].fault("error", on="+CMGF", family="cme", code=14, times=None)
        modem = Modem(network.modems[0].path, clock=SystemClock())
        with pytest.raises(SimBusy):
            modem.open()


def test_device_that_is_no_modem_is_refused_and_closed() -> None:
    with ScriptedModem(lambda data: b"\r\nERROR\r\n") as peer:
        modem = Modem(peer.port, clock=SystemClock())
        with pytest.raises(NotAModem, match="does not start up as a modem"):
            modem.open()
        assert not modem.alive
