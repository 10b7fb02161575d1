"""The network as one worker knows it: asked for at open and at every sweep, told by notices in between.

Before a submit nothing is asked: `reason` is what was last known. While the gate is closed the modem is asked again
every few seconds, for firmwares lose notices.
"""

from __future__ import annotations

import math

from modem.dialogues import network, registration
from modem.dialogues.registration import Domain, Registration
from modem.driver import Identity, Modem
from modem.events import Notice
from modem.link import Clock
from modem.tables import Cause
from modem.worker.desk import Desk
from modem.worker.gate import Coverage, Gate, is_no_network, is_suspect, may_be_sent

_LOOK_AGAIN_S = 5.0


class Radio:
    """A `Watch` over registration and signal; owns the worker's gate."""

    def __init__(self, name: str, modem: Modem, desk: Desk, clock: Clock) -> None:
        self.name = name
        self._modem = modem
        self._desk = desk
        self._clock = clock
        self._gate = Gate()
        self._domains: tuple[Domain, ...] = ()
        self._by_packet = False
        # An alarm of an earlier run must end too, so each kind is told once whatever it is.
        self._told: dict[str, str | None] = {}
        self.due_at = math.inf
        self.operator: str | None = None
        self.signal: int | None = None
        self.reason: str | None = None
        """Why nothing may be sent now; None while the gate is open."""

    def start(self, identity: Identity) -> None:
        """Switch the notices on and look."""
        self._domains = tuple(domain for domain in Domain if registration.announce(self._modem, domain))
        self._by_packet = registration.sends_by_packet(self._modem)
        self.sweep()

    def hear(self, notice: Notice) -> None:
        parsed = registration.parse(notice.text) if notice.name.endswith("REG") else None
        if parsed is not None and self._gate.coverage is not None:
            domain, told = parsed
            self._seen({**self._gate.coverage.registrations, domain: told})

    def act(self) -> None:
        if self.reason is None:
            self._pass(self._gate.timed(self._clock.monotonic()))
        else:
            self._look()

    def sweep(self) -> None:
        """Ask for everything, the operator's name too, which takes some modems seconds. Raises ModemError."""
        self.operator = network.operator(self._modem)
        self._look()

    def refused(self, cause: Cause) -> bool:
        """A part was refused; True if that was for want of a network and the part can go back as if untried."""
        if is_no_network(cause):
            self._pass(self._gate.refused(self._clock.monotonic()))
            return True
        if not is_suspect(cause):
            return False
        self._look()
        return self.reason is not None and not may_be_sent(cause)

    def _look(self) -> None:
        found = {domain: registration.read(self._modem, domain) for domain in self._domains}
        self.signal = network.signal(self._modem)
        self._seen({domain: told for domain, told in found.items() if told is not None})

    def _seen(self, registrations: dict[Domain, Registration]) -> None:
        coverage = Coverage(registrations, self.signal, self._by_packet)
        self._pass(self._gate.seen(coverage, self._clock.monotonic()))

    def _pass(self, gate: Gate) -> None:
        now = self._clock.monotonic()
        self._gate = gate
        self.reason = gate.reason(now)
        for kind, text in gate.alarms(now).items():
            if kind not in self._told or (self._told[kind] is None) is not (text is None):
                self._told[kind] = text
                self._desk.alarm(self.name, kind, text)
        quiet = self.reason is None and not any(self._told.values())
        self.due_at = math.inf if quiet else now + _LOOK_AGAIN_S
