"""What happened to one modem lately, counted: what a diagnosis needs to know besides what the modem says now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from gateway.store.database import to_text


@dataclass(frozen=True, slots=True)
class Sending:
    """Parts of a SIM: without an answer, taken, and refused, by the sentence that tells the cause."""

    unknown: int
    accepted: int
    refused: Mapping[str, int]


def sending(db: Database, sim: str, since: datetime) -> Sending:
    """What became of the parts that a SIM was given since then. A SIM that was stopped counts as refused."""
    moment = to_text(since)
    unknown, accepted = db.execute(
        "SELECT count(*) FILTER (WHERE state = 'unknown'), count(*) FILTER (WHERE state IN ('submitted', 'delivered'))"
        " FROM parts WHERE sim = ? AND submitted_at >= ?",
        (sim, moment),
    ).fetchone()
    refused = db.execute(
        "SELECT cause, count(*) FROM parts WHERE sim = ?1 AND cause IS NOT NULL AND state IN ('queued', 'failed')"
        " AND claimed_at >= ?2 GROUP BY cause UNION ALL SELECT stopped_why, stops FROM sims"
        " WHERE iccid = ?1 AND stopped_why IS NOT NULL",
        (sim, moment),
    ).fetchall()
    counts = Counter[str]()
    for cause, count in refused:
        counts[cause] += count
    return Sending(unknown, accepted, counts)


def duplicates(db: Database, sim: str, since: datetime) -> int:
    """How many messages came again, octet by octet."""
    row = db.execute(
        "SELECT coalesce(sum(copies - 1), 0) FROM inbox WHERE sim = ? AND kept_at >= ?", (sim, to_text(since))
    ).fetchone()
    return int(row[0])


def troubles(db: Database, modem: str, since: datetime) -> dict[str, int]:
    """How often a modem was in which kind of trouble."""
    rows = db.execute(
        "SELECT kind, count(*) FROM troubles WHERE place = ? AND kind <> '' AND happened_at >= ? GROUP BY kind",
        (f"modem {modem}", to_text(since)),
    ).fetchall()
    return dict(rows)
