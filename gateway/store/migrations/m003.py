"""Surveys of several questions, opt-outs, consents, reviews and call-backs."""

from __future__ import annotations

from sqlite_utils import Database

from gateway.store.migrations import run
from gateway.store.migrations.dispositions import DISPOSITIONS, UNDER_REVIEW

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


def m003_survey(db: Database) -> None:
    run(db, _SURVEY)
    run(db, _SURVEY_CARRIED_OVER)
    db.execute("DROP VIEW dispositions")
    first, last = "    WHEN i.state = 'open' THEN", "    WHEN q.invitation IS NOT NULL THEN 'not understood'"
    view = DISPOSITIONS.replace("JOIN parts p", "JOIN message_states p").replace(first, f"{last}\n{first}")
    db.execute(view + UNDER_REVIEW)
