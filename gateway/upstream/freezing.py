"""The first steps of the way up, which need nobody else: ratings are taken in, and made batches of when they are due.

Each function is one part of the work, inside the caller's transaction; those that are called until nothing is left say
how many ratings they took.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from gateway.store import batches, deliveries
from gateway.store.batches import BatchRow
from gateway.upstream.deciding import Decision
from gateway.upstream.grouping import Group, Seen, due_at, group, halves, key_of
from gateway.upstreamsettings import Format, UpstreamSettings

AT_ONCE = 2000
"""Ratings one transaction takes, more only where a batch is to have more."""


def take_in(db: Database, settings: UpstreamSettings, now: datetime) -> int:
    """Give ratings behind the floor their delivery; with `corrections: wait` the last of a visit and source stays."""
    waits = settings.corrections == "wait"
    seen = deliveries.unseen(db, settings.name, AT_ONCE)
    rows = [(one, due_at(one, settings.sources, now, waits=waits)) for one in seen]
    deliveries.take_in(db, settings.name, rows, now)
    if waits:
        for one in _last_of_each(seen):
            deliveries.supersede(db, settings.name, one, now)
    return len(seen)


def freeze(db: Database, settings: UpstreamSettings, zone: ZoneInfo, now: datetime) -> int:
    """Make batches of ratings that are due."""
    due = deliveries.due(db, settings.name, now, max(AT_ONCE, settings.batch))
    for part in group(due, settings.vendor, settings.vendors, zone, settings.batch):
        key = key_of(settings.name, part.ratings, "", now)
        batches.freeze(db, settings.name, key, part, settings.format, now)
    return len(due)


def refreeze(db: Database, batch: BatchRow, decision: Decision, form: Format, now: datetime) -> None:
    """Make other batches of the ratings of one: its halves, or one. What may be there already still may."""
    members = tuple(deliveries.of_batch(db, batch.id).values())
    doubted = batch.doubted or decision.is_doubtful
    for part in halves(members) if decision.state == "halved" else (members,):
        key, group = key_of(batch.upstream, part, batch.key, now), Group(batch.vendor, batch.day, part)
        batches.freeze(db, batch.upstream, key, group, form, now, parent=batch.id, doubted=doubted)


def _last_of_each(seen: Sequence[Seen]) -> Iterable[Seen]:
    """The last rating of each visit and source."""
    return {(one.visit, one.source): one for one in seen}.values()
