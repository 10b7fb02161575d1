"""The conversation about one visit, as a state machine.

Pure: `advance` takes a conversation, what happened and the time, and gives the conversation after it with what has to
be done, in order. Whoever calls it stores both in one transaction and acts afterwards.

    due ──Due──▶ open ──rating──▶ answered          due ──Barred──▶ barred
                  │ ├──opt-out, wrong recipient──▶ declined
                  │ └──Silence, Undeliverable──▶ expired

Three rules carry the rest:

- **The clock decides, not the job.** A reply counts if it arrives before `closes_at`, whatever has run by then. So a
  rating after a false "undeliverable" still counts, and one that overtakes the expiry job does not. What arrives
  later gets the effect `Late` and causes no message. An opt-out and a wrong recipient move `closes_at` to now: nothing
  that comes afterwards counts, which is what makes them final.
- **The last valid rating wins.** A different one before `closes_at` is a correction; the same one again is nothing.
- **Few messages.** An invitation, at most one re-prompt and one help, at most one farewell or thanks: `MAX_MESSAGES` in
  all. Noise is never answered, so two machines cannot talk to each other through us.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from gateway.model import Conversation, InvitationState, Meaning, MessageKind, ReplyClass

MAX_MESSAGES = 4
"""The most messages a conversation ever sends: invitation, re-prompt, help, and thanks or farewell."""

ENDS = frozenset({InvitationState.ANSWERED, InvitationState.DECLINED, InvitationState.EXPIRED, InvitationState.BARRED})


@dataclass(frozen=True, slots=True)
class SurveySettings:
    """How patient and how talkative a survey is; `reply_window_s` runs from the invitation."""

    reply_window_s: float = 259_200
    thanks: bool = True
    max_reprompts: int = 1


@dataclass(frozen=True, slots=True)
class Due:
    """The time to invite has come."""


@dataclass(frozen=True, slots=True)
class Barred:
    """The time to invite has come but the person may not be written to (opted out, or asked too recently)."""


@dataclass(frozen=True, slots=True)
class Replied:
    """A text was matched to this conversation and interpreted."""

    meaning: Meaning
    text: str = ""


@dataclass(frozen=True, slots=True)
class Undeliverable:
    """A part of the invitation has failed for good: what is left of it must not go out alone, and says nothing."""


@dataclass(frozen=True, slots=True)
class Silence:
    """`closes_at` has passed."""


Event = Due | Barred | Replied | Undeliverable | Silence


@dataclass(frozen=True, slots=True)
class Send:
    """Put a message of this kind into the outbox."""

    kind: MessageKind


@dataclass(frozen=True, slots=True)
class Rate:
    """Record a rating. `overall` is None when only criteria were rated and they differ."""

    overall: int | None
    criteria: Mapping[str, int] = field(default_factory=dict)
    corrected: bool = False


@dataclass(frozen=True, slots=True)
class OptOut:
    """Never write to this person again, the farewell of this conversation excepted. May come twice."""


@dataclass(frozen=True, slots=True)
class Close:
    """The invitation has reached this end."""

    state: InvitationState


@dataclass(frozen=True, slots=True)
class Late:
    """The reply came after the end: keep it, mark it late, count it nowhere."""


Effect = Send | Rate | OptOut | Close | Late
Step = tuple[Conversation, tuple[Effect, ...]]


def advance(conversation: Conversation, event: Event, now: datetime, settings: SurveySettings) -> Step:
    """The conversation after the event, and what has to be done about it, in order.

    Total: an event that means nothing in this state changes nothing. `now` is UTC-aware.
    """
    state = conversation.state
    match event:
        case Due() if state is InvitationState.DUE:
            return _invite(conversation, now, settings)
        case Barred() if state is InvitationState.DUE:
            return _close(conversation, InvitationState.BARRED)
        case Undeliverable() if state is InvitationState.OPEN:
            return _close(conversation, InvitationState.EXPIRED)
        case Silence() if state is InvitationState.OPEN and _is_over(conversation, now):
            return _close(conversation, InvitationState.EXPIRED)
        case Replied(meaning=meaning):
            return _hear(conversation, meaning, now, settings)
        case _:
            return conversation, ()


def _invite(conversation: Conversation, now: datetime, settings: SurveySettings) -> Step:
    closes_at = now + timedelta(seconds=settings.reply_window_s)
    opened = replace(conversation, state=InvitationState.OPEN, closes_at=closes_at)
    return _say(opened, MessageKind.INVITE, ())


def _hear(conversation: Conversation, meaning: Meaning, now: datetime, settings: SurveySettings) -> Step:
    """A reply in any state; the first question is whether it still counts."""
    if conversation.state is InvitationState.DUE:
        return _hear_before_invitation(conversation, meaning, now)
    if _is_over(conversation, now):
        return _hear_late(conversation, meaning)
    if meaning.opt_out or meaning.cls is ReplyClass.OPTOUT:
        return _opt_out(conversation, meaning, now)
    if _has_rating(meaning):
        return _rate(conversation, meaning, settings)
    if conversation.state is not InvitationState.OPEN:
        return conversation, ()
    if meaning.cls is ReplyClass.WRONG_RECIPIENT:
        return _close(replace(conversation, closes_at=now), InvitationState.DECLINED)
    if meaning.cls is ReplyClass.HELP and _helps(conversation) == 0:
        return _say(conversation, MessageKind.HELP, ())
    if meaning.cls in _UNCLEAR and conversation.reprompts < settings.max_reprompts:
        asked = replace(conversation, reprompts=conversation.reprompts + 1)
        return _say(asked, MessageKind.REPROMPT, ())
    return conversation, ()


_UNCLEAR = frozenset({ReplyClass.AMBIGUOUS, ReplyClass.OUT_OF_RANGE, ReplyClass.COMMENT})
"""What is asked about once more. Noise is not: it may come from a machine."""


def _hear_before_invitation(conversation: Conversation, meaning: Meaning, now: datetime) -> Step:
    """Somebody who writes before he was asked rates nothing, but a refusal is a refusal."""
    declined = replace(conversation, closes_at=now)
    if meaning.opt_out or meaning.cls is ReplyClass.OPTOUT:
        return _close(declined, InvitationState.DECLINED, OptOut())
    if meaning.cls is ReplyClass.WRONG_RECIPIENT:
        return _close(declined, InvitationState.DECLINED)
    return conversation, ()


def _hear_late(conversation: Conversation, meaning: Meaning) -> Step:
    """Nothing that comes after the end counts or is answered; only an opt-out still has its effect."""
    effects: tuple[Effect, ...] = (Late(),)
    if meaning.opt_out or meaning.cls is ReplyClass.OPTOUT:
        effects = (OptOut(), *effects)
    if conversation.state is InvitationState.OPEN:
        return _close(conversation, InvitationState.EXPIRED, *effects)
    return conversation, effects


def _opt_out(conversation: Conversation, meaning: Meaning, now: datetime) -> Step:
    """A refusal for ever; a rating in the same text, or before it, is kept."""
    rated, effects = _record(conversation, meaning) if _has_rating(meaning) else (conversation, ())
    rated, effects = _say(replace(rated, closes_at=now), MessageKind.FAREWELL, (*effects, OptOut()))
    if conversation.state is InvitationState.ANSWERED:
        return rated, effects
    end = InvitationState.ANSWERED if _has_rating(meaning) else InvitationState.DECLINED
    return _close(rated, end, *effects)


def _rate(conversation: Conversation, meaning: Meaning, settings: SurveySettings) -> Step:
    """The first rating ends the conversation with thanks; a later, different one silently replaces it."""
    rated, effects = _record(conversation, meaning)
    if conversation.state is InvitationState.ANSWERED:
        return rated, effects
    if settings.thanks:
        rated, effects = _say(rated, MessageKind.THANKS, effects)
    return _close(rated, InvitationState.ANSWERED, *effects)


def _record(conversation: Conversation, meaning: Meaning) -> Step:
    """The rating as an effect; the same overall rating again has none, and criteria alone leave it as it was."""
    overall = _overall(meaning)
    if overall is None:
        overall = conversation.rating
    corrected = conversation.state is InvitationState.ANSWERED
    if corrected and not meaning.criteria and overall == conversation.rating:
        return conversation, ()
    return replace(conversation, rating=overall), (Rate(overall, meaning.criteria, corrected),)


def _overall(meaning: Meaning) -> int | None:
    """Five equal criteria are an overall rating as well; unequal ones are not averaged, that would be a guess."""
    if meaning.cls is ReplyClass.VECTOR and len(set(meaning.criteria.values())) == 1:
        return next(iter(meaning.criteria.values()))
    return meaning.rating


def _has_rating(meaning: Meaning) -> bool:
    return meaning.rating is not None or bool(meaning.criteria)


def _is_over(conversation: Conversation, now: datetime) -> bool:
    """Whether the reply window is shut; a conversation that never had one (barred) is over too."""
    return conversation.closes_at is None or now >= conversation.closes_at


def _helps(conversation: Conversation) -> int:
    """Help messages sent so far: while open, whatever went out beside the invitation and the re-prompts."""
    return conversation.outgoing - 1 - conversation.reprompts


def _say(conversation: Conversation, kind: MessageKind, effects: tuple[Effect, ...]) -> Step:
    """Adds a message, unless the conversation has said enough."""
    if conversation.outgoing >= MAX_MESSAGES:
        return conversation, effects
    return replace(conversation, outgoing=conversation.outgoing + 1), (*effects, Send(kind))


def _close(conversation: Conversation, end: InvitationState, *effects: Effect) -> Step:
    return replace(conversation, state=end), (*effects, Close(end))
