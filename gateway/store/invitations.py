"""Invitations and their conversations."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

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
    accepted_at: datetime
    office: Office
    opted_out: bool
    survey: str | None
    language: str
    zone: str
    """The survey's version, None before it is sent; the citizen's language, "" if none is known; his time zone."""
    rated: bool
    """Whether the visit has a rating, by whatever channel."""


# `asked_at` is when the last question went to a modem, for nobody answers what he has not been sent; NULL while it
# waits. Whatever asks for the same again stands for it.
_SELECT = """
SELECT i.id, i.visit, i.person, v.received_at, v.accepted_at, x.pseudonym IS NOT NULL, i.survey, v.language,
       coalesce(i.zone, o.time_zone), o.code, o.name, o.short_name, o.locality, o.oktmo, o.okato, o.time_zone,
       o.windows, i.state, i.closes_at, i.asked, i.asked_before,
       (SELECT min(CASE WHEN p.submitted_at IS NOT NULL THEN min(p.submitted_at, p.claimed_at)
                        WHEN p.state = 'claimed' THEN p.claimed_at END)
        FROM messages m JOIN parts p ON p.message = m.id
        WHERE m.invitation = i.id AND m.kind IN ('invite', 'question', 'reprompt', 'reminder') AND m.id >=
          (SELECT max(id) FROM messages WHERE invitation = i.id AND kind IN ('invite', 'question'))) AS asked_at,
       EXISTS (SELECT 1 FROM ratings WHERE visit = i.visit), i.answers, i.answered_at, i.outgoing, i.reprompts, i.helps,
       i.reminders, i.heard, i.unclear
FROM invitations i JOIN visits v ON v.id = i.visit JOIN offices o ON o.code = v.office
     JOIN persons p ON p.id = i.person LEFT JOIN opt_outs x ON x.pseudonym = p.pseudonym
"""
_DUE = _SELECT + "WHERE i.state = 'due' AND i.due_at <= ? ORDER BY i.due_at, i.id LIMIT ?"
_SILENT = (
    _SELECT + "WHERE i.state = 'open' AND i.closes_at <= ? AND i.invited_at IS NOT NULL ORDER BY i.closes_at LIMIT ?"
)
_SILENT_SO_FAR = (
    _SELECT + "WHERE i.state = 'open' AND i.remind_at <= ? AND i.invited_at IS NOT NULL ORDER BY i.remind_at LIMIT ?"
)
_BY_ID = _SELECT + "WHERE i.id = ?"
_BY_VISIT = _SELECT + "WHERE i.visit = ?"


def due(db: Database, now: datetime, most: int) -> list[InvitationRow]:
    """Invitations whose time has come, oldest first."""
    return list(_rows(db, _DUE, (to_text(now), most)))


def unplaced(db: Database, now: datetime, most: int) -> list[tuple[int, str]]:
    """Those whose time has come and whose zone is only that of the office, oldest first, each with its phone."""
    rows = db.execute(
        "SELECT i.id, unseal(p.sealed, p.pseudonym) FROM invitations i JOIN persons p ON p.id = i.person"
        " WHERE i.state = 'due' AND i.due_at <= ? AND i.zone IS NULL AND p.sealed IS NOT NULL"
        " ORDER BY i.due_at, i.id LIMIT ?",
        (to_text(now), most),
    ).fetchall()
    return [(row[0], row[1]) for row in rows]


def place(db: Database, invitation: int, zone: str) -> None:
    """Write down the zone in which the citizen is."""
    db.execute("UPDATE invitations SET zone = ? WHERE id = ?", (zone, invitation))


def silent(db: Database, now: datetime, most: int) -> list[InvitationRow]:
    """Open invitations whose reply window has passed without an end."""
    return list(_rows(db, _SILENT, (to_text(now), most)))


def to_remind(db: Database, now: datetime, most: int) -> list[InvitationRow]:
    """Open invitations that were sent and whose time to be reminded has come."""
    return list(_rows(db, _SILENT_SO_FAR, (to_text(now), most)))


def remind_at(db: Database, invitation: int, at: datetime | None) -> None:
    """When to think of a reminder; None: no more."""
    db.execute("UPDATE invitations SET remind_at = ? WHERE id = ?", (at and to_text(at), invitation))


def by_id(db: Database, invitation: int) -> InvitationRow:
    return next(_rows(db, _BY_ID, (invitation,)))


def of_visit(db: Database, visit: int) -> InvitationRow | None:
    """The invitation of a visit, None if it never had one."""
    return next(_rows(db, _BY_VISIT, (visit,)), None)


def invited_since(db: Database, person: int, other_than: int, since: datetime) -> list[datetime]:
    """When this person was invited about other visits; what waits to go out counts from when it was queued."""
    rows = db.execute(
        "SELECT coalesce(i.invited_at, m.created_at) AS at FROM invitations i LEFT JOIN messages m"
        " ON m.invitation = i.id AND m.kind = 'invite' WHERE i.person = ? AND i.id <> ? AND at > ?"
        " AND (i.invited_at IS NOT NULL OR i.state = 'open')",
        (person, other_than, to_text(since)),
    ).fetchall()
    return [from_text(row[0]) for row in rows]


def open_until(db: Database, person: int, other_than: int) -> datetime | None:
    """Until when another invitation of this person is open, None if none is."""
    row = db.execute(
        "SELECT max(closes_at) FROM invitations WHERE person = ? AND state = 'open' AND id <> ?", (person, other_than)
    ).fetchone()
    return None if row[0] is None else from_text(row[0])


def shut_ended(db: Database, person: int, now: datetime) -> None:
    """Nothing sent from now on takes up again what has ended without a word from this person."""
    db.execute(
        "UPDATE invitations SET closes_at = min(closes_at, ?) WHERE person = ? AND state IN ('expired', 'barred')",
        (to_text(now), person),
    )


def postpone(db: Database, invitation: int, until: datetime) -> None:
    db.execute("UPDATE invitations SET due_at = ? WHERE id = ?", (to_text(until), invitation))


def save(
    db: Database, invitation: int, conversation: Conversation, now: datetime, reason: str, survey: str | None
) -> None:
    """Write a conversation back; an end is when it closed, `reason` says why, where that was not the citizen's word."""
    ended = conversation.state not in (InvitationState.DUE, InvitationState.OPEN)
    db.execute(
        "UPDATE invitations SET state = ?, closes_at = ?, asked = ?, asked_before = ?, answers = ?, answered_at = ?,"
        " outgoing = ?, reprompts = ?, helps = ?, reminders = ?, heard = ?, unclear = ?, survey = ?,"
        " closed_at = iif(?, coalesce(closed_at, ?), NULL), reason = CASE WHEN ? <> '' THEN ? ELSE reason END"
        " WHERE id = ?",
        (
            conversation.state.value,
            _text(conversation.closes_at),
            ",".join(conversation.asked),
            ",".join(conversation.asked_before),
            json.dumps(conversation.marks),
            _text(conversation.answered_at),
            conversation.outgoing,
            conversation.reprompts,
            conversation.helps,
            conversation.reminders,
            conversation.heard,
            conversation.unclear,
            survey,
            ended,
            to_text(now),
            reason,
            reason,
            invitation,
        ),
    )


def _rows(db: Database, sql: str, parameters: tuple[object, ...]) -> Iterator[InvitationRow]:
    for row in db.execute(sql, parameters).fetchall():
        yield InvitationRow(
            row[0],
            row[1],
            row[2],
            _conversation((*row[17:22], *row[23:])),
            from_text(row[3]),
            from_text(row[4]),
            Office(*row[9:17]),
            bool(row[5]),
            row[6],
            row[7],
            row[8],
            bool(row[22]),
        )


def _conversation(row: tuple[Any, ...]) -> Conversation:
    state, closes_at, asked, before, asked_at, answers, answered_at, *counts = row
    return Conversation(
        InvitationState(state),
        _moment(closes_at),
        _keys(asked),
        _keys(before),
        _moment(asked_at),
        tuple(json.loads(answers).items()),
        _moment(answered_at),
        *counts,
    )


def _keys(text: str) -> tuple[str, ...]:
    return tuple(text.split(",")) if text else ()


def _moment(text: str | None) -> datetime | None:
    return None if text is None else from_text(text)


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else to_text(moment)
