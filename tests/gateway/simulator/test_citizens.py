"""Emulated citizens: repeatable, in the published proportions, and never misunderstood into a wrong number."""

import dataclasses
import statistics
from collections import Counter
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from gateway.model import MessageKind, ReplyClass
from gateway.replies import interpret
from gateway.simulator import questions
from gateway.simulator.citizens import PATIENCE_S, Citizens, Handset, Occasion
from gateway.simulator.intents import Answer
from gateway.simulator.scenario.model import CitizensSection
from tests.gateway.scripts import template

INVITATION = template(MessageKind.INVITE).format(date="12.09.2017", office="МФЦ г.Бийск")
NOON = datetime(2017, 9, 13, 12, 0, tzinfo=ZoneInfo("Asia/Barnaul"))
PHONES = [f"+7913{number:07d}" for number in range(8_000)]


@pytest.fixture(scope="module")
def talkative() -> Citizens:
    return Citizens(seed=7, response=1.0)


@pytest.fixture(scope="module")
def found(talkative: Citizens) -> list[list[Answer]]:
    """What each of those who answer sends back."""
    return [answers for phone in PHONES if (answers := talkative.answers(INVITATION, phone, NOON))]


def test_8000_citizens_are_never_misunderstood(found: list[list[Answer]]) -> None:
    wrong, understood, meant = [], 0, 0
    for answers in found:
        for answer in answers:
            meaning = interpret(answer.text)
            marks = set(meaning.criteria.values())
            rating = marks.pop() if meaning.rating is None and len(marks) == 1 else meaning.rating
            meant += answer.meant is not None
            if rating is not None and rating == answer.meant:
                understood += 1
            elif rating is not None:
                wrong.append((answer, meaning))
    assert wrong == []
    assert understood / meant > 0.985


def test_same_seed_and_phone_give_the_same_answers_in_any_order() -> None:
    first, second = Citizens(1), Citizens(1)
    forwards = {phone: first.answers(INVITATION, phone, NOON) for phone in PHONES[:500]}
    backwards = {phone: second.answers(INVITATION, phone, NOON) for phone in reversed(PHONES[:500])}
    assert forwards == backwards
    assert forwards != {phone: Citizens(2).answers(INVITATION, phone, NOON) for phone in PHONES[:500]}


def test_share_of_those_who_answer_is_the_published_one() -> None:
    citizens = Citizens(3)
    answered = sum(bool(citizens.answers(INVITATION, phone, NOON)) for phone in PHONES)
    assert 0.16 < answered / len(PHONES) < 0.20


def test_most_answers_are_bare_digits_and_contented(found: list[list[Answer]]) -> None:
    firsts = [answers[0] for answers in found]
    bare = sum(answer.text in {"1", "2", "3", "4", "5"} for answer in firsts)
    assert 0.68 < bare / len(firsts) < 0.72
    meant = Counter(answer.meant for answer in firsts if answer.meant)
    assert 0.965 < (meant[4] + meant[5]) / meant.total() < 0.985


def test_answers_come_soon_or_the_next_day_and_never_after_three(found: list[list[Answer]]) -> None:
    delays = [answer.delay_s for answers in found for answer in answers]
    assert 20 * 60 < statistics.median(delays) < 70 * 60
    assert all(0 < delay <= PATIENCE_S for delay in delays)
    next_day = sum(20 * 3600 <= delay <= 34 * 3600 for delay in delays)
    assert 0.12 < next_day / len(delays) < 0.22


def test_a_few_answer_twice_or_correct_themselves(found: list[list[Answer]]) -> None:
    several = [answers for answers in found if len(answers) == 2]
    assert all(first.delay_s < second.delay_s for first, second in several)
    twice = [pair for pair in several if pair[0].text == pair[1].text]
    assert 0.02 < len(twice) / len(PHONES) < 0.04
    corrected = [pair for pair in several if None not in (marks := [one.meant for one in pair]) and len(set(marks)) > 1]
    assert 0.005 < len(corrected) / len(PHONES) < 0.015


def test_correction_comes_to_the_mark_that_is_in_mind() -> None:
    mended = Citizens(7, response=1, corrects=1, twice=0)
    count = 0
    for phone in PHONES[:500]:
        marks = [answer.meant for answer in mended.answers(INVITATION, phone, NOON) if answer.meant is not None]
        if len(marks) == 2:
            count += 1
            assert marks[0] != marks[1] == mended.score(phone)
    assert count > 400


def test_some_give_the_reason_or_a_greeting_apart_from_the_mark(found: list[list[Answer]]) -> None:
    several = [answers for answers in found if len(answers) == 2]
    assert any(first.meant and second.meant is None for first, second in several)
    assert any(first.meant is None and second.meant for first, second in several)


def test_machine_answers_at_once_and_every_time() -> None:
    machines = Citizens(1, response=1, automatic=1)
    for text in (INVITATION, template(MessageKind.REPROMPT)):
        first = machines.answers(text, PHONES[0], NOON)[0]
        assert first.delay_s <= 20 and first.meant is None
        assert interpret(first.text).cls is ReplyClass.NOISE


def test_citizens_of_a_scenario_are_as_it_says() -> None:
    section = CitizensSection(
        response=0.2, scores=(0.1, 0.2, 0.3, 0.3, 0.1), median_s=11, sigma=0.5, next_day=0.3, twice=0.04, corrects=0.05,
        abuse=0.06, automatic=0.07,
    )  # fmt: skip
    citizens = Citizens.of(section, "s")
    names = {one.name for one in dataclasses.fields(citizens)} - {"seed"}
    assert {name: getattr(citizens, name) for name in names} == {name: getattr(section, name) for name in names}
    assert all(getattr(Citizens(1), name) == getattr(CitizensSection(), name) for name in names)


def test_abuse_is_never_taken_for_a_mark() -> None:
    rude = Citizens(1, response=1, abuse=1)
    texts = {answer.text for phone in PHONES[:400] for answer in rude.answers(INVITATION, phone, NOON)}
    assert len(texts) > 200
    assert not any(interpret(text).cls is ReplyClass.RATING for text in texts)


def test_answers_are_about_the_visit_and_not_about_the_words() -> None:
    citizens = Citizens(1, response=1)
    other = template(MessageKind.INVITE).format(date="13.09.2017", office="МФЦ Барнаул")
    about, again = Occasion("BRN1-1", 2), Occasion("BRN1-2", 4)
    answers = {phone: citizens.answers(INVITATION, phone, NOON, about) for phone in PHONES[:300]}
    assert answers == {phone: citizens.answers(other, phone, NOON, about) for phone in PHONES[:300]}
    assert answers != {phone: citizens.answers(INVITATION, phone, NOON, again) for phone in PHONES[:300]}
    bare = [one.meant for found in answers.values() for one in found if one.text.isdigit() and len(one.text) == 1]
    assert bare.count(2) > 0.9 * len(bare) > 150


def test_intents_are_the_answers_without_their_words(talkative: Citizens) -> None:
    question = questions.read(INVITATION)
    assert question is not None
    for phone in PHONES[:300]:
        intents = talkative.intents(question, phone, NOON)
        assert [talkative.say(intent) for intent in intents] == talkative.answers(INVITATION, phone, NOON)


def test_stranger_mostly_says_so_and_has_no_mark_of_the_visit() -> None:
    citizens = Citizens(1, response=1)
    occasion = Occasion("v", 1, stranger=True)
    found = [answer for phone in PHONES[:1000] for answer in citizens.answers(INVITATION, phone, NOON, occasion)]
    classes = Counter(interpret(answer.text).cls for answer in found)
    assert classes[ReplyClass.WRONG_RECIPIENT] > 500
    assert classes[ReplyClass.OPTOUT] > 150
    assert 0 < sum(answer.meant is not None for answer in found) < 120
    assert sum(answer.meant == 1 for answer in found) < 5


def test_reprompt_mostly_brings_the_digit_that_was_meant(talkative: Citizens) -> None:
    replies = [talkative.answers(template(MessageKind.REPROMPT), phone, NOON) for phone in PHONES[:2000]]
    digits = [
        answers[0].text == str(talkative.score(phone))
        for phone, answers in zip(PHONES, replies, strict=False)
        if answers
    ]
    assert 0.6 < sum(digits) / len(replies) < 0.8


def test_help_is_answered_and_thanks_and_farewell_are_not(talkative: Citizens) -> None:
    assert any(talkative.answers(template(MessageKind.HELP), phone, NOON) for phone in PHONES[:50])
    for kind in (MessageKind.THANKS, MessageKind.FAREWELL):
        assert not any(talkative.answers(template(kind), phone, NOON) for phone in PHONES[:500])


def test_one_telephone_in_twenty_is_not_reachable() -> None:
    states = Counter(Citizens(1).handset(phone) for phone in PHONES)
    assert 0.94 < states[Handset.ON] / len(PHONES) < 0.96
    assert 0.005 < states[Handset.BLOCKED] / len(PHONES) < 0.015
    assert Citizens(1).handset(PHONES[0]) is Citizens(1).handset(PHONES[0])
