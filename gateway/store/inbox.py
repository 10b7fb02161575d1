"""Inbound PDUs, and the replies that were made of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from gateway.model import InboxState, Meaning
from gateway.store import secrecy
from gateway.store.database import from_text, to_text

_KEPT = "SELECT id, sim, memory, unseal(sealed, digest), kept_at FROM inbox WHERE state = 'kept'"


@dataclass(frozen=True, slots=True)
class KeptPdu:
    """An inbound PDU nothing has been done about yet."""

    id: int
    sim: str
    memory: str
    raw: str
    kept_at: datetime


@dataclass(frozen=True, slots=True)
class KeptPart:
    """One part of a longer message, as it was kept."""

    id: int
    seq: int
    alphabet: str
    units: bytes
    sent_at: datetime
    kept_at: datetime


def keep(db: Database, *, sim: str, found: Iterable[tuple[str, int, str]], now: datetime) -> None:
    """Keep PDUs (memory, slot, raw) before their slots are emptied; the same PDU read again is the same row.

    One in another slot than before has come again: that is counted. It is the same also when the card was changed in
    between: ME and SR are the modem's and stay.
    """
    at, pdus, secrets = to_text(now), list(found), secrecy.of(db)
    raw = [text for _, _, text in pdus]
    digests = [secrets.fingerprint("pdu", text) for text in raw]
    db.conn.executemany(
        "INSERT INTO inbox (sim, memory, slot, digest, sealed, state, kept_at) SELECT ?1, ?2, ?3, ?4, ?5, 'kept', ?6"
        # CROSS JOIN: in this order, for SQLite would rather read the whole inbox for each message.
        " WHERE ?2 NOT IN ('ME', 'SR') OR NOT EXISTS (SELECT 1 FROM sims mine CROSS JOIN sims other CROSS JOIN inbox i"
        " WHERE mine.iccid = ?1 AND other.imei = mine.imei AND other.iccid <> mine.iccid"
        " AND i.sim = other.iccid AND i.digest = ?4)"
        " ON CONFLICT (sim, digest) DO UPDATE SET copies = copies + 1, memory = excluded.memory, slot = excluded.slot"
        " WHERE (memory, slot) <> (excluded.memory, excluded.slot)",
        [
            (sim, memory, slot, digest, sealed, at)
            for (memory, slot, _), digest, sealed in zip(
                pdus, digests, secrets.seal_all(zip(raw, digests, strict=True)), strict=True
            )
        ],
    )


def unhandled(db: Database, most: int) -> list[KeptPdu]:
    """Kept PDUs that have not been looked at, in the order they came."""
    rows = db.execute(
        f"{_KEPT} AND kind IS NULL ORDER BY id LIMIT ?",
        (most,),
    ).fetchall()
    return [KeptPdu(row[0], row[1], row[2], row[3], from_text(row[4])) for row in rows]


def file_part(
    db: Database,
    pdu: int,
    *,
    person: int | None,
    sender: str,
    sent_at: datetime,
    alphabet: str,
    units: bytes,
    ref: int,
    bits: int,
    total: int,
    seq: int,
) -> None:
    """Say which part of which message a kept PDU is; it stays kept until the rest is here."""
    db.execute(
        "UPDATE inbox SET kind = 'part', person = ?, sender = fingerprint('sender', ?), sent_at = ?, alphabet = ?,"
        " units = ?, ref = ?, bits = ?, total = ?, seq = ? WHERE id = ?",
        (person, sender, to_text(sent_at), alphabet, units, ref, bits, total, seq, pdu),
    )


def file_report(db: Database, pdu: int) -> None:
    """Say that a kept PDU is a delivery report that waits for the answer to its submit."""
    db.execute("UPDATE inbox SET kind = 'report' WHERE id = ?", (pdu,))


def waiting_reports(db: Database) -> list[KeptPdu]:
    """The delivery reports that wait, in the order they came; few at any time."""
    rows = db.execute(f"{_KEPT} AND kind = 'report' ORDER BY id").fetchall()
    return [KeptPdu(row[0], row[1], row[2], row[3], from_text(row[4])) for row in rows]


def siblings(db: Database, *, sim: str, sender: str, ref: int, bits: int, total: int) -> list[KeptPart]:
    """The parts of a message that are here and not yet joined, by number and arrival; a part may be here twice."""
    rows = db.execute(
        "SELECT id, seq, alphabet, units, sent_at, kept_at FROM inbox WHERE state = 'kept' AND kind = 'part'"
        " AND sim = ? AND sender = fingerprint('sender', ?) AND ref = ? AND bits = ? AND total = ? ORDER BY seq, id",
        (sim, sender, ref, bits, total),
    ).fetchall()
    return [KeptPart(row[0], row[1], row[2], row[3], from_text(row[4]), from_text(row[5])) for row in rows]


def is_joined(
    db: Database,
    *,
    sim: str,
    sender: str,
    ref: int,
    bits: int,
    total: int,
    seq: int,
    units: bytes,
    after: datetime,
    before: datetime,
) -> bool:
    """Whether this part, sent between `after` and `before`, has been made a reply already: networks deliver twice."""
    row = db.execute(
        "SELECT 1 FROM inbox WHERE reply IS NOT NULL AND sim = ? AND sender = fingerprint('sender', ?) AND ref = ?"
        " AND bits = ? AND total = ? AND seq = ? AND units = ? AND sent_at BETWEEN ? AND ? LIMIT 1",
        (sim, sender, ref, bits, total, seq, units, to_text(after), to_text(before)),
    ).fetchone()
    return row is not None


def overdue_parts(db: Database, before: datetime) -> list[tuple[str, str, int, int, int]]:
    """Messages with a part that came before `before` and still waits: sim, a raw PDU of it, ref, bits, total."""
    rows = db.execute(
        "SELECT sim, unseal(sealed, digest), ref, bits, total, min(kept_at) AS since FROM inbox"
        " WHERE state = 'kept' AND kind = 'part' GROUP BY sim, sender, ref, bits, total HAVING since <= ?",
        (to_text(before),),
    ).fetchall()
    return [(row[0], row[1], row[2], row[3], row[4]) for row in rows]


def settle(
    db: Database,
    pdus: Sequence[int],
    *,
    state: InboxState,
    kind: str,
    reply: int | None = None,
    problem: str | None = None,
) -> None:
    """What became of kept PDUs: what they are, the reply they made, or why nothing could be made of them."""
    for pdu in pdus:
        db.execute(
            "UPDATE inbox SET state = ?, kind = ?, reply = ?, problem = ? WHERE id = ?",
            (state.value, kind, reply, problem, pdu),
        )


def add_reply(
    db: Database,
    *,
    invitation: int | None,
    person: int | None,
    state: str,
    text: str,
    meaning: Meaning,
    sent_at: datetime,
    now: datetime,
) -> int:
    """Record an inbound text with its meaning.

    `state`: handled, late (sent after the end), stray (about no invitation) or quarantined (about one of several).
    """
    row = db.execute(
        "INSERT INTO replies (invitation, person, state, text, class, rating, criteria, opt_out, rule, confidence,"
        " sent_at, handled_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
        (
            invitation,
            person,
            state,
            text,
            meaning.cls.value,
            meaning.rating,
            json.dumps(meaning.criteria, sort_keys=True),
            int(meaning.opt_out),
            meaning.rule,
            meaning.confidence,
            to_text(sent_at),
            to_text(now),
        ),
    ).fetchone()
    return int(row[0])


def meaning_columns(meaning: Meaning) -> dict[str, Any]:
    """A meaning as plain values, by the names of its columns."""
    return {
        "class": meaning.cls.value,
        "rating": meaning.rating,
        "criteria": meaning.criteria,
        "opt_out": int(meaning.opt_out),
        "rule": meaning.rule,
        "confidence": meaning.confidence,
    }


def reply_of(db: Database, reply: int) -> tuple[str, datetime, str]:
    """A reply's text, when it was sent, and the SIM it came in by."""
    row = db.execute(
        "SELECT r.text, r.sent_at, i.sim FROM replies r JOIN inbox i ON i.reply = r.id WHERE r.id = ? LIMIT 1", (reply,)
    ).fetchone()
    return row[0], from_text(row[1]), row[2]


def attribute(db: Database, reply: int, invitation: int | None, state: str) -> None:
    """Say of a quarantined reply which conversation it belongs to, None: to none."""
    db.execute("UPDATE replies SET invitation = ?, state = ? WHERE id = ?", (invitation, state, reply))


def read_again(db: Database, reply: int, meaning: Meaning) -> None:
    """What a reply means now that it is known what it answers."""
    row = meaning_columns(meaning)
    db.execute(
        "UPDATE replies SET class = :class, rating = :rating, criteria = :criteria, opt_out = :opt_out, rule = :rule,"
        " confidence = :confidence WHERE id = :id",
        {**row, "criteria": json.dumps(row["criteria"], sort_keys=True), "id": reply},
    )


def set_late(db: Database, reply: int) -> None:
    """A reply was sent after the end: it counts nowhere."""
    db.execute("UPDATE replies SET state = 'late' WHERE id = ?", (reply,))


def heard_in(db: Database, invitation: int) -> list[tuple[int, str]]:
    """The replies that count in a conversation, in the order they were sent: id and text."""
    rows = db.execute(
        "SELECT id, text FROM replies WHERE invitation = ? AND state = 'handled' ORDER BY sent_at, id", (invitation,)
    ).fetchall()
    return [(row[0], row[1]) for row in rows]
