"""A fleet on an emulated network in simulated time: the driver's own threads, no second of waiting."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import TypeVar

from modem.emulator.faults.events import inflict
from modem.emulator.faults.kinds import FAULT
from modem.emulator.network.changes import apply
from modem.emulator.network.subscribers import Caller
from modem.emulator.profiles import catalogue
from modem.emulator.serving.loop import SteppedLoop
from modem.emulator.serving.server import Server
from modem.emulator.testing import EmulatedModem
from modem.emulator.urls import leading_to
from modem.fleet import Fleet
from modem.link import Link
from modem.makes.make import Make
from modem.worker.desk import PortSettings
from scheduler.virtual import VirtualClock
from tests.modem.listdesk import ListDesk

T = TypeVar("T")
START = datetime(2017, 9, 12, 3, tzinfo=UTC)


class Bench:
    """A running fleet, its desk and its network; the caller has the turn."""

    def __init__(self, modems: int, desk: ListDesk, settings: PortSettings, profile: str, **network: float) -> None:
        self.desk = desk
        self.clock = VirtualClock(START)
        self.loop = SteppedLoop(self.clock.monotonic())
        profiles = [catalogue.load(profile)]
        self.server = Server(modems, pty=False, loop=self.loop, trace=True, profiles=profiles, **network)
        self.clock.add(self.loop)
        ports = [replace(settings, name=f"m{k}", port=f"emu://modem{k}") for k in range(modems)]
        self.fleet = Fleet(ports, desk, self.clock)

    @property
    def passed_s(self) -> float:
        return self.clock.monotonic() - START.timestamp()

    def let_pass(self, seconds: float) -> None:
        self.clock.wait((), self.clock.monotonic() + seconds)

    def fault(self, number: int, kind: str, **fields: object) -> None:
        self.inflict(number, {"kind": kind, **fields})

    def clear_faults(self, number: int) -> None:
        self.server.call(lambda world, now: world.modems[number].device.faults.clear())

    def inflict(self, number: int, fields: dict[str, object]) -> None:
        fault = FAULT.validate_python(fields)
        self.server.call(lambda world, now: inflict(world, world.modems[number], fault, now))

    def call(self, number: int, sender: str, **behaviour: object) -> None:
        """A subscriber calls a modem; `behaviour` is that of the control port's call."""
        caller = Caller.model_validate(behaviour)
        self.server.call(lambda world, now: world.exchange.call(world.modems[number], sender, now, caller))

    def set(self, **conditions: object) -> None:
        """Change the network, as POST /v1/network does."""
        self.server.call(lambda world, now: apply(world.centre, conditions, now))

    def commands(self, number: int = 0) -> list[str]:
        """The command lines that a modem was given, in order."""
        sent = "".join(
            str(line["data"])
            for line in self.events()
            if line["event"] == "at" and line["modem"] == f"modem{number}" and line["way"] == "rx"
        )
        return [piece for piece in sent.split("\r") if piece]

    def events(self) -> list[dict[str, object]]:
        return self.server.call(lambda world, now: world.journal.events_after(0)[0])


@contextmanager
def bench(
    modems: int = 1,
    desk: ListDesk | None = None,
    *,
    hang_up: bool = True,
    power_hook: tuple[str, ...] = (),
    init: tuple[str, ...] = (),
    profile: str = "generic",
    makes: tuple[Make, ...] | None = None,
    **network: float,
) -> Iterator[Bench]:
    settings = PortSettings("", "", hang_up=hang_up, power_hook=power_hook, init=init, makes=makes)
    made = Bench(modems, desk or ListDesk(), settings, profile, **network)
    with made.server, leading_to(made.server), made.clock.taking_part():
        with made.clock.starting(modems):
            made.fleet.start()
        try:
            yield made
        finally:
            assert made.fleet.stop(300) == []


def with_line(act: Callable[[Link], T], profile: str = "generic", **conditions: object) -> T:
    """What `act` gives for a line to an emulated modem in simulated time; the network is as `conditions` say."""
    clock = VirtualClock(START)
    loop = SteppedLoop(clock.monotonic())
    server = Server(1, pty=False, loop=loop, profiles=[catalogue.load(profile)])
    clock.add(loop)
    with server, leading_to(server), clock.taking_part():
        server.call(lambda world, now: apply(world.centre, conditions, now))
        link = Link("emu://modem0", clock=clock)
        link.connect()
        try:
            clock.wait((), clock.monotonic() + 15)  # the start of a modem
            link.exchange("ATE0")
            return act(link)
        finally:
            link.close()


@contextmanager
def lone_modem() -> Iterator[tuple[EmulatedModem, VirtualClock]]:
    """An emulated modem in simulated time, at emu://modem0, for a driver in the test's own thread."""
    clock = VirtualClock(START)
    loop = SteppedLoop(clock.monotonic())
    server = Server(1, pty=False, loop=loop, trace=True)
    clock.add(loop)
    with server, leading_to(server), clock.taking_part():
        clock.wait((), clock.monotonic() + 15)  # the start of a modem
        yield EmulatedModem(server, server.modems[0], "emu://modem0"), clock
