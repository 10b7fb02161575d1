"""Which queue of the outbox a part waits in: that of one SIM, or that of the modems that take its number.

Pure. A lane is a word that stands on the part, so that a SIM finds what it may send by index and passes by nothing that
it may not. A person who has written to or heard from a SIM waits in that SIM's own lane: a reply then finds its
conversation, and both texts come from one number. Everybody else waits in the lane of all modems that take the number.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

ANY = ""
"""The lane of what every modem takes."""
_POOL = ">"
NOBODY = _POOL
"""The lane of what no configured modem takes."""


@dataclass(frozen=True, slots=True)
class Takes:
    """The numbers a modem takes: those that begin so, or whose operator is named; without either, all.

    Operators are lower-case words of `gateway.operators`.
    """

    prefixes: tuple[str, ...] = ()
    operators: frozenset[str] = frozenset()

    def covers(self, phone: str, operator: str | None) -> bool:
        if not self.prefixes and not self.operators:
            return True
        return phone.startswith(self.prefixes) or operator in self.operators


class Lanes:
    """The lanes that the configured modems make. `known` grows with every lane that is given out."""

    def __init__(self, takes: Mapping[str, Takes], known: Iterable[str] = ()) -> None:
        self._takes = dict(takes)
        self.by_operator = any(each.operators for each in takes.values())
        self._known = {ANY}
        self.learn(known)

    def learn(self, lanes: Iterable[str]) -> None:
        """Lanes that parts wait in already."""
        self._known |= {lane for lane in lanes if is_pool(lane)}

    def pool(self, phone: str, operator: str | None) -> str:
        """The lane of all modems that take this number."""
        takers = sorted(name for name, takes in self._takes.items() if takes.covers(phone, operator))
        lane = ANY if len(takers) == len(self._takes) else _POOL + " ".join(takers)
        self._known.add(lane)
        return lane

    def covers(self, modem: str, phone: str, operator: str | None) -> bool:
        """Whether this modem takes this number."""
        return self._takes[modem].covers(phone, operator)

    def of(self, modem: str) -> list[str]:
        """The lanes that a modem shares with others."""
        # A copy in one step: another thread may be giving out a new lane.
        return sorted(lane for lane in tuple(self._known) if lane == ANY or modem in members(lane))


def is_pool(lane: str) -> bool:
    """Whether a lane belongs to modems by name, and not to one SIM."""
    return lane == ANY or lane.startswith(_POOL)


def members(lane: str) -> frozenset[str]:
    """The modems that a pool lane other than `ANY` belongs to."""
    return frozenset(lane.removeprefix(_POOL).split())


@dataclass(frozen=True, slots=True)
class Share:
    """What a SIM may take of one lane: `sharers` SIMs draw on it, and `better` of them have a better right to its first
    fresh messages."""

    lane: str
    sharers: int = 1
    better: int = 0


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a SIM may claim now: so many parts in all, no more than `invitations` of those that start a conversation.

    A message is fresh if it has been ready only since `fresh_after`.
    """

    sim: str
    shares: tuple[Share, ...]
    parts: int
    invitations: int
    fresh_after: datetime
