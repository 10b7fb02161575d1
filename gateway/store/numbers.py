"""Ratings and outcomes of visits, counted: what the numbers are made of.

A visit belongs to the day it was received on, by the clock of its office. Of several ratings of a visit the newest
counts, by whatever channel it came; by channel, the newest of each. A visit that nobody has reported has marks like any
other, and no outcome: nobody was to be asked about it. Queries group inside SQLite, so that what comes out is small
however many visits there are.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from gateway.model import CRITERIA
from gateway.store.database import to_text

_KEYS = {
    "all": "''",
    "office": "v.office",
    "region": "substr(o.oktmo, 1, 3)",
    "service": "v.service",
    # Time zones differ by quarters of an hour, so a quarter of an hour is on one day in each of them.
    "week": "o.time_zone || ' ' || substr(v.received_at, 1, 14)"
    " || printf('%02d', CAST(substr(v.received_at, 15, 2) AS INTEGER) / 15 * 15)",
}
_CHOSEN = """
WITH places AS MATERIALIZED (
  SELECT o.code, o.oktmo, o.time_zone, json_extract(z.value, '$[0]') AS low, json_extract(z.value, '$[1]') AS high
  FROM offices o JOIN json_each(:zones) z ON z.key = o.time_zone
), chosen AS (
  SELECT v.id, v.person, v.reported, <key> AS key FROM visits v JOIN places o ON o.code = v.office
  WHERE v.received_at >= o.low AND v.received_at < o.high
    AND (:offices = '[]' OR v.office IN (SELECT value FROM json_each(:offices)))
    AND (:services = '[]' OR v.service IN (SELECT value FROM json_each(:services)))
    AND (:sources = '[]' OR v.source IN (SELECT value FROM json_each(:sources)))
)
"""
# Equal criteria are stored as an overall rating too. Unequal ones cannot be: taking the equal ones alone would count
# the contented and leave out the rest, so five criteria are an overall rating only if that was given as well: in a
# conversation as its answers say, by another channel as the mode says.
_MARKS = """
SELECT c.key, CASE WHEN r.expanded = 0 AND r.time + r.queue + r.staff + r.comfort + r.info IS NOT NULL
    AND CASE WHEN i.id IS NULL THEN r.mode = 'criteria' ELSE json_extract(i.answers, '$.overall') IS NULL END
    THEN NULL ELSE r.overall END,
  r.time, r.queue, r.staff, r.comfort, r.info, r.expanded, count(*)
FROM chosen c JOIN words r ON r.visit = c.id AND r.counts LEFT JOIN invitations i ON i.id = r.invitation
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
"""
_MARKS_BY_CHANNEL = _MARKS.replace("c.key", "r.source", 1).replace("r.counts", "r.latest")
_SEVERAL = """
SELECT count(*) FROM chosen c WHERE (SELECT count(DISTINCT source) FROM ratings WHERE visit = c.id) > 1
"""
# What became of our own conversation, whatever other channels say: those have asked nobody.
_OUTCOMES = """
SELECT c.key, CASE
    WHEN d.course = 'rated' AND r.overall IS NULL
      AND r.time + r.queue + r.staff + r.comfort + r.info IS NULL THEN 'partial'
    WHEN d.course = 'declined' AND EXISTS (
      SELECT 1 FROM invitations i JOIN replies p ON p.invitation = i.id
      WHERE i.visit = c.id AND p.class = 'wrong_recipient' AND p.state = 'handled') THEN 'wrong person'
    ELSE d.course END,
  count(*), sum(d.delivered)
FROM chosen c JOIN dispositions d ON d.id = c.id
  LEFT JOIN words r ON r.visit = c.id AND r.by_us
WHERE c.reported GROUP BY 1, 2
"""
_PHONES = "SELECT c.key, count(DISTINCT c.person) FROM chosen c GROUP BY 1"


@dataclass(frozen=True, slots=True)
class Selection:
    """Which visits: received from `first` to `last`, both included, of these offices, services and senders.

    None is no limit, and so is an empty tuple. A source is who sent the visit in.
    """

    first: date | None = None
    last: date | None = None
    offices: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Marks:
    """How many visits have the very same rating that counts; a mark that was not given is None.

    `expanded`: the criteria repeat the overall rating, the citizen did not rate them.
    """

    key: str
    overall: int | None
    criteria: Mapping[str, int | None]
    expanded: bool
    visits: int


def marks(db: Database, by: str, selection: Selection) -> Iterator[Marks]:
    """Ratings that count, by key: `office`, `region` (three digits of OKTMO), `service`, `week` (zone and UTC), `all`.

    By `channel` a visit is there once for each channel that has rated it.
    """
    question, by = (_MARKS_BY_CHANNEL, "all") if by == "channel" else (_MARKS, by)
    for key, overall, *criteria, expanded, visits in _ask(db, question, by, selection):
        yield Marks(key, overall, dict(zip(CRITERIA, criteria, strict=True)), bool(expanded), visits)


def rated_by_several(db: Database, selection: Selection) -> int:
    """How many visits have ratings by more than one channel."""
    return int(next(_ask(db, _SEVERAL, "all", selection))[0])


def outcomes(db: Database, by: str, selection: Selection) -> Iterator[tuple[str, str, int, int]]:
    """Key, disposition, visits, and how many of their invitations were delivered.

    As in the ledger, but of our own conversation, also where another channel has rated; `rated` in part is `partial`,
    and `declined` for having another's number is `wrong person`.
    """
    yield from _ask(db, _OUTCOMES, by, selection)


def phones(db: Database, selection: Selection) -> dict[str, int]:
    """How many different phones each office has given with its visits."""
    return dict(_ask(db, _PHONES, "office", selection))


def offices(db: Database) -> dict[str, str]:
    """The names of offices by code."""
    return dict(db.execute("SELECT code, name FROM offices").fetchall())


def services(db: Database) -> dict[str, str]:
    """The names of services by code."""
    return dict(db.execute("SELECT code, name FROM services").fetchall())


def sources(db: Database) -> set[str]:
    """Who has sent visits in."""
    return {row[0] for row in db.execute("SELECT DISTINCT source FROM visits").fetchall()}


def _ask(db: Database, question: str, by: str, selection: Selection) -> Iterator[Any]:
    zones = [row[0] for row in db.execute("SELECT DISTINCT time_zone FROM offices").fetchall()]
    values = {
        "zones": json.dumps({zone: _bounds(selection, ZoneInfo(zone)) for zone in zones}),
        "offices": json.dumps(selection.offices),
        "services": json.dumps(selection.services),
        "sources": json.dumps(selection.sources),
    }
    yield from db.execute(_CHOSEN.replace("<key>", _KEYS[by]) + question, values)


def _bounds(selection: Selection, zone: ZoneInfo) -> tuple[str, str]:
    """When the first day begins in a zone, and when the day after the last one does; open ends hold every text."""
    low = "" if selection.first is None else _midnight(selection.first, zone)
    high = "~" if selection.last is None else _midnight(selection.last + timedelta(days=1), zone)
    return low, high


def _midnight(day: date, zone: ZoneInfo) -> str:
    return to_text(datetime.combine(day, time(), zone))
