"""What a simulated box came to, in rows that its measures are counted from.

A period may have a million visits: rows are counted by SQLite where that can be, and read in passing where it cannot.
Hours are given as they begin a time: `2017-09-12T08`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from sqlite_utils import Database

from gateway.store.database import to_text

_EPOCH = 2440587.5
"""The Julian day of the beginning of 1970."""
_DAY_S = 86_400


class Left(NamedTuple):
    """A part of an invitation that has left the queue, times in seconds since the epoch.

    `due_at` is when its invitation was due and known; `left_at` when it was sent, or given up if it was not.
    """

    invitation: int
    zone: str
    due_at: float
    left_at: float
    is_sent: bool


def unsettled(db: Database) -> bool:
    """Whether anything is under way: invitations that wait or are open, parts to be sent, messages to be handled,
    ratings on their way up."""
    (found,) = db.execute(
        "SELECT EXISTS (SELECT 1 FROM invitations WHERE state = 'due')"
        " OR EXISTS (SELECT 1 FROM invitations WHERE state = 'open')"
        " OR EXISTS (SELECT 1 FROM parts WHERE state = 'queued')"
        " OR EXISTS (SELECT 1 FROM parts WHERE state = 'claimed')"
        " OR EXISTS (SELECT 1 FROM inbox WHERE state = 'kept')"
        " OR EXISTS (SELECT 1 FROM batches WHERE settled_at IS NULL)"
        " OR EXISTS (SELECT 1 FROM deliveries WHERE state = 'waiting')"
        " OR EXISTS (SELECT 1 FROM upstreams u JOIN ratings r ON r.cursor > u.floor WHERE NOT EXISTS"
        "  (SELECT 1 FROM deliveries d WHERE d.upstream = u.name AND d.rating = r.cursor))"
    ).fetchone()
    return bool(found)


def is_busy(db: Database, now: datetime) -> bool:
    """Whether a part is at a modem, or could go to one now."""
    (found,) = db.execute(
        "SELECT EXISTS (SELECT 1 FROM parts WHERE state = 'claimed')"
        " OR EXISTS (SELECT 1 FROM parts WHERE state = 'queued' AND next_at <= ?)",
        (to_text(now),),
    ).fetchone()
    return bool(found)


def left(db: Database) -> Iterator[Left]:
    """Every part of an invitation that has left the queue, by invitation."""
    rows = db.conn.execute(
        "SELECT i.id, coalesce(i.zone, o.time_zone), max(julianday(i.due_at), julianday(v.accepted_at)),"
        " julianday(coalesce(p.submitted_at, p.done_at)) AS gone, p.submitted_at IS NOT NULL"
        " FROM invitations i JOIN visits v ON v.id = i.visit JOIN offices o ON o.code = v.office"
        " JOIN messages m ON m.invitation = i.id AND m.kind = 'invite' JOIN parts p ON p.message = m.id"
        " WHERE gone IS NOT NULL ORDER BY i.id"
    )
    for invitation, zone, due, gone, is_sent in rows:
        yield Left(invitation, zone, _seconds(due), _seconds(gone), bool(is_sent))


def sent_by_hour(db: Database) -> dict[tuple[str, str], tuple[int, float]]:
    """By modem and hour: parts that were sent, and seconds their submits took."""
    rows = db.execute(
        "SELECT o.name, substr(p.submitted_at, 1, 13), count(*),"
        " sum(max(0, julianday(p.submitted_at) - julianday(p.claimed_at))) * 86400"
        " FROM parts p JOIN ports o ON o.sim = p.sim WHERE p.submitted_at IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2"
    )
    return {(name, hour): (count, took_s) for name, hour, count, took_s in rows.fetchall()}


def replies_by_class(db: Database) -> dict[str, int]:
    """How many replies are of which class."""
    return dict(db.execute("SELECT class, count(*) FROM replies GROUP BY 1").fetchall())


def delays_min(db: Database) -> dict[int, int]:
    """How many invitations were answered for the first time so many whole minutes after they went out."""
    rows = db.execute(
        "SELECT CAST(max(0, (julianday(first) - julianday(invited_at)) * 1440 + 1e-6) AS INTEGER), count(*) FROM"
        " (SELECT i.invited_at, min(r.sent_at) AS first FROM replies r JOIN invitations i ON i.id = r.invitation"
        "  WHERE i.invited_at IS NOT NULL GROUP BY i.id) GROUP BY 1"
    )
    return dict(rows.fetchall())


def marks(db: Database) -> Iterator[tuple[str, int, int]]:
    """By office and overall mark, how many visits have it as their visitor's last word to us."""
    yield from db.execute(
        "SELECT v.office, w.overall, count(*) FROM words w JOIN visits v ON v.id = w.visit"
        " WHERE w.by_us AND w.overall IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2"
    )


def invited_by_office(db: Database) -> dict[str, int]:
    """Invitations that went out."""
    rows = db.execute(
        "SELECT v.office, count(*) FROM invitations i JOIN visits v ON v.id = i.visit"
        " WHERE i.invited_at IS NOT NULL GROUP BY 1 ORDER BY 1"
    )
    return dict(rows.fetchall())


def outages(db: Database) -> list[tuple[str, float, float | None]]:
    """Spans in which a modem could not send: its name, from when, and until when; None: to the end."""
    rows = db.execute(
        "SELECT modem, julianday(began_at), julianday(ended_at) FROM outages ORDER BY modem, began_at"
    ).fetchall()
    return [(modem, _seconds(began), None if ended is None else _seconds(ended)) for modem, began, ended in rows]


def counts(db: Database) -> dict[str, int]:
    """Parts and texts that went out, parts that came in, replies that were late, and ends of invitations."""
    row = db.execute(
        "SELECT (SELECT count(*) FROM parts WHERE submitted_at IS NOT NULL),"
        " (SELECT count(DISTINCT message) FROM parts WHERE submitted_at IS NOT NULL),"
        " (SELECT count(*) FROM inbox WHERE kind IS NOT 'report'),"
        " (SELECT count(*) FROM replies WHERE state = 'late'),"
        " (SELECT count(*) FROM opt_outs),"
        " (SELECT count(*) FROM invitations WHERE state = 'expired')"
    ).fetchone()
    return dict(zip(("parts", "texts", "inbound", "late", "opted_out", "expired"), row, strict=True))


def _seconds(julian_day: float) -> float:
    return (julian_day - _EPOCH) * _DAY_S
