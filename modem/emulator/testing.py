"""An emulated network as a test sees it: modems to connect to, messages and calls to cause, things to wait for.

The pytest fixtures hand these objects out; without pytest they serve as well:

    with EmulatedNetwork(2) as network:
        modem = network.modems[0]

The network runs in a thread of its own. Nothing here polls: a wait ends in the moment in which it comes about.
"""

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from modem.emulator.faults.events import inflict
from modem.emulator.faults.kinds import FAULT
from modem.emulator.network.changes import apply, describe
from modem.emulator.network.subscribers import Caller
from modem.emulator.profiles import catalogue
from modem.emulator.serving.ports import Port
from modem.emulator.serving.server import Server
from modem.emulator.world import World

Line = dict[str, object]
"""A log line: `t`, `modem`, `event` and the fields of the event."""

TIMEOUT_S = 5.0
_SHOWN = 20


class EmulatedModem:
    """One modem of an emulated network.

    `path` is its pty, for programs that open a device; `url` is the same modem for pyserial's `serial_for_url`; `link`
    is a name for the pty that stays the same when the modem is unplugged and comes back.
    """

    def __init__(self, server: Server, port: Port, url: str) -> None:
        self._server = server
        self._port = port
        self._seen = 0
        self.name = port.name
        self.url = url

    @property
    def path(self) -> str:
        """The pty of the modem now."""
        assert self._port.pty is not None
        return self._port.pty

    @property
    def link(self) -> Path:
        """The symlink to the pty."""
        assert self._port.link is not None
        return Path(self._port.link)

    @property
    def imei(self) -> str:
        """What +CGSN says."""
        return self._port.modem.device.identity.imei

    @property
    def iccid(self) -> str:
        """The number of the SIM card."""
        return self._port.modem.device.sim.iccid

    @property
    def number(self) -> str:
        """The subscriber number, as others dial it."""
        return self._port.modem.number

    # What the world does to it.

    def deliver(self, sender: str, text: str) -> int:
        """A subscriber writes to this modem; returns the number of parts. ValueError if that cannot be sent."""
        return self._server.call(lambda world, now: world.centre.deliver(self._port.modem, sender, text, now))

    def deliver_tpdu(self, tpdu: bytes) -> None:
        """The network hands over a finished SMS-DELIVER (23.040 §9.2.2.1). ValueError if it is none."""
        self._server.call(lambda world, now: world.centre.deliver_tpdu(self._port.modem, tpdu, now))

    def call(self, sender: str, **behaviour: object) -> bool:
        """A subscriber calls; returns whether the modem rings. `behaviour` is that of the control port's call."""
        caller = Caller.model_validate(behaviour)
        return self._server.call(lambda world, now: world.exchange.call(self._port.modem, sender, now, caller)) is None

    def fault(self, kind: str, **fields: object) -> int | None:
        """Let a fault happen, or wait for its opportunity; then its number. ValueError if there is no such fault."""
        fault = FAULT.validate_python({"kind": kind, **fields})
        return self._server.call(lambda world, now: inflict(world, self._port.modem, fault, now))

    def clear_faults(self) -> int:
        """Disarm all faults that wait; returns how many there were."""
        return self._server.call(lambda world, now: self._port.modem.device.faults.clear())

    # What it did.

    def submits(self) -> list[Line]:
        """What the network has taken from this modem, in order."""
        return [line for line in self._server.submits()[0] if line["modem"] == self.name]

    def commands(self) -> list[str]:
        """The command lines and texts that the terminal has sent, in order."""
        lines = self._server.call(lambda world, now: world.journal.events_after(0)[0])
        sent = "".join(
            str(line["data"])
            for line in lines
            if line["event"] == "at" and line["modem"] == self.name and line["way"] == "rx"
        )
        return [piece for piece in sent.replace("\x1a", "\r").replace("\n", "").split("\r") if piece]

    def used(self, memory: str) -> int:
        """How many slots of a memory (SM, ME, SR…) are taken. KeyError if the modem has no such."""
        return self._server.call(lambda world, now: self._port.modem.device.memories[memory].used)

    def wait_for_submit(self, timeout_s: float = TIMEOUT_S) -> Line:
        """The next message that the network takes from this modem, one at every call; AssertionError if none comes."""

        def look(world: World, now: float) -> Line | None:
            lines, following = world.journal.submits(self._seen)
            start = following - len(lines)
            for place, line in enumerate(lines, start + 1):
                self._seen = place
                if line["modem"] == self.name:
                    return line
            return None

        found = self._server.wait(look, timeout_s)
        assert found is not None, self._missing("submit", timeout_s)
        return found

    def wait_for(self, event: str, timeout_s: float = TIMEOUT_S, **fields: object) -> Line:
        """The first log line of this modem with these fields, from the beginning; AssertionError if none comes."""
        wanted = {"modem": self.name, "event": event, **fields}
        cursor = 0

        def look(world: World, now: float) -> Line | None:
            nonlocal cursor
            lines, cursor, _ = world.journal.events_after(cursor)
            return next((line for line in lines if wanted.items() <= line.items()), None)

        found = self._server.wait(look, timeout_s)
        assert found is not None, self._missing(event, timeout_s)
        return found

    def _missing(self, event: str, timeout_s: float) -> str:
        last = self._server.call(lambda world, now: world.journal.events_after(0)[0])[-_SHOWN:]
        return "\n".join([f"{self.name}: no {event} within {timeout_s:g} s; the last events:", *map(show, last)])


class EmulatedNetwork:
    """Modems in one network, each with a pty in `directory` and a TCP port; a context manager."""

    def __init__(
        self,
        modems: int = 1,
        directory: Path | None = None,
        *,
        profile: str | Sequence[str] = "generic",
        latency_ms: float = 0,
        report_latency_ms: float = 0,
        seed: str | int = 0,
        control: bool = False,
    ) -> None:
        names = [profile] if isinstance(profile, str) else profile
        self._server = Server(
            modems,
            directory,
            tcp=0,
            control=control,
            latency_ms=latency_ms,
            report_latency_ms=report_latency_ms,
            seed=seed,
            trace=True,
            profiles=[catalogue.load(name) for name in names],
        )
        self.control_url = self._server.control_url
        self.modems = [
            EmulatedModem(self._server, port, f"socket://127.0.0.1:{port.tcp}") for port in self._server.modems
        ]

    def __enter__(self) -> Self:
        self._server.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.__exit__(kind, error, trace)

    def set(self, **conditions: object) -> None:
        """Change the network, as POST /v1/network does: `set(latency_ms=200)`. ValueError if that cannot be."""
        self._server.call(lambda world, now: apply(world.centre, conditions, now))

    def get(self) -> dict[str, object]:
        """How the network is set."""
        return self._server.call(lambda world, now: describe(world.centre))

    def handset(self, number: str, state: str) -> None:
        """Say what a subscriber's phone does with messages: on, off, unreachable, blocked, …"""
        self.set(handsets={number: {"state": state}})

    def events(self) -> list[Line]:
        """Everything that has happened, as log lines."""
        return self._server.call(lambda world, now: world.journal.events_after(0)[0])


def show(line: Line) -> str:
    """A log line for people."""
    fields = " ".join(f"{name}={value!r}" for name, value in line.items() if name not in ("t", "modem", "event"))
    return f"  {str(line['t'])[11:23]} {line['modem']} {line['event']} {fields}"
