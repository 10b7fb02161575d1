"""What becomes of parts: settled, tried again, blamed, reported on, in doubt."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from gateway.model import MessageKind, PartState
from gateway.reports import Candidate
from gateway.store.database import from_text, to_text


@dataclass(frozen=True, slots=True)
class PartRow:
    """Where a part stands; `invitation` and `kind` tell what it was for."""

    id: int
    message: int
    invitation: int
    kind: MessageKind
    state: PartState
    attempts: int
    sim: str | None
    seq: int
    total: int
    blamed: int
    blamed_at: datetime | None
    claimed_at: datetime | None


def find(db: Database, part: int) -> PartRow:
    row = db.execute(
        "SELECT p.id, p.message, m.invitation, m.kind, p.state, p.attempts, p.sim, p.seq, p.total, p.blamed,"
        " p.blamed_at, p.claimed_at FROM parts p JOIN messages m ON m.id = p.message WHERE p.id = ?",
        (part,),
    ).fetchone()
    blamed_at, claimed_at = (moment and from_text(moment) for moment in row[10:])
    kind, state = MessageKind(row[3]), PartState(row[4])
    return PartRow(row[0], row[1], row[2], kind, state, row[5], row[6], row[7], row[8], row[9], blamed_at, claimed_at)


def held_by(db: Database, sim: str, parts: Sequence[int]) -> set[int]:
    """Those of these parts that no other SIM has had since.

    What a worker says that hung for long must not touch a part that went into doubt meanwhile and out by another.
    """
    rows = db.execute(
        "SELECT id FROM parts WHERE sim = ? AND id IN (SELECT value FROM json_each(?))", (sim, json.dumps(parts))
    ).fetchall()
    return {row[0] for row in rows}


# -- settled ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ReplyTime:
    """What begins when an invitation goes out: how long replies count, and when the silent are reminded, if ever."""

    closes_at: datetime
    remind_at: datetime | None


def submitted(db: Database, parts: Sequence[tuple[int, int | None]], *, now: datetime, reply_time: ReplyTime) -> None:
    """The service centre took these parts, each under its reference. An invitation's first starts its reply time.

    What a report has settled already stays so.
    """
    moment = to_text(now)
    db.conn.executemany(
        "UPDATE parts SET state = 'submitted', reference = ?, submitted_at = ?, done_at = NULL, cause = NULL"
        " WHERE id = ? AND status IS NULL",
        [(reference, moment, part) for part, reference in parts],
    )
    _invited(db, [part for part, _ in parts], moment, reply_time)


def unknown(db: Database, part: int, *, why: str, now: datetime, reply_time: ReplyTime) -> None:
    """It may have been sent: a reply can come, so the reply time runs."""
    moment = to_text(now)
    db.execute(
        "UPDATE parts SET state = 'unknown', submitted_at = ?, cause = ? WHERE id = ? AND status IS NULL",
        (moment, why, part),
    )
    _invited(db, [part], moment, reply_time)


def _invited(db: Database, parts: Sequence[int], moment: str, reply_time: ReplyTime) -> None:
    closes_at, remind_at = to_text(reply_time.closes_at), reply_time.remind_at and to_text(reply_time.remind_at)
    # Who has ended the conversation while it went out has ended it.
    db.conn.executemany(
        "UPDATE invitations SET closes_at = iif(state = 'open', ?, closes_at), remind_at = ?, invited_at = ?"
        " WHERE invited_at IS NULL AND id = (SELECT m.invitation FROM parts p JOIN messages m ON m.id = p.message"
        " WHERE p.id = ? AND m.kind = 'invite')",
        [(closes_at, remind_at, moment, part) for part in parts],
    )


def retry(db: Database, part: int, *, cause: str, at: datetime) -> None:
    """It goes back to the queue and waits, and with it what is left of its message.

    Its SIM stays written down: a report may yet show that it has arrived.
    """
    db.execute(
        "UPDATE parts SET state = 'queued', next_at = ?, cause = ? WHERE id = ? AND status IS NULL",
        (to_text(at), cause, part),
    )
    _wait_with(db, part, at)


def release(db: Database, parts: Sequence[int]) -> None:
    """Parts that were certainly not sent go back; the attempt does not count."""
    db.conn.executemany(
        "UPDATE parts SET state = 'queued', sim = NULL, attempts = attempts - 1 WHERE id = ? AND state = 'claimed'",
        [(part,) for part in parts],
    )


def blame(db: Database, part: int, *, cause: str, at: datetime, now: datetime) -> None:
    """A modem or SIM failed at this part: it goes back behind the others, and no try is used up."""
    db.execute(
        "UPDATE parts SET state = 'queued', sim = NULL, attempts = attempts - 1, blamed = blamed + 1,"
        " blamed_at = coalesce(blamed_at, ?), next_at = ?, cause = ? WHERE id = ? AND state = 'claimed'",
        (to_text(now), to_text(at), cause, part),
    )
    _wait_with(db, part, at)


def _wait_with(db: Database, part: int, at: datetime) -> None:
    """The later parts of a message do not overtake one that waits."""
    db.execute(
        "UPDATE parts SET next_at = max(next_at, ?) WHERE state IN ('queued', 'claimed') AND total > 1"
        " AND message = (SELECT message FROM parts WHERE id = ?) AND seq > (SELECT seq FROM parts WHERE id = ?)",
        (to_text(at), part, part),
    )


def lately_reported(db: Database, sim: str, *, since: datetime, until: datetime, most: int) -> tuple[int, int]:
    """Of the last `most` parts the network took from this SIM in that time: how many, and how many were reported on."""
    row = db.execute(
        "SELECT count(*), count(status) FROM (SELECT status FROM parts WHERE sim = ? AND submitted_at > ?"
        " AND submitted_at <= ? AND state IN ('submitted', 'delivered', 'failed') ORDER BY submitted_at DESC LIMIT ?)",
        (sim, to_text(since), to_text(until), most),
    ).fetchone()
    return row[0], row[1]


def others_went(db: Database, part: PartRow) -> bool:
    """Whether the SIM that has a part has sent others since the part was first blamed: the modem can, then."""
    if part.sim is None or part.blamed_at is None:
        return False
    row = db.execute(
        "SELECT 1 FROM parts WHERE sim = ? AND submitted_at > ? AND state IN ('submitted', 'delivered') LIMIT 1",
        (part.sim, to_text(part.blamed_at)),
    ).fetchone()
    return row is not None


def gone_out(db: Database, message: int) -> list[int]:
    """Which parts of a message, by number, have gone out or may have."""
    rows = db.execute(
        "SELECT seq FROM parts WHERE message = ? AND (state IN ('submitted', 'delivered', 'unknown')"
        " OR status IS NOT NULL) ORDER BY seq",
        (message,),
    ).fetchall()
    return [row[0] for row in rows]


def fail(db: Database, part: PartRow, *, cause: str, now: datetime) -> None:
    """A part was refused for good: what is left of its message must not go out alone."""
    db.execute(
        "UPDATE parts SET state = 'failed', cause = ?, done_at = ?"
        " WHERE (message = ? AND state IN ('queued', 'claimed')) OR (id = ? AND status IS NULL)",
        (cause, to_text(now), part.message, part.id),
    )


def phone_of(db: Database, message: int) -> str:
    """Whom a message goes to; "" where the number has been purged."""
    row = db.execute(
        "SELECT coalesce(unseal(x.sealed, x.pseudonym), '') FROM messages m JOIN invitations i ON i.id = m.invitation"
        " JOIN persons x ON x.id = i.person WHERE m.id = ?",
        (message,),
    ).fetchone()
    return str(row[0])


# -- in doubt -----------------------------------------------------------------------------------------------------


def claimed_before(db: Database, moment: datetime | None) -> list[int]:
    """Parts that have been with a modem since before `moment`; None: all that are with one."""
    rows = db.execute(
        "SELECT id FROM parts WHERE state = 'claimed' AND claimed_at <= ?",
        ("9999" if moment is None else to_text(moment),),
    ).fetchall()
    return [row[0] for row in rows]


def to_resend(db: Database, sim: str, before: datetime, most: int) -> list[int]:
    """Parts of a SIM in doubt since before `before`, without a report so far.

    Not those of an invitation that was answered, for it has arrived, nor the rest of a message that has failed.
    """
    rows = db.execute(
        "SELECT p.id FROM parts p JOIN messages m ON m.id = p.message JOIN invitations i ON i.id = m.invitation"
        " WHERE p.state = 'unknown' AND p.done_at IS NULL AND p.submitted_at <= ? AND p.sim = ?"
        " AND (m.kind <> 'invite' OR i.state = 'open') AND NOT EXISTS"
        " (SELECT 1 FROM parts s WHERE s.message = p.message AND s.state = 'failed') ORDER BY p.submitted_at LIMIT ?",
        (to_text(before), sim, most),
    ).fetchall()
    return [row[0] for row in rows]


def end_doubt(db: Database, before: datetime, *, cause: str, now: datetime) -> int:
    """Parts in doubt since before `before` will not be cleared up any more; the number of them."""
    return db.execute(
        "UPDATE parts INDEXED BY parts_unknown SET done_at = ?, cause = ?"
        " WHERE state = 'unknown' AND done_at IS NULL AND submitted_at <= ?",
        (to_text(now), cause, to_text(before)),
    ).rowcount


def give_up_doubt(db: Database, part: int, *, cause: str, now: datetime) -> None:
    """It has been sent again often enough."""
    db.execute("UPDATE parts SET done_at = ?, cause = ? WHERE id = ?", (to_text(now), cause, part))


def stale(db: Database, before: datetime, most: int) -> list[int]:
    """A queued part of each message that has waited since before `before`."""
    rows = db.execute(
        # SQLite would rather read all parts there ever were, for they lie grouped by message.
        "SELECT min(p.id) FROM parts p INDEXED BY parts_waiting JOIN messages m ON m.id = p.message"
        " WHERE p.state = 'queued' AND m.created_at <= ? GROUP BY p.message LIMIT ?",
        (to_text(before), most),
    ).fetchall()
    return [row[0] for row in rows]


# -- reported on --------------------------------------------------------------------------------------------------


def sent_to(db: Database, phone: str, since: datetime) -> list[Candidate]:
    """The parts to a number that have been with a modem since then: what a report may be about."""
    rows = db.execute(
        "SELECT p.id, p.sim, p.state, p.reference, p.claimed_at, p.submitted_at FROM persons x"
        " JOIN invitations i ON i.person = x.id JOIN messages m ON m.invitation = i.id JOIN parts p ON p.message = m.id"
        " WHERE x.pseudonym = pseudonym(?) AND p.claimed_at >= ? AND p.sim IS NOT NULL",
        (phone, to_text(since)),
    ).fetchall()
    return [
        Candidate(row[0], row[1], PartState(row[2]), row[3], from_text(row[4]), row[5] and from_text(row[5]))
        for row in rows
    ]


def heard_of(db: Database, part: int, *, reference: int, now: datetime) -> None:
    """A report that ends nothing still shows that the service centre has the part."""
    db.execute(
        "UPDATE parts SET state = 'submitted', reference = ?, submitted_at = coalesce(submitted_at, ?), cause = NULL"
        " WHERE id = ? AND state IN ('unknown', 'queued')",
        (reference, to_text(now), part),
    )


def finish(
    db: Database,
    part: int,
    *,
    state: PartState,
    status: int,
    reference: int,
    cause: str | None = None,
    delivered_at: datetime | None = None,
    now: datetime,
) -> None:
    """What the delivery report said of a part; `delivered_at` by the network's clock, if it can be believed."""
    db.execute(
        "UPDATE parts SET state = ?, status = ?, reference = ?, cause = ?, done_at = ?,"
        " delivered_at = coalesce(delivered_at, ?), submitted_at = coalesce(submitted_at, ?) WHERE id = ?",
        (
            state.value,
            status,
            reference,
            cause,
            to_text(now),
            delivered_at and to_text(delivered_at),
            to_text(now),
            part,
        ),
    )


def message_state(db: Database, message: int) -> PartState:
    """The state of a message, which is that of its worst part."""
    return PartState(db.execute("SELECT state FROM message_states WHERE message = ?", (message,)).fetchone()[0])
