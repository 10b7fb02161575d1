"""Counts and lists for the ledger."""

from __future__ import annotations

from collections.abc import Iterator

from sqlite_utils import Database

DISPOSITIONS = (
    "rated",
    "not understood",
    "declined",
    "silent",
    "undeliverable",
    "unknown",
    "barred",
    "no consent",
    "open",
    "waiting",
    "lost",
)
"""Where a visit can be; `open` and `waiting` are on their way, `lost` is a fault of ours."""


def dispositions(db: Database) -> dict[str, int]:
    """How many visits are in each disposition."""
    found = dict(db.execute("SELECT disposition, count(*) FROM dispositions GROUP BY 1").fetchall())
    return {name: found.get(name, 0) for name in DISPOSITIONS}


def barred(db: Database) -> dict[str, int]:
    """Why invitations were barred, and how many."""
    return dict(
        db.execute("SELECT reason, count(*) FROM invitations WHERE state = 'barred' GROUP BY 1 ORDER BY 1").fetchall()
    )


def funnel(db: Database) -> dict[str, int]:
    """Visits, refused rows, and how many visits got how far; `exported` counts rated visits that were handed out."""
    row = db.execute(
        "SELECT count(*), coalesce(sum(invited), 0), coalesce(sum(delivered), 0), coalesce(sum(replied), 0),"
        " coalesce(sum(disposition = 'rated'), 0) FROM dispositions"
    ).fetchone()
    refused = db.execute("SELECT count(*) FROM refusals").fetchone()[0]
    exported = db.execute(
        "SELECT count(DISTINCT visit) FROM ratings WHERE cursor <= (SELECT coalesce(max(until), 0) FROM exports)"
    ).fetchone()[0]
    names = ("visits", "invited", "delivered", "replied", "rated")
    return {**dict(zip(names, row, strict=True)), "refused": refused, "exported": exported}


def parts_unknown(db: Database) -> int:
    """Parts that may have been sent and have no report."""
    return int(db.execute("SELECT count(*) FROM parts WHERE state = 'unknown'").fetchone()[0])


def lost_visits(db: Database) -> list[str]:
    """Visits nobody can account for, by the sender's id."""
    rows = db.execute(
        "SELECT v.foreign_id FROM dispositions d JOIN visits v ON v.id = d.id WHERE d.disposition = 'lost' ORDER BY 1"
    )
    return [row[0] for row in rows.fetchall()]


def invited_twice(db: Database) -> list[str]:
    """Visits for which more than one invitation was written, by the sender's id."""
    rows = db.execute(
        "SELECT v.foreign_id FROM messages m JOIN invitations i ON i.id = m.invitation JOIN visits v ON v.id = i.visit"
        " WHERE m.kind = 'invite' GROUP BY i.id HAVING count(*) > 1 ORDER BY 1"
    )
    return [row[0] for row in rows.fetchall()]


def rated_twice(db: Database) -> list[str]:
    """Visits with two ratings of which none corrects the other, by the sender's id."""
    rows = db.execute(
        "SELECT v.foreign_id FROM ratings r JOIN visits v ON v.id = r.visit WHERE r.corrected = 0"
        " GROUP BY r.visit, r.source HAVING count(*) > 1 ORDER BY 1"
    )
    return [row[0] for row in rows.fetchall()]


def unhandled(db: Database) -> int:
    """Kept PDUs that nobody has looked at yet."""
    return int(db.execute("SELECT count(*) FROM inbox WHERE state = 'kept' AND kind IS NULL").fetchone()[0])


def sent_parts(db: Database) -> Iterator[tuple[str, str, str, str]]:
    """Every part that left the queue for a modem: foreign id, phone, text, state."""
    yield from db.execute(
        "SELECT v.foreign_id, x.phone, p.text, p.state FROM parts p JOIN messages m ON m.id = p.message"
        " JOIN invitations i ON i.id = m.invitation JOIN visits v ON v.id = i.visit JOIN persons x ON x.id = i.person"
        " WHERE p.submitted_at IS NOT NULL ORDER BY p.id"
    )


def kept_pdus(db: Database) -> Iterator[str]:
    """The raw form of everything that ever came in."""
    for row in db.execute("SELECT raw FROM inbox"):
        yield row[0]
