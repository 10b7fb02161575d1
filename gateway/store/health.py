"""Whether the database is sound, for `otklik check`."""

from __future__ import annotations

import sqlite3

from sqlite_utils import Database


def faults(db: Database) -> list[str]:
    """What SQLite finds wrong with the file; empty if nothing."""
    rows = db.execute("PRAGMA quick_check(5)").fetchall()
    return [str(row[0]) for row in rows if row[0] != "ok"]


def library_version() -> str:
    return sqlite3.sqlite_version
