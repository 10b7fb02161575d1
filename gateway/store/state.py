"""What the running daemon leaves for the operator: its ports, its jobs, its last troubles."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlite_utils import Database

from gateway.store.database import to_text

_TROUBLES_KEPT = 200
_OUTAGES_KEPT = 10_000


def put_port(
    db: Database,
    *,
    name: str,
    state: str,
    imei: str | None,
    sim: str | None,
    model: str | None,
    make: str | None = None,
    operator: str | None,
    signal: int | None,
    trouble: str | None,
    hold: str | None,
    now: datetime,
) -> None:
    """A port's present state; what is not known now keeps its last value, trouble and hold do not."""
    db.execute(
        "INSERT INTO ports (name, state, imei, sim, model, make, operator, signal, trouble, hold, changed_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET state = excluded.state,"
        " imei = coalesce(excluded.imei, imei), sim = coalesce(excluded.sim, sim),"
        " model = coalesce(excluded.model, model), make = coalesce(excluded.make, make),"
        " operator = coalesce(excluded.operator, operator),"
        " signal = coalesce(excluded.signal, signal), trouble = excluded.trouble, hold = excluded.hold,"
        " changed_at = excluded.changed_at",
        (name, state, imei, sim, model, make, operator, signal, trouble, hold, to_text(now)),
    )
    _put_outage(db, name, hold, now)


def seated(db: Database, name: str) -> tuple[str | None, str | None]:
    """The IMEI and the SIM that a port had when they were last known."""
    row = db.execute("SELECT imei, sim FROM ports WHERE name = ?", (name,)).fetchone()
    return (None, None) if row is None else (row[0], row[1])


def _put_outage(db: Database, name: str, reason: str | None, now: datetime) -> None:
    """The history of a port's network: when it could not send, and why at first."""
    if reason is None:
        db.execute("UPDATE outages SET ended_at = ? WHERE modem = ? AND ended_at IS NULL", (to_text(now), name))
    else:
        db.execute(
            "INSERT INTO outages (modem, reason, began_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            (name, reason, to_text(now)),
        )
        db.execute("DELETE FROM outages WHERE id <= (SELECT max(id) FROM outages) - ?", (_OUTAGES_KEPT,))


def forget_ports(db: Database, but: set[str]) -> None:
    """Ports that are no longer configured."""
    for (name,) in db.execute("SELECT name FROM ports").fetchall():
        if name not in but:
            db.execute("DELETE FROM ports WHERE name = ?", (name,))


def put_drained(db: Database, name: str, drained: bool, now: datetime) -> None:
    """Whether a modem shall send nothing, from now on and after every start; it need not have been seen yet."""
    db.execute(
        "INSERT INTO ports (name, state, drained, changed_at) VALUES (?, 'seeking', ?, ?)"
        " ON CONFLICT (name) DO UPDATE SET drained = excluded.drained WHERE drained <> excluded.drained",
        (name, int(drained), to_text(now)),
    )


def seats(db: Database) -> list[tuple[str, str | None, bool]]:
    """Every port, the SIM seen in it last, and whether it is drained."""
    rows = db.execute("SELECT name, sim, drained FROM ports ORDER BY name").fetchall()
    return [(row[0], row[1], bool(row[2])) for row in rows]


def put_job(db: Database, *, name: str, took_s: float, trouble: str | None, now: datetime) -> None:
    """When a job ran last, how long it took, and what went wrong."""
    db.execute(
        "INSERT INTO jobs (name, ran_at, took_s, trouble) VALUES (?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET"
        " ran_at = excluded.ran_at, took_s = excluded.took_s, trouble = excluded.trouble",
        (name, to_text(now), took_s, trouble),
    )


def add_trouble(db: Database, *, place: str, text: str, now: datetime, lines: str = "", kind: str = "") -> None:
    """One entry in the list of last errors, which keeps its length; `lines` is what led to it."""
    db.execute(
        "INSERT INTO troubles (place, text, happened_at, lines, kind) VALUES (?, ?, ?, ?, ?)",
        (place, text, to_text(now), lines, kind),
    )
    db.execute("DELETE FROM troubles WHERE id <= (SELECT max(id) FROM troubles) - ?", (_TROUBLES_KEPT,))


def parts_by_state(db: Database) -> dict[str, int]:
    """How many parts are in each state."""
    return dict(db.execute("SELECT state, count(*) FROM parts GROUP BY state ORDER BY state").fetchall())


def messages_by_state(db: Database) -> dict[str, int]:
    """How many messages are in each state, which is that of their worst part."""
    return dict(db.execute("SELECT state, count(*) FROM message_states GROUP BY state ORDER BY state").fetchall())


def invitations_by_state(db: Database) -> dict[str, int]:
    """How many invitations are in each state."""
    return dict(db.execute("SELECT state, count(*) FROM invitations GROUP BY state ORDER BY state").fetchall())


def oldest_queued_at(db: Database) -> str | None:
    """Since when the oldest queued part waits."""
    row = db.execute("SELECT min(next_at) FROM parts WHERE state = 'queued'").fetchone()
    return None if row[0] is None else str(row[0])


def ports(db: Database) -> list[dict[str, Any]]:
    """Every configured port as it was last seen."""
    return list(
        db.query(
            "SELECT p.name, state, model, make, p.operator, signal, p.imei, sim, s.number, s.balance, trouble, hold,"
            " (SELECT count(*) FROM outages o WHERE o.modem = p.name) AS outages, changed_at"
            " FROM ports p LEFT JOIN sims s ON s.iccid = p.sim ORDER BY p.name"
        )
    )


def jobs(db: Database) -> list[dict[str, Any]]:
    """Every job's last run that was written down."""
    return list(db.query("SELECT name, ran_at, took_s, trouble FROM jobs ORDER BY name"))


def troubles(db: Database, most: int, *, lines: bool = False) -> list[dict[str, Any]]:
    """The last errors, newest first; with `lines`, what went over the port before each."""
    rows = list(db.query("SELECT place, text, happened_at, lines FROM troubles ORDER BY id DESC LIMIT ?", [most]))
    if not lines:
        for row in rows:
            del row["lines"]
    return rows
