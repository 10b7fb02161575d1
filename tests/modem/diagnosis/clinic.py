"""An examination of an emulated modem in simulated time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from modem.diagnosis.evidence import Evidence, Records
from modem.diagnosis.examination import examine, examine_closed
from modem.diagnosis.findings import diagnose
from modem.driver import Identity, Modem
from modem.emulator.faults.events import inflict
from modem.emulator.faults.kinds import FAULT
from modem.emulator.profiles import catalogue
from modem.emulator.serving.loop import SteppedLoop
from modem.emulator.serving.server import Server
from modem.emulator.urls import leading_to
from scheduler.virtual import VirtualClock
from tests.modem.virtualbench import START

STARTED_S = 15.0  # every profile has come up by then


@dataclass
class Clinic:
    """A modem that has been set up, and the network it is in."""

    server: Server
    clock: VirtualClock
    modem: Modem
    identity: Identity

    @property
    def records(self) -> Records:
        """What the box remembers of a modem that nothing has happened to."""
        return Records(self.identity.imei, self.identity.sim)

    def inflict(self, kind: str, **fields: object) -> None:
        fault = FAULT.validate_python({"kind": kind, **fields})
        self.server.call(lambda world, now: inflict(world, world.modems[0], fault, now))

    def let_pass(self, seconds: float) -> None:
        self.clock.wait((), self.clock.monotonic() + seconds)

    def examine(self) -> Evidence:
        return examine(self.modem, set_up=True)

    def examine_closed(self) -> Evidence:
        self.modem.close()
        return examine_closed(self.modem, "m0", self.identity.imei)

    def names(self, evidence: Evidence | None = None, records: Records | None = None) -> Sequence[str]:
        found = diagnose(self.examine() if evidence is None else evidence, records or self.records)
        return [diagnosis.name for diagnosis in found]


@contextmanager
def clinic(profile: str = "generic", baud: int | None = None) -> Iterator[Clinic]:
    clock = VirtualClock(START)
    loop = SteppedLoop(clock.monotonic())
    server = Server(2, pty=False, loop=loop, profiles=[catalogue.load(profile)], trace=True, baud=baud)
    clock.add(loop)
    with server, leading_to(server), clock.taking_part():
        clock.wait((), clock.monotonic() + STARTED_S)
        modem = Modem("emu://modem0", baud or 115200, clock=clock)
        try:
            yield Clinic(server, clock, modem, modem.open())
        finally:
            modem.close()
