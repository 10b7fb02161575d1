"""A whole text is heard: who it is from, which conversation it belongs to, what it means there.

Every text becomes a reply, whatever it is: one that counts, one that is `late`, one that belongs to no conversation
(`stray`), and one that may belong to several (`quarantined`), which no conversation hears until a person has said to
which (`otklik review`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlite_utils import Database

from gateway.attribution import Belongs, Doubtful, attribute
from gateway.conversations import Conversations
from gateway.model import InboxState, Meaning
from gateway.phones import phone_of
from gateway.pseudonyms import Pseudonyms
from gateway.replies import interpret
from gateway.replies.context import NO_CONTEXT, Context
from gateway.store import candidates, inbox, invitations, lanes, optouts, outbox, persons, reviews
from gateway.survey import Replied
from gateway.survey.hearing import standing


@dataclass(frozen=True, slots=True)
class Text:
    """A text as the network gave it, by which SIM, and the kept PDUs it was made of; `problem`: what it lacks."""

    sender: str
    words: str
    sent_at: datetime
    sim: str
    pdus: tuple[int, ...]
    kind: str = "reply"
    problem: str | None = None


class Listener:
    """Hears for the conversations. Its methods run inside the writer's transactions."""

    def __init__(self, conversations: Conversations, pseudonyms: Pseudonyms) -> None:
        self._conversations = conversations
        self._pseudonyms = pseudonyms

    def hear(self, db: Database, text: Text, now: datetime) -> bool:
        """Record a text as a reply, and let the conversation it belongs to hear it; True if messages were queued."""
        phone = phone_of(text.sender)
        person = None if phone is None else persons.by_phone(db, phone)
        verdict = None
        if person is not None:
            lanes.heard(db, person, text.pdus[0])
            address = candidates.address_of(db, text.sim)
            verdict = attribute(text.sent_at, address, candidates.of_person(db, person))
        meaning = interpret(text.words, context_of(db, verdict, text.sent_at))
        if phone is not None and meaning.opt_in and text.problem is None:
            # About no survey, so it is a reply to none and nobody answers it.
            optouts.opt_in(db, self._pseudonyms.of(phone), way="sms", by="", at=text.sent_at, now=now)
            self._record(db, replace(text, kind="opt-in"), person, None, "handled", meaning, now)
            return False
        if isinstance(verdict, Belongs):
            row, state = invitations.by_id(db, verdict.invitation), "late" if verdict.late else "handled"
            reply = self._record(db, text, person, row.id, state, meaning, now)
            return self._conversations.happen(db, row, Replied(meaning, text.sent_at), now=now, reply=reply)
        if isinstance(verdict, Doubtful):
            reply = self._record(db, text, person, None, "quarantined", meaning, now)
            reviews.quarantine(db, reply, verdict.invitations, now)
        else:
            self._record(db, text, person, None, "stray", meaning, now)
        if phone is not None and meaning.opt_out:  # that is about the person, whatever the rest is about
            optouts.opt_out(db, self._pseudonyms.of(phone), way="sms", by="", at=text.sent_at, now=now)
        return False

    def look_again(self, db: Database, phone: str, now: datetime) -> None:
        """Let the replies be heard of which a delivery report has now shown whose they are."""
        for reply, person in reviews.quarantined_of(db, phone):
            words, sent_at, sim = inbox.reply_of(db, reply)
            verdict = attribute(sent_at, candidates.address_of(db, sim), candidates.of_person(db, person))
            if isinstance(verdict, Belongs):
                meaning = interpret(words, context_of(db, verdict, sent_at))
                inbox.attribute(db, reply, verdict.invitation, "late" if verdict.late else "handled")
                inbox.read_again(db, reply, meaning)
                reviews.resolve(db, reply, now)
                row = invitations.by_id(db, verdict.invitation)
                self._conversations.happen(db, row, Replied(meaning, sent_at), now=now, reply=reply)

    def _record(
        self,
        db: Database,
        text: Text,
        person: int | None,
        invitation: int | None,
        state: str,
        meaning: Meaning,
        now: datetime,
    ) -> int:
        """The reply, and that its PDUs became it."""
        reply = inbox.add_reply(
            db,
            invitation=invitation,
            person=person,
            state=state,
            text=text.words,
            meaning=meaning,
            sent_at=text.sent_at,
            now=now,
        )
        is_stray = state == "stray"
        inbox.settle(
            db,
            text.pdus,
            state=InboxState.STRAY if is_stray else InboxState.HANDLED,
            kind=text.kind,
            reply=reply,
            problem=text.problem or ("it belongs to no invitation" if is_stray else None),
        )
        return reply


def context_of(db: Database, verdict: Belongs | Doubtful | None, sent_at: datetime) -> Context:
    """What the citizen may have been answering, and quoting. Of several conversations, no one's question."""
    match verdict:
        case Belongs(invitation=invitation):
            conversation = invitations.by_id(db, invitation).conversation
            return Context(standing(conversation, sent_at), tuple(outbox.said(db, invitation)))
        case Doubtful(invitations=several):
            return Context(ours=tuple(words for invitation in several for words in outbox.said(db, invitation)))
        case None:
            return NO_CONTEXT
