"""The network's own memory of what passed: an outside witness for the ledger of the box, small enough for months."""

from __future__ import annotations

from dataclasses import dataclass, field

from gateway.ledger.digests import Digests
from gateway.pseudonyms import Pseudonyms
from modem.emulator.journal import Delivered, Record, Reported, Submitted


@dataclass(slots=True)
class Seen:
    """What a witness has seen: all messages by digest, and how many there were with their reports."""

    digests: Digests = field(default_factory=Digests)
    messages: int = 0


class Witness:
    """An observer of the network's journal."""

    def __init__(self, seen: Seen, names: Pseudonyms) -> None:
        self._seen = seen
        self._names = names

    def hear(self, record: Record) -> None:
        """Remember what passed."""
        match record:
            case Submitted(to=to, ud=ud):
                self._seen.digests.submitted(self._names.of(to), ud.text)
                self._seen.messages += 1
            case Delivered(pdu=pdu):
                self._seen.digests.delivered(self._names.fingerprint("pdu", pdu.hex().upper()))
                self._seen.messages += 1
            case Reported():
                self._seen.messages += 1
