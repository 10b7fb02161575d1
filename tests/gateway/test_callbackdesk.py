"""The call-back desk at work: what opens a task, until when it is due, and who hears that it is late."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from gateway import alarms
from gateway.callbacks import Assigned, Called, Cause, Closed, Outcome, Reason, TaskState
from gateway.model import CRITERIA
from gateway.store import callbacks as rows
from gateway.store import fleet, invitations
from tests.gateway.conftest import NOON, PHONE, Centre

BARNAUL = ZoneInfo("Asia/Barnaul")


@pytest.fixture
def criteria(tmp_path: Path) -> Iterator[Centre]:
    opened = Centre(tmp_path / "criteria.db", script="criteria")
    yield opened
    opened.db.close()


def _tasks(centre: Centre) -> list[tuple[int, Reason, TaskState]]:
    return [(row.id, row.reason, row.task.state) for row in rows.listed(centre.db, closed=True)]


def _asked(centre: Centre, now: datetime = NOON) -> int:
    return centre.callbacks.open(centre.db, invitations.by_id(centre.db, 1), Reason.ASKED, now)


@pytest.mark.parametrize(("text", "tasks"), [("5", 0), ("4", 0), ("3", 1), ("1", 1)])
def test_rating_below_four_opens_a_task(centre: Centre, text: str, tasks: int) -> None:
    centre.invited()
    centre.hear(text)
    assert _tasks(centre) == [(1, Reason.LOW_RATING, TaskState.OPEN)] * tasks


def test_one_low_criterion_opens_a_task_and_only_one(criteria: Centre) -> None:
    criteria.invited()
    criteria.hear("5 5 5 5 5")
    assert _tasks(criteria) == []
    criteria.later(minutes=1)
    criteria.hear("5 2 5 5 1")
    criteria.later(minutes=1)
    criteria.hear("1 1 1 1 1")
    (row,) = rows.listed(criteria.db)
    assert (row.reason, row.about.criteria) == (Reason.LOW_RATING, dict.fromkeys(CRITERIA, 1))


def test_low_rating_of_somebody_who_leaves_is_a_task_without_a_phone(centre: Centre) -> None:
    centre.invited()
    centre.hear("2 стоп")
    (row,) = rows.listed(centre.db)
    assert row.about.opted_out
    assert rows.phone_of(centre.db, row.visit) is None


@pytest.mark.parametrize(
    ("opened", "due"),
    [
        (datetime(2026, 9, 16, 12, 0), datetime(2026, 9, 16, 14, 0)),
        (datetime(2026, 9, 18, 17, 30), datetime(2026, 9, 21, 10, 30)),  # over a weekend
        (datetime(2026, 12, 30, 17, 0), datetime(2027, 1, 11, 10, 0)),  # over the New Year
    ],
)
def test_task_is_due_after_two_hours_of_the_offices_working_time(
    centre: Centre, opened: datetime, due: datetime
) -> None:
    centre.visit()
    task = _asked(centre, opened.replace(tzinfo=BARNAUL))
    assert rows.by_id(centre.db, task).task.due_at == due.replace(tzinfo=BARNAUL)


def test_reopened_task_has_the_deadline_of_a_new_one(centre: Centre) -> None:
    centre.visit()
    task = _asked(centre)
    centre.callbacks.do(centre.db, task, Closed(Outcome.NOT_CALLED), "Anna", "", NOON)
    monday = datetime(2017, 9, 18, 12, tzinfo=BARNAUL)
    row = centre.callbacks.reopen(centre.db, task, "Boris", "he rang again", monday)
    assert (row.task.state, row.task.due_at) == (TaskState.OPEN, monday + timedelta(hours=2))
    assert rows.log_of(centre.db, task)[-1]["words"] == "he rang again"


def test_words_are_kept_without_long_numbers(centre: Centre) -> None:
    centre.visit()
    task = _asked(centre)
    centre.callbacks.do(centre.db, task, Assigned("Anna"), "Anna", "call +7 913 020-00-01, window 5", NOON)
    assert rows.log_of(centre.db, task)[-1]["words"] == "call ***, window 5"


def test_alarm_is_raised_while_a_task_is_overdue_and_ends_by_itself(centre: Centre) -> None:
    centre.visit()
    task = _asked(centre)
    due_at = rows.by_id(centre.db, task).task.due_at
    assert centre.callbacks.watch(centre.db, due_at - timedelta(seconds=1)) == 0
    assert centre.callbacks.watch(centre.db, due_at) == 1
    centre.callbacks.watch(centre.db, due_at + timedelta(minutes=1))
    (alarm,) = fleet.alarms(centre.db)
    assert (alarm["place"], alarm["kind"]) == ("call-back desk", "overdue")
    assert "1 overdue, the longest since 2017-09-13 07:00 UTC; see otklik callbacks" in alarm["text"]
    alarms.forget(centre.db, ["m1"], [], due_at)  # a restart of the daemon
    assert len(fleet.alarms(centre.db)) == 1
    for event in (Assigned("Anna"), Called(True), Closed(Outcome.EXPLAINED, Cause.INFO)):
        centre.callbacks.do(centre.db, task, event, "Anna", "", due_at)
    assert centre.callbacks.watch(centre.db, due_at) == 0
    assert fleet.alarms(centre.db) == []


def test_call_of_somebody_with_an_open_invitation_opens_one_task(centre: Centre) -> None:
    centre.invited()
    for minute in range(2):
        at = NOON + timedelta(minutes=minute)
        invitation = fleet.add_call(centre.db, sim="1", phone=PHONE, call_back=True, at=at)
        assert invitation == 1
        _asked(centre, at)
    assert _tasks(centre) == [(1, Reason.ASKED, TaskState.OPEN)]
    assert fleet.add_call(centre.db, sim="1", phone=None, call_back=True, at=NOON) is None
