"""Which part a delivery report is about.

Pure. A report names the recipient, a reference of one octet that every modem counts for itself (TP-MR), and when the
service centre took the message (TP-SCTS); 23.040 §9.2.2.3 has nothing else. None of the three can be relied on alone:
references come again after 255 and after a restart, some modems give none, centres stamp in a zone of their own, and
reports come by another SIM. Only the number is certain: without it nothing matches. So every part to this number is a
candidate, and the best of them by reference, SIM and time gets the report, if it is good enough.

Time is compared in tiers: near; near but for whole quarter-hours, which is how zones differ; far. What zone a SIM's
centre stamps in is learnt from reports that leave no choice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto

from gateway.model import PartState

NEAR = timedelta(minutes=5)
"""A centre's clock and ours may differ by this much."""
_NEAR_ZONE = timedelta(minutes=2)
_QUARTER = timedelta(minutes=15)
_ZONES_APART = timedelta(hours=26)
"""UTC-12 and UTC+14."""


class Fate(Enum):
    """What becomes of a report."""

    CREDITED = auto()
    WAITS = auto()  # the answer to a submit may show whose it is
    STRAY = auto()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A part to the number of the report, claimed by this SIM at `since`.

    `until` is when it was known to be out, None for one that was refused. `reference` is None where there is none.
    """

    id: int
    sim: str | None
    state: PartState
    reference: int | None
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Clue:
    """What a report tells of its part; `quarters` is how far the centre of its SIM is known to be off."""

    sim: str
    reference: int
    sent_at: datetime | None
    quarters: int = 0


@dataclass(frozen=True, slots=True)
class Match:
    """The part a report is about. `quarters` is the zone error it shows, None if it shows none for sure."""

    part: int
    quarters: int | None


class _Tier(Enum):
    NEAR = auto()
    ZONE = auto()
    FAR = auto()


# (same SIM, same reference, time): the order of trust. What is not listed is not believed.
_TRUST = {
    (True, True, _Tier.NEAR): 0,
    (True, True, _Tier.ZONE): 1,
    (False, True, _Tier.NEAR): 2,
    (True, False, _Tier.NEAR): 3,
    (False, True, _Tier.ZONE): 4,
    (True, False, _Tier.ZONE): 5,
    (False, False, _Tier.NEAR): 6,
    (True, True, _Tier.FAR): 7,
}
_REFUSED = 8
"""A part that was refused and has arrived all the same: only where nothing else fits, and only at the very time."""
_OPEN = (PartState.SUBMITTED, PartState.UNKNOWN)


def match(clue: Clue, candidates: Sequence[Candidate]) -> Match | Fate:
    """The part a report is about; STRAY if there is none, WAITS while a part to this number is being sent.

    Across SIMs there must be no choice: references of different modems have nothing to do with each other.
    """
    is_sending = any(each.state is PartState.CLAIMED for each in candidates)
    ranked = sorted(filter(None, (_rank(clue, each) for each in candidates)), key=lambda rank: rank.order)
    if is_sending and (not ranked or ranked[0].trust > 0):
        return Fate.WAITS
    if not ranked:
        return Fate.STRAY
    best = ranked[0].candidate
    if best.sim != clue.sim and sum(rank.trust == ranked[0].trust for rank in ranked) > 1:
        return Fate.STRAY
    is_sure = best.sim == clue.sim and [each for each in candidates if each.reference == clue.reference] == [best]
    return Match(best.id, _zone_error(clue, best) if is_sure else None)


@dataclass(frozen=True, slots=True)
class _Rank:
    """How well a candidate fits: by trust, then nearness in time, then whether it awaits a report, then newness."""

    candidate: Candidate
    trust: int
    distance: timedelta

    @property
    def order(self) -> tuple[int, timedelta, bool, float]:
        at = self.candidate.until or self.candidate.since
        return self.trust, self.distance, self.candidate.state not in _OPEN, -at.timestamp()


def _rank(clue: Clue, part: Candidate) -> _Rank | None:
    """None for a candidate that cannot be meant."""
    if part.state is PartState.CLAIMED:
        return None
    same_sim, same_reference = part.sim == clue.sim, part.reference == clue.reference
    if part.reference and not same_reference:  # 0 is what some modems always say
        return None
    tier, distance = _tier(clue, part)
    if part.until is None and part.reference is None:
        trust = _REFUSED if same_sim and tier is _Tier.NEAR and clue.sent_at is not None else None
    else:
        trust = _TRUST.get((same_sim, same_reference, tier))
    return None if trust is None else _Rank(part, trust, distance)


def _tier(clue: Clue, part: Candidate) -> tuple[_Tier, timedelta]:
    """How the time of a report fits a part, and how far it is off. Without a time everything fits, but not well."""
    if clue.sent_at is None:
        return _Tier.ZONE, timedelta(0)
    at = clue.sent_at - clue.quarters * _QUARTER
    gap = max(part.since - at, at - (part.until or part.since), timedelta(0))
    if gap <= NEAR:
        return _Tier.NEAR, gap
    odd = gap % _QUARTER
    rest = min(odd, _QUARTER - odd)
    return (_Tier.ZONE, rest) if rest <= _NEAR_ZONE and gap <= _ZONES_APART else (_Tier.FAR, gap)


def done_moment(done_at: datetime | None, quarters: int, *, since: datetime | None, until: datetime) -> datetime | None:
    """When the report says its part came to its end (TP-DT, 23.040 §9.2.3.13), None if it cannot have been then.

    `quarters` is how far the centre of its SIM is off, `since` when the part was claimed, `until` when the report was
    read.
    """
    if done_at is None or since is None:
        return None
    moment = done_at - quarters * _QUARTER
    return moment if since - NEAR <= moment <= until + NEAR else None


def _zone_error(clue: Clue, part: Candidate) -> int | None:
    """By how many quarter-hours the centre's time is off, if it is off by quarter-hours and no more than zones are."""
    if clue.sent_at is None:
        return None
    gap = clue.sent_at - (part.until or part.since)
    quarters = round(gap / _QUARTER)
    return quarters if abs(gap) <= _ZONES_APART and abs(gap - quarters * _QUARTER) <= _NEAR_ZONE else None
