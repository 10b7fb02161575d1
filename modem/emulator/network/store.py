"""The messages a service centre holds, and what became of all those it has ever taken.

Owns the search by reference that reject-duplicates, replacement and SMS-COMMAND need (23.040 §9.2.3.25, §9.2.3.9,
§9.2.3.18), and the count by outcome. Where a message waits meanwhile is not known here.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from modem.emulator.codec.tpdu import Submit
from modem.emulator.network.numbers import canonical

RECEIVED, UNCONFIRMED, REPLACED = 0x00, 0x01, 0x02  # TP-Status (23.040 §9.2.3.15)
CONGESTION, BUSY, NO_RESPONSE, ERROR_IN_SME = 0x20, 0x21, 0x22, 0x25  # still trying
REFUSED, NOT_OBTAINABLE, EXPIRED, DELETED, NO_SUCH_MESSAGE = 0x42, 0x43, 0x46, 0x47, 0x49
NO_MORE_TRIES = 0x40  # makes "still trying" of 0x20 to 0x3F the same reason for having given up
GAVE_UP_BUSY, GAVE_UP = 0x61, 0x62


@dataclass(slots=True, eq=False)
class Held:
    """One accepted message until its end. Times are seconds since the epoch."""

    sender: str  # the number of the SIM it came from
    origin: str  # what the receiver sees as its sender
    mr: int
    submit: Submit
    accepted: float
    expires: float
    srr: bool  # SMS-COMMAND can change its mind about the report
    status: int = CONGESTION  # of the last try: what an enquiry is told
    tried: bool = False
    over: bool = False


Ending = Callable[[Held, int, float], None]
"""Told of a message, a TP-Status and the time."""


@dataclass(frozen=True, slots=True)
class Watchers:
    """Who hears of the tries to deliver a message: that it is over, or that it has to wait."""

    finished: Ending
    delayed: Ending


class Store:
    """Messages held, by sender and TP-MR; several may share both once the references have wrapped."""

    def __init__(self) -> None:
        self.accepted = 0
        self.ends: Counter[str] = Counter()  # delivered, failed, swallowed: how accepted messages ended
        self._held: dict[tuple[str, int], list[Held]] = {}

    def keep(self, held: Held) -> None:
        """Hold a message from now on."""
        self._held.setdefault((held.sender, held.mr), []).append(held)

    def close(self, held: Held, status: int) -> None:
        """A message has come to its end with a final TP-Status."""
        held.over = True
        held.status = status
        self.ends["delivered" if status < REPLACED else "failed"] += 1
        self._forget(held)

    def _forget(self, held: Held) -> None:
        key = held.sender, held.mr
        same = self._held[key]
        same.remove(held)
        if not same:
            del self._held[key]

    def find(self, sender: str, mr: int, to: str) -> Held | None:
        """The message still held with this reference for this receiver; of several, the latest."""
        key = canonical(to)
        for held in reversed(self._held.get((sender, mr), ())):
            if canonical(held.submit.to.text) == key:
                return held
        return None

    def replaceable(self, new: Held) -> Held | None:
        """The message that `new` replaces: same sender, receiver and Replace Short Message Type."""
        pid, to = new.submit.pid, canonical(new.submit.to.text)
        if not 0x41 <= pid <= 0x47:
            return None
        same = (held for held in self if held.sender == new.sender and held.submit.pid == pid)
        return next((held for held in same if canonical(held.submit.to.text) == to), None)

    def __iter__(self) -> Iterator[Held]:
        for same in self._held.values():
            yield from same

    def __len__(self) -> int:
        return sum(map(len, self._held.values()))
