"""What comes in: kept PDUs become replies and delivery reports.

A PDU is kept raw before its slot in the modem is emptied; here, in a second transaction, it is understood. Nothing is
dropped: what cannot be decoded, joined or matched stays with its raw form and says why.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TypedDict

from sqlite_utils import Database

from gateway.conversations import Conversations, Source
from gateway.model import InboxState, Meaning
from gateway.outbox import BATCH, Outbox
from gateway.phones import BadPhone, normalise
from gateway.replies import interpret
from gateway.store import inbox, invitations, lanes
from gateway.store.inbox import KeptPart, KeptPdu
from gateway.survey import Replied
from modem.alphabet import Alphabet, text_of
from modem.errors import PduError
from modem.pdu import Concat, Deliver, StatusReport, decode

_PARTS_WAIT = timedelta(hours=6)
_REPEATS_WITHIN = timedelta(days=3)
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

    def __init__(self, conversations: Conversations, outbox: Outbox) -> None:
        self._conversations = conversations
        self._outbox = outbox

    def handle(self, db: Database, now: datetime) -> tuple[int, bool]:
        """Understand what has been kept: how many PDUs were looked at, and whether messages were queued."""
        pdus = inbox.unhandled(db, BATCH)
        queued = False
        for pdu in pdus:
            queued |= self._handle_one(db, pdu, now)
        return len(pdus), queued

    def give_up_on_parts(self, db: Database, now: datetime) -> int:
        """Make replies of long messages whose missing parts will not come any more; how many."""
        overdue = inbox.overdue_parts(db, now - _PARTS_WAIT)
        for sim, sender, ref, bits, total in overdue:
            parts = inbox.siblings(db, sim=sim, sender=sender, ref=ref, bits=bits, total=total)
            problem = f"{total - len({part.seq for part in parts})} of {total} parts never came"
            self._hear(db, sender, _joined(parts), now, now, [part.id for part in parts], problem)
        return len(overdue)

    def _handle_one(self, db: Database, pdu: KeptPdu, now: datetime) -> bool:
        try:
            message = decode(pdu.raw)
        except PduError as problem:
            inbox.settle(db, [pdu.id], state=InboxState.STRAY, kind="undecodable", problem=str(problem))
            return False
        if isinstance(message, StatusReport):
            self._handle_report(db, pdu, message, now)
            return False
        if message.alphabet is Alphabet.BINARY or message.port is not None:
            kind = "wap push" if message.wap_push else "binary"
            inbox.settle(db, [pdu.id], state=InboxState.STRAY, kind=kind, problem="not a text")
            return False
        sent_at = _plausible(message.sent_at, pdu.kept_at)
        if message.concat is not None:
            return self._handle_part(db, pdu, message, message.concat, sent_at, now)
        return self._hear(db, message.sender, message.text, sent_at, now, [pdu.id], None)

    def _handle_report(self, db: Database, pdu: KeptPdu, report: StatusReport, now: datetime) -> None:
        phone = _phone(report.recipient) or report.recipient
        found = self._outbox.report(db, pdu.sim, phone, report, now)
        state = InboxState.HANDLED if found else InboxState.STRAY
        inbox.settle(db, [pdu.id], state=state, kind="report", problem=None if found else "no part of ours")

    def _handle_part(
        self, db: Database, pdu: KeptPdu, message: Deliver, concat: Concat, sent_at: datetime, now: datetime
    ) -> bool:
        sender, group = message.sender, _group(pdu.sim, message.sender, concat)
        if inbox.is_joined(db, **group, seq=concat.seq, units=message.units, since=now - _REPEATS_WITHIN):
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
        if len({part.seq for part in parts}) < concat.total:
            return False
        return self._hear(db, sender, _joined(parts), sent_at, now, [part.id for part in parts], None)

    def _hear(
        self,
        db: Database,
        sender: str,
        text: str,
        sent_at: datetime,
        now: datetime,
        pdus: list[int],
        problem: str | None,
    ) -> bool:
        """A whole text from somebody: record it, and let the conversation it belongs to hear it."""
        meaning = interpret(text)
        phone = _phone(sender)
        person = None if phone is None else inbox.person_by_phone(db, phone)
        if person is not None:
            lanes.heard(db, person, pdus[0])
        row = None if person is None else invitations.latest_of(db, person)
        if row is None:
            reply = _record(db, None, person, "stray", text, meaning, sent_at, now)
            if person is not None and meaning.opt_out:
                invitations.opt_out(db, person, now)
            why = problem or "it belongs to no invitation"
            inbox.settle(db, pdus, state=InboxState.STRAY, kind="reply", reply=reply, problem=why)
            return False
        closes_at = row.conversation.closes_at
        late = closes_at is None or sent_at >= closes_at
        reply = _record(db, row.id, person, "late" if late else "handled", text, meaning, sent_at, now)
        inbox.settle(db, pdus, state=InboxState.HANDLED, kind="reply", reply=reply, problem=problem)
        return self._conversations.happen(
            db, row, Replied(meaning, text), moment=sent_at, now=now, source=Source(reply, text)
        )


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
