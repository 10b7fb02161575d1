"""The shape of the database, migration by migration, a module each; `gateway.store.schema` applies them.

A released migration is never edited: a new one follows it. Each runs in a transaction with its own record.
"""

from __future__ import annotations

from sqlite_utils import Database


def run(db: Database, statements: str) -> None:
    """Run statements that end in a semicolon; none of them may hold one."""
    for statement in statements.split(";"):
        if statement.strip():
            db.execute(statement)
