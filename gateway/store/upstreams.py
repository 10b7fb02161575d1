"""The upstreams there are, and how it stands with each."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlite_utils import Database

from gateway.store.database import from_text, to_text
from gateway.upstream.deciding import Standing

_SLIP = timedelta(hours=1)
"""By so much a clock may be put back without anything being looked at again."""


def put(db: Database, name: str) -> None:
    """Make room for an upstream that is new in the configuration; it gets every rating there is."""
    db.execute("INSERT INTO upstreams (name) VALUES (?) ON CONFLICT DO NOTHING", (name,))


def begin_run(db: Database, name: str, wishes: str, now: datetime) -> None:
    """A run begins, and `wishes` tell which ratings are wanted, and when.

    If they have changed, or a clock was ahead in the last run, the floor goes back: each rating is looked at again.
    """
    db.execute(
        "UPDATE upstreams SET floor = iif(wishes <> ?1 OR ran_at > ?2, 0, floor), wishes = ?1, ran_at = ?3"
        " WHERE name = ?4",
        (wishes, to_text(now + _SLIP), to_text(now), name),
    )


def names(db: Database) -> list[str]:
    """All that there ever were."""
    return [row[0] for row in db.execute("SELECT name FROM upstreams ORDER BY name").fetchall()]


def standing(db: Database, name: str) -> Standing:
    """How it stands with an upstream."""
    row = db.execute(
        "SELECT next_at, failures, refusals, rejections, trouble, stopped_why FROM upstreams WHERE name = ?", (name,)
    ).fetchone()
    return Standing() if row is None else Standing(row[0] and from_text(row[0]), *row[1:])


def put_standing(db: Database, name: str, standing: Standing, now: datetime) -> None:
    """Write down how it stands; since when an upstream is stopped stays as it was."""
    stopped_at = None if standing.stopped_why is None else to_text(now)
    db.execute(
        "UPDATE upstreams SET next_at = ?, failures = ?, refusals = ?, rejections = ?, trouble = ?, stopped_why = ?,"
        " stopped_at = iif(?6 IS NULL, NULL, coalesce(stopped_at, ?)) WHERE name = ?",
        (
            standing.next_at and to_text(standing.next_at),
            standing.failures,
            standing.refusals,
            standing.rejections,
            standing.trouble,
            standing.stopped_why,
            stopped_at,
            name,
        ),
    )


def overview(db: Database, configured: Iterable[str] = ()) -> list[dict[str, Any]]:
    """Each upstream for a person, in ratings: what waits, is in doubt, and so on, and when it goes on.

    What is in doubt or held waits too; what is posted does not, upstream has it. Nothing goes up any more to one that
    is not `configured`.
    """
    there = set(configured)
    return [{**_line(db, name), "configured": name in there} for name in sorted({*there, *names(db)})]


def _line(db: Database, name: str) -> dict[str, Any]:
    row = db.execute(
        "SELECT next_at, trouble, stopped_at, stopped_why, floor FROM upstreams WHERE name = ?", (name,)
    ).fetchone() or (None, None, None, None, 0)
    counts = dict(
        db.execute("SELECT state, count(*) FROM deliveries WHERE upstream = ? GROUP BY 1", (name,)).fetchall()
    )
    unsettled = db.execute(
        "SELECT coalesce(sum(\"rows\") FILTER (WHERE state <> 'posted' AND (posting_at IS NOT NULL OR doubted)), 0),"
        " coalesce(sum(\"rows\") FILTER (WHERE state = 'posted'), 0),"
        " coalesce(sum(\"rows\") FILTER (WHERE state = 'held'), 0)"
        " FROM batches WHERE upstream = ? AND settled_at IS NULL",
        (name,),
    ).fetchone()
    unseen, oldest = db.execute(
        "SELECT count(*), min(rated_at) FROM ratings WHERE cursor > ?1"
        " AND NOT EXISTS (SELECT 1 FROM deliveries WHERE upstream = ?2 AND rating = cursor)",
        (row[4], name),
    ).fetchone()
    oldest_going = db.execute(
        "SELECT min(r.rated_at) FROM batches b JOIN deliveries d ON d.batch = b.id"
        " JOIN ratings r ON r.cursor = d.rating WHERE b.upstream = ? AND b.settled_at IS NULL AND b.state <> 'posted'",
        (name,),
    ).fetchone()[0]
    next_of_batches = db.execute(
        "SELECT min(next_at) FROM batches WHERE upstream = ? AND settled_at IS NULL", (name,)
    ).fetchone()[0]
    oldest_due, first_due = db.execute(
        "SELECT min(r.rated_at), min(due_at) FROM deliveries d INDEXED BY deliveries_waiting"
        " JOIN ratings r ON r.cursor = d.rating"
        " WHERE d.upstream = ? AND d.state = 'waiting'",
        (name,),
    ).fetchone()
    return {
        "name": name,
        "waiting": unseen + counts.get("waiting", 0) + counts.get("batched", 0) - unsettled[1],
        "in_doubt": unsettled[0],
        "held": unsettled[2],
        "posted": unsettled[1],
        "accepted": counts.get("accepted", 0),
        "rejected": counts.get("rejected", 0),
        "superseded": counts.get("superseded", 0),
        "unwanted": counts.get("unwanted", 0),
        "oldest_waiting_at": min((at for at in (oldest, oldest_due, oldest_going) if at), default=None),
        "next_at": row[0] or min((at for at in (next_of_batches, first_due) if at), default=None),
        "trouble": row[1],
        "stopped_at": row[2],
        "stopped_why": row[3],
    }
