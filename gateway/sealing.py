"""Seals what must not lie open in the database: AES-256-GCM, each text bound to what it belongs to.

A sealed text is the id of its key (4 octets), a nonce (12) and the ciphertext with its tag (16 more than the text). Put
beside something else than it was sealed for, it does not open. No file is read or written here.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from gateway.errors import StoreError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
ID_BYTES = 4
_NONCE_BYTES = 12


class UnknownKey(StoreError):
    """Something was sealed with a key that is not here; `id` is that of the key."""

    def __init__(self, key: str) -> None:
        super().__init__(f"There is no key {key}.")
        self.id = key


class Altered(StoreError):
    """A sealed text is not what it was when it was sealed, or not where it was."""


@dataclass(frozen=True, slots=True)
class SealKey:
    """A key, and the day it was made. Its id is a digest of it, so a key that was altered has another one."""

    secret: bytes = field(repr=False)
    made_on: date

    @property
    def id(self) -> bytes:
        return hashlib.sha256(b"otklik seal key" + self.secret).digest()[:ID_BYTES]


class Ring:
    """Keys in the order they were made: the newest seals, each opens what it has sealed."""

    def __init__(self, keys: Iterable[SealKey]) -> None:
        # Here, not at the top: it takes 30 ms, and most commands seal nothing.
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        self._refused = (InvalidTag, ValueError)
        self._ciphers: dict[bytes, AESGCM] = {key.id: AESGCM(key.secret) for key in keys}
        self._newest, self._cipher = next(reversed(self._ciphers.items()))

    def seal(self, text: str, bound: bytes) -> bytes:
        """The text, sealed with the newest key and bound to `bound`."""
        nonce = os.urandom(_NONCE_BYTES)
        return self._newest + nonce + self._cipher.encrypt(nonce, text.encode(), bound)

    def unseal(self, sealed: bytes, bound: bytes) -> str:
        """The text that `seal` was given. Raises UnknownKey, or Altered."""
        cipher = self._ciphers.get(sealed[:ID_BYTES])
        if cipher is None:
            raise UnknownKey(sealed[:ID_BYTES].hex())
        end = ID_BYTES + _NONCE_BYTES
        try:
            return cipher.decrypt(sealed[ID_BYTES:end], sealed[end:], bound).decode()
        except self._refused as problem:
            raise Altered("A sealed text was altered, or put to another row; restore a backup of the database.") from (
                problem
            )
