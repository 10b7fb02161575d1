"""What a reply does to a conversation: the half of the state machine that listens.

Pure. A reply goes through these questions, in this order: was there an invitation yet, does it still count, does it
refuse, does it answer, is it about something else. The package says which rules hold for all of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from gateway.model import KEYS, OVERALL, Conversation, InvitationState, Meaning, MessageKind, ReplyClass
from gateway.survey.steps import TAKES_MARKS, close, is_over, record, run_out, say
from gateway.survey.words import Decided, Effect, Late, OptOut, Replied, Review, Step, SurveySettings

_UNCLEAR = frozenset({ReplyClass.AMBIGUOUS, ReplyClass.OUT_OF_RANGE, ReplyClass.COMMENT})
"""What is asked about once more. Noise is not: it may come from a machine."""
_DOUBTFUL = _UNCLEAR - {ReplyClass.COMMENT}
"""What a person should decide if it stays unexplained: a comment is none, it says what it says."""


def hear(conversation: Conversation, event: Replied | Decided, now: datetime, settings: SurveySettings) -> Step:
    """A reply in any state. A decided one is what it would have been, without the talk around it."""
    meaning, sent_at = event.meaning, event.sent_at
    if conversation.state is InvitationState.DUE:
        return _hear_before_invitation(conversation, meaning, now)
    if isinstance(event, Decided):
        settings = replace(settings, thanks=False, max_reprompts=0)
    elif meaning.cls is not ReplyClass.NOISE:
        conversation = replace(conversation, heard=conversation.heard + 1)
    if is_over(conversation, sent_at) or not conversation.asked:
        return _hear_late(conversation, meaning)
    if meaning.opt_out:
        return _opt_out(conversation, meaning, sent_at, now, settings)
    if _has_rating(meaning):
        return _answer(conversation, meaning, sent_at, now, settings)
    if conversation.state is not InvitationState.OPEN:
        return conversation, ()
    if meaning.cls is ReplyClass.WRONG_RECIPIENT:
        return _wrong_recipient(conversation)
    if isinstance(event, Decided) or is_over(conversation, now):
        return conversation, ()
    if meaning.cls is ReplyClass.HELP and not conversation.helps:
        return say(replace(conversation, helps=1), MessageKind.HELP, (), settings)
    if meaning.cls in _UNCLEAR:
        return _ask_again(conversation, meaning.cls in _DOUBTFUL, settings)
    return conversation, ()


def listen(conversation: Conversation, meaning: Meaning, now: datetime, settings: SurveySettings) -> Step:
    """What was said to somebody who called: it counts now, and nobody is written to about it.

    A refusal for ever is heard in every state.
    """
    if conversation.state is InvitationState.DUE:
        return _hear_before_invitation(conversation, meaning, now)
    if conversation.state not in TAKES_MARKS:
        if not meaning.opt_out:
            return conversation, ()
        return conversation if is_over(conversation, now) else replace(conversation, closes_at=now), (OptOut(),)
    shut = replace(conversation, closes_at=min(conversation.closes_at or now, now))
    if meaning.opt_out:
        rated = () if not conversation.answers else record(conversation)
        return close(shut, InvitationState.ANSWERED if rated else InvitationState.DECLINED, *rated, OptOut())
    if meaning.cls is ReplyClass.WRONG_RECIPIENT:
        return _wrong_recipient(conversation)
    if not _has_rating(meaning):
        return conversation, ()
    given = dict(meaning.criteria)
    if meaning.rating is not None:
        given[OVERALL] = meaning.rating
    told = _with(shut, given, now, settings)
    return close(told, InvitationState.ANSWERED, *record(told))


def _hear_before_invitation(conversation: Conversation, meaning: Meaning, now: datetime) -> Step:
    """Somebody who writes before he was asked rates nothing, but a refusal is a refusal."""
    declined = replace(conversation, closes_at=now)
    if meaning.opt_out:
        return close(declined, InvitationState.DECLINED, OptOut())
    if meaning.cls is ReplyClass.WRONG_RECIPIENT:
        return close(declined, InvitationState.DECLINED)
    return conversation, ()


def _hear_late(conversation: Conversation, meaning: Meaning) -> Step:
    """Nothing that was sent after the end counts or is answered; only an opt-out still has its effect."""
    effects: tuple[Effect, ...] = (OptOut(), Late()) if meaning.opt_out else (Late(),)
    if conversation.state is InvitationState.OPEN:
        return run_out(conversation, *effects)
    return conversation, effects


def _wrong_recipient(conversation: Conversation) -> Step:
    """Nothing that he was asked counts, whenever it was answered."""
    return close(replace(conversation, closes_at=conversation.asked_at), InvitationState.DECLINED)


def _opt_out(
    conversation: Conversation, meaning: Meaning, sent_at: datetime, now: datetime, settings: SurveySettings
) -> Step:
    """A refusal for ever; a rating in the same text, or before it, is kept."""
    given = _given(conversation, meaning, sent_at, settings) or {}
    rated = _with(conversation, given, sent_at, settings)
    effects: tuple[Effect, ...] = ()
    if rated.answers and (conversation.state is not InvitationState.ANSWERED or rated.answers != conversation.answers):
        effects = record(rated, conversation if conversation.state is InvitationState.ANSWERED else None)
    over = is_over(conversation, now)
    rated, effects = replace(rated, closes_at=sent_at), (*effects, OptOut())
    if not over:
        rated, effects = say(rated, MessageKind.FAREWELL, effects, settings)
    end = InvitationState.ANSWERED if rated.answers else InvitationState.DECLINED
    return (rated, effects) if conversation.state is end else close(rated, end, *effects)


def _answer(
    conversation: Conversation, meaning: Meaning, sent_at: datetime, now: datetime, settings: SurveySettings
) -> Step:
    """An answer to a question: the next one, or the end with thanks. One after the end silently replaces it."""
    given = _given(conversation, meaning, sent_at, settings)
    if given is None:
        return _not_placed(conversation, now, settings)
    answered = _with(conversation, given, sent_at, settings)
    if conversation.state is InvitationState.ANSWERED:
        if answered.answers == conversation.answers:
            return conversation, ()
        return answered, record(answered, conversation)
    if is_complete(answered, settings):
        effects = record(answered)
        if settings.thanks and not is_over(answered, now):
            answered, effects = say(answered, MessageKind.THANKS, effects, settings)
        return close(answered, InvitationState.ANSWERED, *effects)
    if is_over(answered, now):
        return run_out(answered)
    if answered.marks.keys() == conversation.marks.keys():
        return answered, ()  # another word on what was answered; the present question has been asked already
    if standing(conversation, sent_at) != conversation.asked and _still_stands(answered):
        return answered, ()
    return _ask_next(answered, now, settings)


def _still_stands(conversation: Conversation) -> bool:
    return any(key not in conversation.marks for key in conversation.asked)


def _not_placed(conversation: Conversation, now: datetime, settings: SurveySettings) -> Step:
    """One number where several were asked for, or a correction that does not say of what."""
    if conversation.state is InvitationState.OPEN and not is_over(conversation, now):
        return _ask_again(conversation, True, settings)
    return conversation, (Review("it does not say what it rates"),)


def _ask_again(conversation: Conversation, doubtful: bool, settings: SurveySettings) -> Step:
    """Ask once more, and after that let a person look."""
    unclear = replace(conversation, unclear=conversation.unclear + doubtful)
    if conversation.reprompts < settings.max_reprompts:
        asked = replace(unclear, reprompts=conversation.reprompts + 1)
        return say(asked, MessageKind.REPROMPT, (), settings, asks=conversation.asked)
    return unclear, (Review("still not understood"),) if doubtful else ()


def _ask_next(conversation: Conversation, now: datetime, settings: SurveySettings) -> Step:
    """The next question all of which is missing; else just what is missing of those that were asked."""
    opened = replace(conversation, state=InvitationState.OPEN)  # whoever answers has got the invitation after all
    if OVERALL in conversation.marks:
        return _ask_again(opened, False, settings)
    missing = _missing(conversation, settings)
    asks = next((question for question in settings.questions if set(question) <= set(missing)), missing)
    asked = replace(opened, asked=asks, asked_before=conversation.asked, asked_at=now)
    return say(asked, MessageKind.QUESTION, (), settings, asks=asks)


def is_complete(conversation: Conversation, settings: SurveySettings) -> bool:
    """Whether nothing is left to ask for.

    Who gives one number where all is asked for at once is asked once more; after that it stands for all.
    """
    marks = conversation.marks
    if settings.keys == (OVERALL,):
        return bool(marks)
    if OVERALL in marks and conversation.reprompts >= settings.max_reprompts:
        return True
    return not _missing(conversation, settings)


def _missing(conversation: Conversation, settings: SurveySettings) -> tuple[str, ...]:
    return tuple(key for key in settings.keys if key not in conversation.marks)


def _given(
    conversation: Conversation, meaning: Meaning, sent_at: datetime, settings: SurveySettings
) -> Mapping[str, int] | None:
    """What a reply answers, by key; None: it has one number, and what for is not clear."""
    if meaning.criteria or meaning.rating is None:
        return meaning.criteria
    asked = standing(conversation, sent_at)
    answered = conversation.state is InvitationState.ANSWERED
    about_all = OVERALL in asked or (len(asked) > 1 and asked == settings.keys)
    if about_all and set(conversation.marks) <= {OVERALL}:
        return {OVERALL: meaning.rating}
    if len(asked) == 1 and (not answered or OVERALL in asked):
        return {asked[0]: meaning.rating}
    if conversation.marks.get(asked[0] if len(asked) == 1 else OVERALL) == meaning.rating:
        return {}  # the same again
    return None


def standing(conversation: Conversation, sent_at: datetime) -> tuple[str, ...]:
    """What the question asked for that stood when a reply was sent. Service centres give whole seconds."""
    asked_at = conversation.asked_at
    if conversation.asked_before and (asked_at is None or sent_at < asked_at.replace(microsecond=0)):
        return conversation.asked_before
    return conversation.asked


def _with(
    conversation: Conversation, given: Mapping[str, int], sent_at: datetime, settings: SurveySettings
) -> Conversation:
    """The conversation with these answers; an older reply fills gaps and replaces nothing.

    One number that was to stand for several things gives way when all of them have their own.
    """
    if not given:
        return conversation
    marks = conversation.marks
    newest = conversation.answered_at is None or sent_at >= conversation.answered_at
    for key, mark in given.items():
        if newest or key not in marks:
            marks[key] = mark
    if OVERALL not in (*settings.keys, *given) and all(key in marks for key in settings.keys):
        marks.pop(OVERALL, None)
    answers = tuple((key, marks[key]) for key in KEYS if key in marks)
    latest = sent_at if newest else conversation.answered_at
    return replace(conversation, answers=answers, answered_at=latest, unclear=0)


def _has_rating(meaning: Meaning) -> bool:
    return meaning.rating is not None or bool(meaning.criteria)
