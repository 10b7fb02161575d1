"""What a box's history says of the world around it, in counts: nothing here leaves the database that is of one person.

Rows that are read one by one (`first_replies`) hold times only, and are for working out medians.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sqlite_utils import Database

from gateway.model import Office, Service

Histogram = dict[int, int]


class FirstReply(NamedTuple):
    """When somebody had the invitation and when he first answered, as texts in UTC; `bare`: with a digit or what was
    purged."""

    reached_at: str
    sent_at: str
    zone: str
    bare: bool


class OfKnown(NamedTuple):
    """Visits to an office on a day by people who can be told from others; `again`: who had been there before."""

    office: str
    day: str
    visits: int
    again: int


class Course(NamedTuple):
    """Invitations that came to their end: those sent, those of them that were reached, and that were answered."""

    sent: int
    reached: int
    answered: int


class Calls(NamedTuple):
    """What the desk did: calls and those answered, people who called, and the most calls of those never reached."""

    tries: int
    answered: int
    operators: int
    most_tries: int


def offices(db: Database) -> list[Office]:
    """All offices, by code."""
    rows = db.execute(
        "SELECT code, name, short_name, locality, oktmo, okato, time_zone, windows FROM offices ORDER BY code"
    )
    return [Office(*row) for row in rows.fetchall()]


def services(db: Database) -> list[Service]:
    """All services, by code."""
    rows = db.execute(
        "SELECT code, name, authority, authority_id, service_id, procedure_id, type FROM services ORDER BY code"
    )
    return [Service(*row) for row in rows.fetchall()]


def visits_by_hour(db: Database) -> Iterator[tuple[str, str, int]]:
    """By office and hour (UTC, as it begins a time: `2017-09-12T08`), how many visits the offices reported."""
    yield from db.execute(
        "SELECT office, substr(received_at, 1, 13), count(*) FROM visits WHERE reported GROUP BY 1, 2 ORDER BY 1, 2"
    )


def consented(db: Database) -> int:
    """How many reported visits have consent."""
    return int(db.execute("SELECT count(*) FROM visits WHERE reported AND consent").fetchone()[0])


def refused(db: Database) -> tuple[int, int]:
    """How many rows were refused, and how many of them because of the phone."""
    row = db.execute(
        "SELECT coalesce(sum(rows), 0), coalesce(sum(iif(reason LIKE 'phone%', rows, 0)), 0) FROM refusals"
        " WHERE kind = 'visit'"
    ).fetchone()
    return int(row[0]), int(row[1])


def visits_of_known(db: Database, ahead_min: int) -> list[OfKnown]:
    """Visits of people who have a telephone, by office and day; the offices' clocks are `ahead_min` ahead of UTC."""
    rows = db.execute(
        "SELECT office, day, count(*), sum(day > first) FROM (SELECT office, day, min(day) OVER"
        " (PARTITION BY person, office) AS first FROM (SELECT office, person, date(received_at, ?) AS day FROM visits"
        " WHERE reported AND consent AND person IS NOT NULL)) GROUP BY 1, 2 ORDER BY 1, 2",
        (f"{ahead_min:+d} minutes",),
    )
    return [OfKnown(*row) for row in rows.fetchall()]


def reports_by_minute(db: Database) -> dict[str, int]:
    """By the minute of the day (UTC, `11:00`) at which visits were taken in, on how many days some were."""
    rows = db.execute(
        "SELECT minute, count(*) FROM (SELECT DISTINCT substr(accepted_at, 12, 5) AS minute,"
        " substr(accepted_at, 1, 10) AS day FROM visits WHERE reported) GROUP BY 1 ORDER BY 1"
    )
    return dict(rows.fetchall())


def taken_in_soon(db: Database, within_s: float) -> int:
    """How many visits were taken in so soon after they ended."""
    row = db.execute(
        "SELECT count(*) FROM visits WHERE reported AND julianday(accepted_at) - julianday(received_at) < ? / 86400.0",
        (within_s,),
    ).fetchone()
    return int(row[0])


def course(db: Database) -> Course:
    """How far invitations came that are at their end."""
    row = db.execute(
        "SELECT count(*), coalesce(sum(d.delivered OR d.replied), 0), coalesce(sum(d.replied), 0) FROM dispositions d"
        " JOIN invitations i ON i.visit = d.id WHERE i.invited_at IS NOT NULL AND i.state NOT IN ('due', 'open')"
    ).fetchone()
    return Course(*row)


def first_replies(db: Database) -> Iterator[FirstReply]:
    """The first reply of each conversation, in the order in which people were invited."""
    rows = db.execute(
        "SELECT coalesce((SELECT max(coalesce(p.delivered_at, p.submitted_at)) FROM messages m"
        "  JOIN parts p ON p.message = m.id WHERE m.invitation = i.id AND m.kind = 'invite'), i.invited_at),"
        " min(r.sent_at), coalesce(i.zone, o.time_zone), length(trim(r.text)) <= 1"
        " FROM replies r JOIN invitations i ON i.id = r.invitation JOIN visits v ON v.id = i.visit"
        " JOIN offices o ON o.code = v.office WHERE i.invited_at IS NOT NULL GROUP BY i.id ORDER BY i.id"
    )
    for reached_at, sent_at, zone, bare in rows:
        yield FirstReply(reached_at, sent_at, zone, bool(bare))


def marks(db: Database) -> Iterator[tuple[str, int, int]]:
    """By office and overall mark, how many visits have it as their visitor's last word to us."""
    yield from db.execute(
        "SELECT v.office, w.overall, count(*) FROM words w JOIN visits v ON v.id = w.visit"
        " WHERE w.by_us AND w.overall IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2"
    )


def submits_ms(db: Database) -> Histogram:
    """How long the network took to accept a part, in milliseconds: from its claim, or from the part before it of the
    same SIM where that was later."""
    rows = db.execute(
        "SELECT CAST(round(took * 86400000) AS INTEGER), count(*) FROM (SELECT julianday(submitted_at) -"
        " max(julianday(claimed_at), coalesce(lag(julianday(submitted_at)) OVER (PARTITION BY sim"
        " ORDER BY submitted_at, id), 0)) AS took FROM parts WHERE submitted_at IS NOT NULL AND claimed_at IS NOT NULL"
        " AND sim IS NOT NULL) WHERE took > 0 AND took < 300 / 86400.0 GROUP BY 1 ORDER BY 1"
    )
    return dict(rows.fetchall())


def deliveries_s(db: Database) -> Histogram:
    """How long parts took from the network to the telephone, in seconds. The network tells whole ones."""
    rows = db.execute(
        "SELECT CAST(max(0, round((julianday(coalesce(delivered_at, done_at)) - julianday(submitted_at)) * 86400))"
        " AS INTEGER), count(*) FROM parts WHERE state = 'delivered' AND submitted_at IS NOT NULL GROUP BY 1 ORDER BY 1"
    )
    return dict(rows.fetchall())


def ends_of_parts(db: Database) -> dict[str, int]:
    """By state, how many parts there are that were sent."""
    rows = db.execute("SELECT state, count(*) FROM parts WHERE submitted_at IS NOT NULL GROUP BY 1 ORDER BY 1")
    return dict(rows.fetchall())


def modems(db: Database) -> int:
    """How many modems sent: by SIM where the box has known no ports."""
    row = db.execute(
        "SELECT (SELECT count(*) FROM ports), (SELECT count(DISTINCT sim) FROM parts WHERE submitted_at IS NOT NULL)"
    ).fetchone()
    return int(row[0] or row[1])


def calls(db: Database) -> Calls:
    """What the desk did."""
    row = db.execute(
        "SELECT coalesce(sum(verb = 'called'), 0), coalesce(sum(verb = 'called' AND value = 'answered'), 0),"
        " count(DISTINCT iif(verb = 'called', by, NULL)),"
        " (SELECT coalesce(max(calls), 0) FROM callbacks WHERE outcome = 'not reached') FROM callback_events"
    ).fetchone()
    return Calls(*row)


def outcomes(db: Database) -> dict[str, int]:
    """By outcome, how many call-backs are closed."""
    rows = db.execute("SELECT outcome, count(*) FROM callbacks WHERE outcome IS NOT NULL GROUP BY 1 ORDER BY 1")
    return dict(rows.fetchall())


def talks_s(db: Database) -> Histogram:
    """How long calls took that were answered, in seconds: from when the number was shown to when the call was noted."""
    return _gaps(db, _SHOWN, _ANSWERED)


def vain_calls_s(db: Database) -> Histogram:
    """The same of calls that nobody took."""
    return _gaps(db, _SHOWN, _UNANSWERED)


def redials_s(db: Database) -> Histogram:
    """How long after a call that nobody took the number was shown again, in seconds."""
    return _gaps(db, _UNANSWERED, _SHOWN)


_SHOWN, _ANSWERED, _UNANSWERED = "shown", "called answered", "called no answer"


def _gaps(db: Database, before: str, after: str) -> Histogram:
    """By whole seconds, how often so much passed between what was done about a call-back and what was done then."""
    rows = db.execute(
        "WITH done AS (SELECT id, callback, happened_at, iif(verb = 'called', verb || ' ' || value, verb) AS what"
        "  FROM callback_events)"
        " SELECT CAST((julianday(happened_at) - julianday(began_at)) * 86400 + 0.01 AS INTEGER), count(*) FROM"
        " (SELECT what, happened_at, max(iif(what = ?1, happened_at, NULL)) OVER (PARTITION BY callback"
        "  ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS began_at FROM done)"
        " WHERE what = ?2 AND began_at IS NOT NULL GROUP BY 1 ORDER BY 1",
        (before, after),
    )
    return dict(rows.fetchall())
