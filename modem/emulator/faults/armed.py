"""Which faults wait at one modem, and whether one strikes now.

Owns opportunities, counts, probabilities and the end of a fault. Does nothing itself: who has an opportunity asks
`strike` and carries out what it gets. Randomness and time come in as arguments.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from modem.emulator.faults.kinds import AnyArmed, Armed, OfCommand

if TYPE_CHECKING:
    from random import Random

A = TypeVar("A", bound=Armed)


@dataclass(slots=True)
class _Waiting:
    number: int
    fault: Armed
    skip: int
    left: int | None
    ends: float | None
    struck: int = 0


class ArmedFaults:
    """The faults of one modem; `record` hears of each strike."""

    def __init__(self, rng: "Random", record: Callable[[Armed, str | None], None]) -> None:
        self._rng = rng
        self._record = record
        self._by_kind: dict[type[Armed], list[_Waiting]] = {}
        self.any = False  # whether any fault waits: what the hot path asks first, so a plain value
        self._numbers = 0

    def arm(self, fault: AnyArmed, now: float) -> int:
        """Let a fault wait from `now` on; returns the number by which it can be cleared."""
        self._numbers += 1
        # `for_s` of a hang is how long the modem hangs, not how long the fault waits.
        ends = None if fault.for_s is None or fault.kind == "hang" else now + fault.for_s
        waiting = _Waiting(self._numbers, fault, fault.skip, fault.times, ends)
        self._by_kind.setdefault(type(fault), []).append(waiting)
        self.any = True
        return waiting.number

    def clear(self, number: int | None = None) -> int:
        """Disarm one fault or all; returns how many there were."""
        before = len(self._all())
        for kind, waiting in list(self._by_kind.items()):
            self._keep(kind, [] if number is None else [entry for entry in waiting if entry.number != number])
        return before - len(self._all())

    def listed(self) -> list[dict[str, object]]:
        """Every fault that waits, with its number and how often it has struck."""
        return [
            {"number": entry.number, "struck": entry.struck, **entry.fault.model_dump(mode="json")}
            for entry in self._all()
        ]

    def strike(
        self, kind: type[A], now: float, command: str | None = None, fits: Callable[[A], bool] = lambda fault: True
    ) -> A | None:
        """The fault of a kind that strikes at this opportunity, if one does; one that does not fit has none here."""
        waiting = self._by_kind.get(kind)
        if waiting is None:
            return None
        for entry in list(waiting):
            if entry.ends is not None and now > entry.ends:
                waiting.remove(entry)
                continue
            fault = entry.fault
            assert isinstance(fault, kind)
            if fits(fault) and self._strikes(entry, command):
                if entry.left == 0:
                    waiting.remove(entry)
                self._keep(kind, waiting)
                self._record(fault, command)
                return fault
        self._keep(kind, waiting)
        return None

    def _strikes(self, entry: _Waiting, command: str | None) -> bool:
        fault = entry.fault
        if isinstance(fault, OfCommand) and fault.on is not None and fault.on.upper() != command:
            return False
        if entry.skip:
            entry.skip -= 1
            return False
        if fault.rate < 1 and self._rng.random() >= fault.rate:
            return False
        entry.struck += 1
        if entry.left is not None:
            entry.left -= 1
        return True

    def _keep(self, kind: type[Armed], waiting: list[_Waiting]) -> None:
        if waiting:
            self._by_kind[kind] = waiting
        else:
            self._by_kind.pop(kind, None)
        self.any = bool(self._by_kind)

    def _all(self) -> list[_Waiting]:
        return sorted((entry for waiting in self._by_kind.values() for entry in waiting), key=lambda one: one.number)
