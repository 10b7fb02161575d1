"""Who wants no more messages, kept by pseudonym alone, and the history that proves it.

An opt-out outlives the phone and the person's row: it is looked up by the keyed hash of a phone when a visit comes in,
and again when a message is about to be sent. `way` says how somebody told us: `sms`, at the `office`, to the `desk`
that calls back, or through his `operator` (126-ФЗ, art. 44.1). Texts may come in another order than they were sent:
the last word by when it was said counts, so `at` is that time.
"""

from __future__ import annotations

from datetime import datetime

from sqlite_utils import Database

from gateway.model import BarReason, InvitationState
from gateway.store.database import to_text

WAYS = ("sms", "office", "desk", "operator")


def opt_out(db: Database, pseudonym: str, *, way: str, by: str, at: datetime, now: datetime) -> bool:
    """Never write to this person again: he said so at `at`. False if he is out already, or came back since then.

    Invitations that wait, or are queued and not sent, are barred.
    """
    if _came_back_after(db, pseudonym, at):
        return False
    is_new = not is_out(db, pseudonym)
    db.execute(
        "INSERT INTO opt_outs (pseudonym, opted_out_at, way, said_at) VALUES (?1, ?2, ?3, ?2)"
        " ON CONFLICT (pseudonym) DO UPDATE SET said_at = max(said_at, excluded.said_at)",
        (pseudonym, to_text(at), way),
    )
    if is_new:
        _record(db, pseudonym, "out", way, by, at, now)
        _bar(db, pseudonym, now)
    return is_new


def opt_in(db: Database, pseudonym: str, *, way: str, by: str, at: datetime, now: datetime) -> bool:
    """Write to this person again, who asked for it at `at`. False if he is not out, or has said so after that.

    What was barred stays so: he is asked about his next visit.
    """
    said = db.execute("SELECT said_at > ? FROM opt_outs WHERE pseudonym = ?", (to_text(at), pseudonym)).fetchone()
    if said is not None and said[0]:
        return False
    db.execute("DELETE FROM opt_outs WHERE pseudonym = ?", (pseudonym,))
    # Also if he was not out: an opt-out of before may still be on its way.
    _record(db, pseudonym, "in", way, by, at, now)
    return said is not None


def is_out(db: Database, pseudonym: str) -> bool:
    """Whether this person wants no more messages."""
    return db.execute("SELECT 1 FROM opt_outs WHERE pseudonym = ?", (pseudonym,)).fetchone() is not None


def _came_back_after(db: Database, pseudonym: str, at: datetime) -> bool:
    row = db.execute(
        "SELECT 1 FROM opt_events WHERE pseudonym = ? AND verb = 'in' AND happened_at > ?", (pseudonym, to_text(at))
    ).fetchone()
    return row is not None


def _bar(db: Database, pseudonym: str, now: datetime) -> None:
    db.execute(
        "UPDATE invitations SET state = ?, closed_at = ?, reason = ? WHERE person ="
        " (SELECT id FROM persons WHERE pseudonym = ?)"
        " AND (state = 'due' OR state = 'open' AND invited_at IS NULL)",
        (InvitationState.BARRED.value, to_text(now), BarReason.OPTED_OUT.value, pseudonym),
    )


def _record(db: Database, pseudonym: str, verb: str, way: str, by: str, at: datetime, now: datetime) -> None:
    db.execute(
        "INSERT INTO opt_events (pseudonym, verb, way, by, happened_at, recorded_at) VALUES (?, ?, ?, ?, ?, ?)",
        (pseudonym, verb, way, by, to_text(at), to_text(now)),
    )
