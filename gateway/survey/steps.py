"""The steps that all ways through a conversation have in common: saying something, recording a rating, ending.

Pure.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from gateway.model import CRITERIA, LOWEST_GOOD, OVERALL, Conversation, InvitationState, MessageKind
from gateway.survey.words import CallBack, Close, Effect, Rate, Review, Send, Step, SurveySettings, most_messages

ENDS = frozenset({InvitationState.ANSWERED, InvitationState.DECLINED, InvitationState.EXPIRED, InvitationState.BARRED})

TAKES_MARKS = frozenset({InvitationState.OPEN, InvitationState.EXPIRED})
"""Where the survey can still be taken by telephone."""


def run_out(conversation: Conversation, *effects: Effect) -> Step:
    """The end by time: with what has been answered so far, or with nothing.

    A reply that was not understood, and not explained when it was asked about, is for a person to look at.
    """
    if conversation.answers:
        return close(conversation, InvitationState.ANSWERED, *record(conversation), *effects)
    if conversation.unclear == 1:
        effects = (Review("not understood, and not explained when asked"), *effects)
    return close(conversation, InvitationState.EXPIRED, *effects)


def record(conversation: Conversation, before: Conversation | None = None) -> tuple[Effect, ...]:
    """The answers as a rating, and a call if they are low; `before` is the conversation whose rating it corrects.

    Five equal criteria are an overall rating as well; unequal ones are not averaged, that would be a guess.
    """
    rate = Rate(overall_of(conversation), _criteria(conversation), corrected=before is not None)
    was_low = before is not None and _is_low(before)
    return (rate, CallBack()) if _is_low(conversation) and not was_low else (rate,)


def overall_of(conversation: Conversation) -> int | None:
    """The rating of the whole: the one that was given, else that of five equal criteria."""
    marks = conversation.marks
    if OVERALL in marks:
        return marks[OVERALL]
    criteria = _criteria(conversation)
    return (
        next(iter(criteria.values())) if len(criteria) == len(CRITERIA) and len(set(criteria.values())) == 1 else None
    )


def _criteria(conversation: Conversation) -> dict[str, int]:
    return {key: mark for key, mark in conversation.answers if key != OVERALL}


def _is_low(conversation: Conversation) -> bool:
    return any(mark < LOWEST_GOOD for _, mark in conversation.answers)


def say(
    conversation: Conversation,
    kind: MessageKind,
    effects: tuple[Effect, ...],
    settings: SurveySettings,
    asks: tuple[str, ...] = (),
) -> Step:
    """Adds a message, unless the conversation has said enough."""
    if conversation.outgoing >= most_messages(settings):
        return conversation, effects
    return replace(conversation, outgoing=conversation.outgoing + 1), (*effects, Send(kind, asks))


def bar(conversation: Conversation) -> Step:
    """The end of one who is not asked, or not any more; nothing changes once the invitation has gone to a modem."""
    queued = conversation.state is InvitationState.OPEN and conversation.asked_at is None
    if conversation.state is InvitationState.DUE or (queued and not (conversation.heard or conversation.answers)):
        return close(replace(conversation, closes_at=None), InvitationState.BARRED)
    return conversation, ()


def close(conversation: Conversation, end: InvitationState, *effects: Effect) -> Step:
    """The conversation in an end, with `Close` behind the effects so far."""
    return replace(conversation, state=end), (*effects, Close(end))


def is_over(conversation: Conversation, moment: datetime) -> bool:
    """Whether the reply window is shut; a conversation that never had one (barred) is over too."""
    return conversation.closes_at is None or moment >= conversation.closes_at
