"""What happened that somebody wants to be told of: written with the fact, in its transaction, and nothing else.

Which kinds are wanted stands in the table of hooks, so that whoever writes the fact, the daemon or an import beside it,
need not know the configuration. Where nobody wants a kind nothing is written.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from gateway.store.database import to_text
from gateway.upstreamsettings import EventKind
from gateway.webhooks.events import body_of, event_key

_WANTED = "SELECT 1 FROM hooks WHERE EXISTS (SELECT 1 FROM json_each(kinds) WHERE value = ?) LIMIT 1"
_TELL = """
INSERT INTO tellings (hook, event, topic, state) SELECT name, ?, ?, 'pending' FROM hooks
WHERE EXISTS (SELECT 1 FROM json_each(kinds) WHERE value = ?)
"""


def is_wanted(db: Database, kind: EventKind) -> bool:
    """Whether some hook wants to be told of this kind."""
    return db.execute(_WANTED, (kind,)).fetchone() is not None


def of_visit(
    db: Database, kind: EventKind, *, visit: int, subject: str, data: Mapping[str, Any], now: datetime
) -> None:
    """Something happened to a visit; `subject` tells what from others of its kind."""
    (about,) = db.query(
        "SELECT source, foreign_id, stage, office, service, received_at FROM visits WHERE id = ?", [visit]
    )
    of_whom = json.dumps([about["source"], about["foreign_id"], about["stage"], subject])
    _write(db, kind, f"visit {visit}", of_whom, about, data, now)


def of_place(db: Database, kind: EventKind, *, place: str, data: Mapping[str, Any], now: datetime) -> None:
    """Something happened to a modem; `place` is that of its alarms."""
    _write(db, kind, place, place, None, data, now)


def _write(
    db: Database,
    kind: EventKind,
    topic: str,
    subject: str,
    visit: Mapping[str, Any] | None,
    data: Mapping[str, Any],
    now: datetime,
) -> None:
    happened_at = to_text(now)
    key = event_key(kind, subject, happened_at)
    event = db.execute(
        "INSERT INTO events (key, kind, topic, body, happened_at) VALUES (?, ?, ?, ?, ?) RETURNING id",
        (key, kind, topic, body_of(key, kind, happened_at, visit, data), happened_at),
    ).fetchone()[0]
    db.execute(_TELL, (event, topic, kind))
