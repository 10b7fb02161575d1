"""Messages on their way out: queued, claimed, kept to their window. What becomes of their parts is in `parts`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from sqlite_utils import Database

from gateway.lanes import Share, Ticket
from gateway.model import MessageKind
from gateway.store.database import to_text

# What answers a citizen who has just written goes before what starts a conversation.
_PRIORITY = {
    MessageKind.FAREWELL: 0,
    MessageKind.REPROMPT: 1,
    MessageKind.HELP: 1,
    MessageKind.QUESTION: 1,
    MessageKind.THANKS: 2,
    MessageKind.INVITE: 3,
    MessageKind.REMINDER: 3,
}
INVITATION = _PRIORITY[MessageKind.INVITE]
_BEGUN = _PRIORITY[MessageKind.THANKS]
PRIORITIES = sorted(set(_PRIORITY.values()))
_UNWANTED = "It was not sent: its addressee has answered or wants no more messages."
# What is not wanted any more, see `_withdraw`. Of kinds those are named that it is not about: SQLite makes a table of a
# list of three and more, each time anew.
_IS_UNWANTED = """
(m.kind NOT IN ('thanks', 'farewell') AND (i.state <> 'open' OR m.kind <> 'help' AND m.id <
    (SELECT max(id) FROM messages q WHERE q.invitation = i.id AND kind NOT IN ('thanks', 'farewell') AND kind <> 'help')
    AND NOT EXISTS (SELECT 1 FROM parts s WHERE s.message = m.id AND s.total > 1 AND s.submitted_at IS NOT NULL))
  OR (m.kind <> 'farewell') = (x.pseudonym IN (SELECT pseudonym FROM opt_outs)))
"""
_TO_CLAIM = "SELECT p.id, p.message, p.seq, p.total, p.text, m.alphabet, unseal(x.sealed, x.pseudonym), m.ref,"
_PART = """
FROM parts p JOIN messages m ON m.id = p.message JOIN invitations i ON i.id = m.invitation
     JOIN persons x ON x.id = i.person WHERE p.id = ?
"""
_CLAIMED = _TO_CLAIM + _IS_UNWANTED + _PART
_OF_INVITATION = """
SELECT m.id FROM messages m JOIN invitations i ON i.id = m.invitation JOIN persons x ON x.id = i.person
WHERE i.id = ? AND"""
_UNWANTED_OF = _OF_INVITATION + _IS_UNWANTED
# In this order: for each lane the seeks lie side by side in the index.
_WITH_READY = """
SELECT lanes.value, ranks.column1 FROM json_each(?) lanes CROSS JOIN (VALUES (?), (?), (?), (?)) ranks
WHERE EXISTS (SELECT 1 FROM parts WHERE state = 'queued' AND lane = lanes.value AND priority = ranks.column1
  AND next_at <= ? AND (until_at IS NULL OR until_at > ?))
"""


@dataclass(frozen=True, slots=True)
class ClaimedPart:
    """A part as it must go out; `ref` numbers the concatenation of its message."""

    id: int
    message: int
    seq: int
    total: int
    text: str
    alphabet: str
    phone: str
    ref: int


def enqueue(
    db: Database,
    *,
    invitation: int,
    kind: MessageKind,
    texts: Sequence[str],
    alphabet: str,
    lane: str,
    now: datetime,
    opens_at: datetime,
    closes_at: datetime | None,
) -> None:
    """Queue a message, its parts fixed for good. After `closes_at` it waits for another opening; None: never."""
    row = db.execute(
        "INSERT INTO messages (invitation, kind, text, alphabet, ref, created_at) VALUES (?, ?, ?, ?, ?, ?)"
        " RETURNING id",
        (invitation, kind.value, "".join(texts), alphabet, _reference(db, invitation, len(texts)), to_text(now)),
    ).fetchone()
    for seq, text in enumerate(texts, 1):
        db.execute(
            "INSERT INTO parts (message, seq, total, text, priority, lane, state, next_at, until_at)"
            " VALUES (?, ?, ?, ?, ?, ?, 'queued', ?, ?)",
            (row[0], seq, len(texts), text, _PRIORITY[kind], lane, to_text(opens_at), closes_at and to_text(closes_at)),
        )


def said(db: Database, invitation: int) -> list[str]:
    """The texts of a conversation's messages, newest first."""
    rows = db.execute("SELECT text FROM messages WHERE invitation = ? ORDER BY id DESC", (invitation,)).fetchall()
    return [row[0] for row in rows]


def _reference(db: Database, invitation: int, total: int) -> int:
    """The concatenation reference of a new message (23.040 §9.2.3.24.1): each person's messages count on by themselves.

    So two long messages to one phone have the same one only if 255 others lie between them.
    """
    if total == 1:
        return 0
    row = db.execute(
        "SELECT m.ref FROM messages m JOIN invitations i ON i.id = m.invitation WHERE m.ref > 0 AND i.person ="
        " (SELECT person FROM invitations WHERE id = ?) ORDER BY m.id DESC LIMIT 1",
        (invitation,),
    ).fetchone()
    return 1 + (invitation if row is None else int(row[0])) % 255


@dataclass(frozen=True, slots=True)
class _Ready:
    """A queued part that a SIM may take, by what decides its turn."""

    next_at: str
    id: int
    message: int
    total: int


def claim(db: Database, ticket: Ticket, now: datetime) -> list[ClaimedPart]:
    """Take what a ticket allows, answers first; the parts are `claimed` when the transaction commits.

    The rest of a message that is begun waits for the same SIM, and goes like an answer: before other invitations, and
    from what caps keep back for answers, lest half a message lies on a phone over night.
    """
    moment = to_text(now)
    parts, unwanted = _read(db, _choose(db, ticket, moment))
    while unwanted and _withdraw(db, unwanted, moment):
        parts, unwanted = _read(db, _choose(db, ticket, moment))
    if not parts:
        return []
    db.conn.executemany(
        "UPDATE parts SET state = 'claimed', sim = ?, claimed_at = ?, attempts = attempts + 1, reference = NULL"
        " WHERE id = ?",
        [(ticket.sim, moment, part.id) for part in parts],
    )
    for message in {part.message for part in parts if part.total > 1}:
        # Those that are claimed too: one that comes back must not go by another SIM than those before it.
        db.execute(
            "UPDATE parts SET lane = ?, priority = min(priority, ?) WHERE message = ? AND state IN"
            " ('queued', 'claimed')",
            (ticket.sim, _BEGUN, message),
        )
    return parts


def _read(db: Database, chosen: Sequence[_Ready]) -> tuple[list[ClaimedPart], list[int]]:
    """The chosen parts as they must go out, and of their messages those that are not wanted any more."""
    rows = [db.execute(_CLAIMED, (part.id,)).fetchone() for part in chosen]
    return [ClaimedPart(*row[:8]) for row in rows], [row[1] for row in rows if row[8]]


def _choose(db: Database, ticket: Ticket, moment: str) -> list[_Ready]:
    """What a ticket allows of what is ready, by priority and then by turn."""
    chosen: list[_Ready] = []
    if db.execute("SELECT min(lane) FROM parts WHERE state = 'queued'").fetchone() == (None,):
        return chosen  # so it is after every part when the queue is short
    there = _with_ready(db, [share.lane for share in ticket.shares], moment)
    for priority in PRIORITIES:
        want = ticket.parts - len(chosen)
        if priority == INVITATION:
            want = min(want, ticket.invitations)
        shares = [share for share in ticket.shares if (share.lane, priority) in there]
        if want > 0 and shares:
            ready = [part for share in shares for part in _ready(db, share, priority, want, ticket, moment)]
            chosen += sorted(ready, key=lambda part: (part.next_at, part.id))[:want]
    return chosen


def withdraw(db: Database, invitation: int, now: datetime) -> None:
    """Take out what is not wanted any more of a conversation that has gone on."""
    _withdraw(db, [row[0] for row in db.execute(_UNWANTED_OF, (invitation,)).fetchall()], to_text(now))


def _withdraw(db: Database, unwanted: Sequence[int], moment: str) -> bool:
    """Take out messages that are not wanted any more, whatever brought them back to the queue; True if any was there.

    That is a question or an explanation whose conversation has ended, a question behind which another one stands and
    of which no part has gone out; all but the farewell for a person who has opted out, and the farewell for one who has
    come back. What may have been sent before stays in doubt.
    """
    withdrawn = db.conn.executemany(
        "UPDATE parts SET state = iif(submitted_at IS NULL, 'failed', 'unknown'), done_at = ?, cause = ?"
        " WHERE state = 'queued' AND message = ?",
        [(moment, _UNWANTED, message) for message in unwanted],
    )
    return withdrawn.rowcount > 0


def _ready(db: Database, share: Share, priority: int, want: int, ticket: Ticket, moment: str) -> list[_Ready]:
    """Of one lane and priority, what this SIM may take of what is ready, in the order of its turn."""
    rows = db.execute(
        "SELECT next_at, id, message, total FROM parts WHERE state = 'queued' AND lane = ? AND priority = ?"
        " AND next_at <= ? AND (until_at IS NULL OR until_at > ?) ORDER BY next_at, id LIMIT ?",
        (share.lane, priority, moment, moment, want + share.better),
    ).fetchall()
    parts = [_Ready(*row) for row in rows]
    if share.better:
        fresh = dict.fromkeys(part.message for part in parts if part.next_at > to_text(ticket.fresh_after))
        left = set(list(fresh)[: share.better])
        parts = [part for part in parts if part.message not in left]
    if share.sharers > 1 and want > 1:
        (waiting,) = db.execute(
            "SELECT count(*) FROM (SELECT 1 FROM parts WHERE state = 'queued' AND lane = ? AND priority = ?"
            " AND next_at <= ? LIMIT ?)",
            (share.lane, priority, moment, want * share.sharers),
        ).fetchone()
        parts = parts[: max(1, waiting // share.sharers)]
    return parts[:want]


def has_ready(db: Database, lanes: Sequence[str], now: datetime) -> bool:
    """Whether a part could be claimed now from one of these lanes."""
    return bool(_with_ready(db, lanes, to_text(now)))


def _with_ready(db: Database, lanes: Sequence[str], moment: str) -> set[tuple[str, int]]:
    """Of these lanes, those in which something may go out now, each with a priority it has; most have nothing."""
    return set(db.execute(_WITH_READY, (_listed(tuple(lanes)), *PRIORITIES, moment, moment)).fetchall())


@lru_cache(maxsize=256)
def _listed(lanes: tuple[str, ...]) -> str:
    """As SQLite takes a list. A SIM asks for the same lanes again and again."""
    return json.dumps(lanes)


def outside_window(db: Database, now: datetime, most: int) -> list[tuple[int, MessageKind, str]]:
    """Queued parts whose opening has closed over them, each with its kind and the citizen's time zone."""
    rows = db.execute(
        "SELECT p.id, m.kind, coalesce(i.zone, o.time_zone) FROM parts p JOIN messages m ON m.id = p.message"
        " JOIN invitations i ON i.id = m.invitation JOIN visits v ON v.id = i.visit JOIN offices o ON o.code = v.office"
        " WHERE p.state = 'queued' AND p.until_at <= ? LIMIT ?",
        (to_text(now), most),
    ).fetchall()
    return [(row[0], MessageKind(row[1]), row[2]) for row in rows]


def move(db: Database, part: int, *, opens_at: datetime, closes_at: datetime | None) -> None:
    """Give a queued part another opening; a pause before it is tried again goes on."""
    db.execute(
        "UPDATE parts SET next_at = max(next_at, ?), until_at = ? WHERE id = ?",
        (to_text(opens_at), closes_at and to_text(closes_at), part),
    )
