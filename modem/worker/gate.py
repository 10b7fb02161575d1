"""Whether a message can go out now: what the modem knows of its network, what was refused lately, and for how long.

Theory. A part that is submitted without a network is refused, and each refusal would use up one of its few tries; an
hour without coverage would empty the queue into failures. So nothing is claimed while the gate is closed, and a
refusal for want of a network closes it. A network that comes and goes is worse than none, for it breaks dialogues off
in the middle and leaves parts in doubt: after several losses it has to stay for a while before it is trusted.

A message needs the circuit-switched side (+CREG), or LTE (+CEREG), which carries it over SGs or IMS; either is enough.
+CGREG counts only for a modem that says it sends by packets (+CGSMS). A modem that tells of none is believed able.
Nothing here asks a modem or a clock; `now` is monotonic, in seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from modem.dialogues.registration import Domain, Registration
from modem.tables import CME_CAUSES, CMS_CAUSES, Cause

_SERVED = frozenset({1, 5, 6, 7, 9, 10})
_PLAIN = {
    0: "The modem is not registered and does not search for a network.",
    2: "The modem searches for a network.",
    3: "The network does not take this SIM (registration denied).",
    4: "The modem does not know whether it has a network; it may be out of coverage.",
    8: "The network allows this SIM emergency calls only.",
    11: "The network gives this SIM restricted local services only.",
}
# The reason most worth telling: a denial is for a person to mend, a search may end by itself.
_WORST_FIRST = (3, 8, 11, 2, 0, 4)

WEAKEST = 1
"""<rssi> of +CSQ: at 0 (-113 dBm or less) a submit hangs rather than fails, and hanging leaves parts in doubt."""

_NO_NETWORK = frozenset({CMS_CAUSES[331], CME_CAUSES[30]})
_SUSPECT = frozenset({CMS_CAUSES[38], CMS_CAUSES[332], CME_CAUSES[31], CMS_CAUSES[512], CMS_CAUSES[513]})
# After a time-out in the network a message may be on its way after all: it must not go back as if nothing had been.
_MAY_BE_SENT = frozenset({CMS_CAUSES[332], CME_CAUSES[31]})

_REFUSED_FIRST_S = 5.0
_REFUSED_MOST_S = 60.0
_REFUSED_FORGET_S = 300.0
_FLAP_WINDOW_S = 600.0
_FLAPS_DAMPED = 3
_FLAPS_ALARM = 5
_SETTLE_S = 30.0
_ALARM_AFTER_S = 300.0


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a modem tells of its network; a domain it does not tell of is left out. `signal` is <rssi>, None unknown."""

    registrations: Mapping[Domain, Registration] = field(default_factory=dict)
    signal: int | None = None
    by_packet: bool = False

    @property
    def obstacle(self) -> str | None:
        """Why no message can go out, in one sentence; None if one can."""
        stats = {
            registration.stat
            for domain, registration in self.registrations.items()
            if domain is not Domain.PACKET or self.by_packet
        }
        if stats and not stats & _SERVED:
            return _PLAIN[next((stat for stat in _WORST_FIRST if stat in stats), 4)]
        if self.signal is not None and self.signal < WEAKEST:
            return "The signal is too weak to send; move the antenna."
        return None


def is_no_network(cause: Cause) -> bool:
    """Whether a refusal says that there was no network to send by."""
    return cause in _NO_NETWORK


def is_suspect(cause: Cause) -> bool:
    """Whether a refusal may come from a network that has gone: worth a look at the registration."""
    return cause in _SUSPECT


def may_be_sent(cause: Cause) -> bool:
    """Whether the network may have the message in spite of this refusal."""
    return cause in _MAY_BE_SENT


@dataclass(frozen=True, slots=True)
class Gate:
    """Open or closed; each event gives the next gate."""

    coverage: Coverage | None = None
    back_at: float = 0.0
    lost_at: tuple[float, ...] = ()
    refused_at: float = 0.0
    refusals: int = 0
    closed_at: float | None = None

    def seen(self, coverage: Coverage, now: float) -> Gate:
        """The modem was asked, or told by itself."""
        gate = replace(self, coverage=coverage)
        if self.coverage is not None:
            had, has = self.coverage.obstacle is None, coverage.obstacle is None
            if had and not has:
                gate = replace(gate, lost_at=(*self._recent(now), now))
            elif has and not had:
                gate = replace(gate, back_at=now)
        return gate.timed(now)

    def refused(self, now: float) -> Gate:
        """A part was refused for want of a network."""
        again = self.refusals and now - self.refused_at < _REFUSED_FORGET_S
        return replace(self, refused_at=now, refusals=self.refusals + 1 if again else 1).timed(now)

    def timed(self, now: float) -> Gate:
        """Time has passed: remember since when the gate has been closed."""
        if self.reason(now) is None:
            return self if self.closed_at is None else replace(self, closed_at=None)
        return self if self.closed_at is not None else replace(self, closed_at=now)

    def reason(self, now: float) -> str | None:
        """Why nothing is sent now, in one sentence for the operator; None while the gate is open."""
        if self.coverage is not None and self.coverage.obstacle is not None:
            return self.coverage.obstacle
        if now < self._refused_until():
            return "The modem says it is registered, but the last message was refused for want of a network."
        if now < self._settled_at(now):
            return (
                f"The network was lost {len(self._recent(now))} times in {_FLAP_WINDOW_S / 60:g} minutes;"
                f" it has to stay for {_SETTLE_S:g} s first."
            )
        return None

    def alarms(self, now: float) -> dict[str, str | None]:
        """What a person should know: the text by kind, None for an alarm that is over."""
        losses, reason = len(self._recent(now)), self.reason(now)
        no_network = flapping = None
        if reason is not None and self.closed_at is not None and now - self.closed_at >= _ALARM_AFTER_S:
            no_network = f"{reason} Nothing has been sent for minutes; look at the antenna and at the SIM."
        if losses >= _FLAPS_ALARM:
            flapping = f"The network was lost {losses} times in {_FLAP_WINDOW_S / 60:g} minutes; move the antenna."
        return {"no network": no_network, "flapping": flapping}

    def _recent(self, now: float) -> tuple[float, ...]:
        return tuple(moment for moment in self.lost_at if now - moment < _FLAP_WINDOW_S)

    def _refused_until(self) -> float:
        if not self.refusals:
            return self.refused_at
        return self.refused_at + min(_REFUSED_FIRST_S * 2.0 ** min(self.refusals - 1, 10), _REFUSED_MOST_S)

    def _settled_at(self, now: float) -> float:
        return self.back_at + _SETTLE_S if len(self._recent(now)) >= _FLAPS_DAMPED else self.back_at
