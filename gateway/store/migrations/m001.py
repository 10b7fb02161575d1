"""The shape of a centre from a visit to a rating."""

from __future__ import annotations

from sqlite_utils import Database

from gateway.store.migrations import run
from gateway.store.migrations.dispositions import DISPOSITIONS

_FIRST = """
CREATE TABLE offices (
  code TEXT PRIMARY KEY, name TEXT NOT NULL, short_name TEXT NOT NULL, locality TEXT NOT NULL, oktmo TEXT NOT NULL,
  okato TEXT NOT NULL, time_zone TEXT NOT NULL, windows INTEGER NOT NULL) STRICT;
CREATE TABLE services (
  code TEXT PRIMARY KEY, name TEXT NOT NULL, authority TEXT NOT NULL, authority_id TEXT NOT NULL,
  service_id TEXT NOT NULL, procedure_id TEXT NOT NULL, type TEXT NOT NULL) STRICT;
CREATE TABLE persons (
  id INTEGER PRIMARY KEY, phone TEXT UNIQUE, pseudonym TEXT NOT NULL UNIQUE, opted_out_at TEXT) STRICT;
CREATE TABLE visits (
  id INTEGER PRIMARY KEY, source TEXT NOT NULL, foreign_id TEXT NOT NULL, stage TEXT NOT NULL,
  office TEXT NOT NULL REFERENCES offices(code), service TEXT NOT NULL REFERENCES services(code),
  received_at TEXT NOT NULL, person INTEGER REFERENCES persons(id), consent INTEGER NOT NULL,
  accepted_at TEXT NOT NULL, UNIQUE (source, foreign_id, stage)) STRICT;
CREATE TABLE refusals (
  id INTEGER PRIMARY KEY, source TEXT NOT NULL, digest TEXT NOT NULL, line INTEGER NOT NULL, foreign_id TEXT NOT NULL,
  reason TEXT NOT NULL, refused_at TEXT NOT NULL, UNIQUE (source, digest)) STRICT;
CREATE TABLE invitations (
  id INTEGER PRIMARY KEY, visit INTEGER NOT NULL UNIQUE REFERENCES visits(id),
  person INTEGER NOT NULL REFERENCES persons(id), state TEXT NOT NULL, due_at TEXT NOT NULL, invited_at TEXT,
  closes_at TEXT, closed_at TEXT, reprompts INTEGER NOT NULL DEFAULT 0, outgoing INTEGER NOT NULL DEFAULT 0,
  rating INTEGER, reason TEXT NOT NULL DEFAULT '') STRICT;
CREATE INDEX invitations_due ON invitations (due_at) WHERE state = 'due';
CREATE INDEX invitations_open ON invitations (closes_at) WHERE state = 'open';
CREATE INDEX invitations_person ON invitations (person, invited_at);
CREATE TABLE messages (
  id INTEGER PRIMARY KEY, invitation INTEGER NOT NULL REFERENCES invitations(id), kind TEXT NOT NULL,
  text TEXT NOT NULL, alphabet TEXT NOT NULL, created_at TEXT NOT NULL) STRICT;
CREATE INDEX messages_invitation ON messages (invitation);
CREATE TABLE parts (
  id INTEGER PRIMARY KEY, message INTEGER NOT NULL REFERENCES messages(id), seq INTEGER NOT NULL,
  total INTEGER NOT NULL, text TEXT NOT NULL, priority INTEGER NOT NULL, state TEXT NOT NULL,
  next_at TEXT NOT NULL, until_at TEXT, attempts INTEGER NOT NULL DEFAULT 0, sim TEXT, reference INTEGER,
  claimed_at TEXT, submitted_at TEXT, done_at TEXT, status INTEGER, cause TEXT) STRICT;
CREATE INDEX parts_queued ON parts (priority, next_at, id) WHERE state = 'queued';
CREATE INDEX parts_message ON parts (message);
CREATE INDEX parts_awaiting ON parts (sim, reference) WHERE state IN ('submitted', 'unknown');
CREATE INDEX parts_claimed ON parts (id) WHERE state = 'claimed';
CREATE TABLE inbox (
  id INTEGER PRIMARY KEY, sim TEXT NOT NULL, memory TEXT NOT NULL, slot INTEGER NOT NULL, raw TEXT NOT NULL,
  state TEXT NOT NULL, kept_at TEXT NOT NULL, kind TEXT, person INTEGER REFERENCES persons(id), sender TEXT,
  sent_at TEXT, alphabet TEXT, units BLOB, ref INTEGER, bits INTEGER, total INTEGER, seq INTEGER, reply INTEGER,
  problem TEXT, UNIQUE (sim, raw)) STRICT;
CREATE INDEX inbox_kept ON inbox (id) WHERE state = 'kept';
CREATE INDEX inbox_parts ON inbox (sender, ref) WHERE ref IS NOT NULL;
CREATE TABLE replies (
  id INTEGER PRIMARY KEY, invitation INTEGER REFERENCES invitations(id), person INTEGER REFERENCES persons(id),
  state TEXT NOT NULL, text TEXT NOT NULL, class TEXT NOT NULL, rating INTEGER, criteria TEXT NOT NULL,
  opt_out INTEGER NOT NULL, rule TEXT NOT NULL, confidence REAL NOT NULL, sent_at TEXT NOT NULL,
  handled_at TEXT NOT NULL) STRICT;
CREATE INDEX replies_invitation ON replies (invitation);
CREATE TABLE ratings (
  cursor INTEGER PRIMARY KEY AUTOINCREMENT, visit INTEGER NOT NULL REFERENCES visits(id),
  invitation INTEGER REFERENCES invitations(id), reply INTEGER REFERENCES replies(id), source TEXT NOT NULL,
  mode TEXT NOT NULL, overall INTEGER, time INTEGER, queue INTEGER, staff INTEGER, comfort INTEGER, info INTEGER,
  expanded INTEGER NOT NULL, comment TEXT NOT NULL, form_version TEXT NOT NULL, corrected INTEGER NOT NULL,
  rated_at TEXT NOT NULL) STRICT;
CREATE INDEX ratings_visit ON ratings (visit);
CREATE TABLE exports (
  id INTEGER PRIMARY KEY, format TEXT NOT NULL, after INTEGER NOT NULL, until INTEGER NOT NULL,
  rows INTEGER NOT NULL, exported_at TEXT NOT NULL) STRICT;
CREATE TABLE ports (
  name TEXT PRIMARY KEY, state TEXT NOT NULL, imei TEXT, sim TEXT, model TEXT, operator TEXT, signal INTEGER,
  trouble TEXT, changed_at TEXT NOT NULL) STRICT;
CREATE TABLE jobs (
  name TEXT PRIMARY KEY, ran_at TEXT NOT NULL, took_s REAL NOT NULL, trouble TEXT) STRICT;
CREATE TABLE troubles (
  id INTEGER PRIMARY KEY, place TEXT NOT NULL, text TEXT NOT NULL, happened_at TEXT NOT NULL) STRICT;
"""


def m001_end_to_end(db: Database) -> None:
    run(db, _FIRST)
    db.execute(DISPOSITIONS)
