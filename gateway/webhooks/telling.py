"""Which event is told to a hook next, when it is told again, and when it is given up.

Pure: time and randomness are arguments.

Theory. The events of one topic (a visit, a modem) are told in order: while one is pending, those behind it wait.
Topics do not wait for each other. A try that was not taken leaves two pauses: one of the telling, which grows with its
tries, and one of the hook, which grows with its failures in a row. While the hook fails, one telling at a time tries
it, and each time another one, for what was never tried goes first: an event that a receiver cannot take does not stop
the others, and a receiver that is down is not run over.

Nothing is given up because a receiver is down or closed to us, for however long. An event dies only when the receiver
has taken another one since it was tried last, so that it is the event's own fault: after a few tries that were
refused, after many that failed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from gateway.upstream.outcomes import Answered, Distrusted, Lost, Outcome, Unsent
from gateway.upstream.retrying import retry_after_s
from scheduler.pacing import Backoff

MOST_REFUSED = 3
"""Tries after which an event that is refused while others are taken is given up."""
MOST_FAILED = 40
"""The same for one that fails (time-outs, 5xx): they span more than a day."""

_TELLING_RESTS = Backoff(10, 2, 3600)
_HOOK_RESTS = Backoff(5, 2, 600)
_LONGEST_PAUSE = timedelta(days=1, hours=1)  # what a Retry-After may ask for, and something
_LONGEST_REASON = 200


class Answer(StrEnum):
    """What came of a try: *failed* is also one without an answer, of which nobody knows whether it was taken."""

    TAKEN = "taken"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Standing:
    """How a hook stands: its failures in a row, until when it rests (None: it does not), when it took something last,
    since when and why it is in trouble."""

    failures: int = 0
    next_at: datetime | None = None
    told_at: datetime | None = None
    troubled_at: datetime | None = None
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Pending:
    """An event that is to be told: its number, its topic, how often it was tried, when last, and when it is due."""

    event: int
    topic: str
    attempts: int = 0
    tried_at: datetime | None = None
    next_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a telling that was tried; `next_at` is None when it is told or dead."""

    told: bool
    next_at: datetime | None
    reason: str = ""

    @property
    def dead(self) -> bool:
        return not self.told and self.next_at is None


def next_due(standing: Standing, pending: Iterable[Pending], now: datetime) -> Pending | None:
    """What is told now, None if nothing is: first what was never tried, then what was tried longest ago.

    `pending` is in the order of events, and read no further than needed.
    """
    if _rests(standing.next_at, now):
        return None
    longest_ago: tuple[datetime, Pending] | None = None
    topics = set[str]()
    for one in pending:
        if one.topic in topics:
            continue
        topics.add(one.topic)
        if _rests(one.next_at, now):
            continue
        if one.tried_at is None:
            return one
        if longest_ago is None or one.tried_at < longest_ago[0]:
            longest_ago = one.tried_at, one
    return None if longest_ago is None else longest_ago[1]


def _rests(until: datetime | None, now: datetime) -> bool:
    """Whether a pause goes on; one longer than any we make is of a clock that was ahead."""
    return until is not None and now < until <= now + _LONGEST_PAUSE


def judged(
    standing: Standing, tried: Pending, outcome: Outcome, now: datetime, draw: float
) -> tuple[Standing, Verdict]:
    """How the hook stands after a try, and what becomes of the telling.

    `tried` is the telling as it was before this try. `draw`, 0 to 1, spreads the pauses.
    """
    answer, reason = answer_of(outcome)
    if answer is Answer.TAKEN:
        return Standing(told_at=now), Verdict(told=True, next_at=None)
    wish_s = (isinstance(outcome, Answered) and retry_after_s(outcome.retry_after, now)) or 0.0
    failures, attempts = standing.failures + 1, tried.attempts + 1
    after = replace(
        standing,
        failures=failures,
        next_at=now + timedelta(seconds=max(wish_s, _HOOK_RESTS.pause_s(failures, draw))),
        troubled_at=standing.troubled_at or now,
        trouble=reason,
    )
    if attempts >= (MOST_REFUSED if answer is Answer.REFUSED else MOST_FAILED) and _took_others(standing, tried):
        return after, Verdict(told=False, next_at=None, reason=reason)
    rest_s = max(wish_s, _TELLING_RESTS.pause_s(attempts, draw))
    return after, Verdict(told=False, next_at=now + timedelta(seconds=rest_s), reason=reason)


def answer_of(outcome: Outcome) -> tuple[Answer, str]:
    """What an outcome means, with a reason for a person.

    A redirect is a refusal: it would carry the event to where nobody configured.
    """
    match outcome:
        case Answered(status=status, body=body):
            text = body.decode("utf-8", "replace")[:_LONGEST_REASON]
            said = " ".join("".join(char if char.isprintable() else " " for char in text).split())
            reason = f"HTTP {status}: {said}" if said else f"HTTP {status}"
            if 200 <= status < 300:
                return Answer.TAKEN, reason
            failed = status >= 500 or status in (408, 425, 429)
            return Answer.FAILED if failed else Answer.REFUSED, reason
        case Unsent(why=why):
            return Answer.FAILED, f"not reached: {why}"
        case Distrusted(why=why):
            return Answer.FAILED, f"certificate not accepted: {why}"
        case Lost(why=why):
            return Answer.FAILED, f"no answer: {why}"


def _took_others(standing: Standing, tried: Pending) -> bool:
    """Whether the hook has taken something since this was tried last."""
    return standing.told_at is not None and tried.tried_at is not None and standing.told_at > tried.tried_at
