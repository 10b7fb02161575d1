"""The survey by telephone: who is called, and what is said goes through the same conversation as a text."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from gateway import voice
from gateway.calendarsettings import CallbackSettings
from gateway.callbackdesk import CallbackDesk
from gateway.callbacks import Assigned, Outcome, Reason, TaskState
from gateway.errors import CallbackError
from gateway.store import callbacks as rows
from gateway.store import invitations, ledger, optouts
from gateway.testimony import TOLD, marked, rated
from gateway.voice import VoiceSurvey
from tests.gateway.conftest import PHONE, Centre

ANNA = "Anna"
OTHER = "+79130200002"


def _voice(centre: Centre, days: int | None = 7) -> VoiceSurvey:
    return VoiceSurvey(CallbackDesk(CallbackSettings(voice_days=days)), centre.conversations)


def _silent(centre: Centre, *phones: str) -> None:
    """People who were invited and have said nothing until the end, which is on a Monday at noon."""
    for number, phone in enumerate(phones or (PHONE,)):
        centre.visit(f"v{number}", phone)
    centre.invite()
    centre.send()
    centre.later(days=5)
    centre.outbox.expire_silent(centre.db, centre.now)


def _taken(centre: Centre) -> int:
    _silent(centre)
    (task,) = _voice(centre).take(centre.db, 1, ANNA, centre.now)
    return task


def _answer(centre: Centre, task: int, answer: voice.Answer, by: str = ANNA) -> rows.TaskRow:
    return _voice(centre).answer(centre.db, task, answer, by, "", centre.now)


def _ratings(centre: Centre) -> list[tuple[object, ...]]:
    return centre.all("SELECT source, overall, time, queue, staff, comfort, info, expanded, reply FROM ratings")


def test_nobody_is_called_unless_the_configuration_says_so(centre: Centre) -> None:
    _silent(centre)
    survey = _voice(centre, None)
    for call in (lambda: survey.silent(centre.db, centre.now), lambda: survey.take(centre.db, 1, ANNA, centre.now)):
        with pytest.raises(CallbackError, match=r"set callbacks\.voice_days in the configuration"):
            call()


def test_taken_ones_are_somebodys_and_are_offered_to_nobody_else(centre: Centre) -> None:
    _silent(centre, PHONE, OTHER)
    survey = _voice(centre)
    assert [one["foreign_id"] for one in survey.silent(centre.db, centre.now)] == ["v0", "v1"]
    (task,) = survey.take(centre.db, 1, ANNA, centre.now)
    row = rows.by_id(centre.db, task)
    assert (row.reason, row.task.state, row.task.assignee) == (Reason.VOICE, TaskState.ASSIGNED, ANNA)
    assert row.task.due_at == centre.now + timedelta(days=7)
    assert [one["foreign_id"] for one in survey.silent(centre.db, centre.now)] == ["v1"]
    assert len(survey.take(centre.db, 5, "Boris", centre.now)) == 1
    assert survey.take(centre.db, 5, ANNA, centre.now) == []


def test_nobody_is_taken_outside_the_hours_of_his_office(centre: Centre) -> None:
    _silent(centre)
    evening = datetime(2017, 9, 18, 11, 30, tzinfo=UTC)  # 18:30 there
    assert _voice(centre).take(centre.db, 1, ANNA, evening) == []
    assert len(_voice(centre).take(centre.db, 1, ANNA, evening - timedelta(hours=1))) == 1


def test_overall_mark_is_a_rating_by_voice(centre: Centre) -> None:
    row = _answer(centre, _taken(centre), voice.taken(rated(5, TOLD)))
    assert (row.task.state, row.task.outcome, row.task.calls) == (TaskState.CLOSED, Outcome.TAKEN, 1)
    assert _ratings(centre) == [("voice", 5, 5, 5, 5, 5, 5, 1, None)]
    assert centre.states() == {"v0": "answered"}
    assert centre.claim() == []  # nobody is thanked by message
    assert ledger.dispositions(centre.db)["rated"] == 1


def test_marks_by_criterion_are_a_rating_and_low_ones_a_task(centre: Centre) -> None:
    _answer(centre, _taken(centre), voice.taken(marked({"time": 5, "queue": 3, "info": 4}, TOLD)))
    assert _ratings(centre) == [("voice", None, 5, 3, None, None, 4, 0, None)]
    assert rows.open_of(centre.db, 1, Reason.LOW_RATING) is not None


def test_no_answer_leaves_the_task_for_another_try(centre: Centre) -> None:
    task = _taken(centre)
    for tries in (1, 2):
        row = _answer(centre, task, voice.NO_ANSWER)
        assert (row.task.state, row.task.calls, row.task.answered) == (TaskState.CALLED, tries, 0)
    assert centre.states() == {"v0": "expired"}
    assert _answer(centre, task, voice.taken(rated(4, TOLD))).task.calls == 3
    assert [event["value"] for event in rows.log_of(centre.db, task)[2:]] == [
        "no answer",
        "no answer",
        "answered",
        "survey taken",
    ]


def test_refusal_ends_the_task_and_says_nothing_of_the_rest(centre: Centre) -> None:
    row = _answer(centre, _taken(centre), voice.REFUSED)
    assert row.task.outcome is Outcome.REFUSED
    assert (centre.states(), _ratings(centre)) == ({"v0": "expired"}, [])
    assert not optouts.is_out(centre.db, centre.pseudonyms.of(PHONE))


def test_wrong_number_declines(centre: Centre) -> None:
    assert _answer(centre, _taken(centre), voice.WRONG_NUMBER).task.outcome is Outcome.WRONG_NUMBER
    assert centre.states() == {"v0": "declined"}


def test_opt_out_by_telephone_is_for_ever(centre: Centre) -> None:
    assert _answer(centre, _taken(centre), voice.OPTED_OUT).task.outcome is Outcome.OPTED_OUT
    assert centre.states() == {"v0": "declined"}
    assert optouts.is_out(centre.db, centre.pseudonyms.of(PHONE))


def test_opt_out_is_heard_from_somebody_who_has_rated_too(centre: Centre) -> None:
    centre.invited()
    centre.hear("2")
    task = rows.open_of(centre.db, 1, Reason.LOW_RATING)
    assert task is not None
    centre.callbacks.do(centre.db, task, Assigned(ANNA), ANNA, "", centre.now)
    assert _answer(centre, task, voice.OPTED_OUT).task.outcome is Outcome.OPTED_OUT
    assert centre.states() == {"v1": "answered"}
    assert optouts.is_out(centre.db, centre.pseudonyms.of(PHONE))


def test_survey_that_has_ended_takes_no_marks(centre: Centre) -> None:
    centre.invited()
    centre.hear("2")
    task = rows.open_of(centre.db, 1, Reason.LOW_RATING)
    assert task is not None
    centre.callbacks.do(centre.db, task, Assigned(ANNA), ANNA, "", centre.now)
    with pytest.raises(CallbackError, match=r"has ended \(answered\) and takes no marks"):
        _answer(centre, task, voice.taken(rated(5, TOLD)))


def test_who_asked_to_be_called_may_answer_there_and_then(centre: Centre) -> None:
    centre.invited()
    row = invitations.by_id(centre.db, 1)
    task = centre.callbacks.open(centre.db, row, Reason.ASKED, centre.now)
    centre.callbacks.do(centre.db, task, Assigned(ANNA), ANNA, "", centre.now)
    _answer(centre, task, voice.taken(rated(5, TOLD)))
    centre.hear("1")  # the conversation is over
    assert [rating[:2] for rating in _ratings(centre)] == [("voice", 5)]


def test_only_who_has_the_task_answers(centre: Centre) -> None:
    task = _taken(centre)
    with pytest.raises(CallbackError, match="Anna has the task"):
        _answer(centre, task, voice.taken(rated(5, TOLD)), by="Boris")
    assert _ratings(centre) == []
