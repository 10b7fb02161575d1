"""Call-backs and the log of all that was done about each; who may still be asked by telephone.

Only `phone_of` gives a phone that can be dialled: everywhere else it is masked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from gateway.callbacks import (
    Assigned,
    Called,
    Cause,
    Closed,
    Event,
    Outcome,
    Reason,
    Reopened,
    Shown,
    Task,
    TaskState,
)
from gateway.errors import CallbackError
from gateway.model import CRITERIA
from gateway.phones import mask
from gateway.store import events
from gateway.store.database import from_text, to_text

CENTRE = "otklik"
"""Who opens tasks in the log: no person."""

_SELECT = """
SELECT c.id, c.visit, i.id, o.time_zone, c.reason,
       c.state, c.opened_at, c.due_at, c.assignee, c.calls, c.answered, c.cause, c.outcome, c.closed_at,
       v.foreign_id, v.office, o.short_name, s.name, v.received_at, unseal(x.sealed, x.pseudonym),
       x.pseudonym IN (SELECT pseudonym FROM opt_outs), r.overall, r.time, r.queue, r.staff, r.comfort, r.info,
       r.expanded, r.comment
FROM callbacks c JOIN visits v ON v.id = c.visit JOIN invitations i ON i.visit = c.visit
     JOIN persons x ON x.id = i.person JOIN offices o ON o.code = v.office JOIN services s ON s.code = v.service
     LEFT JOIN words r ON r.visit = c.visit AND r.counts
"""
_BY_ID = _SELECT + "WHERE c.id = ?"
_OPENED_AFTER = _SELECT + "WHERE c.id > ? ORDER BY c.id"
_LISTED = _SELECT + "WHERE c.closed_at IS NULL OR ? ORDER BY c.closed_at IS NOT NULL, c.due_at, c.id"
# Of several silent visits of one person the newest; nobody who wrote since then, also if no visit got what he wrote,
# who has something else going on with us, or who was called.
_SILENT = """
SELECT v.id AS visit, v.foreign_id, v.office, o.short_name AS office_name, o.time_zone AS zone, s.name AS service,
       v.received_at, max(i.closed_at) AS closed_at
FROM invitations i JOIN visits v ON v.id = i.visit JOIN persons x ON x.id = i.person
     JOIN offices o ON o.code = v.office JOIN services s ON s.code = v.service
     LEFT JOIN (SELECT person, max(sent_at) AS wrote_at FROM replies WHERE class <> 'noise' GROUP BY person) w
       ON w.person = i.person
WHERE i.state = 'expired' AND i.reason = 'silence' AND i.heard = 0 AND i.closed_at > ?1
  AND coalesce(w.wrote_at < i.invited_at, 1)
  AND v.consent = 1 AND x.sealed IS NOT NULL
  AND x.pseudonym NOT IN (SELECT pseudonym FROM opt_outs)
  AND NOT EXISTS (SELECT 1 FROM ratings WHERE visit = v.id)
  AND NOT EXISTS (SELECT 1 FROM invitations j WHERE j.person = i.person AND j.state = 'open')
  AND i.person NOT IN (SELECT w.person FROM callbacks c JOIN invitations w ON w.visit = c.visit
                       WHERE c.closed_at IS NULL OR c.reason = ?2 AND c.opened_at > ?1)
GROUP BY i.person ORDER BY closed_at, visit
"""


@dataclass(frozen=True, slots=True)
class About:
    """What a person who calls has to know of the visit: where it was, and how it is rated by now.

    `phone` is masked, None once it is purged; `criteria` holds only what the citizen rated.
    """

    foreign_id: str
    office: str
    office_name: str
    service: str
    received_at: datetime
    phone: str | None
    opted_out: bool
    overall: int | None
    criteria: dict[str, int]
    comment: str


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task, why it is there, and what it is about; `zone` is the time zone of the office."""

    id: int
    visit: int
    invitation: int
    zone: str
    reason: Reason
    task: Task
    about: About


def open_one(db: Database, *, visit: int, reason: Reason, due_at: datetime, now: datetime) -> int:
    """The task about a visit for this reason, opened if none is open; that is an event for those who want to know."""
    row = db.execute(
        "INSERT INTO callbacks (visit, reason, state, opened_at, due_at) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT DO NOTHING RETURNING id",
        (visit, reason.value, TaskState.OPEN.value, to_text(now), to_text(due_at)),
    ).fetchone()
    if row is not None:
        _log(db, row[0], "opened", CENTRE, reason.value, "", now)
        if events.is_wanted(db, "callback.opened"):
            data = {"callback": row[0], "reason": reason.value, "due_at": to_text(due_at)}
            events.of_visit(db, "callback.opened", visit=visit, subject=reason.value, data=data, now=now)
        return int(row[0])
    found = open_of(db, visit, reason)
    assert found is not None, "it stood in the way"
    return found


def by_id(db: Database, task: int) -> TaskRow:
    """Raises CallbackError if there is no such task."""
    row = db.execute(_BY_ID, (task,)).fetchone()
    if row is None:
        raise CallbackError(f"There is no call-back {task}; otklik callbacks --all shows those there are.")
    return _row(row)


def listed(db: Database, *, closed: bool = False) -> list[TaskRow]:
    """The tasks that are to be done, with those that are `closed` if wanted; what is due first comes first."""
    return [_row(row) for row in db.execute(_LISTED, (int(closed),)).fetchall()]


def opened_after(db: Database, task: int) -> list[TaskRow]:
    """The tasks that were opened after this one, in order; after 0: all."""
    return [_row(row) for row in db.execute(_OPENED_AFTER, (task,)).fetchall()]


def open_of(db: Database, visit: int, reason: Reason) -> int | None:
    """The task about a visit that is open for this reason, None if none is."""
    row = db.execute(
        "SELECT id FROM callbacks WHERE visit = ? AND reason = ? AND closed_at IS NULL", (visit, reason.value)
    ).fetchone()
    return None if row is None else int(row[0])


def put(db: Database, row: TaskRow, event: Event, by: str, words: str, now: datetime) -> None:
    """Write down what was done about a task, and how it stands by it."""
    task = row.task
    other = open_of(db, row.visit, row.reason)
    if other not in (None, row.id) and task.closed_at is None:
        raise CallbackError(f"About this visit call-back {other} is open for the same reason; go on with that one.")
    db.execute(
        "UPDATE callbacks SET state = ?, due_at = ?, assignee = ?, calls = ?, answered = ?, cause = ?, outcome = ?,"
        " closed_at = ? WHERE id = ?",
        (
            task.state.value,
            to_text(task.due_at),
            task.assignee,
            task.calls,
            task.answered,
            task.cause,
            task.outcome,
            task.closed_at and to_text(task.closed_at),
            row.id,
        ),
    )
    _log(db, row.id, type(event).__name__.lower(), by, _value(event), words, now)


def phone_of(db: Database, visit: int) -> str | None:
    """The phone to dial; None where it is gone, or its owner does not want to hear from us any more."""
    row = db.execute(
        "SELECT unseal(x.sealed, x.pseudonym) FROM visits v JOIN persons x ON x.id = v.person WHERE v.id = ?"
        " AND x.pseudonym NOT IN (SELECT pseudonym FROM opt_outs)",
        (visit,),
    ).fetchone()
    return None if row is None or row[0] is None else str(row[0])


def log_of(db: Database, task: int) -> list[dict[str, Any]]:
    """All that was done about a task, in order."""
    return list(
        db.query(
            "SELECT happened_at, by, verb, value, words FROM callback_events WHERE callback = ? ORDER BY id", [task]
        )
    )


def silent(db: Database, since: datetime) -> list[dict[str, Any]]:
    """The visits of those who agreed to be asked, were, and stayed silent to the end, where that was after `since`;
    a person once in that time, and nobody who is to be called already."""
    return list(db.query(_SILENT, [to_text(since), Reason.VOICE.value]))


def overdue(db: Database, now: datetime) -> tuple[int, datetime | None]:
    """How many tasks are overdue, and since when the one is that has waited longest."""
    row = db.execute(
        "SELECT count(*), min(due_at) FROM callbacks WHERE closed_at IS NULL AND due_at <= ?", (to_text(now),)
    ).fetchone()
    return int(row[0]), None if row[1] is None else from_text(row[1])


def counts(db: Database, now: datetime) -> dict[str, int]:
    """How many tasks are in each state, and how many of them are overdue."""
    found = dict(db.execute("SELECT state, count(*) FROM callbacks GROUP BY state").fetchall())
    return {**{state.value: found.get(state.value, 0) for state in TaskState}, "overdue": overdue(db, now)[0]}


def _log(db: Database, task: int, verb: str, by: str, value: str, words: str, now: datetime) -> None:
    db.execute(
        "INSERT INTO callback_events (callback, verb, by, value, words, happened_at) VALUES (?, ?, ?, ?, ?, ?)",
        (task, verb, by, value, words, to_text(now)),
    )


def _value(event: Event) -> str:
    """What an event says besides that it happened."""
    match event:
        case Shown():
            return ""
        case Assigned(to=to):
            return to
        case Called(answered=answered):
            return "answered" if answered else "no answer"
        case Closed(outcome=outcome, cause=cause):
            return outcome.value if cause is None else f"{outcome.value}: {cause.value}"
        case Reopened(due_at=due_at):
            return f"due {to_text(due_at)}"


def _row(row: Sequence[Any]) -> TaskRow:
    foreign_id, office, office_name, service, received_at, phone, opted_out, overall, *marks = row[14:]
    *criteria, expanded, comment = marks
    rated = {} if expanded else zip(CRITERIA, criteria, strict=True)
    task, visit, invitation, zone, reason = row[:5]
    return TaskRow(
        task,
        visit,
        invitation,
        zone,
        Reason(reason),
        _task(row[5:14]),
        About(
            foreign_id,
            office,
            office_name,
            service,
            from_text(received_at),
            None if phone is None else mask(phone),
            bool(opted_out),
            overall,
            {key: mark for key, mark in dict(rated).items() if mark is not None},
            comment or "",
        ),
    )


def _task(row: Sequence[Any]) -> Task:
    state, opened_at, due_at, assignee, calls, answered, cause, outcome, closed_at = row
    return Task(
        from_text(opened_at),
        from_text(due_at),
        TaskState(state),
        assignee,
        calls,
        answered,
        None if cause is None else Cause(cause),
        None if outcome is None else Outcome(outcome),
        None if closed_at is None else from_text(closed_at),
    )
