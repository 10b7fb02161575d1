"""What conversations do on a real database where things cross: answers and questions that wait, ends and the queue."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.ledger import draw_up
from modem.outcomes import Refused, Unknown
from modem.tables import CMS_CAUSES
from tests.gateway.conftest import SIM, Centre

TIME, QUEUE, STAFF = (
    "13.09.2017 Вы были в МФЦ Барнаул. Оцените от 1 до 5: сроки услуги",
    "Спасибо. Оцените от 1 до 5: ожидание в очереди",
    "Оцените от 1 до 5: вежливость и компетентность персонала",
)
HELP = "Опрос о качестве услуг МФЦ. Пришлите 1-5 или СТОП. Ответ бесплатный."


@pytest.fixture
def questions(tmp_path: Path) -> Iterator[Centre]:
    """Five questions, one after the other."""
    opened = Centre(tmp_path / "otklik.db", script="five-questions")
    yield opened
    opened.db.close()


def _hear_late(centre: Centre, text: str, minutes: float = 20) -> None:
    """A text that comes so long after it was sent that what answers it waits for the window."""
    pdus = centre.pdus(text)
    centre.later(minutes=minutes)
    centre.keep(*pdus)
    centre.inbox.handle(centre.db, centre.now)


def _answers(centre: Centre) -> object:
    return centre.all("SELECT answers FROM invitations ORDER BY id")[0][0]


def test_answer_sent_while_the_next_question_waits_is_about_the_one_before(questions: Centre) -> None:
    questions.invited()
    questions.later(hours=11)
    _hear_late(questions, "5")
    questions.later(minutes=10)
    questions.hear("4")
    assert _answers(questions) == '{"time": 4}'
    questions.later(hours=10)
    assert questions.send() == [QUEUE]
    questions.later(minutes=1)
    questions.hear("3")
    assert _answers(questions) == '{"time": 4, "queue": 3}'


def test_question_that_is_answered_before_it_went_out_does_not_go_out(questions: Centre) -> None:
    questions.invited()
    questions.later(hours=11)
    _hear_late(questions, "5")
    questions.later(minutes=10)
    questions.hear("очередь 4")
    assert questions.send() == [STAFF]
    questions.later(hours=10)
    assert questions.send() == []
    assert questions.parts() == ["submitted", "failed", "submitted"]


def test_conversation_that_ended_on_its_way_out_stays_ended(centre: Centre) -> None:
    centre.visit()
    centre.invite()
    (part,) = centre.claim()
    centre.later(seconds=5)
    centre.hear("5 стоп")
    centre.outbox.settle(centre.db, [(part.id, Unknown("silence"))], centre.now)
    centre.later(seconds=5)
    centre.hear("стоп")
    assert len(centre.send()) == 1  # one farewell
    assert centre.states() == {"v1": "answered"}


def test_reminder_counts_from_when_the_invitation_went_out(tmp_path: Path) -> None:
    centre = Centre(tmp_path / "otklik.db", reminder_s=86_400, invite_within_s=None)
    centre.visit()
    centre.invite()
    centre.later(hours=22)
    centre.outbox.keep_to_window(centre.db, centre.now)
    assert len(centre.send()) == 1
    centre.later(hours=5)
    centre.outbox.remind_silent(centre.db, centre.now)
    assert centre.send() == []
    centre.later(hours=19)
    centre.outbox.remind_silent(centre.db, centre.now)
    assert len(centre.send()) == 1
    centre.db.close()


def test_rating_at_the_end_of_time_is_not_the_late_replys(questions: Centre) -> None:
    questions.invited()
    questions.later(minutes=1)
    questions.hear("5")
    questions.later(days=4)
    questions.hear("3")
    assert questions.all("SELECT state FROM replies ORDER BY id") == [("handled",), ("late",)]
    assert questions.all("SELECT time, queue, reply FROM ratings") == [(5, None, 1)]


def test_review_at_the_end_of_time_is_of_what_was_not_understood(centre: Centre) -> None:
    centre.invited()
    centre.hear("11")
    centre.later(days=4)
    centre.hear("22")
    assert centre.all("SELECT state FROM replies ORDER BY id") == [("handled",), ("late",)]
    assert centre.all("SELECT reply FROM reviews") == [(1,)]


def test_rating_of_before_an_opt_out_that_comes_after_it_is_kept(centre: Centre) -> None:
    centre.invited()
    centre.later(minutes=1)
    five = centre.pdus("5")
    centre.later(minutes=1)
    centre.hear("стоп")
    centre.keep(*five)
    centre.inbox.handle(centre.db, centre.now)
    centre.hear("1")
    assert centre.all("SELECT overall FROM ratings") == [(5,)]
    assert centre.all("SELECT state FROM replies ORDER BY id") == [("handled",), ("handled",), ("late",)]


def test_who_comes_back_is_not_told_that_he_is_gone(centre: Centre) -> None:
    centre.invited()
    centre.later(hours=11)
    _hear_late(centre, "стоп")
    _hear_late(centre, "старт")
    centre.later(hours=10)
    assert centre.send() == []


def test_explanation_does_not_come_after_the_answer(centre: Centre) -> None:
    centre.invited()
    centre.later(hours=11)
    _hear_late(centre, "а что это?")
    assert centre.all("SELECT text FROM messages WHERE kind = 'help'") == [(HELP,)]
    centre.hear("5")
    centre.later(hours=10)
    assert HELP not in centre.send()


def test_invitation_that_waits_to_be_sent_again_when_time_is_up_is_not_lost(centre: Centre) -> None:
    centre.visit()
    centre.invite()
    centre.send(Unknown("silence"))
    centre.later(days=3, minutes=1)
    assert centre.outbox.resend_unknown(centre.db, centre.now, {SIM: 600}) == 1
    centre.outbox.expire_silent(centre.db, centre.now)
    ledger = draw_up(centre.db)
    assert (ledger.lost, ledger.dispositions["unknown"]) == ([], 1)


def test_invitation_that_never_went_out_does_not_stand_in_the_way_of_another(centre: Centre) -> None:
    centre.visit("v1")
    centre.invite()
    centre.hear("стоп")
    centre.later(minutes=5)
    centre.hear("старт")
    centre.visit("v2")
    centre.invite()
    assert centre.states()["v2"] == "open"


def test_pause_before_a_part_is_tried_again_goes_on_over_night(centre: Centre) -> None:
    centre.visit()
    centre.invite()
    centre.later(hours=8)
    for _ in range(3):
        centre.send(Refused(CMS_CAUSES[22]))
        centre.db.execute("UPDATE parts SET next_at = ?", ("2017-09-14T04:00:00.000Z",))
    centre.later(hours=1)
    centre.outbox.keep_to_window(centre.db, centre.now)
    assert centre.all("SELECT next_at FROM parts") == [("2017-09-14T04:00:00.000Z",)]


def test_conversation_that_failed_is_not_taken_up_again_beside_the_next(tmp_path: Path) -> None:
    centre = Centre(tmp_path / "otklik.db", script="five-questions", once_per_phone_s=0)
    centre.invited("v1")
    centre.report(1, 0x41)
    sent_at = centre.now + timedelta(minutes=1)
    centre.visit("v2")
    centre.later(minutes=1)
    answer = centre.pdus("5")
    centre.later(minutes=1)
    assert sent_at < centre.now
    centre.invite()
    centre.keep(*answer)
    centre.inbox.handle(centre.db, centre.now)
    assert list(centre.states().values()).count("open") == 1
    assert len(centre.send()) == 1
    centre.db.close()
