"""Which conversation a text belongs to.

Pure. A text names its sender and nothing else, and a phone may have been asked about several visits: one conversation
is open, and an older one may still be corrected. What tells them apart is when the text was sent, what had reached the
phone by then, and which of our numbers it was sent to. Whether it *looks* like an answer to one of them is not asked:
a number from one to five does to all.

- Nobody answers what has not been sent to him. Where a report says when an invitation arrived, nothing that was sent
  before is about it.
- What was sent after an invitation had arrived, as a report shows, is about it or a newer one, not about an older one.
- What counts for one conversation belongs to that. Of several, the one that went by the number it came to.
- Where that leaves two, no rule decides: a person does. Where none is left, the text is late for the newest that it
  could be about, or it is about none.

So the answer depends on the text and on what is known of the messages, and not on the order in which texts are read.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

CLOCKS_DIFFER = timedelta(minutes=5)
"""How far our clock, by which a message was handed over, may be ahead of the network's, by which a text was sent."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An invitation of the phone that a text came from. `handed_at`: when a modem was first given a part of it.

    `arrived_at` is when its first part was on the phone, by the network's clock, and None unless each part has been
    reported so; `reached_at` a moment by which a whole message of the conversation was, as reports show. `addresses`
    are those of our numbers that its messages went by.
    """

    invitation: int
    handed_at: datetime
    closes_at: datetime
    arrived_at: datetime | None = None
    reached_at: datetime | None = None
    addresses: frozenset[str] = frozenset()

    def counts(self, sent_at: datetime) -> bool:
        """Whether the reply window was still open."""
        return sent_at < self.closes_at


@dataclass(frozen=True, slots=True)
class Belongs:
    """The conversation that hears the text; `late`: it was sent after the end and counts nowhere."""

    invitation: int
    late: bool = False


@dataclass(frozen=True, slots=True)
class Doubtful:
    """Each of these invitations, the oldest first, may be meant; none of them hears the text."""

    invitations: tuple[int, ...]


def attribute(sent_at: datetime, address: str, candidates: Iterable[Candidate]) -> Belongs | Doubtful | None:
    """Whose a text is that was sent at `sent_at` to `address`; None: it is about none of the candidates."""
    possible = _possible(sent_at, sorted(candidates, key=lambda each: (each.handed_at, each.invitation)))
    counting = [each for each in possible if each.counts(sent_at)]
    if not counting:
        return Belongs(possible[-1].invitation, late=True) if possible else None
    if len(counting) > 1:
        by_address = [each for each in counting if address in each.addresses]
        counting = by_address if len(by_address) == 1 else counting
    if len(counting) > 1:
        return Doubtful(tuple(each.invitation for each in counting))
    return Belongs(counting[0].invitation)


def _possible(sent_at: datetime, candidates: list[Candidate]) -> list[Candidate]:
    """What a text of `sent_at` can be about, the window left aside; from the oldest to the newest, as given."""
    possible: list[Candidate] = []
    for position, each in enumerate(candidates):
        # The first was the first we ever wrote: there is nothing it could be mistaken for, so clocks may differ.
        is_read = position == 0 or each.arrived_at is None or each.arrived_at <= sent_at
        if not is_read or each.handed_at - CLOCKS_DIFFER > sent_at:
            continue
        if each.reached_at is not None and each.reached_at <= sent_at:
            possible = []
        possible.append(each)
    return possible
