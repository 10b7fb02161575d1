"""Stands in for a phone wherever a phone must not be: a keyed hash, the same for the same phone and key.

The key lies in a file beside the database, made with it and readable by its owner only. Without it nobody can test
which phone a pseudonym belongs to, though there are few enough phones to try them all.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from pathlib import Path

from gateway import keyfile
from gateway.errors import StoreError

_KEY_BYTES = 32
_FINGERPRINT_BYTES = 16


class Pseudonyms:
    """Turns phones into pseudonyms with one key."""

    def __init__(self, key: bytes) -> None:
        self._digest = hmac.new(key, digestmod=hashlib.sha256)  # of nothing yet: to copy it takes no key in anew
        self._key, self._digests = key, dict[str, hashlib.blake2b]()

    def of(self, phone: str) -> str:
        """`p-` and 24 hexadecimal digits for an E.164 phone."""
        digest = self._digest.copy()
        digest.update(phone.encode("ascii"))
        return "p-" + digest.hexdigest()[:24]

    def fingerprint(self, kind: str, text: str) -> bytes:
        """16 octets (BLAKE2b with the key) by which a text of this kind is known again, and nothing of it is told."""
        if kind not in self._digests:
            self._digests[kind] = hashlib.blake2b(key=self._key, person=kind.encode(), digest_size=_FINGERPRINT_BYTES)
        digest = self._digests[kind].copy()
        digest.update(text.encode())
        return digest.digest()


def path_of(database: Path) -> Path:
    """Where the key of a database lies."""
    return database.with_name(database.name + ".key")


def load(database: Path) -> Pseudonyms:
    """The pseudonyms of a database. Raises StoreError if its key file is missing or damaged."""
    path = path_of(database)
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except FileNotFoundError:
        raise StoreError(
            f"The key file {path} is missing, so nobody who opted out would be known; restore it from the backup of"
            " this database."
        ) from None
    except OSError as problem:
        raise StoreError(f"The key file {path} cannot be read: {problem.strerror}.") from problem
    except ValueError:
        key = b""
    if len(key) != _KEY_BYTES:
        raise StoreError(f"The key file {path} is damaged; restore it from the backup of this database.")
    return Pseudonyms(key)


def make(database: Path, key: bytes | None = None) -> None:
    """Make the key of a database, unless there is one: this one, or one that nobody knows."""
    keyfile.write_new(path_of(database), (key or secrets.token_bytes(_KEY_BYTES)).hex() + "\n")
