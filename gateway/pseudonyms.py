"""Stands in for a phone wherever a phone must not be: a keyed hash, the same for the same phone and key.

The key lies in a file beside the database, made at first use and readable by its owner only. Without it nobody can test
which phone a pseudonym belongs to, though there are few enough phones to try them all.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from gateway.errors import StoreError

_KEY_BYTES = 32


class Pseudonyms:
    """Turns phones into pseudonyms with one key."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def of(self, phone: str) -> str:
        """`p-` and 24 hexadecimal digits for an E.164 phone."""
        return "p-" + hmac.digest(self._key, phone.encode("ascii"), hashlib.sha256).hex()[:24]


def load(database: Path) -> Pseudonyms:
    """The pseudonyms of a database; its key file is made if there is none."""
    path = database.with_name(database.name + ".key")
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
        if len(key) != _KEY_BYTES:
            raise StoreError(f"The key file {path} is damaged; restore it from the backup of this database.") from None
        return Pseudonyms(key)
    except OSError as problem:
        raise StoreError(f"The key file {path} cannot be written: {problem.strerror}.") from problem
    key = secrets.token_bytes(_KEY_BYTES)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(key.hex() + "\n")
    return Pseudonyms(key)
