"""Replies that a person should look at."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlite_utils import Database

from gateway.store.database import to_text


def open_one(db: Database, reply: int, reason: str, now: datetime) -> None:
    """Put a reply into the queue; one that is in it, or was, stays as it is."""
    db.execute(
        "INSERT INTO reviews (reply, reason, opened_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        (reply, reason, to_text(now)),
    )


def quarantine(db: Database, reply: int, invitations: Sequence[int], now: datetime) -> None:
    """Let a person say which of these invitations a reply is about."""
    open_one(db, reply, f"it may be about each of {len(invitations)} visits", now)
    db.conn.executemany(
        "INSERT INTO candidates (reply, invitation) VALUES (?, ?)", [(reply, invitation) for invitation in invitations]
    )


def last_doubtful(db: Database, invitation: int) -> int | None:
    """The last reply of a conversation that was not understood."""
    row = db.execute(
        "SELECT max(id) FROM replies WHERE invitation = ? AND class IN ('ambiguous', 'out_of_range', 'rating')",
        (invitation,),
    ).fetchone()
    return None if row[0] is None else int(row[0])


def supersede(db: Database, invitation: int, now: datetime) -> None:
    """The citizen has made himself clear: what waited for a person need not be decided any more."""
    db.execute(
        "UPDATE reviews SET decided_at = ?, decision = 'superseded' WHERE decided_at IS NULL AND reply IN"
        " (SELECT id FROM replies WHERE invitation = ?)",
        (to_text(now), invitation),
    )
