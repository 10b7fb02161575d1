"""Files of secrets beside the database: complete from the moment they are there, readable by their owner only.

`otklik.db.seals` holds the keys that seal phones, a line each, the oldest first: the key's id, the day it was made and
the key. A key is never made over one that is missing: what it has sealed would be gone without a word.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from gateway.errors import StoreError
from gateway.sealing import KEY_BYTES, SealKey

_RESTORE = "restore it from the backup of this database"


def seals_of(database: Path) -> Path:
    """Where the keys lie that seal the phones of a database."""
    return database.with_name(database.name + ".seals")


def new_key(today: date) -> SealKey:
    return SealKey(secrets.token_bytes(KEY_BYTES), today)


def read(path: Path) -> list[SealKey]:
    """The keys of a file, the oldest first. Raises StoreError if it is missing or damaged."""
    try:
        lines = path.read_text(encoding="ascii").splitlines()
        keys = [_key(line) for line in lines]
    except FileNotFoundError:
        raise StoreError(
            f"The key file {path} is missing, so nothing that is sealed can be read; {_RESTORE}."
        ) from None
    except OSError as problem:
        raise StoreError(f"The key file {path} cannot be read: {problem.strerror}.") from problem
    except ValueError:
        raise StoreError(f"The key file {path} is damaged; {_RESTORE}.") from None
    if not keys:
        raise StoreError(f"The key file {path} is empty; {_RESTORE}.")
    return keys


def make(path: Path, keys: Iterable[SealKey]) -> None:
    """Make the file, unless there is one: that stays as it is."""
    write_new(path, _text(keys))


def replace(path: Path, keys: Iterable[SealKey]) -> None:
    """Put these keys into the place of those that are there, all at once."""
    beside = _written(path, _text(keys))
    try:
        beside.replace(path)
        _sync_folder(path)
    except OSError as problem:
        raise _cannot_write(path, problem) from problem


def write_new(path: Path, text: str) -> bool:
    """Write a file of secrets, whole or not at all; False if there is one already."""
    beside = _written(path, text)
    try:
        os.link(beside, path)
        _sync_folder(path)
    except FileExistsError:
        return False
    except OSError as problem:
        raise _cannot_write(path, problem) from problem
    finally:
        beside.unlink()
    return True


def _written(path: Path, text: str) -> Path:
    """The text on disk, in a file beside `path`."""
    beside = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    except OSError as problem:
        beside.unlink(missing_ok=True)
        raise _cannot_write(path, problem) from problem
    return beside


def _cannot_write(path: Path, problem: OSError) -> StoreError:
    return StoreError(f"The key file {path} cannot be written: {problem.strerror}.")


def _sync_folder(path: Path) -> None:
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _text(keys: Iterable[SealKey]) -> str:
    return "".join(f"{key.id.hex()} {key.made_on.isoformat()} {key.secret.hex()}\n" for key in keys)


def _key(line: str) -> SealKey:
    """Raises ValueError for a line that is not what was written."""
    name, made_on, secret = line.split()
    key = SealKey(bytes.fromhex(secret), date.fromisoformat(made_on))
    if len(key.secret) != KEY_BYTES or key.id.hex() != name:
        raise ValueError(name)
    return key
