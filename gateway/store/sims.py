"""What the box knows of a SIM: where it was last, whether it rests from sending, what its reports' clock is worth."""

from __future__ import annotations

from datetime import datetime

from sqlite_utils import Database

from gateway.store.database import to_text


def see(db: Database, *, iccid: str, imei: str, operator: str | None, number: str | None, now: datetime) -> None:
    """A card is in this modem now. Its operator and its number stay the last ones known."""
    db.execute(
        "INSERT INTO sims (iccid, imei, operator, number, seen_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT (iccid) DO UPDATE"
        " SET imei = excluded.imei, operator = coalesce(excluded.operator, operator),"
        " number = coalesce(excluded.number, number), seen_at = excluded.seen_at",
        (iccid, imei, operator, number, to_text(now)),
    )


def stops(db: Database, sim: str) -> int:
    """How often in a row this SIM has been taken out of sending."""
    row = db.execute("SELECT stops FROM sims WHERE iccid = ?", (sim,)).fetchone()
    return 0 if row is None else int(row[0])


def stop(db: Database, sim: str, *, why: str, until: datetime) -> None:
    """Take a SIM out of sending once more; after `until` it is tried again."""
    db.execute(
        "INSERT INTO sims (iccid, stops, stopped_until, stopped_why) VALUES (?, 1, ?, ?)"
        " ON CONFLICT DO UPDATE SET stops = stops + 1, stopped_until = excluded.stopped_until,"
        " stopped_why = excluded.stopped_why",
        (sim, to_text(until), why),
    )


def stopped_with(db: Database, part: int) -> str | None:
    """The SIM that has a part, if it is one that has been taken out of sending."""
    row = db.execute(
        "SELECT s.iccid FROM parts p JOIN sims s ON s.iccid = p.sim WHERE p.id = ? AND s.stops > 0", (part,)
    ).fetchone()
    return None if row is None else str(row[0])


def resume(db: Database, sim: str) -> bool:
    """It sends again; True if it had been taken out of sending."""
    row = db.execute(
        "UPDATE sims SET stops = 0, stopped_until = NULL, stopped_why = NULL WHERE iccid = ? AND stops > 0"
        " RETURNING iccid",
        (sim,),
    ).fetchone()
    return row is not None


def try_again(db: Database, modem: str) -> None:
    """The SIM in this modem has rested enough; only an accepted part makes it well."""
    db.execute("UPDATE sims SET stopped_until = NULL WHERE iccid = (SELECT sim FROM ports WHERE name = ?)", (modem,))


def is_stopped(db: Database, sim: str, now: datetime) -> bool:
    """Whether a SIM must not send now."""
    row = db.execute("SELECT 1 FROM sims WHERE iccid = ? AND stopped_until > ?", (sim, to_text(now))).fetchone()
    return row is not None


def report_quarters(db: Database, sim: str) -> int:
    """By how many quarter-hours the time stamps of this SIM's reports are off."""
    row = db.execute("SELECT report_quarters FROM sims WHERE iccid = ?", (sim,)).fetchone()
    return 0 if row is None else int(row[0])


def put_report_quarters(db: Database, sim: str, quarters: int) -> None:
    db.execute(
        "INSERT INTO sims (iccid, report_quarters) VALUES (?, ?)"
        " ON CONFLICT DO UPDATE SET report_quarters = excluded.report_quarters",
        (sim, quarters),
    )
