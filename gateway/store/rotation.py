"""Which key seals how much, and a new key for all of it, while a daemon works on the same database.

Whoever seals looks at the key file first, inside the transaction that writes. So once the file has the new key, and a
transaction of ours has come after that, nothing new is sealed with an old one; and when a transaction finds nothing
that an old key has sealed, that key can go, before anybody else may write.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from sqlite_utils import Database

from gateway import keyfile
from gateway.store.database import transaction

_COUNTS = """
SELECT lower(hex(key)), count(*) FROM (
  SELECT substr(sealed, 1, 4) AS key FROM persons WHERE sealed IS NOT NULL
  UNION ALL SELECT substr(sealed, 1, 4) FROM inbox WHERE sealed IS NOT NULL) GROUP BY key
"""
# What an older key has sealed, and how a row is sealed anew.
_TABLES = (
    (
        "SELECT id FROM persons WHERE id > ? AND sealed IS NOT NULL AND substr(sealed, 1, 4) <> ? ORDER BY id LIMIT ?",
        "UPDATE persons SET sealed = seal(unseal(sealed, pseudonym), pseudonym) WHERE id = ?",
    ),
    (
        "SELECT id FROM inbox WHERE id > ? AND sealed IS NOT NULL AND substr(sealed, 1, 4) <> ? ORDER BY id LIMIT ?",
        "UPDATE inbox SET sealed = seal(unseal(sealed, digest), digest) WHERE id = ?",
    ),
)
_BATCH = 500


def counts(db: Database) -> dict[str, int]:
    """How many rows each key seals, by the key's id."""
    return dict(db.execute(_COUNTS).fetchall())


def rotate(db: Database, database: Path, today: date) -> Iterator[int]:
    """Make a new key and seal everything with it anew; gives the number of rows after each batch. At the end no older
    key is left. What is interrupted leaves keys that the next rotation removes."""
    file = keyfile.seals_of(database)
    with transaction(db):  # two rotations at once would forget a key
        keyfile.replace(file, [*keyfile.read(file), keyfile.new_key(today)])
    while True:
        for older, seal_anew in _TABLES:
            yield from _seal_anew(db, file, older, seal_anew)
        with transaction(db):
            keys = keyfile.read(file)
            if set(counts(db)) <= {keys[-1].id.hex()}:
                keyfile.replace(file, keys[-1:])
                return


def _seal_anew(db: Database, file: Path, older: str, seal_anew: str) -> Iterator[int]:
    """Seal with the newest key what an older one has sealed in a table; a transaction for each batch."""
    last = 0
    while True:
        with transaction(db):
            newest = keyfile.read(file)[-1].id
            rows = db.execute(older, (last, newest, _BATCH)).fetchall()
            if not rows:
                return
            db.conn.executemany(seal_anew, rows)
            last = rows[-1][0]
        yield len(rows)
