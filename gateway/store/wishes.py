"""What a person asked of the modems, and what became of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from gateway.store.database import from_text, to_text


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person asked of a modem; `words` is what the verb needs besides, as the codes of `ussd`. `begun`: it has
    been looked at, by this run or one before."""

    id: int
    modem: str
    verb: str
    words: str
    wished_at: datetime
    begun: bool = False


def add(db: Database, *, modem: str, verb: str, words: str = "", now: datetime) -> int:
    """Ask something of a modem; the number by which to look for the answer."""
    row = db.execute(
        "INSERT INTO wishes (modem, verb, words, wished_at) VALUES (?, ?, ?, ?) RETURNING id",
        (modem, verb, words, to_text(now)),
    ).fetchone()
    return int(row[0])


def unfinished(db: Database) -> list[Wish]:
    """What was asked and has not come to its end, in order."""
    rows = db.execute(
        "SELECT id, modem, verb, words, wished_at, result IS NOT NULL FROM wishes WHERE done_at IS NULL ORDER BY id"
    ).fetchall()
    return [
        Wish(number, modem, verb, words, from_text(moment), bool(begun))
        for number, modem, verb, words, moment, begun in rows
    ]


def answer(db: Database, wish: int, result: Mapping[str, Any], *, done_at: datetime | None) -> None:
    """How a wish stands; with `done_at` for good."""
    text, moment = json.dumps(result, ensure_ascii=False), done_at and to_text(done_at)
    # One that stands as it stood is not written again: that would be an fsync every second.
    db.execute(
        "UPDATE wishes SET result = ?1, done_at = ?2 WHERE id = ?3 AND (result, done_at) IS NOT (?1, ?2)",
        (text, moment, wish),
    )


def last_done(db: Database, *, modem: str, verb: str) -> datetime | None:
    """When this was done last because somebody asked for it."""
    row = db.execute("SELECT max(done_at) FROM wishes WHERE modem = ? AND verb = ?", (modem, verb)).fetchone()
    return None if row[0] is None else from_text(row[0])


def result_of(db: Database, wish: int) -> tuple[str | None, bool]:
    """What was answered so far, as JSON, and whether that is the end of it."""
    row = db.execute("SELECT result, done_at IS NOT NULL FROM wishes WHERE id = ?", (wish,)).fetchone()
    return row[0], bool(row[1])
