"""Who is told of what, and how far that is: hooks, and the events that each is to be told."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from gateway.store.database import from_text, to_text
from gateway.webhooks.telling import Pending, Standing, Verdict

# INDEXED BY: SQLite would rather read all that a hook was told in weeks than an index that is nearly empty.
_PENDING = """
SELECT event, topic, attempts, tried_at, next_at FROM tellings INDEXED BY tellings_pending
WHERE hook = ? AND state = 'pending' ORDER BY event
"""
_LISTED = """
SELECT h.name, h.kinds, h.failures, h.next_at, h.told_at, h.troubled_at, h.trouble,
       (SELECT count(*) FROM tellings INDEXED BY tellings_pending WHERE hook = h.name AND state = 'pending') AS pending,
       (SELECT count(*) FROM tellings INDEXED BY tellings_dead WHERE hook = h.name AND state = 'dead') AS dead,
       (SELECT e.happened_at FROM tellings t INDEXED BY tellings_pending JOIN events e ON e.id = t.event
        WHERE t.hook = h.name AND t.state = 'pending' ORDER BY t.event LIMIT 1) AS oldest_at
FROM hooks h ORDER BY h.name
"""
_DEAD = """
SELECT t.hook, t.event, e.key, e.kind, e.happened_at, t.attempts, t.tried_at, t.reason
FROM tellings t JOIN events e ON e.id = t.event WHERE t.state = 'dead' AND (?1 IS NULL OR t.hook = ?1)
ORDER BY t.hook, t.event
"""


def configure(db: Database, hooks: Mapping[str, Sequence[str]]) -> int:
    """Have these hooks, with the kinds each wants, and no others; how many events those that go were still to be told.

    A new one is told what happens from now on.
    """
    names = json.dumps(list(hooks))
    ended = db.execute(
        "DELETE FROM tellings WHERE hook NOT IN (SELECT value FROM json_each(?)) RETURNING event, state", (names,)
    ).fetchall()
    _forget_events(db, [event for event, _ in ended])
    db.execute("DELETE FROM hooks WHERE name NOT IN (SELECT value FROM json_each(?))", (names,))
    for name, kinds in hooks.items():
        db.execute(
            "INSERT INTO hooks (name, kinds) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET kinds = excluded.kinds",
            (name, json.dumps(list(kinds))),
        )
    return sum(state == "pending" for _, state in ended)


def standing(db: Database, hook: str) -> Standing:
    """How a hook stands."""
    failures, next_at, told_at, troubled_at, trouble = db.execute(
        "SELECT failures, next_at, told_at, troubled_at, trouble FROM hooks WHERE name = ?", (hook,)
    ).fetchone()
    return Standing(failures, _moment(next_at), _moment(told_at), _moment(troubled_at), trouble)


def pending(db: Database, hook: str) -> Iterator[Pending]:
    """What a hook is still to be told, in the order in which it happened; one at a time, whatever their number."""
    for event, topic, attempts, tried_at, next_at in db.execute(_PENDING, (hook,)):
        yield Pending(event, topic, attempts, _moment(tried_at), _moment(next_at))


def begin(db: Database, hook: str, event: int, now: datetime) -> tuple[str, str]:
    """A telling is tried now; the key of its event, and the body to send."""
    db.execute(
        "UPDATE tellings SET attempts = attempts + 1, tried_at = ? WHERE hook = ? AND event = ?",
        (to_text(now), hook, event),
    )
    key, body = db.execute("SELECT key, body FROM events WHERE id = ?", (event,)).fetchone()
    return key, body


def settle(db: Database, hook: str, event: int, stands: Standing, verdict: Verdict, now: datetime) -> None:
    """What became of a try, and how the hook stands after it."""
    state = "told" if verdict.told else "dead" if verdict.dead else "pending"
    db.execute(
        "UPDATE tellings SET state = ?, next_at = ?, reason = ?, settled_at = ? WHERE hook = ? AND event = ?",
        (state, _text(verdict.next_at), verdict.reason, None if state == "pending" else to_text(now), hook, event),
    )
    db.execute(
        "UPDATE hooks SET failures = ?, next_at = ?, told_at = ?, troubled_at = ?, trouble = ? WHERE name = ?",
        (
            stands.failures,
            _text(stands.next_at),
            _text(stands.told_at),
            _text(stands.troubled_at),
            stands.trouble,
            hook,
        ),
    )


def listed(db: Database) -> list[dict[str, Any]]:
    """Each hook: what it wants, how it stands, how many events wait for it, since when, and how many are dead."""
    return [{**row, "kinds": json.loads(row["kinds"])} for row in db.query(_LISTED)]


def dead(db: Database, hook: str | None = None) -> list[dict[str, Any]]:
    """The events that were given up, and why; of one hook, or of all."""
    return list(db.query(_DEAD, [hook]))


def requeue(db: Database, hook: str | None, event: int | None) -> int:
    """Have dead events told again, as if for the first time; how many there were."""
    rows = db.execute(
        "UPDATE tellings SET state = 'pending', attempts = 0, tried_at = NULL, next_at = NULL, settled_at = NULL"
        " WHERE state = 'dead' AND (?1 IS NULL OR hook = ?1) AND (?2 IS NULL OR event = ?2) RETURNING 1",
        (hook, event),
    ).fetchall()
    return len(rows)


def forget_told(db: Database, before: datetime, most: int) -> int:
    """Delete some of what was told earlier than that, and the events that nobody else is to be told of; how many."""
    rows = db.execute(
        "DELETE FROM tellings WHERE (hook, event) IN (SELECT hook, event FROM tellings WHERE state = 'told'"
        " AND settled_at < ? LIMIT ?) RETURNING event",
        (to_text(before), most),
    ).fetchall()
    _forget_events(db, [event for (event,) in rows])
    return len(rows)


def _forget_events(db: Database, events: Sequence[int]) -> None:
    """Delete those of these events that nobody is told of any more."""
    db.execute(
        "DELETE FROM events WHERE id IN (SELECT value FROM json_each(?))"
        " AND NOT EXISTS (SELECT 1 FROM tellings WHERE event = events.id)",
        (json.dumps(list(events)),),
    )


def _moment(text: str | None) -> datetime | None:
    return None if text is None else from_text(text)


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else to_text(moment)
