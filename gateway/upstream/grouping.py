"""What goes up, when, and together with what.

Pure. A batch is of one vendor and one day, that of the rating by `routing.zone`, as senders of this exchange do it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

STILL_COMING = timedelta(hours=1)
"""A reply that was sent in time may be read so much later."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A rating that an upstream has not looked at. `closes_at` is when its invitation ends; None: there is none."""

    rating: int
    visit: int
    source: str
    closes_at: datetime | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A rating that is due."""

    rating: int
    office: str
    rated_at: datetime


@dataclass(frozen=True, slots=True)
class Group:
    """What becomes a batch: the ratings of a vendor and a day (ISO), in their order."""

    vendor: str
    day: str
    ratings: tuple[int, ...]


def due_at(seen: Seen, sources: Collection[str], now: datetime, *, waits: bool) -> datetime | None:
    """When a rating goes up; None if this upstream takes none from its source.

    With `waits` not before it can be corrected no more. One that nobody was invited to give has no correction.
    """
    if seen.source not in sources:
        return None
    if not waits or seen.closes_at is None:
        return now
    return max(now, seen.closes_at + STILL_COMING)


def group(
    ratings: Iterable[Waiting], vendor: str, vendors: Mapping[str, str], zone: ZoneInfo, most: int
) -> list[Group]:
    """Ratings put together by vendor and day, at most `most` in one; `vendors` has offices that are somebody else."""
    found: dict[tuple[str, str], list[int]] = {}
    for waiting in ratings:
        day = waiting.rated_at.astimezone(zone).date().isoformat()
        found.setdefault((vendors.get(waiting.office, vendor), day), []).append(waiting.rating)
    return [
        Group(of, day, tuple(sorted(members)[start : start + most]))
        for (of, day), members in sorted(found.items())
        for start in range(0, len(members), most)
    ]


def halves(ratings: Sequence[int]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Two batches of one."""
    middle = (len(ratings) + 1) // 2
    return tuple(ratings[:middle]), tuple(ratings[middle:])


def key_of(upstream: str, ratings: Sequence[int], parent: str, now: datetime) -> str:
    """A batch's key: its Idempotency-Key, and the name of its file.

    Two batches never share one, also if they hold the same ratings: what was refused and is put in again is another.
    """
    text = json.dumps([upstream, parent, now.isoformat(), list(ratings)])
    return "b-" + hashlib.sha256(text.encode("utf-8")).hexdigest()[:24]
