"""A call-back: each rule by name, then every sequence of deeds there is, up to a depth."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from gateway.callbacks import (
    WITH_A_CAUSE,
    Assigned,
    Called,
    Cause,
    Closed,
    Event,
    Outcome,
    Reopened,
    Shown,
    Task,
    TaskState,
    do,
    is_overdue,
)
from gateway.errors import CallbackError

NOW = datetime(2017, 9, 13, 5, tzinfo=UTC)
DUE = NOW + timedelta(hours=2)
NEW = Task(NOW, DUE)
ANNA, BORIS = "Anna", "Boris"
MINE = do(NEW, Assigned(ANNA), ANNA, NOW)


def _told(task: Task, event: Event, by: str = ANNA) -> str:
    with pytest.raises(CallbackError) as caught:
        do(task, event, by, NOW)
    return str(caught.value)


def test_task_goes_from_opening_to_its_outcome() -> None:
    task = do(MINE, Called(False), ANNA, NOW)
    task = do(task, Called(True), ANNA, NOW)
    assert (task.state, task.assignee, task.calls, task.answered) == (TaskState.CALLED, ANNA, 2, 1)
    task = do(task, Closed(Outcome.EXPLAINED, Cause.QUEUE), ANNA, DUE)
    assert task == Task(NOW, DUE, TaskState.CLOSED, ANNA, 2, 1, Cause.QUEUE, Outcome.EXPLAINED, DUE)


def test_reopened_task_is_nobodys_and_has_a_new_deadline() -> None:
    closed = do(do(MINE, Called(False), ANNA, NOW), Closed(Outcome.NOT_REACHED), ANNA, NOW)
    later = DUE + timedelta(days=1)
    assert do(closed, Reopened(later), BORIS, NOW) == Task(NOW, later, calls=1)


def test_only_who_has_the_task_calls_and_closes() -> None:
    told = "Anna has the task; take it over first: otklik callbacks assign ID --to NAME --by NAME."
    for event in (Called(True), Closed(Outcome.NOT_CALLED)):
        assert _told(MINE, event, BORIS) == told
    over = do(do(MINE, Called(True), ANNA, NOW), Assigned(BORIS), BORIS, NOW)
    assert over == replace(MINE, assignee=BORIS, calls=1, answered=1)
    assert do(over, Closed(Outcome.REFUSED), BORIS, NOW).state is TaskState.CLOSED
    assert "Nobody has the task yet; assign it first" in _told(NEW, Called(True))


@pytest.mark.parametrize("outcome", Outcome)
def test_outcome_claims_no_more_than_was_done(outcome: Outcome) -> None:
    event = Closed(outcome, Cause.STAFF if outcome in WITH_A_CAUSE else None)
    rung, talked = do(MINE, Called(False), ANNA, NOW), do(MINE, Called(True), ANNA, NOW)
    if outcome is Outcome.NOT_CALLED:
        assert do(MINE, event, ANNA, NOW).outcome is outcome
    else:
        assert f"cannot end as {outcome.value}" in _told(MINE, event)
    if outcome in (Outcome.NOT_CALLED, Outcome.NOT_REACHED, Outcome.WRONG_NUMBER):
        assert do(rung, event, ANNA, NOW).outcome is outcome
    else:
        assert f"Nobody has answered a call yet, so it cannot end as {outcome.value}" in _told(rung, event)
    assert do(talked, event, ANNA, NOW).outcome is outcome


def test_cause_belongs_to_a_talk_and_is_part_of_it() -> None:
    talked = do(MINE, Called(True), ANNA, NOW)
    told = "A cause is told with the outcomes resolved, explained, passed on, and only with them"
    assert told in _told(talked, Closed(Outcome.RESOLVED))
    assert told in _told(talked, Closed(Outcome.REFUSED, Cause.TIME))


def test_task_is_overdue_from_its_deadline_until_it_is_closed() -> None:
    talked = do(MINE, Called(True), ANNA, NOW)
    closed = do(talked, Closed(Outcome.REFUSED), ANNA, NOW)
    assert [is_overdue(talked, at) for at in (DUE - timedelta(seconds=1), DUE)] == [False, True]
    assert not is_overdue(closed, DUE)
    assert is_overdue(do(closed, Reopened(DUE), ANNA, NOW), DUE)


EVENTS: tuple[Event, ...] = (
    Shown(), Assigned(ANNA), Assigned(BORIS), Called(True), Called(False), Closed(Outcome.NOT_CALLED),
    Closed(Outcome.NOT_REACHED), Closed(Outcome.WRONG_NUMBER), Closed(Outcome.REFUSED), Closed(Outcome.TAKEN),
    Closed(Outcome.EXPLAINED, Cause.TIME), Closed(Outcome.EXPLAINED), Reopened(DUE),
)  # fmt: skip


def test_every_sequence_of_deeds_keeps_the_rules() -> None:
    reached, allowed = {NEW}, set()
    frontier = {NEW}
    for _ in range(5):
        step = set()
        for task, event, by in itertools.product(frontier, EVENTS, (ANNA, BORIS)):
            try:
                after = do(task, event, by, NOW)
            except CallbackError as problem:
                assert str(problem).endswith(".")
                continue
            allowed.add((task.state, type(event)))
            _check(task, event, by, after)
            step.add(after)
        frontier = step - reached
        reached |= step
    assert len(reached) > 100
    assert {task.state for task in reached} == set(TaskState)
    undone = (TaskState.OPEN, TaskState.ASSIGNED, TaskState.CALLED)
    assert allowed == {
        *itertools.product(undone, (Shown, Assigned, Closed)),
        *itertools.product((TaskState.ASSIGNED, TaskState.CALLED), (Called,)),
        (TaskState.CLOSED, Reopened),
    }
    for task in reached:
        _check_end(task)


def _check(before: Task, event: Event, by: str, after: Task) -> None:
    """One step: nothing that was done is forgotten, and the fields say what the state says."""
    assert after.opened_at == before.opened_at
    assert (after.calls, after.answered) >= (before.calls, before.answered)
    assert after.calls - before.calls == isinstance(event, Called)
    assert after.answered <= after.calls
    is_closed = after.state is TaskState.CLOSED
    assert is_closed is isinstance(event, Closed)
    assert (after.outcome is not None) is (after.closed_at is not None) is is_closed
    assert (after.cause is not None) is (after.outcome in WITH_A_CAUSE)
    if after.state in (TaskState.ASSIGNED, TaskState.CALLED):
        assert after.assignee is not None
    if isinstance(event, Called | Closed) and before.assignee is not None:
        assert by == before.assignee


def _check_end(task: Task) -> None:
    """Anybody can bring any task to its end."""
    if task.state is not TaskState.CLOSED:
        task = do(do(task, Assigned(BORIS), BORIS, NOW), Closed(Outcome.NOT_CALLED), BORIS, NOW)
    assert do(task, Reopened(DUE), ANNA, NOW).state is TaskState.OPEN
