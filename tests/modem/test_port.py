"""A worker with a desk made of lists, on an emulated modem."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from modem.emulator.serving.server import Server
from modem.fleet import Fleet
from modem.outcomes import Accepted, Refused
from modem.pdu import Deliver, decode
from modem.worker.bell import Bell
from modem.worker.desk import PortSettings, PortState
from scheduler.clock import SystemClock
from tests.modem.listdesk import ListDesk, order, wait


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(2, report_latency_ms=0) as running:
        yield running


def _fleet(server: Server, desk: ListDesk, modems: int = 1, sweep_s: float = 60) -> Fleet:
    ports = [PortSettings(f"m{k}", str(server.modems[k].pty), sweep_s=sweep_s) for k in range(modems)]
    return Fleet(ports, desk, SystemClock())


def test_parts_are_submitted_settled_and_reported_on(server: Server) -> None:
    desk = ListDesk([order(k) for k in range(1, 6)])
    fleet = _fleet(server, desk)
    fleet.start()
    wait(lambda: len(desk.settled) == 5 and len(desk.kept) == 5)
    assert fleet.stop(5) == []
    assert all(isinstance(outcome, Accepted) for outcome in desk.settled.values())
    assert len(server.submits()[0]) == 5
    assert desk.statuses[-1].state is PortState.STOPPED


def test_part_for_no_number_is_refused_and_the_next_goes_out(server: Server) -> None:
    desk = ListDesk([order(1, phone="nobody"), order(2)])
    fleet = _fleet(server, desk)
    fleet.start()
    wait(lambda: len(desk.settled) == 2)
    fleet.stop(5)
    assert isinstance(desk.settled[1], Refused)
    assert isinstance(desk.settled[2], Accepted)


def test_messages_that_came_while_nobody_listened_are_kept_and_deleted(server: Server) -> None:
    for digit in "12345":
        server.deliver(0, "+79131234567", digit)
    desk = ListDesk()
    fleet = _fleet(server, desk)
    fleet.start()
    wait(lambda: len(desk.kept) == 5)
    server.deliver(0, "+79131234567", "и ещё")
    wait(lambda: len(desk.kept) == 6)
    fleet.stop(5)
    messages = [decode(stored.raw) for stored in desk.kept]
    assert [m.text for m in messages if isinstance(m, Deliver)] == ["1", "2", "3", "4", "5", "и ещё"]
    desk.kept.clear()
    again = _fleet(server, desk)
    again.start()
    wait(lambda: any(status.state is PortState.SERVING for status in desk.statuses[-2:]))
    again.stop(5)
    assert desk.kept == []


def test_two_modems_share_the_work_without_doubling_it(server: Server) -> None:
    desk = ListDesk([order(k, text=f"текст {k}") for k in range(200)])
    fleet = _fleet(server, desk, modems=2)
    fleet.start()
    wait(lambda: len(desk.settled) == 200)
    fleet.stop(5)
    texts = [line["text"] for line in server.submits()[0]]
    assert sorted(map(str, texts)) == sorted(f"текст {k}" for k in range(200))


def test_missing_port_is_told_of() -> None:
    desk = ListDesk()
    fleet = Fleet([PortSettings("m1", "/dev/ttyNOPE")], desk, SystemClock())
    fleet.start()
    wait(lambda: any(status.state is PortState.LOST for status in desk.statuses))
    assert fleet.stop(5) == []
    troubles = {status.trouble for status in desk.statuses if status.state is PortState.LOST}
    assert troubles == {"Port /dev/ttyNOPE does not exist; is the modem plugged in and the name right?"}


def test_closed_bell_can_be_rung() -> None:
    bell = Bell()
    bell.ring()
    bell.clear()
    bell.close()
    bell.close()
    bell.ring()
    assert bell.fileno() >= 0
