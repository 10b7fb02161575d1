"""What an upstream's answer means for what was posted.

Pure. Only what says that this body is wrong (400, 409, 413, 422) is about the batch; a wrong address, key or
certificate is about us, and everything else about the moment. A success that cannot be read is no success: the batch
may have been taken, and is in doubt like one whose answer was lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from gateway.upstream.answers import AnswerUnreadable, packet_of, words
from gateway.upstream.outcomes import Answered, Distrusted, Lost, Outcome, Unsent
from gateway.upstream.retrying import MOMENTARY, retry_after_s
from gateway.upstreamsettings import Format

_REFUSALS = frozenset({400, 409, 413, 422})
_GATEWAYS = frozenset({502, 504})
_CONFLICT = 409
_BUSY = 503


@dataclass(frozen=True, slots=True)
class Taken:
    """Upstream has it, under this packet id."""

    packet: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Upstream will not have this body; `known` if it may be because it has it already."""

    reason: str
    known: bool = False


@dataclass(frozen=True, slots=True)
class Troubled:
    """Something is wrong between us and upstream that time alone does not mend; the batch is not at fault."""

    reason: str


@dataclass(frozen=True, slots=True)
class Later:
    """Not now; `asked_s` is how long upstream asked us to wait.

    If it has `failed` it may have been at the batch, before it was taken or after it.
    """

    reason: str
    asked_s: float | None = None
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Doubtful:
    """It may have been taken or not."""

    reason: str
    asked_s: float | None = None


Verdict = Taken | Refused | Troubled | Later | Doubtful
Hindrance = Troubled | Later | Doubtful


def hindrance(outcome: Outcome, now: datetime) -> Hindrance | None:
    """Why there is no answer to go on with; None if there is one, good or bad, about what was asked."""
    match outcome:
        case Unsent(why=why):
            return Later(f"not reached: {why}")
        case Distrusted(why=why):
            return Troubled(f"TLS was refused: {why}")
        case Lost(why=why):
            return Doubtful(f"the answer was lost: {why}")
        case Answered(status=status, body=body, retry_after=header):
            said = _said(status, body)
            if status in _GATEWAYS:
                return Doubtful(said, retry_after_s(header, now))
            if status in MOMENTARY or status >= 500:
                return Later(said, retry_after_s(header, now), failed=status >= 500 and status != _BUSY)
            if 200 <= status < 300 or status in _REFUSALS:
                return None
            return Troubled(said)


def verdict(outcome: Outcome, dialect: Format, now: datetime) -> Verdict:
    """What became of a posted batch."""
    hindered = hindrance(outcome, now)
    if hindered is not None:
        return hindered
    assert isinstance(outcome, Answered)
    if outcome.status in _REFUSALS:
        return Refused(_said(outcome.status, outcome.body), known=outcome.status == _CONFLICT)
    if not outcome.whole:
        return Doubtful("the answer was cut off")
    try:
        return Taken(packet_of(dialect, outcome.body))
    except AnswerUnreadable as problem:
        return Doubtful(f"the answer ({outcome.status}) cannot be read: {problem}")


def _said(status: int, body: bytes) -> str:
    told = words(body)
    return f"upstream answers {status}: {told}" if told else f"upstream answers {status}"
