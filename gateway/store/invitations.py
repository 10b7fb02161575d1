"""Invitations and their conversations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from gateway.model import Conversation, InvitationState, Office
from gateway.store.database import from_text, to_text


@dataclass(frozen=True, slots=True)
class InvitationRow:
    """An invitation with what is needed to speak about its visit."""

    id: int
    visit: int
    person: int
    conversation: Conversation
    received_at: datetime
    office: Office
    opted_out: bool


_SELECT = """
SELECT i.id, i.visit, i.person, i.state, i.reprompts, i.outgoing, i.rating, i.closes_at, v.received_at,
       o.code, o.name, o.short_name, o.locality, o.oktmo, o.okato, o.time_zone, o.windows, p.opted_out_at
FROM invitations i JOIN visits v ON v.id = i.visit JOIN offices o ON o.code = v.office
     JOIN persons p ON p.id = i.person
"""
_DUE = _SELECT + "WHERE i.state = 'due' AND i.due_at <= ? ORDER BY i.due_at, i.id LIMIT ?"
_SILENT = (
    _SELECT + "WHERE i.state = 'open' AND i.closes_at <= ? AND i.invited_at IS NOT NULL ORDER BY i.closes_at LIMIT ?"
)
_BY_ID = _SELECT + "WHERE i.id = ?"
# Of several, the newest that was sent: a phone has at most one open invitation at a time.
_OF_PERSON = _SELECT + "WHERE i.person = ? ORDER BY i.invited_at IS NULL, i.invited_at DESC, i.id DESC LIMIT 1"


def due(db: Database, now: datetime, most: int) -> list[InvitationRow]:
    """Invitations whose time has come, oldest first."""
    return list(_rows(db, _DUE, (to_text(now), most)))


def silent(db: Database, now: datetime, most: int) -> list[InvitationRow]:
    """Open invitations whose reply window has passed without an end."""
    return list(_rows(db, _SILENT, (to_text(now), most)))


def by_id(db: Database, invitation: int) -> InvitationRow:
    return next(_rows(db, _BY_ID, (invitation,)))


def latest_of(db: Database, person: int) -> InvitationRow | None:
    """The invitation a text from this person can only mean, None if there has never been one."""
    return next(_rows(db, _OF_PERSON, (person,)), None)


def last_invited_at(db: Database, person: int, other_than: int) -> datetime | None:
    """When this person was last invited about another visit; queued but unsent invitations count as just now."""
    row = db.execute(
        "SELECT max(coalesce(i.invited_at, m.created_at)) FROM invitations i LEFT JOIN messages m"
        " ON m.invitation = i.id AND m.kind = 'invite' WHERE i.person = ? AND i.id <> ?",
        (person, other_than),
    ).fetchone()
    return None if row[0] is None else from_text(row[0])


def open_until(db: Database, person: int, other_than: int) -> datetime | None:
    """Until when another invitation of this person is open, None if none is."""
    row = db.execute(
        "SELECT max(closes_at) FROM invitations WHERE person = ? AND state = 'open' AND id <> ?", (person, other_than)
    ).fetchone()
    return None if row[0] is None else from_text(row[0])


def postpone(db: Database, invitation: int, until: datetime) -> None:
    db.execute("UPDATE invitations SET due_at = ? WHERE id = ?", (to_text(until), invitation))


def save(db: Database, invitation: int, conversation: Conversation, now: datetime, reason: str) -> None:
    """Write a conversation back; the first end it reaches is when it closed, `reason` says why."""
    ended = conversation.state not in (InvitationState.DUE, InvitationState.OPEN)
    db.execute(
        "UPDATE invitations SET state = ?, reprompts = ?, outgoing = ?, rating = ?, closes_at = ?,"
        " closed_at = coalesce(closed_at, ?), reason = CASE WHEN ? <> '' THEN ? ELSE reason END WHERE id = ?",
        (
            conversation.state.value,
            conversation.reprompts,
            conversation.outgoing,
            conversation.rating,
            None if conversation.closes_at is None else to_text(conversation.closes_at),
            to_text(now) if ended else None,
            reason,
            reason,
            invitation,
        ),
    )


def opt_out(db: Database, person: int, now: datetime) -> None:
    """Never write to this person again. Invitations that are queued and not sent are barred, and those that still wait
    when they fall due."""
    moment = to_text(now)
    db.execute("UPDATE persons SET opted_out_at = coalesce(opted_out_at, ?) WHERE id = ?", (moment, person))
    db.execute(
        "UPDATE invitations SET state = 'barred', closed_at = ?, reason = 'barred'"
        " WHERE person = ? AND state = 'open' AND invited_at IS NULL",
        (moment, person),
    )


def _rows(db: Database, sql: str, parameters: tuple[object, ...]) -> Iterator[InvitationRow]:
    for row in db.execute(sql, parameters).fetchall():
        conversation = Conversation(
            InvitationState(row[3]), row[4], row[5], row[6], None if row[7] is None else from_text(row[7])
        )
        yield InvitationRow(
            row[0], row[1], row[2], conversation, from_text(row[8]), Office(*row[9:17]), row[17] is not None
        )
