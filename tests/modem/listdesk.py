"""A desk made of lists, for workers without a database."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import datetime

from modem.alphabet import Alphabet
from modem.dialogues.memories import Stored
from modem.outcomes import Outcome
from modem.worker.desk import Claim, PartOrder, PortStatus
from scheduler.clock import SystemClock


class ListDesk:
    """Hands out what is in `orders`, and remembers what it was told."""

    def __init__(self, orders: Sequence[PartOrder] = ()) -> None:
        self.lock = threading.Lock()
        self.orders = list(orders)
        self.returns = False
        """Whether what was released untried can be claimed again, and is the next."""
        self._handed_out: dict[int, PartOrder] = {}
        self.settled: dict[int, Outcome] = {}
        self.released: list[int] = []
        self.blamed: list[int] = []
        self.kept: list[Stored] = []
        self.statuses: list[PortStatus] = []
        self.alarms: list[tuple[str, str, str | None]] = []
        self.troubles: list[tuple[str, str, list[str]]] = []
        self.kinds: list[str] = []
        """Of the troubles."""
        self.cures: list[tuple[str, str, str]] = []
        self.calls: list[tuple[str, str]] = []
        self.pins: dict[tuple[str, str], bool | None] = {}

    def claim(self, sim: str, most: int) -> Claim:
        with self.lock:
            taken, self.orders = self.orders[:most], self.orders[most:]
            self._handed_out |= {part.id: part for part in taken}
        return lambda: taken

    def settle(self, sim: str, outcomes: Sequence[tuple[int, Outcome]]) -> None:
        self.settled.update(outcomes)

    def release(self, sim: str, parts: Sequence[int], blamed: int | None = None) -> None:
        self.released += parts
        if blamed is not None:
            self.blamed.append(blamed)
        if self.returns:
            with self.lock:
                self.orders[:0] = [self._handed_out[part] for part in parts if part != blamed]

    def keep(self, sim: str, found: Sequence[Stored]) -> None:
        self.kept += found

    def status(self, status: PortStatus) -> None:
        self.statuses.append(status)

    def may_try_pin(self, card: str, pin: str) -> bool:
        fresh = self.pins.get((card, pin), True) is True
        if fresh:
            self.pins[card, pin] = None
        return fresh

    def pin_tried(self, card: str, pin: str, accepted: bool | None) -> None:
        if accepted is None:
            del self.pins[card, pin]
        else:
            self.pins[card, pin] = accepted

    def alarm(self, name: str, kind: str, text: str | None) -> None:
        self.alarms.append((name, kind, text))

    def trouble(self, name: str, text: str, lines: Sequence[str], kind: str = "") -> None:
        self.troubles.append((name, text, list(lines)))
        self.kinds.append(kind)

    def cured(self, model: str, trouble: str, step: str) -> None:
        self.cures.append((model, trouble, step))

    def called(self, sim: str, number: str, at: datetime) -> None:
        self.calls.append((sim, number))


class QueueDesk(ListDesk):
    """A desk at which what is released can be claimed again."""

    def __init__(self, orders: Sequence[PartOrder] = ()) -> None:
        super().__init__(orders)
        self._all = {order.id: order for order in orders}

    def release(self, sim: str, parts: Sequence[int], blamed: int | None = None) -> None:
        super().release(sim, parts, blamed)
        with self.lock:
            self.orders += [self._all[part] for part in parts]


def order(number: int, text: str = "Оцените", phone: str = "+79131234567") -> PartOrder:
    return PartOrder(number, phone, text, Alphabet.UCS2, None, True, 3600)


def wait(condition: Callable[[], bool]) -> None:
    clock = SystemClock()
    deadline = clock.monotonic() + 15
    while not condition():
        assert clock.monotonic() < deadline, "it did not come about in time"
        clock.wait((), clock.monotonic() + 0.02)
