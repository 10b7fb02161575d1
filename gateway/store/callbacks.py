"""Call-backs and the log of all that was done about each; who may still be asked by telephone.

A rating here is the newest of the visit. Only `phone_of` gives a phone: everything else shows nobody's.
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
from gateway.store.database import from_text, to_text

CENTRE = "otklik"
"""Who opens tasks in the log: no person."""

_BY_ID = (
    "SELECT id, visit, reason, state, opened_at, due_at, assignee, calls, answered, cause, outcome, closed_at"
    " FROM callbacks WHERE id = ?"
)
_LISTED = """
SELECT c.id, c.visit, v.foreign_id, c.reason, c.state, c.opened_at, c.due_at, c.assignee, c.calls, c.answered, c.cause,
       c.outcome, c.closed_at, v.office, o.short_name AS office_name, o.time_zone AS zone, s.name AS service,
       v.received_at, x.phone, x.pseudonym IN (SELECT pseudonym FROM opt_outs) AS opted_out, r.overall, r.time,
       r.queue, r.staff, r.comfort, r.info, r.expanded, coalesce(r.comment, '') AS comment
FROM callbacks c JOIN visits v ON v.id = c.visit JOIN offices o ON o.code = v.office
     JOIN services s ON s.code = v.service LEFT JOIN persons x ON x.id = v.person
     LEFT JOIN ratings r ON r.cursor = (SELECT max(cursor) FROM ratings WHERE visit = c.visit)
"""
# Of several silent visits of one person the newest; nobody who has something else going on with us, or was called.
_SILENT = """
SELECT v.id AS visit, v.foreign_id, v.office, o.short_name AS office_name, o.time_zone AS zone, s.name AS service,
       v.received_at, max(i.closed_at) AS closed_at
FROM invitations i JOIN visits v ON v.id = i.visit JOIN persons x ON x.id = i.person
     JOIN offices o ON o.code = v.office JOIN services s ON s.code = v.service
WHERE i.state = 'expired' AND i.reason = 'silence' AND i.heard = 0 AND i.closed_at > ?1
  AND v.consent = 1 AND x.phone IS NOT NULL
  AND x.pseudonym NOT IN (SELECT pseudonym FROM opt_outs)
  AND NOT EXISTS (SELECT 1 FROM ratings WHERE visit = v.id)
  AND NOT EXISTS (SELECT 1 FROM invitations j WHERE j.person = i.person AND j.state = 'open')
  AND NOT EXISTS (SELECT 1 FROM callbacks c JOIN visits w ON w.id = c.visit WHERE w.person = i.person
                  AND (c.closed_at IS NULL OR c.reason = ?2 AND c.opened_at > ?1))
GROUP BY i.person ORDER BY closed_at, visit
"""


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task with what it is about."""

    id: int
    visit: int
    reason: Reason
    task: Task


def open_one(db: Database, *, visit: int, reason: Reason, due_at: datetime, now: datetime) -> int:
    """The task about a visit for this reason, opened if none is open."""
    row = db.execute(
        "INSERT INTO callbacks (visit, reason, state, opened_at, due_at) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT DO NOTHING RETURNING id",
        (visit, reason.value, TaskState.OPEN.value, to_text(now), to_text(due_at)),
    ).fetchone()
    if row is not None:
        _log(db, row[0], "opened", CENTRE, reason.value, "", now)
        return int(row[0])
    found = _open_of(db, visit, reason, but=0)
    assert found is not None, "it stood in the way"
    return found


def by_id(db: Database, task: int) -> TaskRow:
    """Raises CallbackError if there is no such task."""
    row = db.execute(_BY_ID, (task,)).fetchone()
    if row is None:
        raise CallbackError(f"There is no call-back {task}; otklik callbacks list --all shows those there are.")
    return TaskRow(row[0], row[1], Reason(row[2]), _task(row[3:]))


def put(db: Database, row: TaskRow, event: Event, by: str, words: str, now: datetime) -> None:
    """Write down what was done about a task, and how it stands by it."""
    task = row.task
    other = None if task.closed_at is not None else _open_of(db, row.visit, row.reason, but=row.id)
    if other is not None:
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
        "SELECT x.phone FROM visits v JOIN persons x ON x.id = v.person WHERE v.id = ?"
        " AND x.pseudonym NOT IN (SELECT pseudonym FROM opt_outs)",
        (visit,),
    ).fetchone()
    return None if row is None or row[0] is None else str(row[0])


def invitation_of(db: Database, visit: int) -> int | None:
    """The invitation about a visit, None if there never was one."""
    row = db.execute("SELECT id FROM invitations WHERE visit = ?", (visit,)).fetchone()
    return None if row is None else int(row[0])


def listed(db: Database, *, closed: bool = False, task: int | None = None) -> list[dict[str, Any]]:
    """The tasks that are to be done, with those that are `closed` if wanted, or one; what is due first comes first."""
    where = (
        "WHERE (c.closed_at IS NULL OR ?) AND coalesce(c.id = ?, 1) ORDER BY c.closed_at IS NOT NULL, c.due_at, c.id"
    )
    return list(db.query(_LISTED + where, [int(closed), task]))


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


def _open_of(db: Database, visit: int, reason: Reason, *, but: int) -> int | None:
    row = db.execute(
        "SELECT id FROM callbacks WHERE visit = ? AND reason = ? AND closed_at IS NULL AND id <> ?",
        (visit, reason.value, but),
    ).fetchone()
    return None if row is None else int(row[0])


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
