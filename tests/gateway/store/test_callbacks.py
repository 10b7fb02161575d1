"""Call-backs in the database: opened once, everything in the log, and who may be asked by telephone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.callbacks import Assigned, Called, Cause, Closed, Event, Outcome, Reason, Reopened, Shown, do
from gateway.errors import CallbackError
from gateway.store import callbacks as rows
from gateway.store import optouts
from tests.gateway.conftest import NOON, PHONE, Centre

DUE = NOON + timedelta(hours=2)
OTHER = "+79130200002"


def _open(centre: Centre, visit: int = 1, reason: Reason = Reason.LOW_RATING) -> int:
    return rows.open_one(centre.db, visit=visit, reason=reason, due_at=DUE, now=NOON)


def _do(centre: Centre, task: int, *events: Event, by: str = "Anna") -> rows.TaskRow:
    for event in events:
        row = rows.by_id(centre.db, task)
        row = replace(row, task=do(row.task, event, by, NOON))
        rows.put(centre.db, row, event, by, f"said {by}", NOON)
    return rows.by_id(centre.db, task)


def _out(centre: Centre, phone: str = PHONE) -> None:
    optouts.opt_out(centre.db, centre.pseudonyms.of(phone), way="office", by="", at=NOON, now=NOON)


def test_task_is_opened_once_per_visit_and_reason_while_it_is_open(centre: Centre) -> None:
    centre.visit()
    centre.visit("v2", OTHER)
    first = _open(centre)
    assert _open(centre) == first
    others = [_open(centre, reason=Reason.ASKED), _open(centre, visit=2)]
    assert len({first, *others}) == 3
    _do(centre, first, Closed(Outcome.NOT_CALLED))
    assert _open(centre) not in {first, *others}
    assert [event["verb"] for event in rows.log_of(centre.db, first)] == ["opened", "closed"]


def test_everything_that_was_done_is_read_back_and_is_in_the_log(centre: Centre) -> None:
    centre.visit()
    task = _open(centre)
    events = (Shown(), Assigned("Anna"), Called(False), Called(True), Closed(Outcome.PASSED_ON, Cause.STAFF))
    row = _do(centre, task, *events)
    expected = rows.by_id(centre.db, _open(centre)).task
    for event in events:
        expected = do(expected, event, "Anna", NOON)
    assert (row.visit, row.reason, row.zone, row.task) == (1, Reason.LOW_RATING, "Asia/Barnaul", expected)
    reopened = _do(centre, _open(centre, reason=Reason.VOICE), Closed(Outcome.NOT_CALLED), Reopened(DUE), by="Boris")
    assert reopened.task.closed_at is None
    log = [tuple(event.values()) for event in rows.log_of(centre.db, task)]
    noon = "2017-09-13T05:00:00.000Z"
    assert log == [
        (noon, "otklik", "opened", "low rating", ""),
        (noon, "Anna", "shown", "", "said Anna"),
        (noon, "Anna", "assigned", "Anna", "said Anna"),
        (noon, "Anna", "called", "no answer", "said Anna"),
        (noon, "Anna", "called", "answered", "said Anna"),
        (noon, "Anna", "closed", "passed on: staff", "said Anna"),
    ]


def test_closed_task_is_not_reopened_beside_an_open_one(centre: Centre) -> None:
    centre.visit()
    first = _open(centre)
    _do(centre, first, Closed(Outcome.NOT_CALLED))
    second = _open(centre)
    with pytest.raises(CallbackError, match=f"call-back {second} is open for the same reason"):
        _do(centre, first, Reopened(DUE))


def test_task_that_is_not_there_is_named(centre: Centre) -> None:
    with pytest.raises(CallbackError, match="There is no call-back 7"):
        rows.by_id(centre.db, 7)


def test_list_has_what_is_due_first_and_the_newest_rating(centre: Centre) -> None:
    centre.invited()
    centre.visit("v2", OTHER)
    centre.hear("5")
    centre.later(minutes=1)
    centre.hear("4 долго ждали, звоните 8 913 020 00 01")
    late = rows.open_one(centre.db, visit=2, reason=Reason.ASKED, due_at=DUE + timedelta(hours=1), now=NOON)
    early = rows.open_one(centre.db, visit=1, reason=Reason.VOICE, due_at=NOON, now=NOON)
    closed = _open(centre, visit=2)
    _do(centre, closed, Closed(Outcome.NOT_CALLED))
    first, second = rows.listed(centre.db)
    assert [first.id, second.id] == [early, late]
    assert (first.about.overall, first.about.criteria, first.about.office) == (4, {}, "BRN1")
    assert (first.about.comment, first.about.phone) == ("4 долго ждали, звоните ***", "+7913***0001")
    assert (second.about.overall, second.about.comment) == (None, "")
    assert [row.id for row in rows.listed(centre.db, closed=True)] == [early, late, closed]


def test_phone_of_somebody_who_left_is_not_given(centre: Centre) -> None:
    centre.visit()
    assert rows.phone_of(centre.db, 1) == PHONE
    assert not rows.by_id(centre.db, _open(centre)).about.opted_out
    _out(centre)
    assert rows.phone_of(centre.db, 1) is None
    assert rows.by_id(centre.db, _open(centre)).about.opted_out
    centre.visit("v2", OTHER)
    centre.db.execute("UPDATE persons SET sealed = NULL")
    assert rows.phone_of(centre.db, 2) is None
    assert rows.by_id(centre.db, _open(centre, visit=2)).about.phone is None


def test_overdue_ones_are_counted_until_they_are_closed(centre: Centre) -> None:
    centre.visit()
    task = _open(centre)
    assert rows.overdue(centre.db, DUE - timedelta(seconds=1)) == (0, None)
    assert rows.overdue(centre.db, DUE) == (1, DUE)
    assert rows.counts(centre.db, DUE) == {"open": 1, "assigned": 0, "called": 0, "closed": 0, "overdue": 1}
    _do(centre, task, Closed(Outcome.NOT_CALLED))
    assert rows.counts(centre.db, DUE) == {"open": 0, "assigned": 0, "called": 0, "closed": 1, "overdue": 0}


# -- who may be asked by telephone ------------------------------------------------------------------------------------


def _silent(centre: Centre, *phones: str) -> None:
    for number, phone in enumerate(phones or (PHONE,)):
        centre.visit(f"v{number}", phone)
    centre.invite()
    centre.send()
    centre.later(days=3)
    centre.outbox.expire_silent(centre.db, centre.now)


def _candidates(centre: Centre, days: float = 7) -> list[str]:
    return [row["foreign_id"] for row in rows.silent(centre.db, centre.now - timedelta(days=days))]


def test_who_agreed_and_stayed_silent_may_be_called_for_so_long(centre: Centre) -> None:
    centre.visit("no consent", consent=False)
    _silent(centre)
    assert _candidates(centre) == ["v0"]
    centre.later(days=7)
    assert _candidates(centre) == []


@pytest.mark.parametrize("text", ["что?", "5", "стоп", "ошиблись номером"])
def test_who_has_said_anything_is_not_called(centre: Centre, text: str) -> None:
    centre.invited("v0")
    centre.hear(text)
    centre.later(days=3)
    centre.outbox.expire_silent(centre.db, centre.now)
    assert _candidates(centre) == []


def test_who_left_or_is_gone_is_not_called(centre: Centre) -> None:
    _silent(centre, PHONE, OTHER)
    _out(centre)
    assert _candidates(centre) == ["v1"]
    centre.db.execute("UPDATE persons SET sealed = NULL")
    assert _candidates(centre) == []


def test_who_wrote_what_waits_for_a_person_is_not_called(centre: Centre) -> None:
    _silent(centre)
    for sent_at, candidates in (("2017-09-12T00:00:00.000Z", ["v0"]), ("2017-09-14T00:00:00.000Z", [])):
        centre.db.execute(
            "INSERT INTO replies (person, state, text, class, criteria, opt_out, rule, confidence, sent_at, handled_at)"
            " VALUES (1, 'quarantined', '5', 'rating', '{}', 0, '', 1, ?, ?)",
            (sent_at, sent_at),
        )
        assert _candidates(centre) == candidates


def test_person_is_called_once_in_that_time_about_the_newest(centre: Centre) -> None:
    _silent(centre)
    centre.visit("newer")
    centre.invite()
    assert _candidates(centre) == []  # something is open with this person
    centre.send()
    centre.later(days=3)
    centre.outbox.expire_silent(centre.db, centre.now)
    assert _candidates(centre) == ["newer"]
    task = rows.open_one(centre.db, visit=2, reason=Reason.VOICE, due_at=centre.now, now=centre.now)
    assert _candidates(centre) == []
    _do(centre, task, Closed(Outcome.NOT_CALLED))
    assert _candidates(centre) == []


def test_who_is_to_be_called_already_is_not_asked_besides(centre: Centre) -> None:
    _silent(centre)
    task = _open(centre, reason=Reason.ASKED)
    assert _candidates(centre) == []
    _do(centre, task, Closed(Outcome.NOT_CALLED))
    assert _candidates(centre) == ["v0"]


def test_whom_to_ask_is_found_without_going_through_the_call_backs_for_each(centre: Centre) -> None:
    _silent(centre)
    ran: list[str] = []
    centre.db.conn.set_trace_callback(ran.append)
    _candidates(centre)
    centre.db.conn.set_trace_callback(None)
    (query,) = [sql for sql in ran if "FROM invitations i" in sql]
    steps = [str(step) for *_, step in centre.db.execute(f"EXPLAIN QUERY PLAN {query}").fetchall()]
    for_each = [steps[at + 1] for at, step in enumerate(steps) if step.startswith("CORRELATED")]
    assert len(for_each) == 2
    assert all(step.startswith("SEARCH") for step in for_each)
