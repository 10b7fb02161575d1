"""Emulated citizens: repeatable, in the published proportions, and never misunderstood into a wrong number."""

import statistics
from collections import Counter
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from gateway.model import MessageKind
from gateway.replies import interpret
from gateway.simulator.citizens import PATIENCE_S, Citizens, Handset
from tests.gateway.scripts import template

INVITATION = template(MessageKind.INVITE).format(date="12.09.2017", office="МФЦ г.Бийск")
NOON = datetime(2017, 9, 13, 12, 0, tzinfo=ZoneInfo("Asia/Barnaul"))
PHONES = [f"+7913{number:07d}" for number in range(20_000)]


@pytest.fixture(scope="module")
def talkative() -> Citizens:
    return Citizens(seed=7, response=1.0)


def test_20000_answers_give_no_wrong_rating(talkative: Citizens) -> None:
    wrong, understood, meant = [], 0, 0
    for phone in PHONES:
        for answer in talkative.answers(INVITATION, phone, NOON):
            meaning = interpret(answer.text)
            marks = set(meaning.criteria.values())
            rating = marks.pop() if meaning.rating is None and len(marks) == 1 else meaning.rating
            meant += answer.meant is not None
            if rating is not None and rating == answer.meant:
                understood += 1
            elif rating is not None:
                wrong.append((answer, meaning))
    assert wrong == []
    assert understood / meant > 0.99


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


def test_most_answers_are_bare_digits_and_contented(talkative: Citizens) -> None:
    firsts = [answers[0] for phone in PHONES if (answers := talkative.answers(INVITATION, phone, NOON))]
    bare = sum(answer.text in {"1", "2", "3", "4", "5"} for answer in firsts)
    assert 0.68 < bare / len(firsts) < 0.72
    meant = Counter(answer.meant for answer in firsts if answer.meant)
    assert 0.965 < (meant[4] + meant[5]) / meant.total() < 0.985


def test_answers_come_soon_or_the_next_day_and_never_after_three(talkative: Citizens) -> None:
    delays = [a.delay_s for phone in PHONES[:5000] for a in talkative.answers(INVITATION, phone, NOON)]
    assert 20 * 60 < statistics.median(delays) < 70 * 60
    assert all(0 < delay <= PATIENCE_S for delay in delays)
    next_day = sum(20 * 3600 <= delay <= 34 * 3600 for delay in delays)
    assert 0.12 < next_day / len(delays) < 0.22


def test_a_few_answer_twice_or_correct_themselves(talkative: Citizens) -> None:
    several = [found for phone in PHONES if len(found := talkative.answers(INVITATION, phone, NOON)) == 2]
    assert 0.03 < len(several) / len(PHONES) < 0.05
    assert all(first.delay_s < second.delay_s for first, second in several)
    corrected = [pair for pair in several if pair[0].meant != pair[1].meant]
    assert 0.005 < len(corrected) / len(PHONES) < 0.015


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
