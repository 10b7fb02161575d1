"""Offices, services, visits with their invitations, and the rows that were refused."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import astuple
from datetime import datetime, timedelta
from functools import cache, lru_cache, partial
from itertools import compress
from typing import Literal

from sqlite_utils import Database

from gateway.model import BarReason, InvitationState, Office, Service, Visit
from gateway.pseudonyms import Pseudonyms
from gateway.store import persons
from gateway.store.database import rows_among, to_text

_DUE, _BARRED, _OPTED_OUT = InvitationState.DUE.value, InvitationState.BARRED.value, BarReason.OPTED_OUT.value


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
    """Store one visit as `accept_visits` does; False if the source has sent it before."""
    (is_new,) = accept_visits(
        db,
        [visit],
        source=source,
        pseudonyms=pseudonyms,
        now=now,
        delay_s=delay_s,
        consent_text=consent_text,
    )
    return is_new


def accept_visits(
    db: Database,
    visits: Sequence[Visit],
    *,
    source: str,
    pseudonyms: Pseudonyms,
    now: datetime,
    delay_s: float,
    consent_text: str,
) -> list[bool]:
    """Store visits, their consents and, where that was given, their invitations; for each whether it is new.

    One that the source has sent before, or a second time among these, is not new and changes nothing. Without consent
    no phone is stored. Who has opted out is not invited, whatever was agreed to in the office.

    Call it inside a transaction: ids are counted on from the highest, which nobody else may do meanwhile.
    """
    is_new = _are_new(db, visits, source)
    new = list(compress(visits, is_new))
    known = persons.make_all_known(db, (v.phone for v in new if v.consent and v.phone is not None), pseudonyms)
    (highest,) = db.execute("SELECT coalesce(max(id), 0) FROM visits").fetchone()
    numbered = list(enumerate(new, highest + 1))
    accepted_at, delay = to_text(now), timedelta(seconds=delay_s)
    rows, invitations = [], []
    for visit_id, visit in numbered:
        received_at, due_at = _as_text(visit.received_at), _as_text(visit.received_at + delay)
        person, is_out = None, False
        if visit.consent and visit.phone is not None:
            person, is_out = known[visit.phone]
            invitations.append(
                (visit_id, person, _BARRED, due_at, accepted_at, _OPTED_OUT)
                if is_out
                else (visit_id, person, _DUE, due_at, None, "")
            )
        what = (visit.foreign_id, visit.stage, visit.office, visit.service, received_at)
        rows.append((visit_id, source, *what, person, int(visit.consent), visit.language, accepted_at))
    db.conn.executemany(
        "INSERT INTO visits (id, source, foreign_id, stage, office, service, received_at, person, consent, language,"
        " accepted_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        rows,
    )
    _record_consents(db, numbered, source, consent_text, accepted_at)
    db.conn.executemany(
        "INSERT INTO invitations (visit, person, state, due_at, closed_at, reason) VALUES (?, ?, ?, ?, ?, ?)",
        invitations,
    )
    return is_new


def _record_consents(
    db: Database, visits: Iterable[tuple[int, Visit]], source: str, consent_text: str, recorded_at: str
) -> None:
    """Who said yes or no to what, when, where and to whom: it is for us to prove (126-ФЗ, art. 44.1)."""
    text_id = cache(partial(_consent_text_id, db))
    db.conn.executemany(
        "INSERT INTO consents (visit, given, taken_at, place, taken_by, text, recorded_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (
                visit_id,
                int(visit.consent),
                _as_text(visit.consent_at or visit.received_at),
                visit.office,
                visit.consent_by or source,
                text_id(visit.consent_text or consent_text),
                recorded_at,
            )
            for visit_id, visit in visits
        ],
    )


def _are_new(db: Database, visits: Sequence[Visit], source: str) -> list[bool]:
    """For each visit whether neither the database nor a visit before it in the list has its id and stage."""
    sql = "SELECT foreign_id, stage FROM visits WHERE source = ? AND foreign_id IN"
    there = set(rows_among(db, sql, [visit.foreign_id for visit in visits], source))
    found = []
    for visit in visits:
        key = (visit.foreign_id, visit.stage)
        found.append(key not in there)
        there.add(key)
    return found


@lru_cache(maxsize=10_000)
def _as_text(moment: datetime) -> str:
    """As `to_text`: the minutes of a day are few, its visits many."""
    return to_text(moment)


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
    rows: int = 1,
) -> None:
    """Record a refused row, or so many `rows` as one; the same of the same source is recorded once, however often it
    is sent. `digest` tells the same; it is kept keyed, for a phone in the row could be found by trying all there are.
    """
    db.execute(
        "INSERT INTO refusals (source, digest, line, foreign_id, reason, refused_at, kind, rows)"
        " VALUES (?, lower(hex(fingerprint('refused', ?))), ?, ?, ?, ?, ?, ?) ON CONFLICT (source, digest) DO NOTHING",
        (source, digest, line, foreign_id, reason, to_text(now), kind, rows),
    )
