"""A call-back: somebody of the desk phones a citizen, finds out what was wrong, and says what came of it.

Pure: `do` takes a task, what somebody did about it, who and when, and gives the task after it. `_RULES` is the one
table of who may do what in which state; whoever calls `do` stores the task and the event in one transaction.

    open ──Assigned──▶ assigned ──Called──▶ called ──Closed──▶ closed ──Reopened──▶ open

Calling is repeated until somebody answers. A task is handed over by assigning it again, and closed from every state: an
outcome says how far it got, and one that claims a talk needs a call that was answered.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum, StrEnum

from gateway.errors import CallbackError


class Reason(StrEnum):
    """Why a citizen is to be called."""

    LOW_RATING = "low rating"
    ASKED = "asked to be called"
    VOICE = "voice survey"


class TaskState(StrEnum):
    """The life of a task: what was done last."""

    OPEN = "open"
    ASSIGNED = "assigned"
    CALLED = "called"
    CLOSED = "closed"


class Cause(StrEnum):
    """What a citizen was discontent with: one of the criteria of the federal form, or none of them."""

    TIME = "time"
    QUEUE = "queue"
    STAFF = "staff"
    COMFORT = "comfort"
    INFO = "info"
    OTHER = "other"
    MISTAKE = "mistake"
    """He meant another rating."""


class Outcome(StrEnum):
    """What came of a task."""

    RESOLVED = "resolved"
    EXPLAINED = "explained"
    PASSED_ON = "passed on"
    TAKEN = "survey taken"
    REFUSED = "refused"
    OPTED_OUT = "opted out"
    WRONG_NUMBER = "wrong number"
    NOT_REACHED = "not reached"
    NOT_CALLED = "not called"


WITH_A_CAUSE = frozenset({Outcome.RESOLVED, Outcome.EXPLAINED, Outcome.PASSED_ON})
"""Outcomes of a talk about what was wrong: the cause is part of them."""
_AFTER_A_TALK = WITH_A_CAUSE | {Outcome.TAKEN, Outcome.REFUSED, Outcome.OPTED_OUT}
_AFTER_A_TRY = frozenset({Outcome.WRONG_NUMBER, Outcome.NOT_REACHED})


@dataclass(frozen=True, slots=True)
class Task:
    """A call-back as it stands. `calls` counts all tries, `answered` those of them that somebody answered."""

    opened_at: datetime
    due_at: datetime
    state: TaskState = TaskState.OPEN
    assignee: str | None = None
    calls: int = 0
    answered: int = 0
    cause: Cause | None = None
    outcome: Outcome | None = None
    closed_at: datetime | None = None


# -- what somebody does ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Shown:
    """The citizen's number was shown in full, to be dialled."""


@dataclass(frozen=True, slots=True)
class Assigned:
    """From now on the task is this person's."""

    to: str


@dataclass(frozen=True, slots=True)
class Called:
    """The number was dialled; `answered` tells whether somebody took the call."""

    answered: bool


@dataclass(frozen=True, slots=True)
class Closed:
    """Nothing is left to do; `cause` is what was found to be wrong."""

    outcome: Outcome
    cause: Cause | None = None


@dataclass(frozen=True, slots=True)
class Reopened:
    """It was not done with; it is to be done until `due_at`."""

    due_at: datetime


Event = Shown | Assigned | Called | Closed | Reopened


class _Who(Enum):
    ANYBODY = "anybody of the desk"
    ASSIGNEE = "who has the task"
    NOBODY = "nobody"


_ANY, _OWN, _NO = _Who.ANYBODY, _Who.ASSIGNEE, _Who.NOBODY
_RULES: dict[type[Event], tuple[_Who, _Who, _Who, _Who, TaskState | None]] = {
    # in state: open assigned called closed, and after it
    Shown:    (_ANY, _ANY, _ANY, _NO, None),
    Assigned: (_ANY, _ANY, _ANY, _NO, TaskState.ASSIGNED),
    Called:   (_NO, _OWN, _OWN, _NO, TaskState.CALLED),
    Closed:   (_ANY, _OWN, _OWN, _NO, TaskState.CLOSED),
    Reopened: (_NO, _NO, _NO, _ANY, TaskState.OPEN),
}  # fmt: skip
_STATES = tuple(TaskState)


def do(task: Task, event: Event, by: str, now: datetime) -> Task:
    """The task after `by` has done this at `now` (UTC-aware). Raises CallbackError for what the rules do not allow."""
    *who, after = _RULES[type(event)]
    allowed = who[_STATES.index(task.state)]
    if allowed is _Who.NOBODY or (allowed is _Who.ASSIGNEE and by != task.assignee):
        raise CallbackError(_why_not(task))
    match event:
        case Assigned(to=to):
            task = replace(task, assignee=to)
        case Called(answered=answered):
            task = replace(task, calls=task.calls + 1, answered=task.answered + answered)
        case Closed(outcome=outcome, cause=cause):
            _check_end(task, outcome, cause)
            task = replace(task, outcome=outcome, cause=cause, closed_at=now)
        case Reopened(due_at=due_at):
            task = replace(task, due_at=due_at, assignee=None, outcome=None, cause=None, closed_at=None)
        case Shown():
            pass  # it is in the log, and that is all
    return task if after is None else replace(task, state=after)


def is_overdue(task: Task, now: datetime) -> bool:
    """Whether a task is not closed though its time has passed. A call alone does not end it: an outcome does."""
    return task.closed_at is None and now >= task.due_at


def _check_end(task: Task, outcome: Outcome, cause: Cause | None) -> None:
    """An outcome must not claim more than was done."""
    if outcome in _AFTER_A_TALK and not task.answered:
        raise CallbackError(
            f"Nobody has answered a call yet, so it cannot end as {outcome.value}; note the call first (otklik"
            " callbacks called ID --answered), or close it as not reached."
        )
    if outcome in _AFTER_A_TRY and not task.calls:
        raise CallbackError(
            f"Nobody has called yet, so it cannot end as {outcome.value}; note the call first (otklik callbacks called"
            " ID), or close it as not called."
        )
    if (cause is not None) is not (outcome in WITH_A_CAUSE):
        causes = ", ".join(outcome for outcome in Outcome if outcome in WITH_A_CAUSE)
        raise CallbackError(
            f"A cause is told with the outcomes {causes}, and only with them: {outcome.value} was given."
        )


def _why_not(task: Task) -> str:
    match task.state:
        case TaskState.CLOSED:
            return "The task is closed; reopen it first: otklik callbacks reopen ID --by NAME --words WHY."
        case TaskState.OPEN:
            return "Nobody has the task yet; assign it first: otklik callbacks assign ID --to NAME --by NAME."
        case TaskState.ASSIGNED | TaskState.CALLED:
            return f"{task.assignee} has the task; take it over first: otklik callbacks assign ID --to NAME --by NAME."
