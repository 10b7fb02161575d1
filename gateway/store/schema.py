"""The shape of the database, migration by migration.

A released migration is never edited: a new one follows it. Each runs in a transaction with its own record. There is no
way back; a database with a migration this version does not know is refused, not guessed at.

Phones stand in `persons` alone (and inside the raw PDUs of `inbox` until they are purged); everything else refers to a
person by number. A rating's `cursor` is given by the one transaction that may write at that time, so its order is the
order of commits and a reader never skips one.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from sqlite_utils import Database, Migrations

from gateway.errors import StoreNewer
from gateway.store.database import store_error

migrations = Migrations("otklik")

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

# What a survey needs that is more than one question, and what people do about replies that no program understands.
# `invitations.survey` is the version that the conversation began under; `asked` what its last question was about,
# `asked_before` the one before that. A review without `decided_by` that is decided was made needless by the citizen;
# `candidates` are the invitations of which a quarantined reply means one. An opt-out holds the pseudonym alone: it
# outlives the phone, and the person's row; `said_at` is when it was said last.
_SURVEY = """
CREATE TABLE surveys (
  version TEXT PRIMARY KEY, name TEXT NOT NULL, body TEXT NOT NULL, first_used_at TEXT NOT NULL) STRICT;
ALTER TABLE invitations ADD COLUMN survey TEXT;
ALTER TABLE invitations ADD COLUMN zone TEXT;
ALTER TABLE invitations ADD COLUMN answers TEXT NOT NULL DEFAULT '{}';
ALTER TABLE invitations ADD COLUMN asked TEXT NOT NULL DEFAULT '';
ALTER TABLE invitations ADD COLUMN asked_before TEXT NOT NULL DEFAULT '';
ALTER TABLE invitations ADD COLUMN answered_at TEXT;
ALTER TABLE invitations ADD COLUMN helps INTEGER NOT NULL DEFAULT 0;
ALTER TABLE invitations ADD COLUMN reminders INTEGER NOT NULL DEFAULT 0;
ALTER TABLE invitations ADD COLUMN heard INTEGER NOT NULL DEFAULT 0;
ALTER TABLE invitations ADD COLUMN unclear INTEGER NOT NULL DEFAULT 0;
ALTER TABLE invitations ADD COLUMN remind_at TEXT;
CREATE INDEX invitations_remind ON invitations (remind_at) WHERE state = 'open' AND remind_at IS NOT NULL;
ALTER TABLE visits ADD COLUMN language TEXT NOT NULL DEFAULT '';
CREATE TABLE opt_outs (
  pseudonym TEXT PRIMARY KEY, opted_out_at TEXT NOT NULL, way TEXT NOT NULL, said_at TEXT NOT NULL)
  STRICT, WITHOUT ROWID;
CREATE TABLE opt_events (
  id INTEGER PRIMARY KEY, pseudonym TEXT NOT NULL, verb TEXT NOT NULL, way TEXT NOT NULL, by TEXT NOT NULL,
  happened_at TEXT NOT NULL, recorded_at TEXT NOT NULL) STRICT;
CREATE INDEX opt_events_of ON opt_events (pseudonym);
CREATE TABLE consent_texts (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE consents (
  visit INTEGER PRIMARY KEY REFERENCES visits(id), given INTEGER NOT NULL, taken_at TEXT NOT NULL,
  place TEXT NOT NULL, taken_by TEXT NOT NULL, text INTEGER NOT NULL REFERENCES consent_texts(id),
  recorded_at TEXT NOT NULL) STRICT;
CREATE TABLE reviews (
  reply INTEGER PRIMARY KEY REFERENCES replies(id), reason TEXT NOT NULL, opened_at TEXT NOT NULL,
  decided_at TEXT, decided_by TEXT, decision TEXT, note TEXT NOT NULL DEFAULT '') STRICT;
CREATE INDEX reviews_open ON reviews (opened_at) WHERE decided_at IS NULL;
CREATE TABLE candidates (
  reply INTEGER NOT NULL REFERENCES replies(id), invitation INTEGER NOT NULL REFERENCES invitations(id),
  PRIMARY KEY (reply, invitation)) STRICT, WITHOUT ROWID;
CREATE INDEX candidates_of ON candidates (invitation);
CREATE INDEX replies_quarantined ON replies (person) WHERE state = 'quarantined';
ALTER TABLE parts ADD COLUMN delivered_at TEXT;
CREATE TABLE callbacks (
  id INTEGER PRIMARY KEY, visit INTEGER NOT NULL REFERENCES visits(id), reason TEXT NOT NULL, state TEXT NOT NULL,
  opened_at TEXT NOT NULL, due_at TEXT NOT NULL, assignee TEXT, calls INTEGER NOT NULL DEFAULT 0,
  answered INTEGER NOT NULL DEFAULT 0, cause TEXT, outcome TEXT, closed_at TEXT) STRICT;
CREATE INDEX callbacks_open ON callbacks (due_at) WHERE closed_at IS NULL;
CREATE UNIQUE INDEX callbacks_once ON callbacks (visit, reason) WHERE closed_at IS NULL;
CREATE TABLE callback_events (
  id INTEGER PRIMARY KEY, callback INTEGER NOT NULL REFERENCES callbacks(id), verb TEXT NOT NULL, by TEXT NOT NULL,
  value TEXT NOT NULL DEFAULT '', words TEXT NOT NULL DEFAULT '', happened_at TEXT NOT NULL) STRICT;
CREATE INDEX callback_events_of ON callback_events (callback);
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

# Who opted out before stays out; when and where a consent was taken is what the visit says of it.
_SURVEY_CARRIED_OVER = """
INSERT INTO opt_outs SELECT pseudonym, opted_out_at, 'sms', opted_out_at FROM persons WHERE opted_out_at IS NOT NULL;
INSERT INTO opt_events (pseudonym, verb, way, by, happened_at, recorded_at)
  SELECT pseudonym, 'out', way, '', opted_out_at, opted_out_at FROM opt_outs ORDER BY opted_out_at;
ALTER TABLE persons DROP COLUMN opted_out_at;
UPDATE invitations SET reason = iif(EXISTS (SELECT 1 FROM persons p JOIN opt_outs o ON o.pseudonym = p.pseudonym
  WHERE p.id = person AND o.opted_out_at <= closed_at), 'opted out', 'asked too recently') WHERE reason = 'barred';
INSERT INTO consent_texts SELECT 1, '' WHERE EXISTS (SELECT 1 FROM visits);
INSERT INTO consents (visit, given, taken_at, place, taken_by, text, recorded_at)
  SELECT id, consent, received_at, office, source, 1, accepted_at FROM visits;
UPDATE invitations SET answers = json_object('overall', rating) WHERE rating IS NOT NULL;
UPDATE invitations SET asked = 'overall' WHERE state <> 'due';
ALTER TABLE invitations DROP COLUMN rating
"""

# Where each visit has ended up. The first line that is true decides, and every visit falls through to the last: none
# can be in two dispositions, none in none. `lost` is what cannot be explained, a fault of ours.
_DISPOSITIONS = """
CREATE VIEW dispositions AS
WITH invite AS (
  SELECT m.invitation AS id, max(p.state = 'unknown') AS doubtful, max(p.state = 'failed') AS failed,
         min(p.state = 'delivered') AS delivered, min(p.state IN ('submitted', 'delivered', 'unknown')) AS sent
  FROM messages m JOIN parts p ON p.message = m.id WHERE m.kind = 'invite' GROUP BY m.invitation
)
SELECT v.id, v.office,
  CASE
    WHEN r.visit IS NOT NULL THEN 'rated'
    WHEN v.consent = 0 THEN 'no consent'
    WHEN i.id IS NULL THEN 'lost'
    WHEN i.state = 'barred' THEN 'barred'
    WHEN i.state = 'declined' THEN 'declined'
    WHEN i.state = 'due' THEN 'waiting'
    WHEN i.state = 'open' AND i.invited_at IS NULL THEN 'waiting'
    WHEN i.state = 'open' THEN 'open'
    WHEN a.invitation IS NOT NULL THEN 'not understood'
    WHEN n.failed = 1 THEN 'undeliverable'
    WHEN n.doubtful = 1 THEN 'unknown'
    WHEN n.sent = 1 THEN 'silent'
    ELSE 'lost'
  END AS disposition,
  i.invited_at IS NOT NULL AS invited, coalesce(n.delivered, 0) AS delivered, a.invitation IS NOT NULL AS replied
FROM visits v
  LEFT JOIN invitations i ON i.visit = v.id
  LEFT JOIN invite n ON n.id = i.id
  LEFT JOIN (SELECT DISTINCT visit FROM ratings) r ON r.visit = v.id
  LEFT JOIN (SELECT DISTINCT invitation FROM replies WHERE state = 'handled') a ON a.invitation = i.id
"""

# What a person has to look at is not understood as yet, also while the conversation goes on.
_UNDER_REVIEW = """
  LEFT JOIN (SELECT DISTINCT coalesce(c.invitation, y.invitation) AS invitation FROM reviews w
             JOIN replies y ON y.id = w.reply LEFT JOIN candidates c ON c.reply = w.reply
             WHERE w.decided_at IS NULL) q ON q.invitation = i.id
"""


@migrations()
def m001_end_to_end(db: Database) -> None:
    _run(db, _FIRST)
    db.execute(_DISPOSITIONS)


@migrations()
def m002_fleet(db: Database) -> None:
    _run(db, _FLEET)
    _run(db, _CARRIED_OVER)
    # From here on a message is what its worst part is, in the ledger too.
    db.execute("DROP VIEW dispositions")
    db.execute(_DISPOSITIONS.replace("JOIN parts p", "JOIN message_states p"))


@migrations()
def m003_survey(db: Database) -> None:
    _run(db, _SURVEY)
    _run(db, _SURVEY_CARRIED_OVER)
    db.execute("DROP VIEW dispositions")
    first, last = "    WHEN i.state = 'open' THEN", "    WHEN q.invitation IS NOT NULL THEN 'not understood'"
    view = _DISPOSITIONS.replace("JOIN parts p", "JOIN message_states p").replace(first, f"{last}\n{first}")
    db.execute(view + _UNDER_REVIEW)


def _run(db: Database, statements: str) -> None:
    for statement in statements.split(";"):
        if statement.strip():
            db.execute(statement)


def migrate(db: Database, path: Path) -> None:
    """Bring the database up to this version's shape. Raises StoreNewer for one that is ahead of it."""
    try:
        refuse_newer(db, path)
        migrations.apply(db)
    except sqlite3.Error as problem:
        raise store_error(path, problem) from problem


def refuse_newer(db: Database, path: Path) -> None:
    """Raises StoreNewer when the database has a migration that this version does not know."""
    if "_sqlite_migrations" not in db.table_names():
        return
    unknown = sorted({migration.name for migration in migrations.applied(db)} - _names())
    if unknown:
        raise StoreNewer(f"{path} is of a newer version of Otklik (it has {unknown[-1]}); install that one.")


def is_current(db: Database) -> bool:
    """Whether the database has every migration of this version."""
    return "_sqlite_migrations" in db.table_names() and not migrations.pending(db)


def _names() -> set[str]:
    empty = Database(memory=True, execute_plugins=False)
    try:
        return {migration.name for migration in migrations.pending(empty)}
    finally:
        empty.close()
