"""Ratings in the order of their commits, and what was exported of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from gateway.model import CRITERIA
from gateway.ratingid import rating_id
from gateway.store import events
from gateway.store.database import to_text

COLUMNS = (
    "cursor",
    "foreign_id",
    "visit_id",
    "stage",
    "office",
    "office_name",
    "oktmo",
    "okato",
    "service",
    "authority_id",
    "service_id",
    "procedure_id",
    "received_at",
    "invited_at",
    "rated_at",
    "source",
    "mode",
    "overall",
    *CRITERIA,
    "expanded",
    "comment",
    "person",
    "form_version",
    "corrected",
    "rating_id",
    "authority",
    "service_name",
    "schema_version",
)
"""The columns of an exported rating, in the order other programs rely on; new ones are added at the end."""
SCHEMA_VERSION = 2
"""Of the columns and their meanings; 1 had none of those behind `corrected`."""
_WIRE_COLUMNS = (*COLUMNS, "time_zone")

_COLUMNS = f"""
SELECT r.cursor, v.foreign_id, v.id, v.stage, v.office, o.name, o.oktmo, o.okato, v.service, s.authority_id,
       s.service_id, s.procedure_id, v.received_at, i.invited_at, r.rated_at, r.source, r.mode, r.overall, r.time,
       r.queue, r.staff, r.comfort, r.info, r.expanded, r.comment, x.pseudonym, r.form_version, r.corrected,
       r.rating_id, s.authority, s.name, {SCHEMA_VERSION}
"""
_TABLES = """
FROM ratings r JOIN visits v ON v.id = r.visit JOIN offices o ON o.code = v.office
     JOIN services s ON s.code = v.service LEFT JOIN invitations i ON i.id = r.invitation
     LEFT JOIN persons x ON x.id = v.person
"""
_BETWEEN = " WHERE r.cursor > ? AND r.cursor <= ? ORDER BY r.cursor"
_OF_BATCH = " WHERE r.cursor IN (SELECT rating FROM deliveries WHERE batch = ?) ORDER BY r.cursor"
_EXPORT = _COLUMNS + _TABLES + _BETWEEN
_WIRE = _COLUMNS + ", o.time_zone" + _TABLES


def add(
    db: Database,
    *,
    visit: int,
    invitation: int | None,
    reply: int | None,
    source: str,
    mode: str,
    overall: int | None,
    criteria: Mapping[str, int],
    expanded: bool,
    comment: str,
    form_version: str,
    corrected: bool,
    now: datetime,
    outside_id: str | None = None,
) -> None:
    """Record a rating, which its channel may know by an `outside_id`, and the event for those who want to be told.

    Its cursor is the next number, given inside the only transaction there is at this moment.
    """
    sender, foreign_id, stage = db.execute(
        "SELECT source, foreign_id, stage FROM visits WHERE id = ?", (visit,)
    ).fetchone()
    marks = [overall, *(criteria.get(criterion) for criterion in CRITERIA)]
    name = rating_id(
        sender, foreign_id, stage, source, to_text(now), json.dumps(marks, separators=(",", ":")), outside_id
    )
    cursor = db.execute(
        "INSERT INTO ratings (visit, invitation, reply, source, mode, overall, time, queue, staff, comfort, info,"
        " expanded, comment, form_version, corrected, rated_at, outside_id, rating_id)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING cursor",
        (
            visit,
            invitation,
            reply,
            source,
            mode,
            *marks,
            int(expanded),
            comment,
            form_version,
            int(corrected),
            to_text(now),
            outside_id,
            name,
        ),
    ).fetchone()[0]
    if events.is_wanted(db, "rating.created"):
        (rating,) = after(db, cursor - 1, cursor)
        events.of_visit(db, "rating.created", visit=visit, subject=name, data=rating, now=now)


def after(db: Database, cursor: int, until: int) -> Iterator[dict[str, Any]]:
    """Ratings behind `cursor` up to and including `until`, as exported; one at a time, whatever their number."""
    for row in rows(db, cursor, until):
        yield _rating(COLUMNS, row)


def rows(db: Database, cursor: int, until: int) -> Iterator[tuple[Any, ...]]:
    """As `after`, as plain rows of `COLUMNS` in which a flag is 0 or 1."""
    return iter(db.execute(_EXPORT, (cursor, until)))


def wire(db: Database, cursor: int, until: int) -> Iterator[dict[str, Any]]:
    """As `after`, with the `time_zone` of the office too, in which upstream wants times."""
    for row in db.execute(_WIRE + _BETWEEN, (cursor, until)):
        yield _rating(_WIRE_COLUMNS, row)


def wire_of(db: Database, batch: int) -> list[dict[str, Any]]:
    """The ratings of a batch, as `wire` gives them, in their order."""
    return [_rating(_WIRE_COLUMNS, row) for row in db.execute(_WIRE + _OF_BATCH, (batch,))]


def _rating(columns: tuple[str, ...], row: tuple[Any, ...]) -> dict[str, Any]:
    rating = dict(zip(columns, row, strict=True))
    rating["expanded"], rating["corrected"] = bool(rating["expanded"]), bool(rating["corrected"])
    return rating


def last_cursor(db: Database) -> int:
    """The cursor of the newest rating, 0 while there is none."""
    row = db.execute("SELECT coalesce(max(cursor), 0) FROM ratings").fetchone()
    return int(row[0])


def mark_exported(db: Database, *, form: str, after_cursor: int, until: int, rows: int, now: datetime) -> None:
    """Remember that the ratings behind `after_cursor` up to `until` have been handed out: in one row of the format with
    those that they overlap or follow, for somebody who fetches what is new every minute."""
    joined = db.execute(
        'DELETE FROM exports WHERE format = ? AND "after" <= ? AND until >= ? RETURNING "after", until, "rows"',
        (form, until, after_cursor),
    ).fetchall()
    for begin, end, count in joined:
        after_cursor, until, rows = min(after_cursor, begin), max(until, end), rows + count
    db.execute(
        'INSERT INTO exports (format, "after", until, "rows", exported_at) VALUES (?, ?, ?, ?, ?)',
        (form, after_cursor, until, rows, to_text(now)),
    )
