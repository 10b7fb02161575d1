"""Offices, services, visits with their invitations, and the rows that were refused."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple
from datetime import datetime, timedelta
from typing import Literal

from sqlite_utils import Database

from gateway.model import BarReason, InvitationState, Office, Service, Visit
from gateway.pseudonyms import Pseudonyms
from gateway.store import persons
from gateway.store.database import to_text


def put_offices(db: Database, offices: Iterable[Office]) -> None:
    """Make the table say what the offices file says; offices that left the file stay, for their visits' sake."""
    columns = ("code", "name", "short_name", "locality", "oktmo", "okato", "time_zone", "windows")
    db.table("offices").upsert_all((dict(zip(columns, astuple(o), strict=True)) for o in offices), pk="code")


def put_services(db: Database, services: Iterable[Service]) -> None:
    """Make the table say what the services file says; services that left the file stay."""
    columns = ("code", "name", "authority", "authority_id", "service_id", "procedure_id", "type")
    db.table("services").upsert_all((dict(zip(columns, astuple(s), strict=True)) for s in services), pk="code")


def accept_visit(
    db: Database,
    visit: Visit,
    *,
    source: str,
    pseudonyms: Pseudonyms,
    now: datetime,
    delay_s: float,
    consent_text: str,
) -> bool:
    """Store a visit, its consent and, if that was given, its invitation; False if the source has sent it before.

    Without consent no phone is stored. Who has opted out is not invited, whatever was agreed to in the office.
    """
    person, is_out = None, False
    if visit.consent and visit.phone is not None:
        person, is_out = persons.make_known(db, visit.phone, pseudonyms)
    row = db.execute(
        "INSERT INTO visits (source, foreign_id, stage, office, service, received_at, person, consent, language,"
        " accepted_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (source, foreign_id, stage) DO NOTHING"
        " RETURNING id",
        (
            source,
            visit.foreign_id,
            visit.stage,
            visit.office,
            visit.service,
            to_text(visit.received_at),
            person,
            int(visit.consent),
            visit.language,
            to_text(now),
        ),
    ).fetchone()
    if row is None:
        return False
    _record_consent(db, row[0], visit, source, consent_text, now)
    if person is not None:
        due_at = to_text(visit.received_at + timedelta(seconds=delay_s))
        db.execute(
            "INSERT INTO invitations (visit, person, state, due_at, closed_at, reason) VALUES (?, ?, ?, ?, ?, ?)",
            (row[0], person, InvitationState.BARRED.value, due_at, to_text(now), BarReason.OPTED_OUT.value)
            if is_out
            else (row[0], person, InvitationState.DUE.value, due_at, None, ""),
        )
    return True


def _record_consent(db: Database, visit_id: int, visit: Visit, source: str, text: str, now: datetime) -> None:
    """Who said yes or no to what, when, where and to whom: it is for us to prove (126-ФЗ, art. 44.1)."""
    db.execute(
        "INSERT INTO consents (visit, given, taken_at, place, taken_by, text, recorded_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            visit_id,
            int(visit.consent),
            to_text(visit.consent_at or visit.received_at),
            visit.office,
            visit.consent_by or source,
            _consent_text_id(db, visit.consent_text or text),
            to_text(now),
        ),
    )


def _consent_text_id(db: Database, text: str) -> int:
    """A text of a consent, kept once for all who said yes or no to it."""
    found = db.execute("SELECT id FROM consent_texts WHERE text = ?", (text,)).fetchone()
    if found is None:
        found = db.execute("INSERT INTO consent_texts (text) VALUES (?) RETURNING id", (text,)).fetchone()
    return int(found[0])


def refuse_row(
    db: Database,
    *,
    source: str,
    digest: str,
    line: int,
    foreign_id: str,
    reason: str,
    now: datetime,
    kind: Literal["visit", "rating"] = "visit",
) -> None:
    """Record a refused row; the same row of the same source is recorded once, however often it is sent."""
    db.execute(
        "INSERT INTO refusals (source, digest, line, foreign_id, reason, refused_at, kind)"
        " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (source, digest) DO NOTHING",
        (source, digest, line, foreign_id, reason, to_text(now), kind),
    )
