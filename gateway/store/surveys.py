"""The scripts that conversations were held under, by version: a rating can always be traced to its words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from gateway.script import Script
from gateway.store.database import to_text

_USED = """
SELECT s.version, s.name, s.first_used_at,
       (SELECT count(*) FROM invitations i WHERE i.survey = s.version),
       (SELECT count(DISTINCT r.visit) FROM ratings r WHERE r.form_version = s.version)
FROM surveys s ORDER BY s.first_used_at, s.version
"""


@dataclass(frozen=True, slots=True)
class Used:
    """A version that people were asked under: since when, how many of them, and how many have rated."""

    version: str
    name: str
    first_used_at: str
    conversations: int
    ratings: int


def put(db: Database, script: Script, now: datetime) -> None:
    """Keep a script; one that is kept already stays as it is."""
    db.execute(
        "INSERT INTO surveys (version, name, body, first_used_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (script.version, script.name, script.body, to_text(now)),
    )


def used(db: Database) -> list[Used]:
    """All versions, the oldest first."""
    return [Used(*row) for row in db.execute(_USED).fetchall()]


def find(db: Database, version: str) -> Script:
    """The script of a version that a conversation began under; there is one."""
    row = db.execute("SELECT body FROM surveys WHERE version = ?", (version,)).fetchone()
    return Script.model_validate_json(row[0])
