"""Replies that a person should look at, and what was decided about them.

One that was made needless, by the citizen or by a delivery report, is closed without anybody's name.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from gateway.model import Meaning
from gateway.store.database import from_text, to_text
from gateway.store.inbox import meaning_columns

_LISTED = """
SELECT w.reply, w.opened_at, w.reason, w.decided_at, w.decided_by, w.decision, w.note, r.state, r.text, r.sent_at,
       r.class, r.rule, unseal(x.sealed, x.pseudonym) AS phone, r.invitation
FROM reviews w JOIN replies r ON r.id = w.reply LEFT JOIN persons x ON x.id = r.person
"""
_ABOUT = """
SELECT i.id AS invitation, v.foreign_id, v.stage, v.office, o.short_name AS office_name, s.name AS service,
       v.received_at, i.survey, i.state, i.invited_at, i.closes_at, i.answers
FROM invitations i JOIN visits v ON v.id = i.visit JOIN offices o ON o.code = v.office
     JOIN services s ON s.code = v.service
WHERE i.id IN (SELECT invitation FROM replies WHERE id = ?1 UNION SELECT invitation FROM candidates WHERE reply = ?1)
ORDER BY i.id
"""
# Nobody answers within the second in which he is asked; we do.
_SAID = """
SELECT m.created_at AS at, 1 AS side, m.id, 'we' AS who, m.kind AS what, m.text,
       t.state AS rule, NULL AS decision
FROM messages m JOIN message_states t ON t.message = m.id WHERE m.invitation = ?1
UNION ALL
SELECT r.sent_at, 0, r.id, 'citizen', r.class || coalesce(' ' || r.rating, ''), r.text, r.rule, w.decision
FROM replies r LEFT JOIN reviews w ON w.reply = r.id WHERE r.invitation = ?1
ORDER BY at, side, id
"""


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """A reply in the queue. `invitation` is None where it may be about each of `candidates`; `decided_by` is None where
    nobody has decided, or nobody needed to."""

    reply: int
    invitation: int | None
    candidates: tuple[int, ...]
    sent_at: datetime
    decided_at: datetime | None
    decided_by: str | None


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
        "SELECT max(id) FROM replies WHERE invitation = ? AND state = 'handled'"
        " AND class IN ('ambiguous', 'out_of_range', 'rating')",
        (invitation,),
    ).fetchone()
    return None if row[0] is None else int(row[0])


def supersede(db: Database, invitation: int, now: datetime) -> None:
    """The citizen has made himself clear: what waited for a person need not be decided any more."""
    db.execute(
        "UPDATE reviews SET decided_at = ? WHERE decided_at IS NULL AND reply IN"
        " (SELECT id FROM replies WHERE invitation = ?)",
        (to_text(now), invitation),
    )


def find(db: Database, reply: int) -> ReviewRow | None:
    """A reply that is in the queue, or was."""
    row = db.execute(
        "SELECT r.invitation, r.sent_at, w.decided_at, w.decided_by FROM reviews w JOIN replies r ON r.id = w.reply"
        " WHERE w.reply = ?",
        (reply,),
    ).fetchone()
    if row is None:
        return None
    found = db.execute("SELECT invitation FROM candidates WHERE reply = ? ORDER BY invitation", (reply,)).fetchall()
    several = tuple(number for (number,) in found)
    return ReviewRow(reply, row[0], several, from_text(row[1]), row[2] and from_text(row[2]), row[3])


def decide(db: Database, reply: int, meaning: Meaning, *, by: str, note: str, now: datetime) -> None:
    """Keep what a person has decided beside what the rules had made of it."""
    db.execute(
        "UPDATE reviews SET decided_at = ?, decided_by = ?, decision = ?, note = ? WHERE reply = ?",
        (to_text(now), by, json.dumps(meaning_columns(meaning), sort_keys=True), note, reply),
    )


def resolve(db: Database, reply: int, now: datetime) -> None:
    """A delivery report has shown whose it is: nobody has to decide."""
    db.execute("UPDATE reviews SET decided_at = ? WHERE reply = ?", (to_text(now), reply))


def quarantined_of(db: Database, phone: str) -> list[tuple[int, int]]:
    """The replies from a phone of which nobody has said yet whose they are, each with the person behind it."""
    if db.execute("SELECT 1 FROM replies WHERE state = 'quarantined' LIMIT 1").fetchone() is None:
        return []  # asked with every report, and mostly so
    return db.execute(
        "SELECT id, person FROM replies WHERE state = 'quarantined' AND person ="
        " (SELECT id FROM persons WHERE pseudonym = pseudonym(?)) ORDER BY sent_at, id",
        (phone,),
    ).fetchall()


def listed(db: Database, *, decided: bool) -> list[dict[str, Any]]:
    """What waits, the longest waiting first; or with all that was decided."""
    where = "" if decided else " WHERE w.decided_at IS NULL"
    return [_with_decision(row) for row in db.query(f"{_LISTED}{where} ORDER BY w.opened_at, w.reply")]


def one(db: Database, reply: int) -> dict[str, Any] | None:
    """As `listed` gives it."""
    return next(map(_with_decision, db.query(f"{_LISTED} WHERE w.reply = ?", [reply])), None)


def about(db: Database, reply: int) -> list[dict[str, Any]]:
    """The visits that a reply is, or may be, about, with how their conversations stand."""
    return [{**row, "answers": json.loads(row["answers"])} for row in db.query(_ABOUT, [reply])]


def said_in(db: Database, invitation: int) -> list[dict[str, Any]]:
    """A whole conversation in order: what we said and how it arrived, what was answered, by which rule it was read."""
    keys = ("at", "who", "what", "text", "rule", "decision")
    return [_with_decision({key: row[key] for key in keys}) for row in db.query(_SAID, [invitation])]


def waiting(db: Database) -> dict[str, Any]:
    """How many replies wait for a person, and since when the first of them."""
    return next(db.query("SELECT count(*) AS open, min(opened_at) AS oldest_at FROM reviews WHERE decided_at IS NULL"))


def _with_decision(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "decision": row["decision"] and json.loads(row["decision"])}
