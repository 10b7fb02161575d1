"""Counts and lists for the ledger."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from sqlite_utils import Database

from gateway.ledger.upstream import Delivery
from gateway.model import CRITERIA

DISPOSITIONS = (
    "rated",
    "not understood",
    "declined",
    "silent",
    "undeliverable",
    "unknown",
    "barred",
    "no consent",
    "open",
    "waiting",
    "lost",
)
"""Where a visit can be; `open` and `waiting` are on their way, `lost` is a fault of ours."""


def dispositions(db: Database) -> dict[str, int]:
    """How many visits are in each disposition."""
    found = dict(db.execute("SELECT disposition, count(*) FROM dispositions GROUP BY 1").fetchall())
    return {name: found.get(name, 0) for name in DISPOSITIONS}


def barred(db: Database) -> dict[str, int]:
    """Why invitations were barred, and how many."""
    return dict(
        db.execute("SELECT reason, count(*) FROM invitations WHERE state = 'barred' GROUP BY 1 ORDER BY 1").fetchall()
    )


def funnel(db: Database) -> dict[str, int]:
    """Visits, refused rows of them, and how many visits got how far; `exported` are rated ones that were handed out."""
    row = db.execute(
        "SELECT count(*), coalesce(sum(invited), 0), coalesce(sum(delivered), 0), coalesce(sum(replied), 0),"
        " coalesce(sum(disposition = 'rated'), 0) FROM dispositions"
    ).fetchone()
    refused = db.execute("SELECT coalesce(sum(rows), 0) FROM refusals WHERE kind = 'visit'").fetchone()[0]
    names = ("visits", "invited", "delivered", "replied", "rated")
    return {**dict(zip(names, row, strict=True)), "refused": refused, "exported": _exported(db)}


def _exported(db: Database) -> int:
    """How many visits have a rating that was handed out, or that an upstream has accepted."""
    spans: list[list[int]] = []
    for after, until in db.execute('SELECT "after", max(until) FROM exports GROUP BY 1 ORDER BY 1').fetchall():
        if spans and after <= spans[-1][1]:
            spans[-1][1] = max(spans[-1][1], until)
        else:
            spans.append([after, until])
    row = db.execute(
        "SELECT count(*) FROM (SELECT r.visit FROM json_each(?) j JOIN ratings r ON r.cursor > j.value ->> 0"
        " AND r.cursor <= j.value ->> 1 UNION SELECT r.visit FROM deliveries d JOIN ratings r ON r.cursor = d.rating"
        " WHERE d.state = 'accepted')",
        (json.dumps(spans),),
    ).fetchone()
    return int(row[0])


def parts_unknown(db: Database) -> int:
    """Parts that may have been sent and have no report."""
    return int(db.execute("SELECT count(*) FROM parts WHERE state = 'unknown'").fetchone()[0])


def lost_visits(db: Database) -> list[str]:
    """Visits nobody can account for, by the sender's id."""
    rows = db.execute(
        "SELECT v.foreign_id FROM dispositions d JOIN visits v ON v.id = d.id WHERE d.disposition = 'lost' ORDER BY 1"
    )
    return [row[0] for row in rows.fetchall()]


def invited_twice(db: Database) -> list[str]:
    """Visits for which more than one invitation was written, by the sender's id."""
    rows = db.execute(
        "SELECT v.foreign_id FROM messages m JOIN invitations i ON i.id = m.invitation JOIN visits v ON v.id = i.visit"
        " WHERE m.kind = 'invite' GROUP BY i.id HAVING count(*) > 1 ORDER BY 1"
    )
    return [row[0] for row in rows.fetchall()]


def rated_twice(db: Database) -> list[str]:
    """Visits with two ratings of which none corrects the other, by the sender's id."""
    rows = db.execute(
        "SELECT v.foreign_id FROM ratings r JOIN visits v ON v.id = r.visit WHERE r.corrected = 0"
        " GROUP BY r.visit, r.source HAVING count(*) > 1 ORDER BY 1"
    )
    return [row[0] for row in rows.fetchall()]


def unhandled(db: Database) -> int:
    """Kept PDUs that nobody has looked at yet."""
    return int(db.execute("SELECT count(*) FROM inbox WHERE state = 'kept' AND kind IS NULL").fetchone()[0])


def pseudonyms(db: Database, phones: Iterable[str]) -> dict[str, str]:
    """What the owners of these phones are called: what is known of them outlives their phones here."""
    return {phone: db.execute("SELECT pseudonym(?)", (phone,)).fetchone()[0] for phone in set(phones)}


def sent_parts(db: Database) -> Iterator[tuple[str, str, str, str]]:
    """Every part that left the queue for a modem: foreign id, pseudonym, text, state."""
    yield from db.execute(
        "SELECT v.foreign_id, x.pseudonym, p.text, p.state FROM parts p"
        " JOIN messages m ON m.id = p.message JOIN invitations i ON i.id = m.invitation"
        " JOIN visits v ON v.id = i.visit JOIN persons x ON x.id = i.person"
        " WHERE p.submitted_at IS NOT NULL ORDER BY p.id"
    )


def never_kept(db: Database, pdus: Iterable[str]) -> set[str]:
    """Those of these PDUs that never came in; one that was purged did."""
    kept = {row[0] for row in db.execute("SELECT digest FROM inbox")}
    return {pdu for pdu in pdus if db.execute("SELECT fingerprint('pdu', ?)", (pdu,)).fetchone()[0] not in kept}


def kept(db: Database) -> Iterator[bytes]:
    """The fingerprints of all messages that came in."""
    for row in db.execute("SELECT digest FROM inbox"):
        yield row[0]


def upstreams(db: Database) -> dict[str, dict[str, int]]:
    """By upstream, how many ratings are in which state of their delivery; `waiting` is also behind its floor."""
    found: dict[str, dict[str, int]] = {}
    for name, waiting in db.execute(
        "SELECT name, (SELECT count(*) FROM ratings WHERE cursor > floor AND NOT EXISTS (SELECT 1 FROM deliveries"
        " WHERE upstream = name AND rating = cursor)) FROM upstreams ORDER BY name"
    ).fetchall():
        states = db.execute("SELECT state, count(*) FROM deliveries WHERE upstream = ? GROUP BY 1 ORDER BY 1", (name,))
        counts = dict(states.fetchall())
        found[name] = {**counts, "waiting": waiting + counts.get("waiting", 0)}
    return found


def passed_over(db: Database) -> list[tuple[str, str]]:
    """Ratings behind which an upstream has gone on without one word about them: upstream, and visit by its id."""
    rows = db.execute(
        "SELECT u.name, v.foreign_id FROM upstreams u JOIN ratings r ON r.cursor <= u.floor"
        " JOIN visits v ON v.id = r.visit WHERE NOT EXISTS"
        " (SELECT 1 FROM deliveries d WHERE d.upstream = u.name AND d.rating = r.cursor) ORDER BY 1, r.cursor"
    )
    return [(row[0], row[1]) for row in rows.fetchall()]


_DELIVERIES = """
SELECT v.foreign_id, r.rating_id, d.state, b.packet IS NOT NULL, b.posting_at IS NOT NULL OR b.doubted,
       r.overall, r.time, r.queue, r.staff, r.comfort, r.info
FROM deliveries d JOIN ratings r ON r.cursor = d.rating JOIN visits v ON v.id = r.visit
     LEFT JOIN batches b ON b.id = d.batch
WHERE d.upstream = ? ORDER BY d.rating
"""


def deliveries(db: Database, upstream: str) -> Iterator[Delivery]:
    """What became of each rating that was to go to an upstream."""
    for visit, rating_id, state, has_packet, is_doubtful, overall, *marks in db.execute(_DELIVERIES, (upstream,)):
        # Of one that was rejected with a packet upstream has told that it does not count.
        is_taken = state == "accepted" or (has_packet and state != "rejected")
        has_arrived = True if is_taken else None if is_doubtful and not has_packet else False
        given = {key: mark for key, mark in zip(CRITERIA, marks, strict=True) if mark is not None}
        if not given:  # what was said of the whole goes up as said of each
            given = dict.fromkeys(CRITERIA, overall)
        yield Delivery(visit, rating_id, state, has_arrived, given)
