"""One worker at one emulated modem, with time that can be skipped."""

from __future__ import annotations

from modem.emulator.testing import EmulatedModem
from modem.fleet import Fleet
from modem.worker.desk import PortSettings, PortState
from tests.modem.leapclock import LeapClock
from tests.modem.listdesk import ListDesk, order, wait


class Bench:
    """Use as a context manager: it starts the worker and waits until the modem is served."""

    def __init__(self, modem: EmulatedModem) -> None:
        self.modem = modem
        self.clock = LeapClock()
        self.desk = ListDesk()
        self.fleet = Fleet([PortSettings("m1", modem.path)], self.desk, self.clock)

    def __enter__(self) -> Bench:
        self.fleet.start()
        wait(lambda: any(status.state is PortState.SERVING for status in self.desk.statuses))
        return self

    def __exit__(self, *_: object) -> None:
        assert self.fleet.stop(5) == []

    @property
    def hold(self) -> str | None:
        return self.desk.statuses[-1].hold

    def queue(self, *numbers: int) -> None:
        with self.desk.lock:
            self.desk.orders += [order(number) for number in numbers]
        self.fleet.ring()

    def leap(self, seconds: float) -> None:
        self.clock.leap(seconds)
        self.fleet.ring()

    def settled(self) -> set[int]:
        return set(self.desk.settled)
