"""What is personal and past its time, kind by kind: where it is, whether it is due, and what takes its place.

A kind is walked by id, so many rows at a time, and those that are due are overwritten where they stand (the connections
that write have `secure_delete`). Rows stay, with who they were about by pseudonym, or their number does: the ledger
counts what it counted.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from gateway.store.database import to_text

_ROWS = 1000
SOMEBODY = "somebody"
"""Who did something, when it has been long enough."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What is over since before `phones` or `words` is past its time; `now` it is this late."""

    phones: datetime
    words: datetime
    now: datetime

    def texts(self) -> dict[str, str]:
        moments = {"phones": self.phones, "words": self.words, "now": self.now}
        return {**{name: to_text(moment) for name, moment in moments.items()}, "somebody": SOMEBODY}


@dataclass(frozen=True, slots=True)
class Kind:
    """A sort of personal data. `walk` gives ids behind :after; `due` those of :ids that are past their time; `wipes`
    are carried out for :ids."""

    name: str
    walk: str
    due: str
    wipes: tuple[str, ...]


# Nothing waits to be sent, to be called, to be decided or to be read, and every conversation has ended. Who has none at
# all came, to earlier versions, with a visit that was known already.
_PHONES = Kind(
    "phones",
    "SELECT id FROM persons WHERE sealed IS NOT NULL AND id > :after ORDER BY id LIMIT :most",
    """
    SELECT x.id FROM persons x WHERE x.id IN (SELECT value FROM json_each(:ids))
      AND NOT EXISTS (SELECT 1 FROM invitations i WHERE i.person = x.id AND (i.state IN ('due', 'open')
        OR max(coalesce(i.closed_at, i.due_at), coalesce(i.closes_at, '')) > :phones))
      AND NOT EXISTS (SELECT 1 FROM invitations i JOIN messages m ON m.invitation = i.id
        JOIN parts p ON p.message = m.id WHERE i.person = x.id
        AND (p.state IN ('queued', 'claimed') OR p.state = 'unknown' AND p.done_at IS NULL))
      AND NOT EXISTS (SELECT 1 FROM invitations i JOIN callbacks c ON c.visit = i.visit
        WHERE i.person = x.id AND c.closed_at IS NULL)
      AND x.id NOT IN (SELECT r.person FROM reviews w JOIN replies r ON r.id = w.reply
        WHERE w.decided_at IS NULL AND r.person IS NOT NULL)
      AND x.id NOT IN (SELECT person FROM inbox WHERE state = 'kept' AND person IS NOT NULL)
    """,
    (
        "UPDATE persons SET sealed = NULL, sim = NULL, operator = NULL WHERE id IN (SELECT value FROM json_each(:ids))",
        "UPDATE calls SET person = NULL WHERE person IN (SELECT value FROM json_each(:ids))",
    ),
)
# What nobody could read, or attribute, is kept as long as words are: a person may look at it.
_PDUS = Kind(
    "messages as they came",
    "SELECT id FROM inbox WHERE sealed IS NOT NULL AND id > :after ORDER BY id LIMIT :most",
    """
    SELECT id FROM inbox WHERE id IN (SELECT value FROM json_each(:ids))
      AND (state = 'handled' AND kept_at <= :phones OR state = 'stray' AND kept_at <= :words)
    """,
    ("UPDATE inbox SET sealed = NULL, sender = NULL, units = NULL WHERE id IN (SELECT value FROM json_each(:ids))",),
)
# While a rating can be corrected, the next one takes its comment from all that was said.
_REPLIES = Kind(
    "texts of citizens",
    "SELECT id FROM replies WHERE text <> '' AND id > :after ORDER BY id LIMIT :most",
    """
    SELECT r.id FROM replies r WHERE r.id IN (SELECT value FROM json_each(:ids)) AND r.handled_at <= :words
      AND r.id NOT IN (SELECT reply FROM reviews WHERE decided_at IS NULL)
      AND NOT EXISTS (SELECT 1 FROM invitations i WHERE i.id = r.invitation
        AND (i.state = 'open' OR i.closes_at > :now))
    """,
    ("UPDATE replies SET text = '' WHERE id IN (SELECT value FROM json_each(:ids))",),
)
_REVIEWS = Kind(
    "decisions",
    "SELECT reply FROM reviews WHERE decided_at IS NOT NULL AND (note <> '' OR decided_by <> 'somebody')"
    " AND reply > :after ORDER BY reply LIMIT :most",
    "SELECT reply FROM reviews WHERE reply IN (SELECT value FROM json_each(:ids)) AND decided_at <= :words",
    (
        "UPDATE reviews SET note = '', decided_by = iif(decided_by IS NULL, NULL, :somebody)"
        " WHERE reply IN (SELECT value FROM json_each(:ids))",
    ),
)
# To whom a task was given is a name too. What the centre did itself, nobody did.
_CALLS = Kind(
    "notes of call-backs",
    "SELECT id FROM callback_events WHERE (words <> '' OR by NOT IN ('otklik', 'somebody') OR verb = 'assigned'"
    " AND value <> 'somebody') AND id > :after ORDER BY id LIMIT :most",
    """
    SELECT e.id FROM callback_events e JOIN callbacks c ON c.id = e.callback
    WHERE e.id IN (SELECT value FROM json_each(:ids)) AND c.closed_at <= :words
    """,
    (
        "UPDATE callbacks SET assignee = NULL WHERE id IN"
        " (SELECT callback FROM callback_events WHERE id IN (SELECT value FROM json_each(:ids)))",
        "UPDATE callback_events SET words = '', by = iif(by = 'otklik', by, :somebody),"
        " value = iif(verb = 'assigned', :somebody, value) WHERE id IN (SELECT value FROM json_each(:ids))",
    ),
)
# What was told goes sooner (`tellings.forget_told`), and what can still be told stays: nothing is lost.
_EVENTS = Kind(
    "events nobody took",
    "SELECT event FROM tellings WHERE state = 'dead' AND event > :after GROUP BY event ORDER BY event LIMIT :most",
    """
    SELECT event FROM tellings WHERE state = 'dead' AND event IN (SELECT value FROM json_each(:ids))
    GROUP BY event HAVING max(settled_at) <= :words
    """,
    (
        "DELETE FROM tellings WHERE state = 'dead' AND event IN (SELECT value FROM json_each(:ids))",
        "DELETE FROM events WHERE id IN (SELECT value FROM json_each(:ids))"
        " AND NOT EXISTS (SELECT 1 FROM tellings WHERE event = events.id)",
    ),
)
# A reason quotes what a row said, and an id may be a number of a document. What stays is how many there were.
_REFUSALS = Kind(
    "refused rows",
    "SELECT id FROM refusals WHERE digest <> 'past' AND id > :after ORDER BY id LIMIT :most",
    "SELECT id FROM refusals WHERE id IN (SELECT value FROM json_each(:ids)) AND refused_at <= :words",
    (
        "INSERT INTO refusals (source, digest, line, foreign_id, reason, refused_at, kind, rows)"
        " SELECT kind || 's', 'past', 0, '', 'long ago', max(refused_at), kind, sum(rows) FROM refusals"
        " WHERE id IN (SELECT value FROM json_each(:ids)) GROUP BY kind"
        " ON CONFLICT (source, digest) DO UPDATE SET rows = rows + excluded.rows, refused_at = excluded.refused_at",
        "DELETE FROM refusals WHERE id IN (SELECT value FROM json_each(:ids))",
    ),
)
KINDS = (_PHONES, _PDUS, _REPLIES, _REVIEWS, _CALLS, _EVENTS, _REFUSALS)


def batch(db: Database, kind: Kind, after: int, limits: Limits, *, wipe: bool) -> tuple[int | None, int]:
    """Look at the next rows of a kind: where to go on (None: at the end), and how many were past their time.

    They are wiped if that is wanted.
    """
    walked = [row[0] for row in db.execute(kind.walk, {"after": after, "most": _ROWS}).fetchall()]
    texts = limits.texts()
    due = [row[0] for row in db.execute(kind.due, {**texts, "ids": json.dumps(walked)}).fetchall()]
    if due and wipe:
        for statement in kind.wipes:
            db.execute(statement, {**texts, "ids": json.dumps(due)})
    return walked[-1] if len(walked) == _ROWS else None, len(due)


def empty_wal(db: Database) -> bool:
    """Leave nothing in the WAL of what was overwritten; False while somebody reads who may still need it.

    Not inside a transaction, and only by the daemon or where none runs.
    """
    (timeout,) = db.execute("PRAGMA busy_timeout").fetchone()
    db.execute("PRAGMA busy_timeout=0")
    try:
        return not db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    finally:
        db.execute(f"PRAGMA busy_timeout={timeout}")
