"""The people behind the phones. A phone stands here alone, sealed, and only while somebody may be written to."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from sqlite_utils import Database

from gateway.pseudonyms import Pseudonyms, load
from gateway.store import secrecy
from gateway.store.database import rows_among


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
    """The person behind a phone, and whether he has opted out; see `make_all_known`."""
    return make_all_known(db, [phone], pseudonyms)[phone]


def make_all_known(db: Database, phones: Iterable[str], pseudonyms: Pseudonyms) -> dict[str, tuple[int, bool]]:
    """For each phone the person behind it, and whether he has opted out. Call it inside a transaction.

    Who was purged is known again by the pseudonym. The phone of somebody who wants no messages is not taken down anew.
    """
    names = {phone: pseudonyms.of(phone) for phone in phones}
    known = {
        name: (person, is_kept)
        for person, name, is_kept in rows_among(
            db, "SELECT id, pseudonym, sealed IS NOT NULL FROM persons WHERE pseudonym IN", list(names.values())
        )
    }
    out = {
        name for (name,) in rows_among(db, "SELECT pseudonym FROM opt_outs WHERE pseudonym IN", list(names.values()))
    }
    (highest,) = db.conn.execute("SELECT coalesce(max(id), 0) FROM persons").fetchone()
    found, new, to_seal = {}, [], {}
    for phone, name in names.items():
        is_out = name in out
        person, is_kept = known.get(name, (None, False))
        if person is None:
            person = highest = highest + 1
            new.append((person, name))
        if not is_kept and not is_out:
            to_seal[name] = phone
        found[phone] = person, is_out
    octets = secrecy.of(db).seal_all((phone, name.encode()) for name, phone in to_seal.items())
    sealed = dict(zip(to_seal, octets, strict=True))
    db.conn.executemany(
        "INSERT INTO persons (id, pseudonym, sealed) VALUES (?, ?, ?)",
        [(person, name, sealed.pop(name, None)) for person, name in new],
    )
    db.conn.executemany(
        "UPDATE persons SET sealed = ? WHERE pseudonym = ?", [(kept, name) for name, kept in sealed.items()]
    )
    return found


def by_phone(db: Database, phone: str) -> int | None:
    """The person behind a phone, None if nobody is known by it."""
    row = db.execute("SELECT id FROM persons WHERE pseudonym = pseudonym(?)", (phone,)).fetchone()
    return None if row is None else int(row[0])


def pseudonym_of(db: Database, person: int) -> str:
    """What a person is called where no phone may stand."""
    return str(db.execute("SELECT pseudonym FROM persons WHERE id = ?", (person,)).fetchone()[0])
