"""What waits to be sent, and the order in which it goes.

Pure. The priorities are those of `gateway.store.outbox`: a farewell, then what helps a citizen on who has just written,
then thanks and what is left of a message that has begun, then what begins a conversation. Of equals, who came first.
"""

from __future__ import annotations

import math
from typing import Any

from gateway.model import MessageKind
from gateway.simulator.plan.openings import Openings

PRIORITY = {
    MessageKind.FAREWELL: 0,
    MessageKind.REPROMPT: 1,
    MessageKind.HELP: 1,
    MessageKind.QUESTION: 1,
    MessageKind.THANKS: 2,
    MessageKind.INVITE: 3,
    MessageKind.REMINDER: 3,
}
INVITATION = PRIORITY[MessageKind.INVITE]
BEGUN = PRIORITY[MessageKind.THANKS]
PRIORITIES = range(INVITATION + 1)
ANY = -1
"""The lane of what every modem may send; the others are the numbers of modems."""


class Message:
    """A message of `parts` parts on its way out.

    It waits since `since` and may go until `until`, then not before the next of its `openings`. `lane` is the number of
    the modem it goes by, or ANY. `about` is for whoever queues it. `number` is its place in the order of coming, 0
    before it has come.
    """

    __slots__ = (
        "about",
        "attempts",
        "gone",
        "in_hand",
        "is_invitation",
        "kind",
        "lane",
        "left",
        "number",
        "openings",
        "parts",
        "priority",
        "shown_at",
        "since",
        "unread",
        "unreported",
        "until",
    )

    def __init__(
        self,
        kind: MessageKind,
        parts: int,
        lane: int,
        about: Any,
        until: float = math.inf,
        openings: Openings | None = None,
    ) -> None:
        self.kind = kind
        self.parts = self.left = parts
        self.lane = lane
        self.about = about
        self.until = until
        self.openings = openings
        self.priority = PRIORITY[kind]
        self.is_invitation = kind is MessageKind.INVITE
        self.number = 0
        self.since = 0.0
        self.attempts = 0
        self.in_hand = False
        self.shown_at = 0.0
        self.unread = self.unreported = False
        """When the last of its parts is on the telephone; whether one never is; whether a report of one is lost."""
        self.gone = False
        """Whether it is not to be sent any more, what a modem has in hand excepted."""

    @property
    def has_begun(self) -> bool:
        """Whether a part of it has gone out: the rest then goes by the same SIM."""
        return self.left < self.parts
