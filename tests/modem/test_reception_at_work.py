"""A worker that receives while it sends, is flooded, and gets what no citizen ever wrote."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from hypothesis import given
from hypothesis import strategies as st

from modem.emulator.testing import EmulatedNetwork
from modem.errors import PduError
from modem.events import Notice
from modem.fleet import Fleet
from modem.outcomes import Accepted, Outcome
from modem.pdu import Deliver, decode
from modem.worker.desk import PortSettings
from modem.worker.emptying import address
from scheduler.clock import SystemClock
from tests.modem.inbound import SENDER, receiver, texts
from tests.modem.listdesk import ListDesk, order, wait
from tests.modem.virtualbench import bench

PDU = "07919731899655F4040B919731214365F70000719031302000000135"
REPORT = "07919731899655F406{:02X}0B919731214365F7719031302000007190313020000000"


@contextmanager
def at_work(desk: ListDesk) -> Iterator[EmulatedNetwork]:
    """A network with one modem and a worker on it."""
    with EmulatedNetwork() as network:
        fleet = Fleet([PortSettings("m1", network.modems[0].path)], desk, SystemClock())
        fleet.start()
        try:
            yield network
        finally:
            assert fleet.stop(5) == []


def kept(desk: ListDesk) -> list[str]:
    """Texts of what was kept that can be read, sorted."""
    found = []
    for stored in list(desk.kept):
        try:
            message = decode(stored.raw)
        except PduError:
            continue
        if isinstance(message, Deliver):
            found.append(message.text)
    return sorted(found)


def test_traffic_both_ways_loses_and_doubles_nothing() -> None:  # D08, D40
    desk = ListDesk([order(k) for k in range(40)])
    with at_work(desk) as network:
        network.set(latency_ms=5)
        for number in range(40):
            network.modems[0].deliver(SENDER, f"ответ {number}")
            if number % 8 == 7:
                network.modems[0].wait_for_submit()
        wait(lambda: len(desk.settled) == 40 and network.modems[0].used("ME") == 0)
        wait(lambda: len(kept(desk)) == 40)
        assert kept(desk) == sorted(f"ответ {number}" for number in range(40))
        assert len(network.modems[0].submits()) == 40


def test_messages_in_two_memories_at_once_are_each_read_and_deleted_where_they_are() -> None:  # D36, D50
    on_card = "040B919731214365F700{dcs}7190313020{second:02d}0001{digit:02X}"
    desk = ListDesk()
    with at_work(desk) as network:
        modem = network.modems[0]
        wait(lambda: any(kind == "delete" for _, kind, _ in desk.alarms))  # the first sweep is over
        for k in range(20):
            # Class 2 belongs on the card, all else in the device: their notices alternate.
            dcs = "F2" if k % 2 else "00"
            modem.deliver_tpdu(bytes.fromhex(on_card.format(dcs=dcs, second=k, digit=0x41 + k)))
        wait(lambda: len(kept(desk)) == 20 and modem.used("ME") + modem.used("SM") == 0)
        assert "".join(kept(desk)) == "ABCDEFGHIJKLMNOPQRST"


def test_flood_of_notices_and_garbage_stops_neither_reception_nor_sending() -> None:
    desk = ListDesk()
    with at_work(desk) as network:
        modem = network.modems[0]
        wait(lambda: any(kind == "delete" for _, kind, _ in desk.alarms))
        modem.fault("flood", text='+CMTI: "SM",7', count=200)
        modem.fault("flood", text='+CMTI: "MMS PUSH",1', count=100)
        modem.fault("flood", text="+CMT: ,25", count=30)  # without its PDU
        modem.fault("flood", text="^RSSI: 17", count=200)
        modem.deliver_tpdu(bytes.fromhex("440B919731214365F700F471903130200000050401020304"))
        modem.deliver(SENDER, "5")
        desk.orders.append(order(1))
        wait(lambda: kept(desk).count("5") == 1 and len(desk.settled) == 1)
        modem.deliver(SENDER, "4")
        wait(lambda: "4" in kept(desk))
        assert [text for _, kind, text in desk.alarms if kind == "delete" and text] == []


def test_ten_reports_shown_in_one_read_are_ten() -> None:  # D04, D05
    with receiver() as r:
        text = "\r\n".join(f"+CDS: 25\r\n{REPORT.format(k)}" for k in range(10))
        r.emulated.fault("flood", text=text, count=1)
        while len(r.desk.kept) < 10:
            r.take_next()
        assert texts(r.desk.kept) == [f"report {k}" for k in range(10)]


def test_reports_stored_apart_from_messages_are_drained_too() -> None:  # pains 6
    desk = ListDesk([order(k) for k in range(5)])
    with at_work(desk) as network:
        wait(lambda: len(desk.settled) == 5 and len(desk.kept) == 5)
        wait(lambda: network.modems[0].used("SR") == 0)
        assert {stored.memory for stored in desk.kept} == {"SR"}


@given(st.text(max_size=60))
def test_any_notice_has_an_address_or_points_everywhere(text: str) -> None:
    memory, index = address(Notice("+CMTI", f"+CMTI: {text}"))
    assert isinstance(memory, str)
    assert isinstance(index, int)


class FailingDesk(ListDesk):
    """A desk whose database fails at the next settling."""

    fails = False

    def settle(self, sim: str, outcomes: Sequence[tuple[int, Outcome]]) -> None:
        if self.fails:
            self.fails = False
            raise OSError("disk full")
        super().settle(sim, outcomes)


def test_message_that_was_shown_outlives_a_failure_to_settle() -> None:
    desk = FailingDesk()
    with bench(1, desk) as run:
        run.let_pass(5)
        desk.orders.append(order(1))
        desk.fails = True
        run.fault(0, "notice", on="+CMGS", where="after", text=f"+CMT: ,{len(PDU) // 2 - 8}\r\n{PDU}")
        run.fleet.ring()
        run.let_pass(60)
        assert not desk.fails
        assert kept(desk) == ["5"]
        assert isinstance(desk.settled[1], Accepted)


def test_reports_are_read_several_at_once_while_parts_wait_and_at_once_when_none_does() -> None:
    desk = ListDesk([order(number, phone=f"+7913{number:07d}") for number in range(40)])
    with bench(1, desk, latency_ms=100, report_latency_ms=20) as run:
        run.let_pass(30)
        assert len(desk.settled) == 40
        assert len(desk.kept) == 40
        readings = [command for command in run.commands() if command.startswith(("AT+CMGR", "AT+CMGL"))]
        assert len(readings) < 30, "each by itself would take two readings"
        desk.orders.append(order(41))
        run.fleet.ring()
        run.let_pass(0.5)
        assert len(desk.kept) == 41
