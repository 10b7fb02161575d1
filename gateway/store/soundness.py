"""Whether the database is sound: what SQLite finds wrong in the file, and rows that refer to rows there are not.

It is always the whole `integrity_check`, at a start too. With a million ratings (1.4 GB) it takes 7 to 10 s;
`quick_check`, which does not compare indexes with their tables, takes 5 to 8 s, and that is too little to win for
going on with an index that leaves people out. The references take another second.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from sqlite_utils import Database

from gateway.errors import StoreDamaged

_NAMED = 5  # faults; more say nothing more to a person


def faults(db: Database) -> list[str]:
    """What is wrong, in SQLite's words; empty if nothing is."""
    try:
        rows = db.execute(f"PRAGMA integrity_check({_NAMED})").fetchall()
        found = [" ".join(str(row[0]).split()) for row in rows if row[0] != "ok"]
        if not found:
            found = [
                f"{table}: row {row} refers to a row of {parent} that is not there"
                for table, row, parent, _ in db.execute("PRAGMA foreign_key_check").fetchmany(_NAMED)
            ]
    except sqlite3.DatabaseError as problem:
        if isinstance(problem, sqlite3.OperationalError):
            raise
        return [str(problem)]  # a page that the very check needs
    return found


def refuse_damaged(db: Database, path: Path) -> None:
    """Raises StoreDamaged with what to do, for a database that a centre must not go on with."""
    found = faults(db)
    if found:
        raise StoreDamaged(damage(path, found))


def damage(path: Path, found: list[str]) -> str:
    """The sentence for a person."""
    return (
        f"{path} is damaged ({'; '.join(found)}); stop the daemon, keep this file, and restore the last backup:"
        f" copy it with its key files to {path} and delete {path.name}-wal and {path.name}-shm."
    )


def library_version() -> str:
    return sqlite3.sqlite_version
