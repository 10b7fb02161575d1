"""One worker at one emulated modem, with time that can be skipped."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from modem.emulator.testing import EmulatedModem
from modem.fleet import Fleet
from modem.worker.desk import PortSettings, PortState
from scheduler.clock import Source
from tests.modem.leapclock import LeapClock
from tests.modem.listdesk import ListDesk, order, wait

_BOTH = 2  # a worker that waits for its port and its bell is between two dialogues


class PatientClock(LeapClock):
    """Leaps only while the worker rests: a dialogue in flight would see its deadline pass."""

    def __init__(self) -> None:
        super().__init__()
        self._change = threading.Condition()
        self._resting = 0

    def leap(self, seconds: float) -> None:
        with self._change:
            assert self._change.wait_for(lambda: self._resting > 0, 15), "the worker never came to rest"
            super().leap(seconds)

    def wait(self, sources: Sequence[Source], until: float | None) -> bool:
        rests = len(sources) == _BOTH
        with self._change:
            self._resting += rests
            self._change.notify_all()
        try:
            return super().wait(sources, until)
        finally:
            with self._change:
                self._resting -= rests


class Bench:
    """Use as a context manager: it starts the worker and waits until the modem is served."""

    def __init__(self, modem: EmulatedModem) -> None:
        self.modem = modem
        self.clock = PatientClock()
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
