"""Citizens who are asked about criteria: they read what is asked, mostly go on, and are never misunderstood."""

from collections import Counter
from datetime import UTC, datetime

import pytest

from gateway import scriptfiles
from gateway.model import CRITERIA, MessageKind
from gateway.replies import interpret
from gateway.replies.context import Context
from gateway.script import Script
from gateway.simulator import questions
from gateway.simulator.citizens import Citizens

NOON = datetime(2017, 9, 13, 12, tzinfo=UTC)
PHONES = [f"+7913{number:07d}" for number in range(1500)]
WORDS = {"date": "12.09.2017", "office": "МФЦ г.Бийск"}


def said(script: Script, kind: MessageKind, asks: tuple[str, ...]) -> str:
    return script.template(kind, asks, "ru").format(**WORDS, asked=script.named(asks, "ru"))


@pytest.mark.parametrize("name", scriptfiles.packaged())
def test_what_a_question_asks_for_is_read_from_its_words(name: str) -> None:
    script = scriptfiles.load(name)
    for number, asks in enumerate(script.asks):
        text = said(script, MessageKind.QUESTION if number else MessageKind.INVITE, asks)
        assert questions.asks(text)
        assert questions.is_first(text) is (number == 0)
        assert questions.criteria(text) == tuple(key for key in asks if key in CRITERIA)
        read = questions.read(text)
        assert read is not None and read.kind is (questions.Kind.QUESTION if number else questions.Kind.INVITE)


@pytest.mark.parametrize("name", scriptfiles.packaged())
def test_reminder_reprompt_and_help_are_told_apart(name: str) -> None:
    script = scriptfiles.load(name)
    asks = script.asks[0]
    kinds = {
        MessageKind.REMINDER: questions.Kind.REMINDER,
        MessageKind.REPROMPT: questions.Kind.AGAIN,
        MessageKind.HELP: questions.Kind.HELP,
    }
    for kind, expected in kinds.items():
        read = questions.read(said(script, kind, asks))
        assert read is not None and read.kind is expected


@pytest.mark.parametrize("kind", [MessageKind.THANKS, MessageKind.FAREWELL])
@pytest.mark.parametrize("name", scriptfiles.packaged())
def test_what_asks_nothing_is_not_answered(name: str, kind: MessageKind) -> None:
    text = said(scriptfiles.load(name), kind, ())
    assert not any(Citizens(1, response=1).answers(text, phone, NOON) for phone in PHONES[:200])


@pytest.mark.parametrize("asks", [CRITERIA, CRITERIA[1:], ("queue", "info")], ids=str)
def test_marks_are_never_misunderstood(asks: tuple[str, ...]) -> None:
    script = scriptfiles.load("criteria")
    first = asks == CRITERIA
    text = said(script, MessageKind.INVITE if first else MessageKind.QUESTION, asks)
    citizens = Citizens(5, response=1)
    shapes = Counter[str]()
    for phone in PHONES:
        for answer in citizens.answers(text, phone, NOON):
            meaning = interpret(answer.text, Context(asks, (text,)))
            shapes[meaning.cls] += bool(answer.marks)
            for key, mark in meaning.criteria.items():
                assert answer.marks.get(key, answer.meant) == mark, (answer, meaning)
            if meaning.rating is not None:
                assert meaning.rating == answer.meant, (answer, meaning)
            if len(answer.marks) == len(asks) and answer.marks:
                assert meaning.criteria == answer.marks, (answer, meaning)
    assert shapes.total() > 1000


def test_most_of_those_who_began_go_on() -> None:
    script = scriptfiles.load("five-questions")
    citizens = Citizens(1, automatic=0)
    text = said(script, MessageKind.QUESTION, ("staff",))
    answered = [answers[0] for phone in PHONES if (answers := citizens.answers(text, phone, NOON))]
    assert 0.84 < len(answered) / len(PHONES) < 0.90
    assert all(interpret(answer.text).rating == answer.marks["staff"] for answer in answered)
