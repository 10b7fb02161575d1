"""What a fleet needs to be known by."""

from __future__ import annotations

from sqlite_utils import Database

from gateway.store.migrations import run
from gateway.store.migrations.dispositions import DISPOSITIONS

# What a fleet needs to be known by: cards and what they did, what cured which model, what a person should know.
_FLEET = """
CREATE TABLE sims (
  iccid TEXT PRIMARY KEY, imei TEXT, operator TEXT, number TEXT, seen_at TEXT, balance REAL,
  balance_text TEXT, balance_at TEXT, stops INTEGER NOT NULL DEFAULT 0, stopped_until TEXT, stopped_why TEXT,
  report_quarters INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE TABLE pins (
  card TEXT NOT NULL, digest TEXT NOT NULL, tried_at TEXT NOT NULL, accepted_at TEXT, PRIMARY KEY (card, digest))
  STRICT;
CREATE TABLE cures (
  model TEXT NOT NULL, trouble TEXT NOT NULL, step TEXT NOT NULL, count INTEGER NOT NULL, last_at TEXT NOT NULL,
  PRIMARY KEY (model, trouble, step)) STRICT;
CREATE TABLE alarms (
  id INTEGER PRIMARY KEY, place TEXT NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL, raised_at TEXT NOT NULL,
  cleared_at TEXT) STRICT;
CREATE UNIQUE INDEX alarms_open ON alarms (place, kind) WHERE cleared_at IS NULL;
CREATE TABLE wishes (
  id INTEGER PRIMARY KEY, modem TEXT NOT NULL, verb TEXT NOT NULL, words TEXT NOT NULL DEFAULT '',
  wished_at TEXT NOT NULL, done_at TEXT, result TEXT) STRICT;
CREATE INDEX wishes_open ON wishes (id) WHERE done_at IS NULL;
CREATE TABLE calls (
  id INTEGER PRIMARY KEY, sim TEXT NOT NULL, person INTEGER REFERENCES persons(id),
  invitation INTEGER REFERENCES invitations(id), called_at TEXT NOT NULL) STRICT;
CREATE TABLE outages (
  id INTEGER PRIMARY KEY, modem TEXT NOT NULL, reason TEXT NOT NULL, began_at TEXT NOT NULL, ended_at TEXT) STRICT;
CREATE UNIQUE INDEX outages_open ON outages (modem) WHERE ended_at IS NULL;
CREATE INDEX outages_by_modem ON outages (modem, began_at);
ALTER TABLE ports ADD COLUMN hold TEXT;
ALTER TABLE ports ADD COLUMN make TEXT;
ALTER TABLE ports ADD COLUMN drained INTEGER NOT NULL DEFAULT 0;
ALTER TABLE parts ADD COLUMN blamed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE parts ADD COLUMN lane TEXT NOT NULL DEFAULT '';
ALTER TABLE parts ADD COLUMN blamed_at TEXT;
ALTER TABLE messages ADD COLUMN ref INTEGER NOT NULL DEFAULT 0;
CREATE INDEX parts_unknown ON parts (sim, submitted_at) WHERE state = 'unknown';
CREATE INDEX inbox_reports ON inbox (id) WHERE state = 'kept' AND kind = 'report';
CREATE VIEW message_states AS
  SELECT message, CASE max(CASE state WHEN 'failed' THEN 5 WHEN 'unknown' THEN 4 WHEN 'queued' THEN 3
    WHEN 'claimed' THEN 2 WHEN 'submitted' THEN 1 ELSE 0 END)
  WHEN 5 THEN 'failed' WHEN 4 THEN 'unknown' WHEN 3 THEN 'queued' WHEN 2 THEN 'claimed' WHEN 1 THEN 'submitted'
  ELSE 'delivered' END AS state FROM parts GROUP BY message;
ALTER TABLE persons ADD COLUMN sim TEXT;
ALTER TABLE persons ADD COLUMN operator TEXT;
ALTER TABLE troubles ADD COLUMN lines TEXT NOT NULL DEFAULT '';
ALTER TABLE troubles ADD COLUMN kind TEXT NOT NULL DEFAULT '';
ALTER TABLE inbox ADD COLUMN copies INTEGER NOT NULL DEFAULT 1;
DROP INDEX parts_queued;
DROP INDEX parts_awaiting;
CREATE INDEX parts_waiting ON parts (lane, priority, next_at) WHERE state = 'queued';
CREATE INDEX parts_by_sim ON parts (sim, submitted_at) WHERE submitted_at IS NOT NULL;
"""

# A long message that is half sent goes on under the reference it began with, by the SIM that began it.
_CARRIED_OVER = """
UPDATE messages SET ref = id & 255 WHERE id IN (SELECT message FROM parts WHERE total > 1);
UPDATE parts SET lane = s.sim FROM parts s WHERE parts.state = 'queued' AND parts.total > 1
  AND s.message = parts.message AND s.sim IS NOT NULL AND s.submitted_at IS NOT NULL;
UPDATE persons SET sim = (SELECT p.sim FROM invitations i JOIN messages m ON m.invitation = i.id
  JOIN parts p ON p.message = m.id WHERE i.person = persons.id AND p.sim IS NOT NULL AND p.submitted_at IS NOT NULL
  ORDER BY p.submitted_at DESC LIMIT 1);
"""


def m002_fleet(db: Database) -> None:
    run(db, _FLEET)
    run(db, _CARRIED_OVER)
    # From here on a message is what its worst part is, in the ledger too.
    db.execute("DROP VIEW dispositions")
    db.execute(DISPOSITIONS.replace("JOIN parts p", "JOIN message_states p"))
