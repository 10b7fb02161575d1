"""The lanes of the outbox: who waits in which, who moves, and what each SIM has sent by its limits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from gateway.lanes import NOBODY
from gateway.store.database import from_text, to_text
from gateway.store.outbox import PRIORITIES


@dataclass(frozen=True, slots=True)
class Addressee:
    """The person a message goes to, as far as it decides the way: `sim` is the one that last wrote or heard."""

    person: int
    phone: str
    operator: str | None
    sim: str | None


@dataclass(frozen=True, slots=True)
class Sent:
    """What a SIM has sent: the last moments (ascending), and the counts since two others."""

    recent: list[datetime]
    today: int
    month: int


def addressee(db: Database, person: int) -> Addressee:
    row = db.execute(
        "SELECT id, unseal(sealed, pseudonym), operator, sim FROM persons WHERE id = ?", (person,)
    ).fetchone()
    return Addressee(*row)


def put_operator(db: Database, person: int, operator: str) -> None:
    """The operator is looked up once per person; "" if it is not known."""
    db.execute("UPDATE persons SET operator = ? WHERE id = ?", (operator, person))


def wrote(db: Database, sim: str, parts: Iterable[int]) -> None:
    """The SIM that sent these parts is now the one their persons have to do with."""
    db.conn.executemany(
        "UPDATE persons SET sim = ?1 WHERE sim IS NOT ?1 AND id = (SELECT i.person FROM parts p"
        " JOIN messages m ON m.id = p.message JOIN invitations i ON i.id = m.invitation WHERE p.id = ?2)",
        [(sim, part) for part in parts],
    )


def heard(db: Database, person: int, pdu: int) -> None:
    """The SIM that received this inbound PDU is now the one this person has to do with."""
    db.execute("UPDATE persons SET sim = (SELECT sim FROM inbox WHERE id = ?) WHERE id = ?", (pdu, person))


def occupied(db: Database) -> list[str]:
    """The lanes in which something waits, now or for later."""
    found: list[str] = []
    # One step of the index per lane, where DISTINCT would read every queued part.
    row = db.execute("SELECT min(lane) FROM parts WHERE state = 'queued'").fetchone()
    while row[0] is not None:
        found.append(row[0])
        row = db.execute("SELECT min(lane) FROM parts WHERE state = 'queued' AND lane > ?", (row[0],)).fetchone()
    return found


def ready_at(db: Database, lane: str) -> datetime | None:
    """When the first part of a lane may go out; None if nothing waits in it."""
    moments = [
        row[0]
        for priority in PRIORITIES
        for row in db.execute(
            "SELECT min(next_at) FROM parts WHERE state = 'queued' AND lane = ? AND priority = ?", (lane, priority)
        ).fetchall()
        if row[0] is not None
    ]
    return from_text(min(moments)) if moments else None


def waiting(
    db: Database, lane: str, *, priority: int, ready_by: datetime | None, most: int
) -> list[tuple[int, Addressee]]:
    """Messages of a lane that have been ready since `ready_by` (None: all, also those for later), with who they go to.

    Without those of which something has gone out already: the rest of a message stays with its SIM.
    """
    rows = db.execute(
        "SELECT DISTINCT p.message, x.id, unseal(x.sealed, x.pseudonym), x.operator, x.sim FROM parts p"
        " JOIN messages m ON m.id = p.message JOIN invitations i ON i.id = m.invitation"
        " JOIN persons x ON x.id = i.person"
        " WHERE p.state = 'queued' AND p.lane = ? AND p.priority = ? AND p.next_at <= ? AND (p.total = 1 OR NOT EXISTS"
        " (SELECT 1 FROM parts s WHERE s.message = p.message AND s.state IN"
        " ('claimed', 'submitted', 'delivered', 'unknown'))) LIMIT ?",
        (lane, priority, "9999" if ready_by is None else to_text(ready_by), most),
    ).fetchall()
    return [(row[0], Addressee(*row[1:])) for row in rows]


def move(db: Database, message: int, lane: str) -> None:
    """Let the queued parts of a message wait in another lane."""
    db.execute("UPDATE parts SET lane = ? WHERE message = ? AND state = 'queued'", (lane, message))


def give_up_halves(db: Database, lane: str, *, before: datetime, cause: str, now: datetime) -> int:
    """Fail what is left in a lane of messages of which a part went out before `before`; the number of parts.

    Each says which parts have gone out.
    """
    rows = db.execute(
        "UPDATE parts SET state = 'failed', done_at = ?, cause = ? || ' Gone out: ' ||"
        " (SELECT group_concat(s.seq, ', ') FROM parts s WHERE s.message = parts.message"
        " AND s.submitted_at IS NOT NULL) || '.'"
        " WHERE state = 'queued' AND lane = ? AND total > 1"
        " AND EXISTS (SELECT 1 FROM parts s WHERE s.message = parts.message AND s.submitted_at <= ?) RETURNING id",
        (to_text(now), cause, lane, to_text(before)),
    ).fetchall()
    return len(rows)


def taken_by_nobody(db: Database) -> int:
    """How many parts wait that no configured modem takes."""
    row = db.execute("SELECT count(*) FROM parts WHERE state = 'queued' AND lane = ?", (NOBODY,)).fetchone()
    return int(row[0])


def in_hand(db: Database, modem: str) -> int:
    """How many parts the SIM of a modem has claimed and not settled."""
    row = db.execute(
        "SELECT count(*) FROM parts WHERE state = 'claimed' AND sim = (SELECT sim FROM ports WHERE name = ?)", (modem,)
    ).fetchone()
    return int(row[0])


def in_doubt(db: Database, sim: str) -> int:
    """How many parts of a SIM may have been sent."""
    row = db.execute("SELECT count(*) FROM parts WHERE sim = ? AND state = 'unknown'", (sim,)).fetchone()
    return int(row[0])


def sent(db: Database, sim: str, *, last: int, day: datetime, month: datetime) -> Sent:
    """What a SIM has sent: its `last` parts, and how many since the beginnings of `day` and `month`."""
    recent = db.execute(
        "SELECT submitted_at FROM parts WHERE sim = ? AND submitted_at IS NOT NULL ORDER BY submitted_at DESC LIMIT ?",
        (sim, last),
    ).fetchall()
    return Sent([from_text(row[0]) for row in reversed(recent)], sent_since(db, sim, day), sent_since(db, sim, month))


def sent_since(db: Database, sim: str, moment: datetime) -> int:
    """How many parts a SIM has sent since `moment`."""
    row = db.execute(
        "SELECT count(*) FROM parts WHERE sim = ? AND submitted_at >= ?", (sim, to_text(moment))
    ).fetchone()
    return int(row[0])
