"""The network behind the modems: a service centre with store and forward, and the handsets of everybody else.

Owns who gets what and when: the time a submit takes, the queue in front of every modem, validity, what a
handset's state does to a message, and the status reports that follow. It reaches modems only through `Station`
and knows nothing of AT. Order per modem is kept: a message that cannot be delivered holds up those behind it, as
the flag "memory capacity exceeded" at a service centre does (23.040 §3.2.6).

Time comes in as `now` (seconds since the epoch); what is due later goes on the agenda.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from modem.emulator.agenda import Agenda
from modem.emulator.codec.address import Address
from modem.emulator.codec.compose import compose
from modem.emulator.codec.reports import StatusReport, encode_status_report
from modem.emulator.codec.timestamp import encode_timestamp
from modem.emulator.codec.tpdu import Deliver, as_deliver, encode_deliver
from modem.emulator.codec.userdata import UserData
from modem.emulator.device.results import AtError, Submitted, Verdict
from modem.emulator.journal import Delivered, Journal, Record, Reported
from modem.emulator.journal import Submitted as SubmitRecord
from modem.emulator.network.accounts import Accounts
from modem.emulator.network.conditions import Conditions
from modem.emulator.network.delays import draw
from modem.emulator.network.handsets import Handset
from modem.emulator.network.numbers import canonical

if TYPE_CHECKING:
    from random import Random

NOT_TAKEN_RETRY_S = 30.0  # after +CNMA=2
RECEIVED, REFUSED, EXPIRED, TRYING, NO_RESPONSE = 0x00, 0x42, 0x46, 0x22, 0x62  # 23.040 §9.2.3.15


class Station(Protocol):
    """A modem as the network sees it."""

    name: str

    @property
    def number(self) -> str:
        """The subscriber number of its SIM."""
        ...

    def settle(self, result: int | AtError, now: float) -> None:
        """A submit was accepted under its reference, or refused with an error."""
        ...

    def offer(self, pdu: bytes, is_report: bool, now: float) -> Verdict:
        """Try to hand a message over."""
        ...


@dataclass(frozen=True, slots=True)
class _Mobile:
    """A message on its way to a modem; `outcome` is called with a TP-Status once it is over."""

    pdu: bytes
    is_report: bool
    expires: float
    record: Callable[[float], Record]
    outcome: Callable[[int, float], None] | None = None


@dataclass(frozen=True, slots=True)
class _Tracked:
    """An accepted submit whose sender wants a report."""

    station: Station
    ref: int
    to: Address
    scts: bytes
    expires: float


class ServiceCentre:
    """Service centre, handsets and the queues in front of the modems."""

    def __init__(
        self, conditions: Conditions, journal: Journal, agenda: Agenda, streams: Callable[[str], "Random"]
    ) -> None:
        self.conditions = conditions
        self.accounts = Accounts()
        self._latency = streams("network.latency")
        self._journal = journal
        self._stations: dict[str, Station] = {}
        self._queues: dict[str, deque[_Mobile]] = {}
        self._waiting: set[str] = set()
        self._at = agenda.at
        self._absent: dict[str, list[tuple[_Tracked, int]]] = {}
        self._long_refs: dict[str, int] = {}

    # Modems.

    def attach(self, station: Station) -> None:
        """Make a modem a subscriber."""
        self._stations[canonical(station.number)] = station
        self._queues[station.name] = deque()

    def submit(self, station: Station, message: Submitted, now: float) -> None:
        """Take a part from a modem; it is accepted after the latency."""
        latency_s = draw(self.conditions.latency_s, self._latency)
        if latency_s > 0:
            self._at(now + latency_s, lambda then: self._accept(station, message, then))
        else:
            self._accept(station, message, now)

    def ready(self, station: Station, now: float) -> None:
        """A modem may be able to take what waits for it."""
        if station.name not in self._waiting:
            self._pump(station, now)

    def acknowledged(self, station: Station, ok: bool, now: float) -> None:
        """The terminal has answered for the message at the head of the queue; without `ok` it stays there."""
        self._waiting.discard(station.name)
        queue = self._queues[station.name]
        if ok and queue:
            self._finish(queue.popleft(), RECEIVED, now)
        if ok:
            self._pump(station, now)
        else:
            self._at(now + NOT_TAKEN_RETRY_S, lambda then: self.ready(station, then))

    # Subscribers.

    def deliver(self, station: Station, sender: str, text: str, now: float) -> int:
        """A subscriber writes to a modem; returns the number of parts. UnicodeError for a name not in GSM 7-bit."""
        origin = Address.of(sender)
        if not sender or len(origin.value) > (11 if origin.toa & 0x70 == 0x50 else 20):
            raise UnicodeError("a sender is up to 20 digits or up to 11 characters")
        ref = self._long_refs[sender] = (self._long_refs.get(sender, 0) + 1) & 0xFF
        scts = encode_timestamp(now, self.conditions.zone_quarters)
        parts = compose(text, ref)
        for ud in parts:
            pdu = encode_deliver(Deliver(origin, scts, ud, smsc=self.conditions.smsc))
            self._enqueue(station, self._mobile(station, sender, ud, pdu, now + self.conditions.validity_s), now)
        return len(parts)

    def set_handset(self, number: str, state: Handset, now: float) -> None:
        """Change a handset; what waited for it is tried again at once."""
        key = canonical(number)
        self.conditions.handsets[key] = state
        for tracked, tries in self._absent.pop(key, []):
            self._try(tracked, tries, now)

    # Inside.

    def _accept(self, station: Station, message: Submitted, now: float) -> None:
        submit = message.submit
        self._journal.add(
            SubmitRecord(now, station.name, message.mr, submit.to.text, submit.ud, message.pdu, submit.srr)
        )
        station.settle(message.mr, now)
        key = canonical(submit.to.text)
        receiver = self._stations.get(key)
        if receiver is None and not submit.srr:
            return  # nobody will ever see what becomes of it
        scts = encode_timestamp(now, self.conditions.zone_quarters)
        expires = submit.expires(now, self.conditions.validity_s)
        tracked = _Tracked(station, message.mr, submit.to, scts, expires) if submit.srr else None
        later = now + draw(self.conditions.report_latency_s, self._latency)
        if receiver is not None:
            mobile = self._from_modem(station, receiver, message, tracked, now)
            self._at(later, lambda then: self._enqueue(receiver, mobile, then))
        elif tracked is not None:
            self._at(later, lambda then: self._try(tracked, 0, then))

    def _from_modem(
        self, station: Station, receiver: Station, message: Submitted, tracked: _Tracked | None, now: float
    ) -> _Mobile:
        submit = message.submit
        deliver = as_deliver(
            submit, Address.of(station.number), now, self.conditions.zone_quarters, self.conditions.smsc
        )
        expires = submit.expires(now, self.conditions.validity_s)
        mobile = self._mobile(receiver, station.number, submit.ud, encode_deliver(deliver), expires)
        if tracked is None:
            return mobile
        return _Mobile(
            mobile.pdu, False, expires, mobile.record, lambda status, then: self._report(tracked, status, then)
        )

    def _mobile(self, station: Station, sender: str, ud: UserData, pdu: bytes, expires: float) -> _Mobile:
        return _Mobile(pdu, False, expires, lambda then: Delivered(then, station.name, sender, ud, pdu))

    def _enqueue(self, station: Station, mobile: _Mobile, now: float) -> None:
        queue = self._queues[station.name]
        queue.append(mobile)
        if len(queue) == 1:
            self._pump(station, now)
        if queue:  # it has to wait, so its validity matters
            self._at(mobile.expires, lambda then: self._expire(station, then))

    def _pump(self, station: Station, now: float) -> None:
        """Hand over what waits, in order, until the modem does not take one."""
        queue = self._queues[station.name]
        while queue:
            verdict = station.offer(queue[0].pdu, queue[0].is_report, now)
            if verdict is Verdict.WAITING:
                self._waiting.add(station.name)
            if verdict is not Verdict.TAKEN:
                return
            self._finish(queue.popleft(), RECEIVED, now)

    def _finish(self, mobile: _Mobile, status: int, now: float) -> None:
        if status == RECEIVED:
            self._journal.add(mobile.record(now))
        if mobile.outcome is not None:
            mobile.outcome(status, now)

    def _expire(self, station: Station, now: float) -> None:
        """Drop what is past its validity; the head stays while the terminal is to acknowledge it."""
        queue = self._queues[station.name]
        held = [queue.popleft()] if station.name in self._waiting and queue else []
        over = [mobile for mobile in queue if mobile.expires <= now]
        if over:
            kept = [mobile for mobile in queue if mobile.expires > now]
            queue.clear()
            queue.extend(kept)
        queue.extendleft(held)
        for mobile in over:
            self._finish(mobile, EXPIRED, now)

    def _try(self, tracked: _Tracked, tries: int, now: float) -> None:
        """One try at a handset; an absent one is remembered until it is on, given up or out of time."""
        key = canonical(tracked.to.text)
        state = self.conditions.handsets.get(key, Handset.ON)
        if state is Handset.ON:
            self._report(tracked, RECEIVED, now)
        elif state is Handset.BLOCKED:
            self._report(tracked, REFUSED, now)
        elif tracked.expires <= now:
            self._report(tracked, EXPIRED, now)
        elif state is Handset.UNREACHABLE and tries >= len(self.conditions.retry_s):
            self._report(tracked, NO_RESPONSE, now)
        else:
            if tries == 0 and self.conditions.report_trying:
                self._report(tracked, TRYING, now)
            unreachable = state is Handset.UNREACHABLE
            waiting = (tracked, tries + 1)
            self._absent.setdefault(key, []).append(waiting)
            pause = self.conditions.retry_s[tries] if unreachable else tracked.expires - now
            self._at(min(now + pause, tracked.expires), lambda then: self._again(key, waiting, then))

    def _again(self, key: str, waiting: tuple[_Tracked, int], now: float) -> None:
        parked = self._absent.get(key, [])
        if any(entry is waiting for entry in parked):
            self._absent[key] = [entry for entry in parked if entry is not waiting]
            self._try(*waiting, now)

    def _report(self, tracked: _Tracked, status: int, now: float) -> None:
        station, ref, to = tracked.station, tracked.ref, tracked.to
        discharge = encode_timestamp(now, self.conditions.zone_quarters)
        pdu = encode_status_report(StatusReport(ref, to, tracked.scts, discharge, status, smsc=self.conditions.smsc))
        mobile = _Mobile(
            pdu,
            True,
            now + self.conditions.validity_s,
            lambda then: Reported(then, station.name, ref, to.text, status),
        )
        self._enqueue(station, mobile, now)
