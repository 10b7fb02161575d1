"""What the box remembers of its modems: PINs that were tried, what cured what, alarms, calls."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from gateway.phones import mask_numbers
from gateway.store import events
from gateway.store.database import from_text, to_text

QUARANTINE = "quarantine"
"""The kind of alarm that is an event too: a modem that nothing can be done about without a person."""


def may_try_pin(db: Database, *, card: str, pin: str, now: datetime) -> bool:
    """Whether this card has never been given this PIN, or accepted it; from now on it was given, its end unknown.

    The PIN itself is not stored.
    """
    row = db.execute(
        "INSERT INTO pins (card, digest, tried_at) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET"
        " tried_at = excluded.tried_at, accepted_at = NULL WHERE accepted_at IS NOT NULL RETURNING 1",
        (card, _digest(card, pin), to_text(now)),
    ).fetchone()
    return row is not None


def pin_tried(db: Database, *, card: str, pin: str, accepted: bool | None, now: datetime) -> None:
    """What came of a try; None: there was none after all."""
    where = (card, _digest(card, pin))
    if accepted is None:
        db.execute("DELETE FROM pins WHERE card = ? AND digest = ?", where)
    elif accepted:
        db.execute("UPDATE pins SET accepted_at = ? WHERE card = ? AND digest = ?", (to_text(now), *where))


def _digest(card: str, pin: str) -> str:
    return hashlib.scrypt(pin.encode(), salt=card.encode(), n=1 << 14, r=8, p=1, dklen=16).hex()


def count_cure(db: Database, *, model: str, trouble: str, step: str, now: datetime) -> None:
    """One more time that this step cured this trouble of this model."""
    db.execute(
        "INSERT INTO cures (model, trouble, step, count, last_at) VALUES (?, ?, ?, 1, ?)"
        " ON CONFLICT DO UPDATE SET count = count + 1, last_at = excluded.last_at",
        (model, trouble, step, to_text(now)),
    )


def cures(db: Database) -> list[dict[str, Any]]:
    """What cured what, the most frequent first."""
    return list(db.query("SELECT model, trouble, step, count, last_at FROM cures ORDER BY count DESC, model, step"))


def raise_alarm(db: Database, *, place: str, kind: str, text: str, now: datetime) -> bool:
    """Something a person should know; True if it is news, not the same alarm with other words.

    A modem in quarantine is an event for those who want to be told.
    """
    row = db.execute(
        "SELECT id FROM alarms WHERE place = ? AND kind = ? AND cleared_at IS NULL", (place, kind)
    ).fetchone()
    if row is not None:
        db.execute("UPDATE alarms SET text = ? WHERE id = ?", (text, row[0]))
        return False
    db.execute(
        "INSERT INTO alarms (place, kind, text, raised_at) VALUES (?, ?, ?, ?)", (place, kind, text, to_text(now))
    )
    if kind == QUARANTINE and events.is_wanted(db, "modem.quarantined"):
        data = {"modem": place.removeprefix("modem "), "why": mask_numbers(text)}
        events.of_place(db, "modem.quarantined", place=place, data=data, now=now)
    return True


def clear_alarm(db: Database, *, place: str, kind: str, now: datetime) -> bool:
    """It is over; True if there was such an alarm."""
    row = db.execute(
        "UPDATE alarms SET cleared_at = ? WHERE place = ? AND kind = ? AND cleared_at IS NULL RETURNING id",
        (to_text(now), place, kind),
    ).fetchone()
    return row is not None


def clear_elsewhere(db: Database, places: Sequence[str], now: datetime) -> None:
    """End every alarm that is not of one of these places."""
    db.execute(
        "UPDATE alarms SET cleared_at = ? WHERE cleared_at IS NULL AND place NOT IN (SELECT value FROM json_each(?))",
        (to_text(now), json.dumps(places)),
    )


def is_raised(db: Database, *, place: str, kind: str, before: datetime | None = None) -> bool:
    """Whether there is such an alarm now; with `before` only if it was raised earlier than that."""
    row = db.execute(
        "SELECT 1 FROM alarms WHERE place = ? AND kind = ? AND cleared_at IS NULL AND raised_at < ?",
        (place, kind, "9999" if before is None else to_text(before)),
    ).fetchone()
    return row is not None


def alarms(db: Database) -> list[dict[str, Any]]:
    """What is wrong now, the oldest first."""
    return list(db.query("SELECT place, kind, text, raised_at FROM alarms WHERE cleared_at IS NULL ORDER BY id"))


def sims_in_ports(db: Database) -> list[tuple[str, str]]:
    """Every port whose SIM is known, and that SIM."""
    rows = db.execute("SELECT name, sim FROM ports WHERE sim IS NOT NULL ORDER BY name").fetchall()
    return [(name, sim) for name, sim in rows]


def balances_told(db: Database) -> list[tuple[str, str, datetime | None]]:
    """Modem and SIM of every port that is served and has a network, and when its balance was last told."""
    rows = db.execute(
        "SELECT p.name, p.sim, s.balance_at FROM ports p LEFT JOIN sims s ON s.iccid = p.sim"
        " WHERE p.state = 'serving' AND p.hold IS NULL AND p.sim IS NOT NULL ORDER BY p.name"
    ).fetchall()
    return [(name, sim, None if told_at is None else from_text(told_at)) for name, sim, told_at in rows]


def put_balance(db: Database, *, sim: str, amount: float | None, text: str, now: datetime) -> None:
    """What the operator says that is left on a SIM, in its words too; None: the words are not understood."""
    db.execute(
        "INSERT INTO sims (iccid, balance, balance_text, balance_at) VALUES (?, ?, ?, ?) ON CONFLICT (iccid) DO UPDATE"
        " SET balance = excluded.balance, balance_text = excluded.balance_text, balance_at = excluded.balance_at",
        (sim, amount, text, to_text(now)),
    )


def balance(db: Database, sim: str) -> dict[str, Any] | None:
    """The balance of a SIM when it was asked last: the amount where it was understood, the text as it came."""
    row = db.execute(
        "SELECT balance, balance_text, balance_at FROM sims WHERE iccid = ? AND balance_at IS NOT NULL", (sim,)
    ).fetchone()
    return None if row is None else {"amount": row[0], "text": row[1], "at": row[2]}


def add_call(db: Database, *, sim: str, phone: str | None, call_back: bool, at: datetime) -> int | None:
    """Somebody rang. With `call_back` it is linked to the open invitation of a person we know, "call me back", and that
    is given back."""
    row = db.execute(
        "INSERT INTO calls (sim, person, invitation, called_at) SELECT ?, x.id,"
        " (SELECT max(i.id) FROM invitations i WHERE i.person = x.id AND i.state = 'open' AND ?), ?"
        " FROM (SELECT 1) LEFT JOIN persons x ON x.pseudonym = pseudonym(?) RETURNING invitation",
        (sim, call_back, to_text(at), phone),
    ).fetchone()
    return None if row[0] is None else int(row[0])


def calls(db: Database) -> dict[str, int]:
    """How many calls came in, of those how many from people we know, and how many that ask to be called back."""
    row = db.execute("SELECT count(*), count(person), count(invitation) FROM calls").fetchone()
    return {"all": row[0], "from people we know": row[1], "call me back": row[2]}
