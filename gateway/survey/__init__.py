"""The conversation about one visit, as a state machine.

Pure: `advance` takes a conversation, what happened and the time, and gives the conversation after it with what has to
be done, in order. Whoever calls it stores both in one transaction and acts afterwards. What a reply does is in
`hearing`; here is what time and other people do.

    due ──Due──▶ open ──all answered──▶ answered      due, open but not sent ──Barred──▶ barred
                  │ ├──opt-out, wrong recipient──▶ declined ──an answer of before the opt-out──▶ answered
                  │ ├──Silence, with some answers──▶ answered
                  │ └──Silence, without; Undeliverable──▶ expired ──Spoken, a reply in time──▶ answered

Four rules carry the rest:

- **The clock decides, not the job.** A reply counts if it was sent before `closes_at`, whatever has run by then. So a
  rating after a false "undeliverable" still counts, and one that overtakes the expiry job does not. What was sent
  later gets the effect `Late` and causes no message. An opt-out shuts the window at the moment it was sent: an answer
  of before counts, also if it comes after. A wrong recipient has rated nothing, whenever he did.
- **The last valid answer wins**, by when it was sent: an older reply that comes late fills gaps and replaces nothing.
- **An answer belongs to the question that stood when it was sent.** What was written before the present question was
  asked can only be about the one before it.
- **Few messages.** `most_messages` is their bound: every question asks for something that is missing, so there are at
  most as many as things to ask for; one re-prompt, one help, one reminder, one thanks or farewell. Noise is never
  answered, so two machines cannot talk to each other through us.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from gateway.model import Conversation, InvitationState, MessageKind
from gateway.survey import hearing
from gateway.survey.steps import ENDS, TAKES_MARKS, bar, close, is_over, run_out, say
from gateway.survey.words import (
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
    Step,
    SurveySettings,
    Undeliverable,
    most_messages,
)

__all__ = [
    "ENDS",
    "TAKES_MARKS",
    "Barred",
    "CallBack",
    "Close",
    "Decided",
    "Due",
    "Effect",
    "Event",
    "Late",
    "OptOut",
    "Rate",
    "Remind",
    "Replied",
    "Review",
    "Send",
    "Silence",
    "Spoken",
    "Step",
    "SurveySettings",
    "Undeliverable",
    "advance",
    "bar",
    "most_messages",
]


def advance(conversation: Conversation, event: Event, now: datetime, settings: SurveySettings) -> Step:
    """The conversation after the event, and what has to be done about it, in order.

    Total: an event that means nothing in this state changes nothing. `now` is UTC-aware.
    """
    state = conversation.state
    match event:
        case Due() if state is InvitationState.DUE:
            return _invite(conversation, now, settings)
        case Barred():
            return bar(conversation)
        case Undeliverable() if state is InvitationState.OPEN and not (conversation.heard or conversation.answers):
            return close(conversation, InvitationState.EXPIRED)
        case Remind() if _may_be_reminded(conversation, now, settings):
            reminded = replace(conversation, reminders=1)
            return say(reminded, MessageKind.REMINDER, (), settings, asks=conversation.asked)
        case Silence() if state is InvitationState.OPEN and is_over(conversation, now):
            return run_out(conversation)
        case Replied() | Decided():
            return hearing.hear(conversation, event, now, settings)
        case Spoken(meaning=meaning):
            return hearing.listen(conversation, meaning, now, settings)
        case _:
            return conversation, ()


def _invite(conversation: Conversation, now: datetime, settings: SurveySettings) -> Step:
    closes_at = now + timedelta(seconds=settings.reply_window_s)
    asks = settings.questions[0]
    opened = replace(conversation, state=InvitationState.OPEN, closes_at=closes_at, asked=asks, asked_at=now)
    return say(opened, MessageKind.INVITE, (), settings, asks=asks)


def _may_be_reminded(conversation: Conversation, now: datetime, settings: SurveySettings) -> bool:
    return (
        settings.reminder
        and conversation.state is InvitationState.OPEN
        and not conversation.heard
        and not conversation.reminders
        and not is_over(conversation, now)
    )
