"""What a person decides about a reply that the rules could not read, or not attribute.

It goes through the same state machine as any reply, as the event `Decided`: it counts as if it had been understood when
it was sent. What the rules had made of the text stays beside it.
"""

from __future__ import annotations

from datetime import datetime

from sqlite_utils import Database

from gateway.conversations import Conversations
from gateway.errors import ReviewError
from gateway.model import Conversation, Meaning, ReplyClass
from gateway.store import inbox, invitations, reviews
from gateway.store.reviews import ReviewRow
from gateway.survey import Decided
from gateway.testimony import DECIDED, said

COMMENT = said(ReplyClass.COMMENT, DECIDED)
OPT_OUT = said(ReplyClass.OPTOUT, DECIDED)
WRONG_RECIPIENT = said(ReplyClass.WRONG_RECIPIENT, DECIDED)
NOISE = said(ReplyClass.NOISE, DECIDED)


def decide(
    db: Database,
    conversations: Conversations,
    reply: int,
    meaning: Meaning,
    *,
    invitation: int | None,
    by: str,
    note: str,
    now: datetime,
) -> Conversation | None:
    """Let the conversation hear what a person makes of a reply; how it stands by that, None: it is about none.

    `invitation` says which one a quarantined reply is about. Raises ReviewError where there is nothing to decide, or
    not this. Runs inside the caller's transaction.
    """
    row = _undecided(db, reply)
    target = _target(row, invitation, meaning)
    # First, so that the rating that follows does not find a reply that still waits.
    reviews.decide(db, reply, meaning, by=by, note=note, now=now)
    if target is None:
        inbox.attribute(db, reply, None, "stray")
        return None
    found = invitations.by_id(db, target)
    if row.invitation is None:
        closes_at = found.conversation.closes_at
        is_late = closes_at is None or row.sent_at >= closes_at
        inbox.attribute(db, reply, target, "late" if is_late else "handled")
    conversations.happen(db, found, Decided(meaning, row.sent_at), now=now, reply=reply)
    return invitations.by_id(db, target).conversation


def _undecided(db: Database, reply: int) -> ReviewRow:
    row = reviews.find(db, reply)
    if row is None:
        raise ReviewError(f"No reply {reply} waits for a decision; otklik review list shows those that do.")
    if row.decided_by is not None:
        raise ReviewError(
            f"Reply {reply} was decided by {row.decided_by} on {row.decided_at:%Y-%m-%d at %H:%M UTC}, and that stands;"
            f" otklik review show {reply} says what it was."
        )
    if row.decided_at is not None:
        raise ReviewError(f"Reply {reply} has been made clear since by what came after it; nothing is to be decided.")
    return row


def _target(row: ReviewRow, invitation: int | None, meaning: Meaning) -> int | None:
    """Which conversation is to hear it."""
    if row.invitation is not None:
        if invitation not in (None, row.invitation):
            raise ReviewError(f"Reply {row.reply} is about invitation {row.invitation}, and that is certain.")
        return row.invitation
    several = " or ".join(map(str, row.candidates))
    if invitation is None and meaning.cls is not ReplyClass.NOISE:
        raise ReviewError(
            f"Reply {row.reply} may be about invitation {several}: say which with --invitation, or --noise for none."
        )
    if invitation is not None and invitation not in row.candidates:
        raise ReviewError(f"Reply {row.reply} cannot be about invitation {invitation}; it may be about {several}.")
    return invitation
