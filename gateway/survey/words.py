"""The words of the conversation: what can happen, what has to be done about it, and how a survey is set up.

Pure.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from gateway.model import KEYS, OVERALL, BarReason, Conversation, InvitationState, Meaning, MessageKind


@dataclass(frozen=True, slots=True)
class SurveySettings:
    """What a survey asks for, question by question, and how patient and talkative it is.

    `reply_window_s` runs from the invitation. `reminder`: whether the silent are reminded once.
    """

    questions: tuple[tuple[str, ...], ...] = ((OVERALL,),)
    reply_window_s: float = 259_200
    thanks: bool = True
    max_reprompts: int = 1
    reminder: bool = False

    @property
    def keys(self) -> tuple[str, ...]:
        """All that is asked for, in the order of KEYS."""
        wanted = {key for question in self.questions for key in question}
        return tuple(key for key in KEYS if key in wanted)


def most_messages(settings: SurveySettings) -> int:
    """The most messages a conversation ever sends."""
    return len(settings.keys) + settings.max_reprompts + 2 + settings.reminder


# -- what happens --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Due:
    """The time to invite has come."""


@dataclass(frozen=True, slots=True)
class Barred:
    """The time to invite has come but the person may not be written to, or not any more."""

    reason: BarReason


@dataclass(frozen=True, slots=True)
class Replied:
    """A text, sent at `sent_at`, was matched to this conversation and interpreted."""

    meaning: Meaning
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class Decided:
    """A person has decided what a reply of `sent_at` means that no rule understood. It counts as if it had been
    understood then; what the citizen has moved on from is not asked or thanked about."""

    meaning: Meaning
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class Spoken:
    """The survey was taken by telephone, now."""

    meaning: Meaning


@dataclass(frozen=True, slots=True)
class Undeliverable:
    """A part of the invitation has failed for good: what is left of it must not go out alone, and says nothing. It
    means nothing where the citizen has written: then enough of it has come."""


@dataclass(frozen=True, slots=True)
class Remind:
    """The time to remind the silent has come, and the sending window is open."""


@dataclass(frozen=True, slots=True)
class Silence:
    """`closes_at` has passed."""


Event = Due | Barred | Replied | Decided | Spoken | Undeliverable | Remind | Silence


# -- what has to be done ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Send:
    """Put a message of this kind into the outbox; it asks for `asks` (nothing: it is no question)."""

    kind: MessageKind
    asks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rate:
    """Record a rating. `overall` is None when only criteria were rated and they differ."""

    overall: int | None
    criteria: dict[str, int] = field(default_factory=dict)
    corrected: bool = False


@dataclass(frozen=True, slots=True)
class CallBack:
    """Somebody should call: a rating is low."""


@dataclass(frozen=True, slots=True)
class Review:
    """A person should look at this reply, or at the last one that was not understood; `reason` says why."""

    reason: str


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


Effect = Send | Rate | CallBack | Review | OptOut | Close | Late
Step = tuple[Conversation, tuple[Effect, ...]]
