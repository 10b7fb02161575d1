"""What becomes of each rating at each upstream.

A delivery is there as soon as the upstream's floor has passed the rating: `waiting` until it is due, `batched`, then
`accepted` or `rejected`; `superseded` by a correction that came before it went up, `unwanted` if the upstream takes
none from its source.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from gateway.store.database import from_text, to_text
from gateway.upstream.grouping import Seen, Waiting


def unseen(db: Database, upstream: str, most: int) -> list[Seen]:
    """Ratings behind the floor, in their order."""
    rows = db.execute(
        "SELECT r.cursor, r.visit, r.source, i.closes_at FROM ratings r LEFT JOIN invitations i ON i.id = r.invitation"
        " WHERE r.cursor > (SELECT floor FROM upstreams WHERE name = ?) ORDER BY r.cursor LIMIT ?",
        (upstream, most),
    ).fetchall()
    return [Seen(row[0], row[1], row[2], row[3] and from_text(row[3])) for row in rows]


def take_in(db: Database, upstream: str, rows: Sequence[tuple[Seen, datetime | None]], now: datetime) -> None:
    """Give each rating its delivery, due at a time or unwanted (None), and move the floor behind them.

    One that has a delivery keeps it, but for what waits or was unwanted: the configuration may wish something else now.
    """
    db.conn.executemany(
        "INSERT INTO deliveries (upstream, rating, state, due_at, settled_at) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET state = excluded.state, due_at = excluded.due_at, settled_at = excluded.settled_at"
        " WHERE state IN ('waiting', 'unwanted')",
        [
            (upstream, seen.rating, "waiting", to_text(due), None)
            if due is not None
            else (upstream, seen.rating, "unwanted", None, to_text(now))
            for seen, due in rows
        ],
    )
    if rows:
        db.execute("UPDATE upstreams SET floor = ? WHERE name = ?", (rows[-1][0].rating, upstream))


def supersede(db: Database, upstream: str, seen: Seen, now: datetime) -> None:
    """What waits of the same visit and source does not go up, but for the newest, which need not have come last."""
    db.execute(
        "UPDATE deliveries SET state = 'superseded', settled_at = ? WHERE upstream = ? AND state = 'waiting' AND rating"
        " IN (SELECT cursor FROM words WHERE visit = ? AND source = ? AND NOT latest)",
        (to_text(now), upstream, seen.visit, seen.source),
    )


def due(db: Database, upstream: str, now: datetime, most: int) -> list[Waiting]:
    """Ratings whose time has come."""
    rows = db.execute(
        "SELECT d.rating, v.office, r.rated_at FROM deliveries d JOIN ratings r ON r.cursor = d.rating"
        " JOIN visits v ON v.id = r.visit WHERE d.upstream = ? AND d.state = 'waiting' AND d.due_at <= ?"
        " ORDER BY d.due_at, d.rating LIMIT ?",
        (upstream, to_text(now), most),
    ).fetchall()
    return [Waiting(row[0], row[1], from_text(row[2])) for row in rows]


def put_into(db: Database, upstream: str, ratings: Iterable[int], batch: int) -> None:
    """Let ratings be of this batch from now on."""
    db.conn.executemany(
        "UPDATE deliveries SET state = 'batched', batch = ?, due_at = NULL, reason = '', settled_at = NULL"
        " WHERE upstream = ? AND rating = ?",
        [(batch, upstream, rating) for rating in ratings],
    )


def of_batch(db: Database, batch: int) -> dict[str, int]:
    """The ratings of a batch by their public id, in their order."""
    rows = db.execute(
        "SELECT r.rating_id, r.cursor FROM deliveries d JOIN ratings r ON r.cursor = d.rating WHERE d.batch = ?"
        " ORDER BY r.cursor",
        (batch,),
    ).fetchall()
    return dict(rows)


def settle(
    db: Database, upstream: str, batch: int, state: str, rejected: Sequence[tuple[int, str]], reason: str, now: datetime
) -> None:
    """The end of a batch's ratings, all in `state` but those rejected with reasons of their own."""
    db.execute(
        "UPDATE deliveries SET state = ?, reason = ?, settled_at = ? WHERE batch = ?",
        (state, reason, to_text(now), batch),
    )
    db.conn.executemany(
        "UPDATE deliveries SET state = 'rejected', reason = ? WHERE upstream = ? AND rating = ?",
        [(why, upstream, rating) for rating, why in rejected],
    )


def dead(db: Database, upstream: str | None = None) -> list[dict[str, Any]]:
    """Dead letters: what upstreams will not have, and why."""
    return list(
        db.query(
            "SELECT d.upstream, r.rating_id AS rating, v.foreign_id AS visit, v.office, r.rated_at, d.reason,"
            " b.key AS batch, d.settled_at AS rejected_at FROM upstreams u JOIN deliveries d ON d.upstream = u.name"
            " JOIN ratings r ON r.cursor = d.rating JOIN visits v ON v.id = r.visit"
            " LEFT JOIN batches b ON b.id = d.batch"
            " WHERE d.state = 'rejected' AND (? IS NULL OR u.name = ?1) ORDER BY d.upstream, d.rating",
            [upstream],
        )
    )


def requeue(db: Database, upstream: str, rating_id: str | None, now: datetime) -> int:
    """Let dead letters go up again, one or all; how many."""
    cursor = db.execute(
        "UPDATE deliveries SET state = 'waiting', batch = NULL, due_at = ?, reason = '', settled_at = NULL"
        " WHERE upstream = ? AND state = 'rejected' AND (?3 IS NULL OR rating IN"
        " (SELECT cursor FROM ratings WHERE rating_id = ?3))",
        (to_text(now), upstream, rating_id),
    )
    return int(cursor.rowcount)
