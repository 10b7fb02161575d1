"""Which parts that came in belong to one message. Pure.

A concatenation reference is 8 bits of whatever the sender's phone counts by, and comes again: parts are one message
only if the service centre had them within `ONE_MESSAGE` of each other. Of parts with the same number the one sent
nearest counts; the same part twice is once.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

ONE_MESSAGE = timedelta(hours=1)


class Part(Protocol):
    """What must be known of a part."""

    @property
    def seq(self) -> int: ...

    @property
    def units(self) -> bytes: ...

    @property
    def sent_at(self) -> datetime: ...


P = TypeVar("P", bound=Part)


def whole(newest: P, parts: Sequence[P], total: int) -> list[P] | None:
    """The message that `newest` completes, in order and with repetitions; None while a part is missing.

    `parts` are those that wait under the same reference, `newest` among them.
    """
    chosen: dict[int, P] = {newest.seq: newest}
    for part in sorted(_near(newest, parts), key=lambda part: abs(part.sent_at - newest.sent_at)):
        chosen.setdefault(part.seq, part)
    return _with_repetitions(chosen, parts) if len(chosen) == total else None


def fragments(parts: Sequence[P]) -> list[list[P]]:
    """What waits under one reference, by message, each in order; none of them has become whole."""
    messages: list[list[P]] = []
    for part in sorted(parts, key=lambda part: part.sent_at):
        for message in messages:
            if part.sent_at - message[0].sent_at <= ONE_MESSAGE and _fits(part, message):
                message.append(part)
                break
        else:
            messages.append([part])
    return [sorted(message, key=lambda part: part.seq) for message in messages]


def _near(part: P, others: Sequence[P]) -> list[P]:
    return [other for other in others if abs(other.sent_at - part.sent_at) <= ONE_MESSAGE]


def _fits(part: P, message: Sequence[P]) -> bool:
    return all(other.units == part.units for other in message if other.seq == part.seq)


def _with_repetitions(message: dict[int, P], parts: Sequence[P]) -> list[P]:
    """The parts of a message in order, each followed by its repetitions."""
    members = []
    for _, part in sorted(message.items()):
        members.append(part)
        members += [p for p in _near(part, parts) if p is not part and p.seq == part.seq and p.units == part.units]
    return members
