"""Ratings that come by other channels than ours, and all channels of one visit side by side."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlite_utils import Database

from gateway.channels import ChannelRating, Known, Word, unreported
from gateway.model import CRITERIA, KEYS, OVERALL, Visit
from gateway.store import ratings
from gateway.store.database import from_text, to_text

_WORD = """
SELECT visit, rated_at, mode, expanded, overall, time, queue, staff, comfort, info, comment FROM words
"""
_SAID = _WORD + "WHERE source = ? AND outside_id = ?"
_LATEST = _WORD + "WHERE visit = ? AND source = ? AND latest"
_SIDE_BY_SIDE = """
SELECT v.id AS visit, v.source AS sender, v.foreign_id, v.stage, v.office, o.short_name AS office_name, v.service,
       s.name AS service_name, v.received_at, v.reported, d.disposition, r.source, r.rated_at, r.mode, r.overall,
       r.time, r.queue, r.staff, r.comfort, r.info, r.expanded, r.comment, r.form_version, r.outside_id, r.rating_id,
       r.corrected, r.counts, r.latest
FROM visits v JOIN offices o ON o.code = v.office JOIN services s ON s.code = v.service
     JOIN dispositions d ON d.id = v.id LEFT JOIN words r ON r.visit = v.id
WHERE v.foreign_id = ? ORDER BY v.source, v.stage, v.id, r.source, r.rated_at, r.outside_id, r.cursor
"""
_OF_VISIT = ("sender", "foreign_id", "stage", "office", "office_name", "service", "service_name", "received_at")


def visit_of(db: Database, sender: str, foreign_id: str, stage: str) -> Known | None:
    """The visit of a sender, None if he has sent no such one."""
    row = db.execute(
        "SELECT v.id, o.time_zone, v.received_at FROM visits v JOIN offices o ON o.code = v.office"
        " WHERE v.source = ? AND v.foreign_id = ? AND v.stage = ?",
        (sender, foreign_id, stage),
    ).fetchone()
    return None if row is None else Known(row[0], row[1], from_text(row[2]))


def make_visit(db: Database, visit: Visit, source: str, now: datetime) -> int | None:
    """A visit that nobody has reported, made of a rating; None if there is one of this name."""
    found = db.execute(
        "INSERT INTO visits (source, foreign_id, stage, office, service, received_at, consent, accepted_at, reported)"
        " VALUES (?, ?, ?, ?, ?, ?, 0, ?, 0) ON CONFLICT (source, foreign_id, stage) DO NOTHING RETURNING id",
        (*_told(visit, source), to_text(now)),
    ).fetchone()
    return None if found is None else int(found[0])


def made_of(db: Database, visit: Visit, source: str) -> int | None:
    """The visit that was made of the very same rating, None if none was."""
    found = db.execute(
        "SELECT id FROM visits WHERE source = ? AND foreign_id = ? AND stage = ? AND office = ? AND service = ?"
        " AND received_at = ? AND reported = 0",
        _told(visit, source),
    ).fetchone()
    return None if found is None else int(found[0])


def _told(visit: Visit, source: str) -> tuple[str, ...]:
    return unreported(source), visit.foreign_id, visit.stage, visit.office, visit.service, to_text(visit.received_at)


def said(db: Database, source: str, outside_id: str) -> Word | None:
    """What a channel has said under this id, None if nothing."""
    return _word(db.execute(_SAID, (source, outside_id)).fetchone())


def latest(db: Database, visit: int, source: str) -> Word | None:
    """The newest that a channel has said of a visit, None if nothing."""
    return _word(db.execute(_LATEST, (visit, source)).fetchone())


def counts(db: Database, source: str, outside_id: str) -> bool:
    """Whether this rating of a channel is the one that counts where its visit is counted once."""
    row = db.execute("SELECT counts FROM words WHERE source = ? AND outside_id = ?", (source, outside_id)).fetchone()
    return row is not None and bool(row[0])


def add(db: Database, rating: ChannelRating, visit: int, *, corrected: bool) -> None:
    """Record what a channel says of a visit; `corrected`: it is not the first that this channel says of it."""
    ratings.add(
        db,
        visit=visit,
        invitation=None,
        reply=None,
        source=rating.source,
        mode=rating.mode,
        overall=rating.overall,
        criteria=rating.criteria,
        expanded=rating.expanded,
        comment=rating.comment,
        form_version=rating.form_version,
        corrected=corrected,
        now=rating.rated_at,
        outside_id=rating.outside_id,
    )


def side_by_side(db: Database, foreign_id: str) -> list[dict[str, Any]]:
    """The visits that senders know by this id, each with all its ratings, channel by channel.

    Of a rating `counts` tells whether it is the one that counts where the visit is counted once, `latest` whether none
    of its channel is newer.
    """
    found = []
    rows = db.query(_SIDE_BY_SIDE, [foreign_id])
    for _, group in groupby(rows, key=lambda row: row["visit"]):
        lines = list(group)
        about = {name: lines[0][name] for name in _OF_VISIT}
        reported, disposition = bool(lines[0]["reported"]), lines[0]["disposition"]
        rated = [_rating(line) for line in lines if line["source"] is not None]
        found.append({**about, "reported": reported, "disposition": disposition, "ratings": rated})
    return found


def _rating(line: dict[str, Any]) -> dict[str, Any]:
    flags = ("expanded", "corrected", "latest", "counts")
    names = ("source", "rated_at", "mode", *KEYS, "comment", "form_version", "outside_id", "rating_id")
    return {**{name: line[name] for name in names}, **{name: bool(line[name]) for name in flags}}


def _word(row: Sequence[Any] | None) -> Word | None:
    if row is None:
        return None
    visit, rated_at, mode, expanded, overall, *criteria, comment = row
    given = {} if expanded else dict(zip(CRITERIA, criteria, strict=True))
    if expanded or mode == OVERALL:
        given = {OVERALL: overall, **given}
    return Word(visit, from_text(rated_at), {key: mark for key, mark in given.items() if mark is not None}, comment)
