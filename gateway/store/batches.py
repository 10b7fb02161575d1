"""Batches on their way up.

Every change is one transaction of the caller's, and none of them is open while somebody is waited for: frozen, sealed
with the octets that will be posted however often, marked as being posted, settled by the answer.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from gateway.store import deliveries
from gateway.store.database import to_text
from gateway.upstream.deciding import Decision, Posted
from gateway.upstream.grouping import Group
from gateway.upstreamsettings import Format

_FIND = """
SELECT id, upstream, key, vendor, day, format, "rows", body, attempts, looks, doubted, packet, ids
FROM batches WHERE upstream = ? AND settled_at IS NULL AND
"""
_HALVES = " state = 'frozen' AND parent IS NOT NULL AND attempts = 0"


@dataclass(frozen=True, slots=True)
class BatchRow:
    """A batch that something has to be done about.

    `body` is what is posted, None before it is sealed; `ids` tells by which ids of the form it was made, if by any.
    """

    id: int
    upstream: str
    key: str
    vendor: str
    day: str
    format: Format
    rows: int
    body: bytes | None
    attempts: int
    looks: int
    doubted: bool
    packet: str | None
    ids: str

    @property
    def posted(self) -> Posted:
        return Posted(self.rows, self.attempts, self.looks, self.doubted)


def freeze(
    db: Database,
    upstream: str,
    key: str,
    group: Group,
    form: Format,
    now: datetime,
    parent: int | None = None,
    *,
    doubted: bool = False,
) -> None:
    """Make a batch of these ratings, due now. `doubted` if they may be there already, as part of the `parent`."""
    cursor = db.execute(
        'INSERT INTO batches (upstream, key, vendor, day, format, state, parent, "rows", frozen_at, next_at, doubted)'
        " VALUES (?, ?, ?, ?, ?, 'frozen', ?, ?, ?, ?, ?)",
        (upstream, key, group.vendor, group.day, form, parent, len(group.ratings), to_text(now), to_text(now), doubted),
    )
    assert cursor.lastrowid is not None
    deliveries.put_into(db, upstream, group.ratings, cursor.lastrowid)


def to_post(db: Database, upstream: str, now: datetime) -> BatchRow | None:
    """The next batch to post: what has waited longest.

    Halves that were not tried yet go before, the smallest first: who is at fault is known soonest that way.
    """
    due = (upstream, to_text(now))
    # The + keeps SQLite from sorting all that is due: it goes through the index of halves.
    row = db.execute(_FIND + _HALVES + ' AND +next_at <= ? ORDER BY "rows", id LIMIT 1', due).fetchone()
    if row is None:
        row = db.execute(_FIND + " state = 'frozen' AND next_at <= ? ORDER BY next_at, id LIMIT 1", due).fetchone()
    return None if row is None else _row(row)


def to_look_at(db: Database, upstream: str, now: datetime) -> BatchRow | None:
    """The next batch whose packet upstream is to be asked about."""
    row = db.execute(
        _FIND + " state = 'posted' AND next_at <= ? ORDER BY next_at, id LIMIT 1",
        (upstream, to_text(now)),
    ).fetchone()
    return None if row is None else _row(row)


def seal(db: Database, batch: int, form: Format, ids: str, body: bytes, digest: str) -> None:
    """Keep the octets, made with these `ids`; under this key none but they are posted, whatever is configured then."""
    db.execute(
        "UPDATE batches SET format = ?, ids = ?, body = ?, digest = ? WHERE id = ? AND body IS NULL",
        (form, ids, zlib.compress(body), digest, batch),
    )


def mark_posting(db: Database, batch: int, now: datetime) -> None:
    """From here to the answer the batch may be there or not."""
    db.execute(
        "UPDATE batches SET posting_at = ?, attempts = attempts + 1 WHERE id = ? AND settled_at IS NULL",
        (to_text(now), batch),
    )


def note_look(db: Database, batch: int, next_at: datetime, reason: str) -> None:
    """There was no word on a packet; when to ask again."""
    db.execute(
        "UPDATE batches SET looks = looks + 1, next_at = ?, reason = ? WHERE id = ? AND settled_at IS NULL",
        (to_text(next_at), reason, batch),
    )


def apply(db: Database, batch: BatchRow, decision: Decision, now: datetime) -> bool:
    """Write down what was decided about a batch that was posted or looked at. Halving it is `freeze` of its halves.

    False, and nothing is changed, if a person has settled it meanwhile.
    """
    moment = to_text(now)
    settled = decision.state in ("accepted", "rejected", "halved", "remade")
    cursor = db.execute(
        "UPDATE batches SET state = ?1, next_at = ?2, reason = ?3, packet = coalesce(?4, packet),"
        " status = coalesce(?5, status), posting_at = iif(?6, posting_at, NULL), doubted = max(doubted, ?6),"
        " posted_at = iif(?4 IS NULL, posted_at, ?7), looks = looks + (?5 IS NOT NULL),"
        " settled_at = iif(?8, ?7, NULL), body = iif(?8, NULL, body)"
        " WHERE id = ?9 AND settled_at IS NULL",
        (
            decision.state,
            decision.next_at and to_text(decision.next_at),
            decision.reason,
            decision.packet,
            decision.status,
            decision.is_doubtful,
            moment,
            settled,
            batch.id,
        ),
    )
    if not cursor.rowcount:
        return False
    if decision.state in ("accepted", "rejected"):
        known = deliveries.of_batch(db, batch.id)
        named = [(known[rating], why) for rating, why in decision.rejected]
        deliveries.settle(db, batch.upstream, batch.id, decision.state, named, decision.reason, now)
    return True


def hold_doubtful(db: Database, upstream: str) -> int:
    """What was being posted when the last run ended waits for a person; how many batches."""
    cursor = db.execute(
        "UPDATE batches SET state = 'held', next_at = NULL, doubted = 1,"
        " reason = 'the program ended while it was posted'"
        " WHERE upstream = ? AND state = 'frozen' AND settled_at IS NULL AND posting_at IS NOT NULL",
        (upstream,),
    )
    return int(cursor.rowcount)


def doubt(db: Database, upstream: str) -> None:
    """What was being posted when the last run ended may be there."""
    db.execute(
        "UPDATE batches SET doubted = 1 WHERE upstream = ? AND settled_at IS NULL AND posting_at IS NOT NULL",
        (upstream,),
    )


def release_held(db: Database, upstream: str, now: datetime) -> int:
    """Let held batches be posted again, each the same under its key; how many."""
    cursor = db.execute(
        "UPDATE batches SET state = 'frozen', posting_at = NULL, next_at = ?"
        " WHERE upstream = ? AND state = 'held' AND settled_at IS NULL",
        (to_text(now), upstream),
    )
    return int(cursor.rowcount)


def taken(db: Database, upstream: str) -> BatchRow | None:
    """A batch that has a packet and no last word on it."""
    row = db.execute(_FIND + " state = 'posted' AND next_at IS NOT NULL LIMIT 1", (upstream,)).fetchone()
    return None if row is None else _row(row)


def open_to_word(db: Database, upstream: str, key: str) -> BatchRow | None:
    """The batch with this key, if a person may say what became of it: it is in doubt, or has no last word."""
    row = db.execute(_FIND + " key = ? AND (state <> 'frozen' OR doubted)", (upstream, key)).fetchone()
    return None if row is None else _row(row)


def endless(db: Database, upstream: str, tries: int) -> tuple[int, int]:
    """How many batches wait for a person, and how many were posted, or asked about, so often without a last word."""
    row = db.execute(
        "SELECT count(*) FILTER (WHERE state = 'held'),"
        " count(*) FILTER (WHERE iif(state = 'posted', looks, attempts) >= ? AND state <> 'held')"
        " FROM batches WHERE upstream = ? AND settled_at IS NULL",
        (tries, upstream),
    ).fetchone()
    return row[0], row[1]


def hurry(db: Database, upstream: str, latest: datetime) -> None:
    """Let nothing wait longer than until then."""
    db.execute(
        "UPDATE batches SET next_at = ?1 WHERE upstream = ?2 AND state IN ('frozen', 'posted') AND next_at > ?1",
        (to_text(latest), upstream),
    )


def unsettled(db: Database, upstream: str) -> list[dict[str, Any]]:
    """Batches on their way, for a person."""
    return list(
        db.query(
            'SELECT key, vendor, day, state, "rows", attempts, posting_at, packet, status, next_at, reason,'
            " iif(state = 'posted', looks, attempts) AS tries FROM batches"
            " WHERE upstream = ? AND settled_at IS NULL ORDER BY id",
            [upstream],
        )
    )


def _row(row: Sequence[Any]) -> BatchRow:
    values = list(row)
    values[7] = None if values[7] is None else zlib.decompress(values[7])
    values[10] = bool(values[10])
    return BatchRow(*values)
