"""Messages and their parts: queued, claimed, settled, reported on."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from gateway.lanes import Share, Ticket
from gateway.model import MessageKind, PartState
from gateway.store.database import to_text

# What answers a citizen who has just written goes before what starts a conversation.
_PRIORITY = {
    MessageKind.FAREWELL: 0,
    MessageKind.REPROMPT: 1,
    MessageKind.HELP: 1,
    MessageKind.THANKS: 2,
    MessageKind.INVITE: 3,
}
INVITATION = _PRIORITY[MessageKind.INVITE]
PRIORITIES = sorted(set(_PRIORITY.values()))


@dataclass(frozen=True, slots=True)
class ClaimedPart:
    """A part as it must go out; `message` numbers the concatenation."""

    id: int
    message: int
    seq: int
    total: int
    text: str
    alphabet: str
    phone: str


@dataclass(frozen=True, slots=True)
class PartRow:
    """Where a part stands; `invitation` and `kind` tell what it was for."""

    id: int
    message: int
    invitation: int
    kind: MessageKind
    state: PartState
    attempts: int


def enqueue(
    db: Database,
    *,
    invitation: int,
    kind: MessageKind,
    texts: Sequence[str],
    alphabet: str,
    lane: str,
    now: datetime,
    until: datetime | None,
) -> None:
    """Queue a message, its parts fixed for good. After `until` it waits for the next opening; None: any time."""
    row = db.execute(
        "INSERT INTO messages (invitation, kind, text, alphabet, created_at) VALUES (?, ?, ?, ?, ?) RETURNING id",
        (invitation, kind.value, "".join(texts), alphabet, to_text(now)),
    ).fetchone()
    for seq, text in enumerate(texts, 1):
        db.execute(
            "INSERT INTO parts (message, seq, total, text, priority, lane, state, next_at, until_at)"
            " VALUES (?, ?, ?, ?, ?, ?, 'queued', ?, ?)",
            (row[0], seq, len(texts), text, _PRIORITY[kind], lane, to_text(now), until and to_text(until)),
        )


@dataclass(frozen=True, slots=True)
class _Ready:
    """A queued part that a SIM may take, by what decides its turn."""

    next_at: str
    id: int
    message: int
    total: int


def claim(db: Database, ticket: Ticket, now: datetime) -> list[ClaimedPart]:
    """Take what a ticket allows, answers first; the parts are `claimed` when the transaction commits.

    A message whose first part is taken waits with the rest of its parts for the same SIM.
    """
    moment = to_text(now)
    chosen: list[_Ready] = []
    for priority in PRIORITIES:
        want = ticket.parts - len(chosen)
        if priority == INVITATION:
            want = min(want, ticket.invitations)
        if want > 0:
            ready = [part for share in ticket.shares for part in _ready(db, share, priority, want, ticket, moment)]
            chosen += sorted(ready, key=lambda part: (part.next_at, part.id))[:want]
    if not chosen:
        return []
    db.conn.executemany(
        "UPDATE parts SET state = 'claimed', sim = ?, claimed_at = ?, attempts = attempts + 1, reference = NULL"
        " WHERE id = ?",
        [(ticket.sim, moment, part.id) for part in chosen],
    )
    for message in {part.message for part in chosen if part.total > 1}:
        db.execute("UPDATE parts SET lane = ? WHERE message = ? AND state = 'queued'", (ticket.sim, message))
    rows = db.execute(
        "SELECT p.id, p.message, p.seq, p.total, p.text, m.alphabet, x.phone FROM parts p"
        " JOIN messages m ON m.id = p.message JOIN invitations i ON i.id = m.invitation"
        " JOIN persons x ON x.id = i.person WHERE p.id IN (SELECT value FROM json_each(?))",
        (json.dumps([part.id for part in chosen]),),
    ).fetchall()
    found = {row[0]: ClaimedPart(*row) for row in rows}
    return [found[part.id] for part in chosen]


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
    moment = to_text(now)
    return any(
        db.execute(
            "SELECT 1 FROM parts WHERE state = 'queued' AND lane = ? AND priority = ? AND next_at <= ?"
            " AND (until_at IS NULL OR until_at > ?) LIMIT 1",
            (lane, priority, moment, moment),
        ).fetchone()
        for lane in lanes
        for priority in PRIORITIES
    )


def release(db: Database, parts: Sequence[int], blamed: int | None = None) -> None:
    """Parts that were certainly not sent go back; the attempt does not count, but who is `blamed` is."""
    for part in parts:
        db.execute(
            "UPDATE parts SET state = 'queued', sim = NULL, attempts = attempts - 1, blamed = blamed + ?"
            " WHERE id = ? AND state = 'claimed'",
            (int(part == blamed), part),
        )


def find(db: Database, part: int) -> PartRow:
    row = db.execute(
        "SELECT p.id, p.message, m.invitation, m.kind, p.state, p.attempts FROM parts p"
        " JOIN messages m ON m.id = p.message WHERE p.id = ?",
        (part,),
    ).fetchone()
    return PartRow(row[0], row[1], row[2], MessageKind(row[3]), PartState(row[4]), row[5])


def submitted(db: Database, parts: Sequence[tuple[int, int | None]], *, now: datetime, closes_at: datetime) -> None:
    """The service centre took these parts, each under its reference. An invitation's first starts its reply window."""
    moment = to_text(now)
    db.conn.executemany(
        "UPDATE parts SET state = 'submitted', reference = ?, submitted_at = ?, cause = NULL WHERE id = ?",
        [(reference, moment, part) for part, reference in parts],
    )
    _invited(db, [part for part, _ in parts], moment, closes_at)


def unknown(db: Database, part: int, *, why: str, now: datetime, closes_at: datetime) -> None:
    """It may have been sent: a reply can come, so the reply window runs."""
    moment = to_text(now)
    db.execute("UPDATE parts SET state = 'unknown', submitted_at = ?, cause = ? WHERE id = ?", (moment, why, part))
    _invited(db, [part], moment, closes_at)


def _invited(db: Database, parts: Sequence[int], moment: str, closes_at: datetime) -> None:
    db.conn.executemany(
        "UPDATE invitations SET closes_at = ?, invited_at = ? WHERE invited_at IS NULL AND id ="
        " (SELECT m.invitation FROM parts p JOIN messages m ON m.id = p.message WHERE p.id = ? AND m.kind = 'invite')",
        [(to_text(closes_at), moment, part) for part in parts],
    )


def retry(db: Database, part: int, *, cause: str, at: datetime) -> None:
    """Refused for now: it goes back to the queue and waits."""
    db.execute(
        "UPDATE parts SET state = 'queued', sim = NULL, next_at = ?, cause = ? WHERE id = ?", (to_text(at), cause, part)
    )


def fail(db: Database, message: int, *, cause: str, now: datetime) -> None:
    """A part was refused for good: what is left of its message must not go out alone."""
    db.execute(
        "UPDATE parts SET state = 'failed', cause = ?, done_at = ?"
        " WHERE message = ? AND state IN ('queued', 'claimed')",
        (cause, to_text(now), message),
    )


def doubtful(db: Database) -> list[int]:
    """Parts that were claimed when the last daemon ended without a word."""
    return [row[0] for row in db.execute("SELECT id FROM parts WHERE state = 'claimed'").fetchall()]


def unknown_before(db: Database, moment: datetime, most: int) -> list[tuple[int, str]]:
    """Parts in doubt since before `moment`, without a report so far, each with its SIM."""
    rows = db.execute(
        "SELECT id, sim FROM parts WHERE state = 'unknown' AND submitted_at <= ? ORDER BY id LIMIT ?",
        (to_text(moment), most),
    ).fetchall()
    return [(row[0], row[1]) for row in rows]


def reported(db: Database, *, sim: str, reference: int, phone: str, since: datetime, until: datetime) -> int | None:
    """The part a delivery report is about: this SIM, this number, this reference, newest first.

    A part in doubt has no reference; the number and the time must do for it.
    """
    row = db.execute(
        "SELECT p.id FROM parts p JOIN messages m ON m.id = p.message JOIN invitations i ON i.id = m.invitation"
        " JOIN persons x ON x.id = i.person WHERE p.sim = ? AND x.phone = ?"
        " AND p.state IN ('submitted', 'unknown') AND (p.reference = ? OR p.reference IS NULL)"
        " AND p.claimed_at BETWEEN ? AND ? ORDER BY p.reference IS NULL, p.claimed_at DESC, p.id DESC LIMIT 1",
        (sim, phone, reference, to_text(since), to_text(until)),
    ).fetchone()
    return None if row is None else int(row[0])


def finish(db: Database, part: int, *, state: PartState, status: int, cause: str | None, now: datetime) -> None:
    """What the delivery report said of a part."""
    db.execute(
        "UPDATE parts SET state = ?, status = ?, cause = ?, done_at = ? WHERE id = ?",
        (state.value, status, cause, to_text(now), part),
    )


def outside_window(db: Database, now: datetime, most: int) -> list[tuple[int, str]]:
    """Queued parts whose opening has closed over them, each with its office's time zone."""
    rows = db.execute(
        "SELECT p.id, o.time_zone FROM parts p JOIN messages m ON m.id = p.message"
        " JOIN invitations i ON i.id = m.invitation JOIN visits v ON v.id = i.visit JOIN offices o ON o.code = v.office"
        " WHERE p.state = 'queued' AND p.until_at <= ? LIMIT ?",
        (to_text(now), most),
    ).fetchall()
    return [(row[0], row[1]) for row in rows]


def move(db: Database, part: int, *, opens: datetime, closes: datetime) -> None:
    """Give a queued part another opening."""
    db.execute("UPDATE parts SET next_at = ?, until_at = ? WHERE id = ?", (to_text(opens), to_text(closes), part))
