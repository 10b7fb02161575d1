"""What a connection knows of the keys beside its database: how to seal, open, and know again.

For much at once there is `of`; for the rest there are SQL functions:

    seal(text, bound)        the text, sealed and bound to a text or to octets; NULL stays NULL
    unseal(sealed, bound)    what was sealed; NULL stays NULL
    pseudonym(phone)         what a person is called
    fingerprint(kind, text)  16 octets by which a text is known again without being kept
    key_problem()            the sentence for the last of these that failed, else NULL

The key files are read when one of these is first called: what needs no phone works without them. A new key is noticed
by the change of its file before anything is sealed, and when something turns up that was sealed with it, so a daemon
goes on while `otklik keys rotate` works beside it. For that to be safe, whatever seals is called inside the transaction
that writes what it gives.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from sqlite_utils import Database

from gateway import keyfile, pseudonyms
from gateway.errors import StoreError
from gateway.pseudonyms import Pseudonyms
from gateway.sealing import Ring, UnknownKey


class Secrets:
    """The keys of one connection. SQLite says only that a function failed; why, is kept in `problem`."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._file = keyfile.seals_of(database)
        self._ring: Ring | None = None
        self._seen: tuple[int, int] | None = None
        self._names: Pseudonyms | None = None
        self.problem: str | None = None

    def seal(self, text: str | None, bound: str | bytes) -> bytes | None:
        if text is None:
            return None
        try:
            return self._newest().seal(text, _octets(bound))
        except StoreError as problem:
            self.problem = str(problem)
            raise

    def seal_all(self, texts: Iterable[tuple[str, bytes]]) -> list[bytes]:
        """Each text sealed, and bound to the octets beside it. Raises StoreError if the keys are not sound."""
        newest = self._newest()
        return [newest.seal(text, bound) for text, bound in texts]

    def unseal(self, sealed: bytes | None, bound: str | bytes) -> str | None:
        if sealed is None:
            return None
        try:
            return (self._ring or self._newest()).unseal(sealed, _octets(bound))
        except UnknownKey:
            return self._unseal_with_new(sealed, _octets(bound))
        except StoreError as problem:
            self.problem = str(problem)
            raise

    def pseudonym(self, phone: str | None) -> str | None:
        return None if phone is None else (self._names or self._known()).of(phone)

    def fingerprint(self, kind: str, text: str) -> bytes:
        return (self._names or self._known()).fingerprint(kind, text)

    def _unseal_with_new(self, sealed: bytes, bound: bytes) -> str:
        """Read the file again: there may be a key in it that was not there before."""
        self._seen = None
        try:
            return self._newest().unseal(sealed, bound)
        except UnknownKey as problem:
            self.problem = (
                f"The key file {self._file} has no key {problem.id}, with which phones in {self._database} are sealed;"
                " restore it from the backup of this database."
            )
            raise
        except StoreError as problem:
            self.problem = str(problem)
            raise

    def _newest(self) -> Ring:
        """The keys as the file has them now."""
        try:
            found = self._file.stat()
        except OSError:
            self._seen = None
        else:
            seen = found.st_ino, found.st_mtime_ns
            if self._ring is not None and seen == self._seen:
                return self._ring
            self._seen = seen
        self._ring = Ring(keyfile.read(self._file))
        return self._ring

    def _known(self) -> Pseudonyms:
        try:
            self._names = pseudonyms.load(self._database)
        except StoreError as problem:
            self.problem = str(problem)
            raise
        return self._names


class Keyed(sqlite3.Connection):
    """A connection with what it knows of the keys."""

    secrets: Secrets
    asks_often = False
    """Whether it waits for the lock as `gateway.store.database.works_in_transactions` says."""


def of(db: Database) -> Secrets:
    """What the connection of a database knows of the keys: many are sealed so in half the time of the SQL function."""
    assert isinstance(db.conn, Keyed)
    return db.conn.secrets


def attach(connection: Keyed, database: Path) -> None:
    """Give a connection the functions above."""
    keys = connection.secrets = Secrets(database)
    connection.create_function("seal", 2, keys.seal)
    connection.create_function("unseal", 2, keys.unseal, deterministic=True)
    connection.create_function("pseudonym", 1, keys.pseudonym, deterministic=True)
    connection.create_function("fingerprint", 2, keys.fingerprint, deterministic=True)
    connection.create_function("key_problem", 0, lambda: keys.problem)


def need(db: Database) -> None:
    """Seal something, for who will have to later: an sqlite3 error, of which `problem_of` tells more, if that fails."""
    db.execute("SELECT seal('', '')").fetchone()


def problem_of(db: Database, problem: Exception) -> StoreError | None:
    """Why the keys failed, if it was they that made SQLite say `problem`."""
    if "user-defined function" not in str(problem):
        return None
    text = db.execute("SELECT key_problem()").fetchone()[0]
    return None if text is None else StoreError(text)


def make_keys(db: Database, database: Path, today: date) -> None:
    """Make the key files of a database that knows nobody yet; one that does must have its pseudonyms' key.

    Raises StoreError if that is missing, damaged, or another one than it was.
    """
    tables = db.table_names()
    if not any(name in tables and next(db.table(name).rows, None) for name in ("persons", "opt_outs")):
        pseudonyms.make(database)
    names = pseudonyms.load(database)
    if "persons" in tables:
        known = db.execute("SELECT phone, pseudonym FROM persons WHERE phone IS NOT NULL LIMIT 1").fetchone()
        if known is not None and names.of(known[0]) != known[1]:
            raise foreign(database)
    keyfile.make(keyfile.seals_of(database), [keyfile.new_key(today)])
    keyfile.read(keyfile.seals_of(database))


def foreign(database: Path) -> StoreError:
    return StoreError(
        f"The key file {pseudonyms.path_of(database)} is not the one {database} was written with, so nobody who opted"
        " out would be known; restore it from the backup of this database."
    )


def _octets(bound: str | bytes) -> bytes:
    return bound.encode() if isinstance(bound, str) else bound
