"""What the double does with a request, once HTTP is taken off: it reads, checks, keeps and tells.

Its clock is the one it is given plus what the control has put on top of it (`advance`), so that a week of being down or
of waiting for a status can pass in a moment. Signatures are held to the clock it is given: theirs was not advanced.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any

from gateway.simulator.upstream import form as forms
from gateway.simulator.upstream import reading, signatures, xml
from gateway.simulator.upstream.errors import AgainstSchema, NotHere, Unprocessable, UpstreamDoubleError
from gateway.simulator.upstream.faults import Armed, Door, Fault, Weather, read
from gateway.simulator.upstream.keeping import Arrival, Keeping, Packet, as_line
from gateway.simulator.upstream.taken import Rated, Taken
from scheduler.clock import Clock

_NO_PACKET = 2**63
"""No packet has this number or a larger one, and a database could not be asked for it."""


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How the double behaves: `dedupe` false takes the same packet twice, as the real one does; a packet is settled
    `status_after_s` seconds after it was taken."""

    dedupe: bool = True
    status_after_s: float = 0.0


class Double:
    """The federal system, made up."""

    def __init__(
        self,
        clock: Clock,
        *,
        database: Path | None = None,
        log: Path | None = None,
        form: forms.Form | None = None,
        secret: bytes | None = None,
        seed: str = "0",
        behaviour: Behaviour | None = None,
    ) -> None:
        self._clock = clock
        self._ahead = timedelta(0)
        self._form = form or forms.published()
        self._changed: dict[int, forms.Form] = {}
        self._secret = secret
        self.behaviour = behaviour or Behaviour()
        self.weather = Weather(seed)
        self.kept = Keeping(database)
        self._log: IO[str] | None = None
        if log is not None:
            try:
                self._log = log.open("a", encoding="utf-8", buffering=1)
            except OSError as problem:
                self.kept.close()
                raise UpstreamDoubleError(f"The log {log} cannot be written: {problem.strerror}.") from None

    def close(self) -> None:
        """Let go of database and log."""
        self.kept.close()
        if self._log is not None:
            self._log.close()

    def now(self) -> datetime:
        return self._clock.now() + self._ahead

    @property
    def seconds(self) -> float:
        return self.now().timestamp()

    def advance(self, seconds: float) -> None:
        """Let time pass for the double alone."""
        self._ahead += timedelta(seconds=seconds)

    @property
    def form(self) -> forms.Form:
        """The form that counts now."""
        changes = [one for one in self.weather.in_force(self.seconds) if one.fault.kind == "change_form"]
        return self._changed[changes[-1].number] if changes else self._form

    def arm(self, document: object) -> Armed:
        """Let something go wrong. Raises AgainstSchema."""
        fault = read(document)
        becomes = forms.changed(self.form, fault.form) if fault.form is not None else None
        armed = self.weather.arm(fault, self.seconds)
        if becomes is not None:
            self._changed[armed.number] = becomes
        return armed

    def check_signature(self, header: str | None, body: bytes) -> None:
        """Raises NotSigned, if there is a secret and this is not signed with it."""
        if self._secret is not None:
            signatures.check_hmac(header, body, self._secret, self._clock.now())

    def take_xml(self, body: bytes, key: str | None) -> tuple[Taken, Packet]:
        """A RatesRequest, an EventsRequest or a legacy envelope. Raises Refused."""
        root = xml.parse(body)
        xml.validate(root)
        if xml.name(root)[0] == xml.LEGACY:
            root = signatures.signed(root)
        taken = reading.packet(root, self.form)
        return taken, self._take(_all_or_none(self._poisoned(taken)), key, body)

    def take_json(self, body: bytes, key: str | None) -> tuple[Taken, Packet]:
        """A batch of the JSON dialect. Raises Refused."""
        taken, key_inside = reading.batch(body)
        if key is not None and key != key_inside:
            raise AgainstSchema(f"The key is {key_inside} in the body and {key} in Idempotency-Key.")
        return taken, self._take(self._poisoned(taken), key_inside, body)

    def status(self, packet: int, vendor: int | None = None) -> tuple[int, list[tuple[str, str]]]:
        """1 taken, 2 accepted, 3 rejected; the refused forms, each with its reason. Raises NotHere."""
        found = self.kept.status(packet, self.seconds, vendor) if packet < _NO_PACKET else None
        if found is None:
            raise NotHere(f"There is no packet {packet}{f' of the vendor {vendor}' if vendor else ''}.")
        return found

    def strikes(self, door: Door) -> dict[str, Fault]:
        """What goes wrong with a request that comes in at a door now, by kind; it is written down."""
        struck: dict[str, Fault] = {fault.kind: fault for fault in self.weather.strikes(door, self.seconds)}
        for kind in struck:
            self._tell("fault", {"kind": kind, "door": door})
        return struck

    def refused(self, why: str, code: str, key: str | None) -> None:
        """Write down that a request was not taken."""
        self._tell("refused", {"code": code, "reason": why, "key": key})

    def _poisoned(self, taken: Taken) -> Taken:
        ratings: list[Rated] = []
        for one in taken.ratings:
            how = self.weather.poison(one.foreign_id, self.seconds)
            if how == "422":
                raise Unprocessable("One of the ratings cannot be taken.")
            ratings.append(replace(one, refused="the rating cannot be taken") if how else one)
        return replace(taken, ratings=tuple(ratings))

    def _take(self, taken: Taken, key: str | None, body: bytes) -> Packet:
        now = self.now()
        arrival = Arrival(
            key,
            hashlib.sha256(body).hexdigest(),
            now.isoformat(),
            now.timestamp() + self.behaviour.status_after_s,
            self.behaviour.dedupe,
        )
        packet = self.kept.take(taken, arrival)
        counted = {
            "packet": packet.id, "vendor": taken.vendor, "dialect": taken.dialect, "key": key, "again": packet.again,
            "forms": len(packet.forms) + len(packet.facts),
            "repeated": sum(one["repeated"] for one in (*packet.forms, *packet.facts)),
        }  # fmt: skip
        self._tell("packet", counted)
        for one in packet.forms:
            self._tell("refused" if one["refused"] else "form", one)
        for one in packet.facts:
            self._tell("event", one)
        return packet

    def _tell(self, event: str, row: Mapping[str, Any]) -> None:
        if self._log is not None:
            self._log.write(as_line(event, row, self.now().isoformat()))


def _all_or_none(taken: Taken) -> Taken:
    """XML tells the status of a packet and not which of its forms is at fault: nothing of such a packet is taken."""
    if not any(one.refused for one in taken.ratings):
        return taken
    other = "another form of the packet is at fault"
    return replace(taken, ratings=tuple(replace(one, refused=one.refused or other) for one in taken.ratings))
