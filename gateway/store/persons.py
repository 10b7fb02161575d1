"""The people behind the phones. A phone stands here alone, sealed, and only while somebody may be written to."""

from __future__ import annotations

from pathlib import Path

from sqlite_utils import Database

from gateway.pseudonyms import Pseudonyms, load
from gateway.store import optouts, secrecy


def pseudonyms_of(db: Database, path: Path) -> Pseudonyms:
    """What people of this database are called by.

    Raises StoreError where the key is another one than it was: nobody who has opted out would be known any more.
    """
    names = load(path)
    mark = db.execute("SELECT mark FROM pseudonym_key").fetchone()[0]
    if names.fingerprint("mark", "") != mark:
        raise secrecy.foreign(path)
    return names


def make_known(db: Database, phone: str, pseudonyms: Pseudonyms) -> tuple[int, bool]:
    """The person behind a phone, and whether he has opted out.

    Who was purged is known again by the pseudonym. The phone of somebody who wants no messages is not taken down anew.
    """
    pseudonym = pseudonyms.of(phone)
    found = db.execute(
        "SELECT p.id, o.pseudonym IS NOT NULL, p.sealed IS NOT NULL FROM persons p"
        " LEFT JOIN opt_outs o ON o.pseudonym = p.pseudonym WHERE p.pseudonym = ?",
        (pseudonym,),
    ).fetchone()
    if found is not None and (found[1] or found[2]):
        return int(found[0]), bool(found[1])
    is_out = optouts.is_out(db, pseudonym)
    (person,) = db.execute(
        "INSERT INTO persons (sealed, pseudonym) VALUES (seal(?1, ?2), ?2)"
        " ON CONFLICT (pseudonym) DO UPDATE SET sealed = excluded.sealed RETURNING id",
        (None if is_out else phone, pseudonym),
    ).fetchone()
    return int(person), is_out


def by_phone(db: Database, phone: str) -> int | None:
    """The person behind a phone, None if nobody is known by it."""
    row = db.execute("SELECT id FROM persons WHERE pseudonym = pseudonym(?)", (phone,)).fetchone()
    return None if row is None else int(row[0])


def pseudonym_of(db: Database, person: int) -> str:
    """What a person is called where no phone may stand."""
    return str(db.execute("SELECT pseudonym FROM persons WHERE id = ?", (person,)).fetchone()[0])
