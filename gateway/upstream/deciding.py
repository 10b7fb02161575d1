"""What becomes of a batch, and of its upstream, by what was said of it.

Pure. A batch moves frozen ──posted──▶ accepted | rejected, or is halved: `frozen` is still to be posted, `posted` has a
packet, `held` is in doubt and waits for a person. A refused batch is halved until single ratings are refused, so that
one that upstream cannot take keeps no other; those refused are dead letters. One whose octets are not what would be
posted now, and that upstream has certainly not taken, is `remade`: its ratings go up in another.

Two things stop that. What hinders us has nothing to do with the batch: the upstream is left alone for a while, longer
each time. And if single ratings are refused one after the other and nothing is taken, it is not the ratings: upstream
has changed, and a person has to look before everything there is becomes a dead letter.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from gateway.upstream.answers import Status
from gateway.upstream.retrying import next_at
from gateway.upstream.verdicts import Doubtful, Hindrance, Later, Refused, Taken, Troubled, Verdict
from gateway.upstreamsettings import StatusCodes

BREAKS_AFTER = 8
"""Single ratings refused in a row, and none taken, after which nothing is posted any more."""
LONG = 12
"""Tries, or questions, after which a batch that has no end is told to a person: they are a day's."""
FAILS_ALONE = 6
"""After so many failures of upstream at one batch, while it takes others, it is the batch."""

State = Literal["frozen", "posted", "accepted", "rejected", "halved", "remade", "held"]


@dataclass(frozen=True, slots=True)
class Standing:
    """How it stands with an upstream: what hindered us last, and how often in a row.

    `refusals` are single ratings that were not taken, in a row; `rejections` those taken and rejected later, in a row.
    `needs_person` if the last hindrance does not pass by itself; that is told at once and not kept.
    """

    next_at: datetime | None = None
    failures: int = 0
    refusals: int = 0
    rejections: int = 0
    trouble: str | None = None
    stopped_why: str | None = None
    needs_person: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """What a batch is from now on. `is_doubtful` if it may have been taken; `rejected` are named ratings of it."""

    state: State
    standing: Standing
    next_at: datetime | None = None
    packet: str | None = None
    status: str | None = None
    reason: str = ""
    is_doubtful: bool = False
    rejected: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Posted:
    """A batch of which something was said: how many ratings, attempts and looks; `doubted` if an answer was lost."""

    rows: int
    attempts: int
    looks: int = 0
    doubted: bool = False


def after_post(
    batch: Posted,
    said: Verdict,
    standing: Standing,
    codes: StatusCodes | None,
    now: datetime,
    chance: float,
    *,
    holds: bool,
) -> Decision:
    """What follows from a post. `holds` if a batch in doubt waits for a person."""
    match said:
        case Taken(packet=packet):
            fine = Standing(rejections=standing.rejections)
            if codes is None:
                return Decision("accepted", fine, packet=packet)
            return Decision("posted", fine, now + timedelta(seconds=codes.after_s), packet)
        case Refused(reason=reason, known=known):
            if known and batch.doubted:
                why = f"its answer was lost, and now {reason}: it may be there already"
                return Decision("held", _reached(standing), reason=why, is_doubtful=True)
            if batch.rows > 1:
                return Decision("halved", _reached(standing), reason=reason)
            refusals = standing.refusals + 1
            return Decision("rejected", _stopped(_reached(standing), refusals, 0, reason), reason=reason)
        case Later(reason=reason, failed=True) if holds:
            return Decision("held", hindered(standing, said, now, chance), reason=reason, is_doubtful=True)
        case Later(reason=reason, failed=True) if batch.attempts >= FAILS_ALONE and not standing.failures:
            return Decision("halved" if batch.rows > 1 else "rejected", standing, reason=reason, is_doubtful=True)
        case Troubled(reason=reason) | Later(reason=reason, failed=False):
            return Decision("frozen", hindered(standing, said, now, chance), now, reason=reason)
        case Later(reason=reason):
            # The batch waits longer than the upstream, the oftener the longer: others are tried before it.
            waits = hindered(standing, said, now, chance)
            return Decision("frozen", waits, next_at(now, batch.attempts + 1, chance), reason=reason, is_doubtful=True)
        case Doubtful(reason=reason):
            waits = hindered(standing, said, now, chance)
            if holds:
                return Decision("held", waits, reason=reason, is_doubtful=True)
            again = next_at(now, batch.attempts + 1, chance)
            return Decision("frozen", waits, again, reason=reason, is_doubtful=True)


def after_look(
    batch: Posted, status: Status, standing: Standing, codes: StatusCodes, now: datetime, chance: float
) -> Decision:
    """What follows from upstream's word on a packet. Ratings it names are rejected, the others are not."""
    raw, fine = str(status.number), _reached(standing)
    if status.number in codes.accepted or (status.number in codes.rejected and status.rejected):
        rejected = len(status.rejected)
        if rejected < batch.rows:
            fine = replace(fine, rejections=0)
        else:
            fine = _stopped(fine, 0, fine.rejections + rejected, status.rejected[-1][1])
        return Decision("accepted", fine, status=raw, rejected=status.rejected)
    if status.number in codes.rejected:
        reason = f"upstream rejects the packet (status {raw})"
        if batch.rows > 1:
            return Decision("halved", fine, status=raw, reason=reason)
        return Decision("rejected", _stopped(fine, 0, fine.rejections + 1, reason), status=raw, reason=reason)
    return Decision("posted", fine, next_at(now, batch.looks + 1, chance), status=raw)


def unsayable(batch: Posted, reason: str, standing: Standing) -> Decision:
    """What follows if the format has no way to say a batch: upstream has no part in it."""
    return Decision("halved" if batch.rows > 1 else "rejected", standing, reason=reason)


def after_all(standing: Standing) -> Decision:
    """What follows for a batch with a packet if nobody is asked any more: that it was taken is the last word."""
    return Decision("accepted", standing, reason="taken; nobody is asked what became of it")


def outdated(batch: Posted, standing: Standing, is_same_format: bool) -> Decision | None:
    """What follows if a batch was sealed by another form, or in another format, than is configured now.

    What may be there already is posted again as it is (None), or waits for a person if that cannot be said any more.
    """
    if not batch.doubted:
        return Decision("remade", standing, reason="the configuration has changed since it was sealed")
    if is_same_format:
        return None
    why = "its answer was lost, and the format has changed: it may be there already"
    return Decision("held", standing, reason=why, is_doubtful=True)


def hindered(standing: Standing, why: Hindrance, now: datetime, chance: float) -> Standing:
    """An upstream that is left alone for a while."""
    needs_person = isinstance(why, Troubled)
    asked_s = None if isinstance(why, Troubled) else why.asked_s
    failures = standing.failures + 1
    again = next_at(now, failures, chance, asked_s)
    return replace(standing, next_at=again, failures=failures, trouble=why.reason, needs_person=needs_person)


def _reached(standing: Standing) -> Standing:
    """An upstream that answers."""
    return replace(standing, next_at=None, failures=0, trouble=None, needs_person=False)


def _stopped(standing: Standing, refusals: int, rejections: int, reason: str) -> Standing:
    """With one or more single ratings refused, or rejected; enough of them in a row stop it."""
    standing = replace(standing, refusals=refusals or standing.refusals, rejections=rejections or standing.rejections)
    count = max(refusals, rejections)
    if count < BREAKS_AFTER:
        return standing
    return replace(standing, stopped_why=f"{count} ratings were refused in a row and none accepted; the last: {reason}")
