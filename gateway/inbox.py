"""What comes in: kept PDUs become replies and delivery reports.

A PDU is kept raw before its slot in the modem is emptied; here, in a second transaction, it is understood. Nothing is
dropped: what cannot be decoded, joined or matched stays with its raw form and says why.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import TypedDict

import structlog
from sqlite_utils import Database

from gateway.conversations import Conversations
from gateway.errors import StoreError
from gateway.model import InboxState, Meaning
from gateway.outbox import Outbox
from gateway.parts import ONE_MESSAGE, fragments, whole
from gateway.phones import BadPhone, normalise
from gateway.pseudonyms import Pseudonyms
from gateway.replies import interpret
from gateway.replies.context import Context
from gateway.reports import Fate
from gateway.settling import BATCH
from gateway.store import inbox, invitations, lanes, optouts, outbox
from gateway.store.database import apart
from gateway.store.inbox import KeptPart, KeptPdu
from gateway.store.invitations import InvitationRow
from gateway.survey import Replied
from modem.alphabet import Alphabet, text_of
from modem.errors import PduError
from modem.pdu import Concat, Deliver, StatusReport, decode

_LOG = structlog.get_logger(__name__)
_PARTS_WAIT = timedelta(hours=6)
_LABELS = {alphabet.label: alphabet for alphabet in Alphabet}


class _Group(TypedDict):
    """What the parts of one message have in common."""

    sim: str
    sender: str
    ref: int
    bits: int
    total: int


class Inbox:
    """The incoming half of the centre. Its methods run inside the writer's transactions."""

    def __init__(self, conversations: Conversations, outbox: Outbox, pseudonyms: Pseudonyms) -> None:
        self._conversations = conversations
        self._outbox = outbox
        self._pseudonyms = pseudonyms

    def handle(self, db: Database, now: datetime, most: int = BATCH) -> tuple[int, bool]:
        """Understand what has been kept: how many PDUs were looked at, and whether messages were queued."""
        pdus = inbox.unhandled(db, most)
        queued = False
        for pdu in pdus:
            queued |= _whatever_it_is(db, [pdu.id], partial(self._handle_one, db, pdu, now))
        return len(pdus), queued

    def match_waiting(self, db: Database, now: datetime) -> int:
        """Look again whose the reports are that came while their part was being sent; how many found out."""
        ended = 0
        for pdu in inbox.waiting_reports(db):
            report = decode(pdu.raw)
            assert isinstance(report, StatusReport), "it was one when it was filed"
            ended += _whatever_it_is(db, [pdu.id], partial(self._handle_report, db, pdu, report, now))
        return ended

    def give_up_on_parts(self, db: Database, now: datetime) -> int:
        """Make replies of long messages whose missing parts will not come any more; how many."""
        count, before = 0, now - _PARTS_WAIT
        for sim, sender, ref, bits, total in inbox.overdue_parts(db, before):
            for message in fragments(inbox.siblings(db, sim=sim, sender=sender, ref=ref, bits=bits, total=total)):
                if max(part.kept_at for part in message) <= before:
                    ids = [part.id for part in message]
                    _whatever_it_is(db, ids, partial(self._hear_fragment, db, sender, message, total, now))
                    count += 1
        return count

    def _handle_one(self, db: Database, pdu: KeptPdu, now: datetime) -> bool:
        if pdu.memory == "BM":
            inbox.settle(db, [pdu.id], state=InboxState.STRAY, kind="broadcast", problem="to everybody")
            return False
        try:
            message = decode(pdu.raw)
        except PduError as problem:
            inbox.settle(db, [pdu.id], state=InboxState.STRAY, kind="undecodable", problem=str(problem))
            return False
        if isinstance(message, StatusReport):
            self._handle_report(db, pdu, message, now)
            return False
        if message.service is not None:
            inbox.settle(db, [pdu.id], state=InboxState.STRAY, kind=message.service, problem="not a text")
            return False
        sent_at = _plausible(message.sent_at, pdu.kept_at)
        if message.concat is not None:
            return self._handle_part(db, pdu, message, message.concat, sent_at, now)
        kind = "flash" if message.flash else "reply"
        return self._hear(db, message.sender, message.text, sent_at, now, [pdu.id], kind=kind)

    def _handle_report(self, db: Database, pdu: KeptPdu, report: StatusReport, now: datetime) -> bool:
        """False if the report has to wait."""
        phone = _phone(report.recipient) or report.recipient
        match self._outbox.report(db, pdu.sim, phone, report, now):
            case Fate.WAITS:
                inbox.file_report(db, pdu.id)
                return False
            case Fate.STRAY:
                inbox.settle(db, [pdu.id], state=InboxState.STRAY, kind="report", problem="no part of ours")
            case Fate.CREDITED:
                problem = "it has no status" if report.status is None else None
                inbox.settle(db, [pdu.id], state=InboxState.HANDLED, kind="report", problem=problem)
        return True

    def _handle_part(
        self, db: Database, pdu: KeptPdu, message: Deliver, concat: Concat, sent_at: datetime, now: datetime
    ) -> bool:
        sender, group = message.sender, _group(pdu.sim, message.sender, concat)
        span = {"after": sent_at - ONE_MESSAGE, "before": sent_at + ONE_MESSAGE}
        if inbox.is_joined(db, **group, seq=concat.seq, units=message.units, **span):
            inbox.settle(db, [pdu.id], state=InboxState.STRAY, kind="part", problem="a repeated part")
            return False
        phone = _phone(sender)
        inbox.file_part(
            db,
            pdu.id,
            person=None if phone is None else inbox.person_by_phone(db, phone),
            sender=sender,
            sent_at=sent_at,
            alphabet=message.alphabet.label,
            units=message.units,
            ref=concat.ref,
            bits=concat.bits,
            total=concat.total,
            seq=concat.seq,
        )
        parts = inbox.siblings(db, **group)
        joined = whole(next(part for part in parts if part.id == pdu.id), parts, concat.total)
        if joined is None:
            return False
        latest_at = max(part.sent_at for part in joined)
        return self._hear(db, sender, _joined(joined), latest_at, now, [part.id for part in joined])

    def _hear_fragment(self, db: Database, sender: str, message: list[KeptPart], total: int, now: datetime) -> bool:
        problem = f"{total - len({part.seq for part in message})} of {total} parts never came"
        latest_at = max(part.sent_at for part in message)
        ids = [part.id for part in message]
        return self._hear(db, sender, _joined(message), latest_at, now, ids, problem=problem)

    def _hear(
        self,
        db: Database,
        sender: str,
        text: str,
        sent_at: datetime,
        now: datetime,
        pdus: list[int],
        *,
        kind: str = "reply",
        problem: str | None = None,
    ) -> bool:
        """A whole text from somebody: record it, and let the conversation it belongs to hear it."""
        phone = _phone(sender)
        person = None if phone is None else inbox.person_by_phone(db, phone)
        if person is not None:
            lanes.heard(db, person, pdus[0])
        row = None if person is None else invitations.latest_of(db, person)
        meaning = interpret(text) if row is None else interpret(text, self._context(db, row))
        if phone is not None and meaning.opt_in and problem is None:
            # About no survey, so it is a reply to none and nobody answers it.
            optouts.opt_in(db, self._pseudonyms.of(phone), way="sms", by="", at=sent_at, now=now)
            reply = _record(db, None, person, "handled", text, meaning, sent_at, now)
            inbox.settle(db, pdus, state=InboxState.HANDLED, kind="opt-in", reply=reply)
            return False
        if row is None:
            reply = _record(db, None, person, "stray", text, meaning, sent_at, now)
            if phone is not None and meaning.opt_out:
                optouts.opt_out(db, self._pseudonyms.of(phone), way="sms", by="", at=sent_at, now=now)
            why = problem or "it belongs to no invitation"
            inbox.settle(db, pdus, state=InboxState.STRAY, kind=kind, reply=reply, problem=why)
            return False
        closes_at = row.conversation.closes_at
        late = closes_at is None or sent_at >= closes_at
        reply = _record(db, row.id, person, "late" if late else "handled", text, meaning, sent_at, now)
        inbox.settle(db, pdus, state=InboxState.HANDLED, kind=kind, reply=reply, problem=problem)
        return self._conversations.happen(db, row, Replied(meaning, sent_at), now=now, reply=reply)

    def _context(self, db: Database, row: InvitationRow) -> Context:
        """What the citizen may be answering, and quoting."""
        return Context(row.conversation.asked, tuple(outbox.said(db, row.id)))


def _whatever_it_is(db: Database, pdus: list[int], handle: Callable[[], bool]) -> bool:
    """Handle kept PDUs so that, whatever they do to us, those behind them are handled too."""
    try:
        with apart(db):
            return handle()
    except StoreError:
        raise  # not the PDUs are at fault
    except Exception as problem:
        _LOG.exception("an inbound message could not be handled; it stays as it came", inbox=pdus)
        why = f"{type(problem).__name__}: {problem}"
        inbox.settle(db, pdus, state=InboxState.STRAY, kind="not handled", problem=why)
        return False


def _record(
    db: Database,
    invitation: int | None,
    person: int | None,
    state: str,
    text: str,
    meaning: Meaning,
    sent_at: datetime,
    now: datetime,
) -> int:
    return inbox.add_reply(
        db,
        invitation=invitation,
        person=person,
        state=state,
        text=text,
        meaning=meaning,
        sent_at=sent_at,
        now=now,
    )


def _group(sim: str, sender: str, concat: Concat) -> _Group:
    return {"sim": sim, "sender": sender, "ref": concat.ref, "bits": concat.bits, "total": concat.total}


def _joined(parts: list[KeptPart]) -> str:
    """The text of the parts that are here, of repeated ones the first.

    Where the alphabet changes in the middle of a message, each part is decoded by itself.
    """
    firsts: dict[int, KeptPart] = {}
    for part in parts:
        firsts.setdefault(part.seq, part)
    if len({part.alphabet for part in firsts.values()}) == 1:
        return text_of(_LABELS[parts[0].alphabet], [part.units for part in firsts.values()])
    return "".join(text_of(_LABELS[part.alphabet], [part.units]) for part in firsts.values())


def _plausible(sent_at: datetime | None, kept_at: datetime) -> datetime:
    """When the citizen sent it: the service centre's time, unless that is missing or cannot be."""
    if sent_at is None or not kept_at - timedelta(days=14) <= sent_at <= kept_at:
        return kept_at
    return sent_at


def _phone(number: str) -> str | None:
    try:
        return normalise(number)
    except BadPhone:
        return None
