"""Voice calls: who is connected to whom, from dialling to the end.

Owns the state of every call and the rules of the network: set-up, busy, nobody reachable, no answer in time,
forwarding, DTMF to the other end, and exactly one end for every call. The two ends are `Party`s: modems, and outside
subscribers with a behaviour. Knows nothing of AT, and has no call waiting: whoever has a call is busy (TS 22.083 is a
service that a network need not offer).

Time comes in as `now` (seconds since the epoch); what is due later goes on the agenda.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import partial
from typing import Protocol

from modem.emulator.agenda import Agenda
from modem.emulator.device.effects import Cause
from modem.emulator.device.subscription import Forwarding
from modem.emulator.journal import CallEvent, Journal
from modem.emulator.network.conditions import Conditions
from modem.emulator.network.handsets import Handset
from modem.emulator.network.numbers import canonical
from modem.emulator.network.subscribers import Called, Caller, Subscriber, check_number, refusal_of

UNCONDITIONAL, WHEN_BUSY, NO_REPLY, NOT_REACHABLE = range(4)  # <reason> of +CCFC (27.007 §7.11)
_ANSWERS = Called()
MAX_FORWARDS = 5  # then the network gives up a call that goes round in circles
SETUP_S = 1.0  # from dialling until the other end rings or the call fails
RING_TIMEOUT_S = 45.0  # then the network gives up: cause 19


class Party(Protocol):
    """One end of a call. The exchange tells it what the other end or the network did, never what it did itself."""

    @property
    def name(self) -> str:
        """The modem's name; empty for an outside subscriber."""
        ...

    @property
    def number(self) -> str:
        """The subscriber number."""
        ...

    @property
    def reachable(self) -> bool:
        """Whether a call can be put through to it."""
        ...

    def ring(self, number: str | None, now: float) -> None:
        """A call comes in from `number`; None if that is withheld."""
        ...

    def alerting(self, now: float) -> None:
        """The other end rings."""
        ...

    def answered(self, now: float) -> None:
        """The other end has taken the call."""
        ...

    def hear(self, key: str, now: float) -> None:
        """A DTMF tone from the other end."""
        ...

    def cleared(self, cause: Cause, now: float) -> None:
        """The call is over."""
        ...


class Station(Party, Protocol):
    """A modem. The network keeps for it what is barred and where its calls are forwarded to."""

    def barred(self, number: str | None) -> bool:
        """Whether barring is in the way of a call to `number`, or with None of calls to this modem (TS 22.088)."""
        ...

    def forwarding(self, reason: int) -> Forwarding | None:
        """Where calls go instead, if that is active for a reason."""
        ...


class Phase(Enum):
    """How far a call has come."""

    DIALLING = "dialling"
    ALERTING = "alerting"
    ACTIVE = "active"
    ENDED = "ended"


@dataclass(eq=False, slots=True)
class Call:
    """One call; `called` is None until the set-up has reached somebody."""

    modem: str  # it is logged under this modem: the one that dialled, else the one that was called
    caller: Party
    dialled: str
    withheld: bool
    phase: Phase = Phase.DIALLING
    called: Party | None = None
    answered_at: float | None = None
    forwards: int = 0

    def other(self, party: Party) -> Party | None:
        """The far end, seen from `party`."""
        return self.called if party is self.caller else self.caller


class Exchange:
    """Puts calls through. What outside numbers do is in the conditions.

    Of those that are not, `handset` tells whose telephone is off, out of reach or busy; all others answer.
    """

    def __init__(
        self, journal: Journal, agenda: Agenda, conditions: Conditions, handset: Callable[[str], Handset]
    ) -> None:
        self._conditions = conditions
        self._journal = journal
        self._at = agenda.at
        self._handset = handset
        self._stations: list[Station] = []
        self._calls: dict[Party, Call] = {}

    def attach(self, station: Station) -> None:
        """Make a modem a subscriber."""
        self._stations.append(station)

    def call_of(self, party: Party) -> Call | None:
        """The call a party is in; nobody has two."""
        return self._calls.get(party)

    # What an end does. Something it does about a call that is over has no effect.

    def dial(self, caller: Party, number: str, withheld: bool, now: float) -> None:
        """A modem sets up a call."""
        call = self._start(Call(caller.name, caller, number, withheld), now)
        self._at(now + SETUP_S, lambda then: self._put_through(call, then))

    def call(self, station: Station, sender: str, now: float, behaviour: Caller | None = None) -> Cause | None:
        """An outside subscriber calls a modem; an empty `sender` withholds the number.

        None if somebody rings, else why not. ValueError if the number is none or is on the phone.
        """
        if sender:
            check_number(sender)
            if self._station(sender) is not None:
                raise ValueError(f"{sender} is a modem of this network; let it dial")
            if self._busy(sender):
                raise ValueError(f"{sender} has a call already")
        caller = Subscriber(sender, behaviour or Caller(), self, self._at)
        call = self._start(Call(station.name, caller, station.number, not sender or caller.withheld), now)
        return self._reach(call, station.number, now)

    def answer(self, called: Party, now: float) -> bool:
        """The called end takes the call; false if it is over already."""
        call = self._calls.get(called)
        if call is None or call.called is not called or call.phase is not Phase.ALERTING:
            return False
        call.phase = Phase.ACTIVE
        call.answered_at = now
        self._log(call, "answer", now)
        call.caller.answered(now)
        return True

    def hang_up(self, party: Party, cause: Cause, now: float) -> None:
        """Either end is done; a called end that never answered gives the cause."""
        call = self._calls.get(party)
        if call is not None:
            self._end(call, cause, now, by=party)

    def key(self, party: Party, key: str, now: float) -> None:
        """A DTMF tone for the other end; lost unless the call is active."""
        call = self._calls.get(party)
        other = call.other(party) if call is not None and call.phase is Phase.ACTIVE else None
        if call is not None and other is not None:
            self._journal.add(CallEvent(now, call.modem, "dtmf", party.number, other.number, key=key))
            other.hear(key, now)

    # The network.

    def _start(self, call: Call, now: float) -> Call:
        self._calls[call.caller] = call
        self._log(call, "dial", now)
        return call

    def _put_through(self, call: Call, now: float) -> None:
        if call.phase is not Phase.DIALLING:
            return
        station = self._station(call.caller.number)
        if station is not None and station.barred(call.dialled):
            self._end(call, Cause.BARRED, now)
        else:
            self._reach(call, call.dialled, now)

    def _reach(self, call: Call, number: str, now: float) -> Cause | None:
        """Ring whoever has a number, or who its calls are forwarded to; else end the call and say why."""
        station = self._station(number)
        if station is None:
            return self._reach_outside(call, canonical(number), now)
        if station.barred(None):
            return self._end(call, Cause.BARRED, now)
        away, cause = station.forwarding(UNCONDITIONAL), None
        if away is None and not station.reachable:
            away, cause = station.forwarding(NOT_REACHABLE), Cause.UNREACHABLE
        elif away is None and station in self._calls:
            away, cause = station.forwarding(WHEN_BUSY), Cause.BUSY
        if away is not None:
            return self._forward(call, station, away.number, now)
        if cause is not None:
            return self._end(call, cause, now)
        if (away := station.forwarding(NO_REPLY)) is not None:
            self._at(now + away.no_reply_s, partial(self._divert, call, station, away.number))
        self._ring(call, station, now)
        return None

    def _reach_outside(self, call: Call, number: str, now: float) -> Cause | None:
        behaviour = self._conditions.called.get(number)
        cause = behaviour.refusal if behaviour is not None else refusal_of(self._handset(number))
        if cause is None and self._busy(number):
            cause = Cause.BUSY
        if cause is not None:
            return self._end(call, cause, now)
        self._ring(call, Subscriber(number, behaviour or _ANSWERS, self, self._at), now)
        return None

    def _ring(self, call: Call, called: Party, now: float) -> None:
        call.called = called
        self._calls[called] = call
        was_ringing, call.phase = call.phase is Phase.ALERTING, Phase.ALERTING
        self._log(call, "ring", now)
        self._at(now + RING_TIMEOUT_S, lambda then: self._no_answer(call, then))
        called.ring(None if call.withheld else call.caller.number, now)
        if not was_ringing:
            call.caller.alerting(now)

    def _forward(self, call: Call, station: Station, to: str, now: float) -> Cause | None:
        call.forwards += 1
        if call.forwards > MAX_FORWARDS:
            return self._end(call, Cause.UNREACHABLE, now)
        self._journal.add(CallEvent(now, call.modem, "forward", station.number, to))
        return self._reach(call, to, now)

    def _divert(self, call: Call, station: Station, to: str, now: float) -> None:
        """Nobody has answered in the time set for forwarding: stop ringing there and go on."""
        if call.phase is Phase.ALERTING:
            del self._calls[station]
            call.called = None
            station.cleared(Cause.NO_ANSWER, now)
            self._forward(call, station, to, now)

    def _no_answer(self, call: Call, now: float) -> None:
        if call.phase is Phase.ALERTING:
            self._end(call, Cause.NO_ANSWER, now)

    def _end(self, call: Call, cause: Cause, now: float, by: Party | None = None) -> Cause:
        call.phase = Phase.ENDED
        duration_s = 0.0 if call.answered_at is None else now - call.answered_at
        self._log(call, "end", now, cause.name.lower(), duration_s)
        for party in (call.caller, call.called):
            if party is not None:
                del self._calls[party]
                if party is not by:
                    party.cleared(cause, now)
        return cause

    def _station(self, number: str) -> Station | None:
        wanted = canonical(number)
        return next((station for station in self._stations if canonical(station.number) == wanted), None)

    def _busy(self, number: str) -> bool:
        wanted = canonical(number)
        return any(canonical(party.number) == wanted for party in self._calls)

    def _log(
        self, call: Call, what: str, now: float, cause: str | None = None, duration_s: float | None = None
    ) -> None:
        event = CallEvent(now, call.modem, what, call.caller.number, call.dialled, cause, duration_s)
        self._journal.add(event)
