"""Phones and raw PDUs sealed, and known again by keyed digests."""

from __future__ import annotations

from sqlite_utils import Database

from gateway.errors import StoreError
from gateway.store.migrations import run

SWEEP = 1
"""The user_version of a database whose free pages are still to be swept."""

# `persons.sealed` is the phone, bound to the pseudonym; NULL where there is none any more. `inbox.sealed` is the PDU,
# bound to `digest`, by which the same PDU is the same row, also when it is gone; `sender` is a digest of who sent a
# part. `refusals.digest` is of a row that may hold a phone, so it is a keyed one too. `pseudonym_key` tells whether the
# key file is still the one it was. What it all was before must not stay in free pages: `schema.migrate` sweeps them
# while user_version is SWEEP. The last indexes hold what is still to be purged.
_SEALED = """
CREATE TABLE pseudonym_key (mark BLOB NOT NULL) STRICT;
INSERT INTO pseudonym_key VALUES (fingerprint('mark', ''));
CREATE TABLE new_persons (
  id INTEGER PRIMARY KEY, sealed BLOB, pseudonym TEXT NOT NULL UNIQUE, sim TEXT, operator TEXT) STRICT;
INSERT INTO new_persons SELECT id, seal(phone, pseudonym), pseudonym, sim, operator FROM persons;
DROP TABLE persons;
ALTER TABLE new_persons RENAME TO persons;
CREATE TABLE new_inbox (
  id INTEGER PRIMARY KEY, sim TEXT NOT NULL, memory TEXT NOT NULL, slot INTEGER NOT NULL, digest BLOB NOT NULL,
  sealed BLOB, state TEXT NOT NULL, kept_at TEXT NOT NULL, kind TEXT, person INTEGER REFERENCES persons(id),
  sender BLOB, sent_at TEXT, alphabet TEXT, units BLOB, ref INTEGER, bits INTEGER, total INTEGER, seq INTEGER,
  reply INTEGER, problem TEXT, copies INTEGER NOT NULL DEFAULT 1, UNIQUE (sim, digest)) STRICT;
INSERT INTO new_inbox SELECT id, sim, memory, slot, fingerprint('pdu', raw), seal(raw, fingerprint('pdu', raw)),
  state, kept_at, kind, person, iif(sender IS NULL, NULL, fingerprint('sender', sender)), sent_at, alphabet, units,
  ref, bits, total, seq, reply, problem, copies FROM inbox;
DROP TABLE inbox;
ALTER TABLE new_inbox RENAME TO inbox;
CREATE INDEX inbox_kept ON inbox (id) WHERE state = 'kept';
CREATE INDEX inbox_parts ON inbox (sender, ref) WHERE ref IS NOT NULL;
CREATE INDEX inbox_reports ON inbox (id) WHERE state = 'kept' AND kind = 'report';
CREATE INDEX persons_sealed ON persons (id) WHERE sealed IS NOT NULL;
CREATE INDEX inbox_sealed ON inbox (id) WHERE sealed IS NOT NULL;
CREATE INDEX replies_worded ON replies (id) WHERE text <> '';
CREATE INDEX calls_of ON calls (person) WHERE person IS NOT NULL;
CREATE INDEX reviews_told ON reviews (reply) WHERE decided_at IS NOT NULL AND (note <> '' OR decided_by <> 'somebody');
CREATE INDEX callback_events_told ON callback_events (id)
  WHERE words <> '' OR by NOT IN ('otklik', 'somebody') OR verb = 'assigned' AND value <> 'somebody';
UPDATE refusals SET digest = lower(hex(fingerprint('refused', digest)));
"""


def m005_sealed(db: Database) -> None:
    holds = db.execute(
        "SELECT EXISTS (SELECT 1 FROM persons) OR EXISTS (SELECT 1 FROM inbox) OR EXISTS (SELECT 1 FROM refusals)"
    ).fetchone()[0]
    run(db, _SEALED)
    if db.execute("PRAGMA foreign_key_check").fetchone() is not None:
        raise StoreError("The database refers to rows it does not have; restore it from a backup.")
    if holds:
        db.execute(f"PRAGMA user_version = {SWEEP}")
