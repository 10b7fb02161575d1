"""The queues in front of the modems: order, redelivery, validity, and what waits for a terminal to acknowledge it.

A queue belongs to a subscriber number, not to a device: when a SIM moves, what waits moves with it. Order is kept: a
message that cannot be handed over holds up those behind it, as the flag "memory capacity exceeded" at a service
centre does (23.040 §3.2.6). Knows PDUs only as octets.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from modem.emulator.agenda import Agenda
from modem.emulator.device.results import AtError, Verdict
from modem.emulator.journal import Journal, Record
from modem.emulator.network.conditions import Conditions
from modem.emulator.network.delays import draw
from modem.emulator.network.numbers import canonical
from modem.emulator.network.store import ERROR_IN_SME, EXPIRED, NO_MORE_TRIES, NO_RESPONSE, RECEIVED, Held, Watchers

if TYPE_CHECKING:
    from random import Random

NOT_TAKEN_RETRY_S = 30.0  # after +CNMA=2


class Station(Protocol):
    """A modem as the network sees it."""

    name: str

    @property
    def number(self) -> str:
        """The subscriber number of its SIM."""
        ...

    def settle(self, mr: int, error: AtError | None, now: float) -> None:
        """A submit was accepted under its reference, or refused with an error."""
        ...

    def offer(self, pdu: bytes, is_report: bool, now: float) -> Verdict:
        """Try to hand a message over."""
        ...


@dataclass(frozen=True, slots=True)
class Mobile:
    """A message or report on its way to a modem. `record` makes the log line from time and modem name."""

    pdu: bytes
    is_report: bool
    expires: float
    record: Callable[[float, str], Record]
    held: Held | None = None  # whose sender may be owed a report
    is_repeat: bool = False


@dataclass(slots=True, eq=False)
class Queue:
    """What waits for one subscriber."""

    number: str
    station: Station | None = None
    mobiles: deque[Mobile] = field(default_factory=deque)
    shown: bool = False  # the head is with the terminal, which has to acknowledge it
    last: Mobile | None = None  # the last message taken
    arrival: float = 0.0  # of the last message on its way here: none overtakes another


class Queues:
    """All queues."""

    def __init__(
        self,
        conditions: Conditions,
        journal: Journal,
        agenda: Agenda,
        streams: Callable[[str], "Random"],
        watchers: Watchers,
    ) -> None:
        self._conditions = conditions
        self._journal = journal
        self._later = agenda.at
        self._watchers = watchers
        self._by_number: dict[str, Queue] = {}
        self._by_name: dict[str, Queue] = {}
        self._repeats = streams("network.duplicates")
        self._order = streams("network.order")

    def attach(self, station: Station) -> Queue:
        """Make a modem the subscriber that its SIM says; once more after another SIM was put in."""
        old = self._by_name.get(station.name)
        if old is not None:
            old.station = None
            old.shown = False
        number = canonical(station.number)
        queue = self._by_number.setdefault(number, Queue(number))
        queue.station = station
        self._by_name[station.name] = queue
        return queue

    def at(self, station: Station) -> Queue:
        """The queue of the subscriber whose SIM is in a modem."""
        queue = self._by_name[station.name]
        return queue if queue.number == canonical(station.number) else self.attach(station)

    def of(self, number: str) -> Queue | None:
        """The queue of a subscriber who has a modem; `number` in its canonical spelling."""
        return self._by_number.get(number)

    def named(self, name: str) -> Queue | None:
        """The queue of a modem by name."""
        return self._by_name.get(name)

    def waiting(self) -> int:
        """How many messages and reports wait in all queues."""
        return sum(len(queue.mobiles) for queue in self._by_number.values())

    def send(self, queue: Queue, mobile: Mobile, delay_s: float, now: float) -> None:
        """Put a message on its way; it queues up after `delay_s`, behind those sent before it unless it is held back.

        At `reorder_rate` a message is held back for a while, so that later ones overtake it.
        """
        when = max(now + delay_s, queue.arrival)
        queue.arrival = when
        if self._conditions.reorder_rate and self._order.random() < self._conditions.reorder_rate:
            when += draw(self._conditions.reorder_s, self._order)
        if when > now:
            self._later(when, lambda then: self.put(queue, mobile, then))
        else:
            self.put(queue, mobile, now)

    def put(self, queue: Queue, mobile: Mobile, now: float) -> None:
        """Queue a message up; it is handed over at once if nothing is before it. A closed one is passed over."""
        if mobile.held is not None and mobile.held.over:
            return
        queue.mobiles.append(mobile)
        if len(queue.mobiles) == 1:
            self._pump(queue, now)
        if queue.mobiles and queue.mobiles[-1] is mobile:  # it has to wait, so its validity matters
            self._watch(queue, mobile)

    def ready(self, station: Station, now: float) -> None:
        """A modem may be able to take what waits for it."""
        queue = self.at(station)
        if not queue.shown:
            self._pump(queue, now)

    def acknowledged(self, station: Station, ok: bool, now: float) -> None:
        """The terminal has answered for the message at the head of the queue; without `ok` it stays there."""
        queue = self.at(station)
        was_shown, queue.shown = queue.shown, False
        if ok and was_shown and queue.mobiles:
            self._taken(queue, now)
        if ok:
            self._pump(queue, now)
        else:
            self._expire(queue, now)
            self._later(now + NOT_TAKEN_RETRY_S, lambda then: self._again(queue, then))

    def repeat(self, queue: Queue, now: float) -> bool:
        """Deliver the last message once more, octet by octet; False if there was none."""
        if queue.last is None:
            return False
        self.put(queue, replace(queue.last, held=None, is_repeat=True), now)
        return True

    def replace(self, old: Held, new: Mobile) -> bool:
        """Put a message in the place of one that waits; False if none waits, or the terminal already has it."""
        queue, place = self._find(old)
        if queue is None:
            return False
        queue.mobiles[place] = new
        self._watch(queue, new)
        return True

    def drop(self, held: Held) -> bool:
        """Take a message out of its queue; False as for `replace`."""
        queue, place = self._find(held)
        if queue is None:
            return False
        del queue.mobiles[place]
        return True

    def is_shown(self, held: Held) -> bool:
        """Whether a terminal has the message and is to acknowledge it: too late to call it back."""
        return any(queue.shown and queue.mobiles[0].held is held for queue in self._by_number.values())

    def _find(self, held: Held) -> tuple[Queue | None, int]:
        for queue in self._by_number.values():
            for place, mobile in enumerate(queue.mobiles):
                if mobile.held is held and not (place == 0 and queue.shown):
                    return queue, place
        return None, 0

    def _again(self, queue: Queue, now: float) -> None:
        if not queue.shown:
            self._pump(queue, now)

    def _pump(self, queue: Queue, now: float) -> None:
        """Hand over what waits, in order, until the modem does not take one."""
        while queue.mobiles and queue.station is not None:
            mobile = queue.mobiles[0]
            verdict = queue.station.offer(mobile.pdu, mobile.is_report, now)
            if verdict is Verdict.TAKEN:
                self._taken(queue, now)
            elif verdict is Verdict.WAITING:
                queue.shown = True
                return
            elif not self._gives_up(queue, mobile, ERROR_IN_SME if verdict is Verdict.FULL else NO_RESPONSE, now):
                return

    def _gives_up(self, queue: Queue, mobile: Mobile, status: int, now: float) -> bool:
        """The head of the queue was turned away: it goes on waiting, unless its sender wanted one try only."""
        held = mobile.held
        if held is not None and held.submit.single_shot:
            queue.mobiles.popleft()
            self._watchers.finished(held, status | NO_MORE_TRIES, now)
            return True
        if held is not None:
            self._watchers.delayed(held, status, now)
        return False

    def _taken(self, queue: Queue, now: float) -> None:
        """The head of the queue has been taken; at `duplicate_rate` it comes again."""
        mobile = queue.mobiles.popleft()
        name = queue.station.name if queue.station else ""
        self._journal.add(mobile.record(now, name))
        if not mobile.is_report:
            queue.last = mobile
            rate = self._conditions.duplicate_rate
            if rate and not mobile.is_repeat and self._repeats.random() < rate:
                self.repeat(queue, now)
        if mobile.held is not None:
            self._watchers.finished(mobile.held, RECEIVED, now)

    def _watch(self, queue: Queue, mobile: Mobile) -> None:
        self._later(mobile.expires, lambda then: self._expire(queue, then))

    def _expire(self, queue: Queue, now: float) -> None:
        """Drop what is past its validity; the head stays while the terminal is to acknowledge it."""
        shown = [queue.mobiles.popleft()] if queue.shown and queue.mobiles else []
        over = [mobile for mobile in queue.mobiles if mobile.expires <= now]
        if over:
            kept = [mobile for mobile in queue.mobiles if mobile.expires > now]
            queue.mobiles.clear()
            queue.mobiles.extend(kept)
        queue.mobiles.extendleft(shown)
        for mobile in over:
            if mobile.held is not None and not mobile.held.over:
                self._watchers.finished(mobile.held, EXPIRED, now)
