"""The people of a box and what it talks with them about, as much of it as decides something later.

Moments are seconds since the epoch. Most people never write: only of those who do a `Conversation` is made.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple

from gateway.attribution import Candidate
from gateway.model import Conversation, InvitationState, Meaning, MessageKind, Office
from gateway.simulator.plan.messages import ANY, Message
from gateway.simulator.world.arrival import Arrival

_QUESTIONS = frozenset({MessageKind.INVITE, MessageKind.QUESTION, MessageKind.REPROMPT, MessageKind.REMINDER})


class First(NamedTuple):
    """The first reply about a visit, while it is the only one, and what it made of the conversation is not asked."""

    meaning: Meaning
    sent_at: float
    heard_at: float


class Person:
    """Whoever has a telephone. `knows` is the modem he last had to do with. `talks` are about visits he was invited to
    speak about, `wait` are those that wait for another to end, and of `expected` ones it is not decided yet."""

    __slots__ = ("expected", "knows", "off_until", "opted_out", "phone", "talks", "wait")

    def __init__(self, phone: str, knows: int = ANY) -> None:
        self.phone = phone
        self.knows = knows
        self.expected = 0
        self.off_until = 0.0
        """When his telephone is on again, if it was off; infinite: it takes nothing from us."""
        self.opted_out = False
        self.talks: list[Talk] = []
        self.wait: list[Talk] = []

    def open_talk(self, now: float) -> Talk | None:
        """The conversation that is open: there is one at most."""
        for talk in self.talks:
            if talk.state is InvitationState.OPEN and talk.closes_at > now:
                return talk
        return None


class Talk:
    """One visit and the conversation about it.

    `due_at` is when it was due at first, `free_at` the moment from which it may go, `looked_at` when it was found that
    another conversation is open. `handed_at` is when a modem was first given the invitation, `arrived_at` when that was
    on the telephone, `reached_at` when the first of all messages was. `closes_at` is the end of the reply window, minus
    infinity where there never was one.
    """

    __slots__ = (
        "addresses",
        "arrived_at",
        "asked_at",
        "closes_at",
        "conversation",
        "due_at",
        "first",
        "foreign_id",
        "free_at",
        "handed_at",
        "heard",
        "invited_at",
        "looked_at",
        "mark",
        "messages",
        "number",
        "office",
        "person",
        "queued_at",
        "rated",
        "reached_at",
        "said",
        "state",
        "stranger",
        "visited_at",
        "written",
    )

    def __init__(self, number: int, visit: Arrival, person: Person, office: Office, due_at: float) -> None:
        self.number = number
        self.person = person
        self.office = office
        self.foreign_id = visit.foreign_id
        self.visited_at = visit.ended_at
        self.due_at = self.free_at = due_at
        self.mark = visit.mark
        self.stranger = visit.stranger
        self.state = InvitationState.DUE
        self.conversation: Conversation | None = None
        self.first: First | None = None
        self.messages: list[Message] = []
        self.said: tuple[str, ...] = ()
        self.addresses: frozenset[int] = frozenset()
        self.looked_at = self.queued_at = 0.0
        self.handed_at: float | None = None
        self.invited_at: float | None = None
        self.asked_at: float | None = None
        self.closes_at = -math.inf
        self.arrived_at: float | None = None
        self.reached_at: float | None = None
        self.written = self.heard = False
        """Whether anything has come that is about it, and whether any of that was in time."""
        self.rated: int | None = None

    def wrote(self, kind: MessageKind, modem: int, claimed_at: float) -> None:
        """A part of a message has gone out by a modem that had taken it at `claimed_at`."""
        if self.asked_at is None and kind in _QUESTIONS:
            self.asked_at = claimed_at
        if modem not in self.addresses:
            self.addresses = _with(self.addresses, modem)

    def spoken(self, asks: tuple[str, ...]) -> Conversation:
        """The conversation as a row of the database would have it now; `asks` is what the invitation asks for."""
        asked_at = None if self.asked_at is None else _moment(self.asked_at)
        if self.conversation is not None:
            closes_at = _moment(self.closes_at) if math.isfinite(self.closes_at) else None
            return replace(self.conversation, state=self.state, asked_at=asked_at, closes_at=closes_at)
        return Conversation(self.state, _moment(self.closes_at), asks, asked_at=asked_at, outgoing=1)

    def candidate(self, now: float) -> Candidate | None:
        """What is known at `now` of this conversation as the one that a text may be about."""
        if self.handed_at is None or self.closes_at == -math.inf:
            return None
        return Candidate(
            self.number,
            _moment(self.handed_at),
            _moment(self.closes_at),
            None if self.arrived_at is None or self.arrived_at > now else _moment(self.arrived_at),
            None if self.reached_at is None or self.reached_at > now else _moment(self.reached_at),
            frozenset(map(str, self.addresses)),
        )


def candidates(talks: Sequence[Talk], now: float) -> list[Candidate]:
    """All conversations that a text may be about."""
    return [found for talk in talks if (found := talk.candidate(now)) is not None]


@lru_cache
def _with(addresses: frozenset[int], modem: int) -> frozenset[int]:
    """These modems and another one: few sets, which many conversations have in common."""
    return addresses | {modem}


def _moment(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)
