"""A model checker: every state a conversation can reach, whatever happens in whatever order, and what holds in all.

It walks until there is nothing new, for each shape that a survey can have, with as few criteria as show it: nothing in
the machine asks how many there are. What only counts (how often somebody was heard or not understood) is folded to what
makes a difference, so that the states are finitely many.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest

from gateway import scriptfiles
from gateway.model import CRITERIA, OVERALL, BarReason, Conversation, InvitationState, Meaning, MessageKind, ReplyClass
from gateway.survey import (
    ENDS,
    Barred,
    CallBack,
    Close,
    Decided,
    Due,
    Effect,
    Event,
    Late,
    OptOut,
    Rate,
    Remind,
    Replied,
    Review,
    Send,
    Silence,
    Spoken,
    SurveySettings,
    Undeliverable,
    advance,
    most_messages,
)

START = datetime(2017, 9, 13, 3, tzinfo=UTC)
TIMES = tuple(START + timedelta(minutes=minutes) for minutes in (0, 10, 60))
"""Invited at the first, over at the third: a reply may be sent at any, and be heard then or later."""
WINDOW_S = 3600
SHAPES = {
    "one question": ((OVERALL,),),
    "several things in one": (("time", "queue"),),
    "one after the other": (("time",), ("queue",)),
}


def meaning(cls: ReplyClass, rating: int | None = None, *, opt_out: bool = False, **criteria: int) -> Meaning:
    return Meaning(cls, "test", rating, criteria, opt_out)


STOP = meaning(ReplyClass.OPTOUT, opt_out=True)
ANSWERS = (
    meaning(ReplyClass.RATING, 5),
    meaning(ReplyClass.RATING, 2),
    meaning(ReplyClass.RATING, 5, opt_out=True),
    meaning(ReplyClass.PARTIAL, queue=2),
    meaning(ReplyClass.VECTOR, time=5, queue=5, staff=5),
)
WITHOUT_MARK = set(ReplyClass) - {ReplyClass.RATING, ReplyClass.PARTIAL, ReplyClass.VECTOR, ReplyClass.OPTOUT}
MEANINGS = (*ANSWERS, STOP, *map(meaning, sorted(WITHOUT_MARK)))
"""One of every class, and more of those that have a mark."""


@dataclass(frozen=True)
class Past:
    """A conversation, with what of its past the rules look back to."""

    conversation: Conversation
    now: int
    refused: int | None = None


def events(now: int) -> Iterator[Event]:
    """Everything that can happen at a time; replies that were sent at any time until then."""
    yield from (Due(), Barred(BarReason.TOO_RECENT), Undeliverable(), Silence(), Remind())
    for said, sent in itertools.product(MEANINGS, {0, now}):
        yield Replied(said, TIMES[sent])
    for said in (ANSWERS[0], ANSWERS[3], STOP):
        yield from (Decided(said, TIMES[max(now - 1, 0)]), Spoken(said))


def folded(conversation: Conversation) -> Conversation:
    """The conversation without what makes no difference any more."""
    match conversation.state:
        case InvitationState.BARRED:
            return Conversation(conversation.state)
        case InvitationState.DECLINED:
            # Nothing is sent any more.
            return replace(conversation, outgoing=0, reprompts=0, helps=0, reminders=0, heard=0, unclear=0)
        case InvitationState.ANSWERED:
            return replace(conversation, reprompts=0, helps=0, reminders=0, heard=0, unclear=0)
        case _:
            heard = 1 if conversation.reminders else min(conversation.heard, 1)
            return replace(conversation, heard=heard, unclear=min(conversation.unclear, 2))


@cache
def model(shape: str, chatty: bool) -> tuple[SurveySettings, set[Past]]:
    """Every past that can come about; each step is checked on the way."""
    settings = SurveySettings(SHAPES[shape], WINDOW_S, thanks=chatty, reminder=chatty)
    frontier = [Past(Conversation(), 0)]
    reached = set(frontier)
    while frontier:
        past = frontier.pop()
        afters = [take(past, event, past.now, settings) for event in events(past.now)]
        if past.now + 1 < len(TIMES):
            afters.append(replace(past, now=past.now + 1))  # nothing happens, and time passes
        for after in afters:
            if after not in reached:
                reached.add(after)
                frontier.append(after)
    return settings, reached


def take(past: Past, event: Event, now: int, settings: SurveySettings) -> Past:
    before = past.conversation
    after, effects = advance(before, event, TIMES[now], settings)
    check(past, event, after, effects, settings)
    return Past(folded(after), now, refusal(past, event, effects, now))


def refusal(past: Past, event: Event, effects: tuple[Effect, ...], now: int) -> int | None:
    """When the first refusal was sent."""
    if OptOut() not in effects or past.refused is not None:
        return past.refused
    return TIMES.index(event.sent_at) if isinstance(event, Replied | Decided) else now


def check(past: Past, event: Event, after: Conversation, effects: tuple[Effect, ...], settings: SurveySettings) -> None:
    """What holds at every single step."""
    before = past.conversation
    sends = [effect for effect in effects if isinstance(effect, Send)]
    rates = [effect for effect in effects if isinstance(effect, Rate)]
    closes = [effect.state for effect in effects if isinstance(effect, Close)]
    assert len(sends) <= 1
    assert len(rates) <= 1
    assert after.outgoing == before.outgoing + len(sends) <= most_messages(settings)
    assert after.reprompts - before.reprompts == [send.kind for send in sends].count(MessageKind.REPROMPT)
    assert closes == ([after.state] if after.state is not before.state and after.state in ENDS else [])
    if sends:
        # We begin only when the timetable says so, which keeps to the window; all else answers somebody who wrote.
        begins = sends[0].kind in (MessageKind.INVITE, MessageKind.REMINDER)
        assert isinstance(event, Due | Remind) if begins else isinstance(event, Replied | Decided)
        assert past.refused is None
    if sends and sends[0].kind is MessageKind.THANKS:
        assert settings.thanks
        assert before.state is not InvitationState.ANSWERED
        assert after.state is InvitationState.ANSWERED
    if sends and sends[0].kind is MessageKind.FAREWELL:
        assert OptOut() in effects
    if sends and sends[0].asks:
        assert after.state is InvitationState.OPEN
        assert sends[0].asks == after.asked
        assert set(sends[0].asks) - set(after.marks) or sends[0].kind is MessageKind.REPROMPT
    if past.refused is not None and rates and not isinstance(event, Spoken):
        assert isinstance(event, Replied | Decided)
        assert event.sent_at < TIMES[past.refused]  # a last word before the refusal, that came after it
    if Late() in effects:
        assert not sends
        assert after.marks == before.marks
    if isinstance(event, Replied | Decided | Spoken) and event.meaning.opt_out:
        assert OptOut() in effects
    if rates:
        assert after.state is InvitationState.ANSWERED
        assert rates[0].corrected is (before.state is InvitationState.ANSWERED)
        assert rates[0].criteria == {key: mark for key, mark in after.answers if key != OVERALL}
    if CallBack() in effects:
        assert min(after.marks.values()) < 4
    if isinstance(event, Replied) and event.meaning.cls is ReplyClass.NOISE:
        assert not [effect for effect in effects if not isinstance(effect, Late | Close | Rate | CallBack | Review)]
    for key, mark in before.answers:
        # What was answered stays answered, and only a newer word changes it; one number for all gives way to all.
        if key == OVERALL and key not in settings.keys and after.marks.keys() >= set(settings.keys):
            continue
        assert key in after.marks
        if after.marks[key] != mark and isinstance(event, Replied | Decided):
            assert before.answered_at is not None
            assert event.sent_at >= before.answered_at


VARIANTS = [
    ("one question", True),
    ("one question", False),
    ("several things in one", True),
    ("one after the other", False),
]


@pytest.mark.parametrize("variant", VARIANTS, ids=str)
def test_in_every_state_there_is_the_rules_hold_and_messages_are_few(variant: tuple[str, bool]) -> None:
    settings, pasts = model(*variant)
    for past in pasts:
        conversation = past.conversation
        assert conversation.outgoing <= most_messages(settings)
        assert conversation.reprompts <= settings.max_reprompts
        assert conversation.helps <= 1
        assert conversation.reminders <= settings.reminder
        assert conversation.state is not InvitationState.EXPIRED or not conversation.answers  # a rating, then
        if conversation.state is InvitationState.OPEN:
            assert conversation.asked
        # Time and failed messages throw nothing away that was answered; and nobody is heard before he is asked.
        assert not conversation.answers or conversation.state is not InvitationState.EXPIRED
        assert not conversation.heard or conversation.asked
    assert {past.conversation.state for past in pasts} == set(InvitationState)


@pytest.mark.parametrize("variant", VARIANTS, ids=str)
def test_no_state_is_dead_and_time_alone_ends_every_conversation(variant: tuple[str, bool]) -> None:
    settings, pasts = model(*variant)
    for past in pasts:
        conversation = past.conversation
        if conversation.state is InvitationState.DUE:
            conversation, _ = advance(conversation, Due(), TIMES[past.now], settings)
        ended, effects = advance(conversation, Silence(), TIMES[past.now] + timedelta(hours=2), settings)
        assert ended.state in ENDS
        if conversation.state is InvitationState.OPEN:
            # What has been said so far is kept, and nothing is sent.
            assert bool([effect for effect in effects if isinstance(effect, Rate)]) is bool(ended.answers)
            assert not [effect for effect in effects if isinstance(effect, Send)]


@pytest.mark.parametrize("variant", VARIANTS, ids=str)
def test_ended_conversation_minds_nothing_but_people(variant: tuple[str, bool]) -> None:
    settings, pasts = model(*variant)
    for past in pasts:
        if past.conversation.state in ENDS:
            for event in (Due(), Barred(BarReason.TOO_RECENT), Undeliverable(), Silence(), Remind()):
                assert advance(past.conversation, event, TIMES[-1], settings) == (past.conversation, ())


@pytest.mark.parametrize("variant", VARIANTS, ids=str)
def test_reply_that_comes_twice_changes_and_says_nothing_the_second_time(variant: tuple[str, bool]) -> None:
    settings, pasts = model(*variant)
    for past in pasts:
        for said in ANSWERS[:2] + ANSWERS[3:]:
            event = Replied(said, TIMES[past.now])
            once, _ = advance(past.conversation, event, TIMES[past.now], settings)
            asked_anew = once.asked != past.conversation.asked or once.reprompts > 0
            if once.answers == past.conversation.answers or asked_anew:
                continue  # it was no answer, or something was asked that the same digit may answer
            twice, effects = advance(once, event, TIMES[past.now], settings)
            assert twice.answers == once.answers
            assert not [effect for effect in effects if isinstance(effect, Rate)]


def test_every_criterion_answered_by_itself_makes_the_same_rating_as_all_at_once() -> None:
    settings = SurveySettings(scriptfiles.load("five-questions").asks, WINDOW_S)
    marks = dict(zip(CRITERIA, (5, 4, 3, 2, 1), strict=True))
    single, _ = advance(Conversation(), Due(), TIMES[0], settings)
    effects: tuple[Effect, ...] = ()
    for minute, mark in enumerate(marks.values()):
        at = START + timedelta(minutes=1 + minute)
        single, effects = advance(single, Replied(meaning(ReplyClass.RATING, mark), at), at, settings)
    whole, at_once = advance(Conversation(), Due(), TIMES[0], settings)
    whole, at_once = advance(
        whole, Replied(Meaning(ReplyClass.VECTOR, "test", criteria=marks), TIMES[1]), TIMES[1], settings
    )
    assert single.marks == whole.marks == marks
    assert effects == at_once == (
        Rate(None, marks), CallBack(), Send(MessageKind.THANKS), Close(InvitationState.ANSWERED),
    )  # fmt: skip
