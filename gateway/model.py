"""The nouns of the survey centre, as frozen facts.

Pure: no I/O, no clock. A time is a UTC-aware ``datetime`` and its name ends in ``_at``; a duration is in seconds and
its name ends in ``_s``; a phone is E.164 (``+79131234567``); a short code is a string (``"0919"``).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

CRITERIA = ("time", "queue", "staff", "comfort", "info")
"""The five criteria of the federal form in its fixed order (время, очередь, вежливость, комфорт, информация)."""
OVERALL = "overall"
"""What a single question about the whole service asks for."""
KEYS = (OVERALL, *CRITERIA)
"""All that a question may ask for, in the order of the answers."""
LOWEST_GOOD = 4
"""A rating below it is one that somebody calls about."""


@dataclass(frozen=True, slots=True)
class Office:
    """Where a service is given. `time_zone` is an IANA name; the citizen's too, unless his number tells another."""

    code: str
    name: str
    short_name: str
    locality: str
    oktmo: str
    okato: str
    time_zone: str
    windows: int


@dataclass(frozen=True, slots=True)
class Service:
    """What was given, with the ids of the federal register (ФРГУ) that upstream wants back."""

    code: str
    name: str
    authority: str
    authority_id: str
    service_id: str
    procedure_id: str
    type: str


class Visit(NamedTuple):
    """One citizen served once, as the office reported it. `phone` is None where there is no consent to write.

    When the consent was given or refused, who took it and what it says may be unknown (None, ""): then it was taken at
    the visit, by the sender, of the configured text. `language` is the citizen's, "" for the survey's first.
    """

    foreign_id: str
    office: str
    service: str
    received_at: datetime
    phone: str | None
    consent: bool
    stage: str = ""
    consent_at: datetime | None = None
    consent_by: str = ""
    consent_text: str = ""
    language: str = ""


class InvitationState(StrEnum):
    """The life of our one offer about one visit; the last four are ends."""

    DUE = "due"
    OPEN = "open"
    ANSWERED = "answered"
    DECLINED = "declined"
    EXPIRED = "expired"
    BARRED = "barred"


class BarReason(StrEnum):
    """Why an invitation is never sent."""

    OPTED_OUT = "opted out"
    TOO_RECENT = "asked too recently"
    OFTEN_ENOUGH = "asked often enough"
    TOO_LATE = "too late"
    RATED = "rated elsewhere"


class MessageKind(StrEnum):
    """Why a message goes out; also its place in the queue: what answers a citizen goes before what starts.

    An invitation carries the first question; `question` is each one after it.
    """

    INVITE = "invite"
    QUESTION = "question"
    REMINDER = "reminder"
    REPROMPT = "reprompt"
    THANKS = "thanks"
    HELP = "help"
    FAREWELL = "farewell"


class PartState(StrEnum):
    """The life of one part in the outbox.

    `claimed` is committed before the first byte goes to the modem; `unknown` is a part that may have been sent.
    """

    QUEUED = "queued"
    CLAIMED = "claimed"
    SUBMITTED = "submitted"
    DELIVERED = "delivered"
    FAILED = "failed"
    UNKNOWN = "unknown"


_WORST_FIRST = (
    PartState.FAILED,
    PartState.UNKNOWN,
    PartState.QUEUED,
    PartState.CLAIMED,
    PartState.SUBMITTED,
    PartState.DELIVERED,
)


def message_state(parts: Iterable[PartState]) -> PartState:
    """The state of a message: that of its worst part. The view `message_states` says the same."""
    return min(parts, key=_WORST_FIRST.index)


class InboxState(StrEnum):
    """The life of an inbound PDU: kept before anything else happens to it; stray when it belongs to no invitation."""

    KEPT = "kept"
    HANDLED = "handled"
    STRAY = "stray"


class ReplyClass(StrEnum):
    """What kind of thing a citizen's text is."""

    RATING = "rating"
    VECTOR = "vector"
    PARTIAL = "partial"
    OPTOUT = "optout"
    HELP = "help"
    WRONG_RECIPIENT = "wrong_recipient"
    COMMENT = "comment"
    AMBIGUOUS = "ambiguous"
    OUT_OF_RANGE = "out_of_range"
    NOISE = "noise"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a text means and by which rule; `rating` is 1..5 or None, `criteria` holds only those given.

    `opt_in` is set where somebody who left asks to be written to again.
    """

    cls: ReplyClass
    rule: str
    rating: int | None = None
    criteria: dict[str, int] = field(default_factory=dict)
    opt_out: bool = False
    confidence: float = 1.0
    opt_in: bool = False


@dataclass(frozen=True, slots=True)
class Conversation:
    """An invitation with what has been said so far.

    `closes_at` is the end of the reply window, None before the invitation is sent. `asked` is what the last question
    asks for and `asked_at` when it went out, None while it waits; `asked_before` is what the one before it asked for.
    `answers` are the last valid ratings by key, `answered_at` when the newest of them was sent.

    The counts: `outgoing` all messages we sent, `reprompts`, `helps` and `reminders` some of them; `heard` the replies
    of a person (not of a machine), `unclear` those not understood since the last answer.
    """

    state: InvitationState = InvitationState.DUE
    closes_at: datetime | None = None
    asked: tuple[str, ...] = ()
    asked_before: tuple[str, ...] = ()
    asked_at: datetime | None = None
    answers: tuple[tuple[str, int], ...] = ()
    answered_at: datetime | None = None
    outgoing: int = 0
    reprompts: int = 0
    helps: int = 0
    reminders: int = 0
    heard: int = 0
    unclear: int = 0

    @property
    def marks(self) -> dict[str, int]:
        """The answers by key."""
        return dict(self.answers)
