"""A reminder goes to the silent, once, in the window, and only where it is wanted."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway.survey import SurveySettings, most_messages
from tests.gateway.conftest import Centre

HOUR = 3600
REMINDER = "Напоминаем: оцените услугу в МФЦ Барнаул от 1 до 5. Ответ бесплатный."


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[Centre]:
    opened = Centre(tmp_path / "otklik.db", reminder_s=20 * HOUR)
    yield opened
    opened.db.close()


def reminded(centre: Centre) -> list[str]:
    """What the reminding job brings onto the air now."""
    centre.outbox.remind_silent(centre.db, centre.now)
    return centre.send(first=50)


def test_who_stays_silent_is_reminded_once(centre: Centre) -> None:
    centre.invited()
    centre.later(hours=19)
    assert reminded(centre) == []
    centre.later(hours=2)
    assert reminded(centre) == [REMINDER]
    centre.later(hours=21)
    assert reminded(centre) == []


@pytest.mark.parametrize("text", ["5", "4-5", "кто это?", "супер"])
def test_who_has_said_anything_is_not_reminded(centre: Centre, text: str) -> None:
    centre.invited()
    centre.later(hours=1)
    centre.hear(text)
    centre.send(first=10)
    centre.later(hours=20)
    assert reminded(centre) == []


def test_machine_that_answers_does_not_count_as_a_person(centre: Centre) -> None:
    centre.invited()
    centre.hear("Абонент временно недоступен")
    centre.later(hours=21)
    assert reminded(centre) == [REMINDER]


def test_reminder_waits_for_the_window(centre: Centre) -> None:
    centre.now = datetime(2017, 9, 13, 3, tzinfo=UTC)  # ten in the morning in Barnaul
    centre.invited()
    centre.later(hours=20)  # six the next morning
    assert reminded(centre) == []
    centre.later(hours=2, minutes=59)
    assert reminded(centre) == []
    centre.later(minutes=1)
    assert reminded(centre) == [REMINDER]


def test_reminder_that_comes_too_late_to_be_answered_is_not_sent(centre: Centre) -> None:
    centre.invited()
    centre.later(hours=73)
    assert reminded(centre) == []


def test_invitation_that_has_not_gone_out_is_not_reminded_of(centre: Centre) -> None:
    centre.visit()
    centre.invite()
    centre.later(hours=21)
    centre.outbox.remind_silent(centre.db, centre.now)
    assert centre.all("SELECT kind FROM messages") == [("invite",)]


def test_reminder_to_one_who_answers_before_it_goes_is_withdrawn(centre: Centre) -> None:
    centre.invited()
    centre.later(hours=21)
    centre.outbox.remind_silent(centre.db, centre.now)
    centre.hear("5")
    assert centre.send(first=60) == ["Спасибо, Ваша оценка принята."]


def test_nobody_is_reminded_by_default(tmp_path: Path) -> None:
    centre = Centre(tmp_path / "otklik.db")
    centre.invited()
    centre.later(hours=60)
    assert reminded(centre) == []
    centre.db.close()
    assert most_messages(SurveySettings(reminder=True)) == most_messages(SurveySettings()) + 1
