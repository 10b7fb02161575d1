"""The scripts that conversations were held under, by version: a rating can always be traced to its words."""

from __future__ import annotations

from datetime import datetime

from sqlite_utils import Database

from gateway.script import Script
from gateway.store.database import to_text


def put(db: Database, script: Script, now: datetime) -> None:
    """Keep a script; one that is kept already stays as it is."""
    db.execute(
        "INSERT INTO surveys (version, name, body, first_used_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (script.version, script.name, script.body, to_text(now)),
    )


def find(db: Database, version: str) -> Script:
    """The script of a version that a conversation began under."""
    row = db.execute("SELECT body FROM surveys WHERE version = ?", (version,)).fetchone()
    return Script.model_validate_json(row[0])
