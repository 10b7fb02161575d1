"""The receiving half of a modem on the emulated network, one dialogue after the other in the test's thread."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from modem.dialogues.memories import Stored
from modem.driver import Modem
from modem.emulator.testing import EmulatedNetwork
from modem.pdu import Deliver, decode
from modem.worker.desk import PortSettings
from modem.worker.reception import Reception
from scheduler.clock import SystemClock
from tests.modem.listdesk import ListDesk

SENDER = "+79131234567"


class Killed(Exception):
    """Stands for the end of the process at a certain place."""


class Receiver:
    """A modem with a terminal on it. `open` again is what a new process does."""

    def __init__(self, network: EmulatedNetwork, desk: ListDesk | None = None) -> None:
        self.network = network
        self.emulated = network.modems[0]
        self.desk = desk or ListDesk()
        self.clock = SystemClock()
        self.modem = Modem(self.emulated.path, clock=self.clock)

    def open(self) -> Receiver:
        settings = PortSettings("m1", self.emulated.path)
        identity = self.modem.open()
        self.reception = Reception(self.modem, self.desk, self.clock, settings, identity.sim)
        self.reception.begin()
        return self

    def close(self) -> None:
        self.modem.close()
        self.modem.notices.clear()

    def take(self) -> None:
        """What the worker's loop does with what has been said."""
        self.modem.poll()
        notices = list(self.modem.notices)
        self.modem.notices.clear()
        self.reception.take(notices)

    def take_next(self, notices: int = 1) -> None:
        """Wait until the modem has said so many things by itself, then take them together.

        What it writes at once need not be there at once: a pty hands it on in pieces when the machine is busy.
        """
        until = self.clock.monotonic() + 5
        self.modem.poll()
        while len(self.modem.notices) < notices:
            assert self.clock.wait((self.modem,), until), f"{len(self.modem.notices)} of {notices} notices came"
            self.modem.poll()
        self.take()

    def used(self, memory: str = "ME") -> int:
        """Slots taken in the modem, looked up behind the terminal's back."""
        return self.emulated.used(memory)

    @property
    def commands(self) -> list[str]:
        return self.emulated.commands()

    def alarms(self, kind: str) -> list[str | None]:
        return [text for _, told, text in self.desk.alarms if told == kind]


@contextmanager
def receiver(profile: str = "generic", desk: ListDesk | None = None) -> Iterator[Receiver]:
    with EmulatedNetwork(profile=profile) as network:
        opened = Receiver(network, desk).open()
        try:
            yield opened
        finally:
            opened.close()


def texts(found: Sequence[Stored]) -> list[str]:
    """The texts of what was kept, in order; a report is its reference."""
    messages = [decode(stored.raw) for stored in found]
    return [message.text if isinstance(message, Deliver) else f"report {message.reference}" for message in messages]
