"""Ratings on their way up, those who are told what happened, and ratings that came by other channels."""

from __future__ import annotations

import sqlite3

from sqlite_utils import Database

from gateway.ratingid import rating_id
from gateway.store.migrations import run
from gateway.store.migrations.dispositions import WITH_COURSES

# A refusal stands for `rows` of a file: more than one where too many were refused to keep each.
# `ratings.rating_id` is what the world knows a rating by. `upstreams.floor`: up to this cursor each rating has a
# delivery, as it wished then (`wishes`). `failures`, `refusals` and `rejections` are those in a row. A batch is frozen:
# its ratings (deliveries), its key and, once `body` is there, its octets, and by which `ids` of a form they were made;
# `body` goes when the batch is settled, `digest` (SHA-256) stays. It is the last column, so that others are read
# without it.
# `posting_at` is set before a post and cleared by its answer: what has it after a crash is in doubt. `doubted`: an
# answer was lost, once. `looks` is how often its status was asked for. Of a batch that was halved `parent` tells the
# whole. A delivery is what became of one rating at one upstream. A hook is somebody who is told of the `kinds` of
# events he wants; what happens is written only where somebody is to be told of it. An event's `key` is what the world
# knows it by; those of one `topic` (a visit, a modem) are told in order.
_UPSTREAM = """
ALTER TABLE refusals ADD COLUMN rows INTEGER NOT NULL DEFAULT 1;
ALTER TABLE ratings ADD COLUMN rating_id TEXT NOT NULL DEFAULT '';
ALTER TABLE ratings ADD COLUMN outside_id TEXT;
CREATE UNIQUE INDEX ratings_outside ON ratings (source, outside_id) WHERE outside_id IS NOT NULL;
CREATE TABLE upstreams (
  name TEXT PRIMARY KEY, floor INTEGER NOT NULL DEFAULT 0, stopped_at TEXT, stopped_why TEXT, next_at TEXT,
  failures INTEGER NOT NULL DEFAULT 0, refusals INTEGER NOT NULL DEFAULT 0,
  rejections INTEGER NOT NULL DEFAULT 0, trouble TEXT, wishes TEXT NOT NULL DEFAULT '',
  ran_at TEXT) STRICT, WITHOUT ROWID;
CREATE TABLE batches (
  id INTEGER PRIMARY KEY, upstream TEXT NOT NULL REFERENCES upstreams(name), key TEXT NOT NULL UNIQUE,
  vendor TEXT NOT NULL, day TEXT NOT NULL, format TEXT NOT NULL, state TEXT NOT NULL,
  parent INTEGER REFERENCES batches(id), rows INTEGER NOT NULL, digest TEXT, ids TEXT NOT NULL DEFAULT '',
  frozen_at TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, next_at TEXT, posting_at TEXT,
  doubted INTEGER NOT NULL DEFAULT 0, posted_at TEXT, packet TEXT, status TEXT, looks INTEGER NOT NULL DEFAULT 0,
  settled_at TEXT, reason TEXT NOT NULL DEFAULT '', body BLOB) STRICT;
CREATE INDEX batches_due ON batches (upstream, state, next_at) WHERE next_at IS NOT NULL;
CREATE INDEX batches_unsettled ON batches (upstream, id) WHERE settled_at IS NULL;
CREATE INDEX batches_halves ON batches (upstream, "rows", id)
  WHERE state = 'frozen' AND parent IS NOT NULL AND attempts = 0 AND settled_at IS NULL;
CREATE TABLE deliveries (
  upstream TEXT NOT NULL REFERENCES upstreams(name), rating INTEGER NOT NULL REFERENCES ratings(cursor),
  batch INTEGER REFERENCES batches(id), state TEXT NOT NULL, due_at TEXT, reason TEXT NOT NULL DEFAULT '',
  settled_at TEXT, PRIMARY KEY (upstream, rating)) STRICT, WITHOUT ROWID;
CREATE INDEX deliveries_batch ON deliveries (batch);
CREATE INDEX deliveries_waiting ON deliveries (upstream, due_at, rating) WHERE state = 'waiting';
CREATE INDEX deliveries_rejected ON deliveries (upstream) WHERE state = 'rejected';
CREATE TABLE hooks (
  name TEXT PRIMARY KEY, kinds TEXT NOT NULL, failures INTEGER NOT NULL DEFAULT 0, next_at TEXT, told_at TEXT,
  troubled_at TEXT, trouble TEXT NOT NULL DEFAULT '') STRICT, WITHOUT ROWID;
CREATE TABLE events (
  id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL, kind TEXT NOT NULL, topic TEXT NOT NULL, body TEXT NOT NULL,
  happened_at TEXT NOT NULL) STRICT;
CREATE TABLE tellings (
  hook TEXT NOT NULL REFERENCES hooks(name), event INTEGER NOT NULL REFERENCES events(id), topic TEXT NOT NULL,
  state TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, tried_at TEXT, next_at TEXT,
  reason TEXT NOT NULL DEFAULT '', settled_at TEXT, PRIMARY KEY (hook, event)) STRICT, WITHOUT ROWID;
CREATE INDEX tellings_pending ON tellings (hook, event) WHERE state = 'pending';
CREATE INDEX tellings_dead ON tellings (hook, event) WHERE state = 'dead';
CREATE INDEX tellings_told ON tellings (settled_at) WHERE state = 'told';
CREATE INDEX tellings_event ON tellings (event);
"""

# A visit that was made of a rating which named none is not `reported`; a refused row is a visit or a rating (`kind`).
# `words` are the ratings, each with whether it counts where its visit is counted once (`counts`: the newest of all),
# whether it is the last word of its channel (`latest`), and whether it is the last word of our own conversation
# (`by_us`). What is equally new is ordered by names, not by arrival: the same ratings count alike in whatever order
# they came. The index has them in that order.
_CHANNELS = """
ALTER TABLE visits ADD COLUMN reported INTEGER NOT NULL DEFAULT 1;
ALTER TABLE refusals ADD COLUMN kind TEXT NOT NULL DEFAULT 'visit';
DROP INDEX ratings_visit;
CREATE INDEX ratings_visit ON ratings (visit, rated_at DESC, source, outside_id DESC, cursor DESC);
CREATE VIEW words AS SELECT r.*,
  cursor = (SELECT w.cursor FROM ratings w WHERE w.visit = r.visit
    ORDER BY w.rated_at DESC, w.source, w.outside_id DESC, w.cursor DESC LIMIT 1) AS counts,
  cursor = (SELECT w.cursor FROM ratings w WHERE w.visit = r.visit AND w.source = r.source
    ORDER BY w.rated_at DESC, w.source, w.outside_id DESC, w.cursor DESC LIMIT 1) AS latest,
  cursor = (SELECT w.cursor FROM ratings w WHERE w.visit = r.visit AND w.source IN ('sms', 'voice')
    ORDER BY w.rated_at DESC, w.source, w.outside_id DESC, w.cursor DESC LIMIT 1) AS by_us
  FROM ratings r;
DROP VIEW dispositions;
"""


def m004_upstream(db: Database) -> None:
    run(db, _UPSTREAM)
    _name_ratings(db.conn)
    run(db, _CHANNELS)
    db.execute(WITH_COURSES)


def _name_ratings(connection: sqlite3.Connection) -> None:
    """Ratings of before get the id they would have been given."""
    connection.create_function("rating_id", 6, rating_id, deterministic=True)
    connection.execute(
        "UPDATE ratings SET rating_id = rating_id(v.source, v.foreign_id, v.stage, ratings.source, rated_at,"
        " json_array(overall, time, queue, staff, comfort, info)) FROM visits v WHERE v.id = visit"
    )
