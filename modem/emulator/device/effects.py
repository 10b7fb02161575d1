"""What a modem tells the network about calls and USSD, and the causes for which a call ends.

Nouns both sides share. SMS has its own in `results`.
"""

from dataclasses import dataclass
from enum import Enum


class Cause(Enum):
    """Why a call is over; the number is the cause of 3GPP TS 24.008 §10.5.4.11."""

    UNALLOCATED = 1
    BARRED = 8
    NORMAL = 16
    BUSY = 17
    NO_ANSWER = 19
    REJECTED = 21
    UNREACHABLE = 27
    LOST = 41

    @property
    def text(self) -> str:
        """The name of the cause in TS 24.008 annex H, as +CEER gives it."""
        return _CAUSE_TEXTS[self]


_CAUSE_TEXTS = {
    Cause.UNALLOCATED: "Unassigned (unallocated) number",
    Cause.BARRED: "Operator determined barring",
    Cause.NORMAL: "Normal call clearing",
    Cause.BUSY: "User busy",
    Cause.NO_ANSWER: "User alerting, no answer",
    Cause.REJECTED: "Call rejected",
    Cause.UNREACHABLE: "Destination out of order",
    Cause.LOST: "Temporary failure",
}


@dataclass(frozen=True, slots=True)
class Dialled:
    """The modem sets up a voice call; `withheld` keeps its own number from the other end (+CLIR)."""

    number: str
    withheld: bool


@dataclass(frozen=True, slots=True)
class Answered:
    """The modem takes the call that rings."""


@dataclass(frozen=True, slots=True)
class HungUp:
    """The modem ends its call, whatever its state."""

    cause: Cause


@dataclass(frozen=True, slots=True)
class Keyed:
    """The modem sends one DTMF tone: 0-9, *, #, A-D."""

    key: str


@dataclass(frozen=True, slots=True)
class UssdSent:
    """The modem begins a USSD session with a code, or replies within one."""

    text: str


@dataclass(frozen=True, slots=True)
class UssdCancelled:
    """The modem ends its USSD session, if it has one."""


CallEffect = Dialled | Answered | HungUp | Keyed
UssdEffect = UssdSent | UssdCancelled
