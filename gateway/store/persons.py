"""The people behind the phones. A phone stands here alone, sealed, and only while somebody may be written to."""

from __future__ import annotations

from pathlib import Path

from sqlite_utils import Database

from gateway.pseudonyms import Pseudonyms, load
from gateway.store import secrecy


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
    known, is_kept, is_out = db.conn.execute(
        "SELECT p.id, p.sealed IS NOT NULL, o.pseudonym IS NOT NULL FROM (SELECT ? AS pseudonym) q"
        " LEFT JOIN persons p ON p.pseudonym = q.pseudonym LEFT JOIN opt_outs o ON o.pseudonym = q.pseudonym",
        (pseudonym,),
    ).fetchone()
    if known is not None and (is_kept or is_out):
        return int(known), bool(is_out)
    (person,) = db.conn.execute(
        "INSERT INTO persons (sealed, pseudonym) VALUES (seal(?1, ?2), ?2)"
        " ON CONFLICT (pseudonym) DO UPDATE SET sealed = excluded.sealed RETURNING id",
        (None if is_out else phone, pseudonym),
    ).fetchone()
    return int(person), bool(is_out)


def by_phone(db: Database, phone: str) -> int | None:
    """The person behind a phone, None if nobody is known by it."""
    row = db.execute("SELECT id FROM persons WHERE pseudonym = pseudonym(?)", (phone,)).fetchone()
    return None if row is None else int(row[0])


def pseudonym_of(db: Database, person: int) -> str:
    """What a person is called where no phone may stand."""
    return str(db.execute("SELECT pseudonym FROM persons WHERE id = ?", (person,)).fetchone()[0])
