"""What a trouble log keeps and how it is read."""

from __future__ import annotations

from modem.emulator.testing import EmulatedNetwork
from modem.events import Notice, Reply
from modem.fleet import Fleet
from modem.troublelog import LINES_KEPT, TroubleLog
from modem.worker.desk import PortSettings
from scheduler.clock import SystemClock
from tests.modem.listdesk import ListDesk, order, wait


class Watch:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_lines_carry_the_seconds_before_the_trouble() -> None:
    watch = Watch()
    log = TroubleLog(watch)
    log.sent("AT+CMGS=27\r")
    watch.now += 0.25
    log.sent("0011000B919731214365F70008FF020035\x1a")
    watch.now += 1
    log.noticed(Notice("+CMTI", '+CMTI: "SM",3'))
    log.answered(Reply(("+CMGS: 42",), "OK"))
    log.sent("\x1b\r")
    watch.now += 120
    assert list(log) == [
        "-121.250 > AT+CMGS=27",
        "-121.000 > (SUBMIT, 17 octets) Ctrl-Z",
        '-120.000 * +CMTI: "SM",3',
        "-120.000 < +CMGS: 42 | OK",
        "-120.000 > ESC",
    ]


def test_only_the_last_lines_are_kept() -> None:
    log = TroubleLog(Watch())
    for number in range(LINES_KEPT + 5):
        log.sent(f"AT+CMGD={number}\r")
    lines = list(log)
    assert len(lines) == LINES_KEPT
    assert lines[0].endswith("AT+CMGD=5")


def test_flood_of_one_notice_takes_one_line_pain_23() -> None:
    log = TroubleLog(Watch())
    log.sent("AT+CSQ\r")
    for strength in range(500):
        log.noticed(Notice("^RSSI", f"^RSSI: {strength % 32}"))
    assert list(log) == ["+0.000 > AT+CSQ", "+0.000 * ^RSSI: 19 (the last of 500)"]


def test_long_listing_shows_its_beginning() -> None:
    log = TroubleLog(Watch())
    log.answered(Reply(tuple(f"+CMGL: {number},1,,20" for number in range(30)), "OK", doubtful=True))
    (line,) = log
    assert line.startswith("+0.000 < +CMGL: 0,1,,20 | +CMGL: 1,1,,20 |")
    assert line.endswith("| (26 more lines) | OK (in doubt)")


def test_trouble_of_a_worker_comes_with_its_masked_lines() -> None:
    with EmulatedNetwork() as network:
        (modem,) = network.modems
        desk = ListDesk([order(1)])
        fleet = Fleet([PortSettings("m1", modem.path)], desk, SystemClock())
        fleet.start()
        wait(lambda: len(desk.settled) == 1)
        modem.fault("unplug", for_s=None)
        wait(lambda: bool(desk.troubles))
        fleet.stop(5)
    (name, _, lines) = desk.troubles[0]
    told = "\n".join(lines)
    assert name == "m1"
    assert "> AT+CMGS=" in told
    assert "> (SUBMIT, " in told
    assert "9731214365" not in told
    assert "79131234567" not in told
