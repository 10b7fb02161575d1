"""The people behind the phones. A phone stands here alone, and only while somebody may be written to."""

from __future__ import annotations

from pathlib import Path

from sqlite_utils import Database

from gateway.errors import StoreError
from gateway.pseudonyms import Pseudonyms, load
from gateway.store import optouts


def pseudonyms_of(db: Database, path: Path) -> Pseudonyms:
    """What people of this database are called by.

    Raises StoreError where the key is another one than it was: nobody who has opted out would be known any more.
    """
    names = load(path)
    known = db.execute("SELECT phone, pseudonym FROM persons WHERE phone IS NOT NULL LIMIT 1").fetchone()
    if known is not None and names.of(known[0]) != known[1]:
        raise StoreError(
            f"The key file {path}.key is not the one {path} was written with, so nobody who opted out would be known;"
            " restore it from the backup of this database."
        )
    return names


def make_known(db: Database, phone: str, pseudonyms: Pseudonyms) -> tuple[int, bool]:
    """The person behind a phone, and whether he has opted out.

    Who was purged is known again by the pseudonym. The phone of somebody who wants no messages is not taken down anew.
    """
    found = db.execute(
        "SELECT p.id, o.pseudonym IS NOT NULL FROM persons p LEFT JOIN opt_outs o ON o.pseudonym = p.pseudonym"
        " WHERE p.phone = ?",
        (phone,),
    ).fetchone()
    if found is not None:
        return int(found[0]), bool(found[1])
    pseudonym = pseudonyms.of(phone)
    is_out = optouts.is_out(db, pseudonym)
    (person,) = db.execute(
        "INSERT INTO persons (phone, pseudonym) VALUES (?, ?)"
        " ON CONFLICT (pseudonym) DO UPDATE SET phone = coalesce(excluded.phone, phone) RETURNING id",
        (None if is_out else phone, pseudonym),
    ).fetchone()
    return int(person), is_out


def pseudonym_of(db: Database, person: int) -> str:
    """What a person is called where no phone may stand."""
    return str(db.execute("SELECT pseudonym FROM persons WHERE id = ?", (person,)).fetchone()[0])
