"""What comes in: kept PDUs become whole texts, which are listened to (`gateway.listening`), and delivery reports.

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
from gateway.listening import Listener, Text
from gateway.model import InboxState
from gateway.outbox import Outbox
from gateway.parts import ONE_MESSAGE, fragments, whole
from gateway.phones import phone_of
from gateway.pseudonyms import Pseudonyms
from gateway.reports import Fate
from gateway.settling import BATCH
from gateway.store import inbox, persons
from gateway.store.database import apart
from gateway.store.inbox import KeptPart, KeptPdu
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
        self._listener = Listener(conversations, pseudonyms)
        self._outbox = outbox

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
        for sim, raw, ref, bits, total in inbox.overdue_parts(db, before):
            part = decode(raw)
            assert isinstance(part, Deliver), "it was one when it was filed"
            sender = part.sender
            for message in fragments(inbox.siblings(db, sim=sim, sender=sender, ref=ref, bits=bits, total=total)):
                if max(part.kept_at for part in message) <= before:
                    ids = [part.id for part in message]
                    _whatever_it_is(db, ids, partial(self._hear_fragment, db, sim, sender, message, total, now))
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
        text = Text(message.sender, message.text, sent_at, pdu.sim, (pdu.id,), kind)
        return self._listener.hear(db, text, now)

    def _handle_report(self, db: Database, pdu: KeptPdu, report: StatusReport, now: datetime) -> bool:
        """False if the report has to wait."""
        phone = phone_of(report.recipient) or report.recipient
        match self._outbox.report(db, pdu.sim, phone, report, now):
            case Fate.WAITS:
                inbox.file_report(db, pdu.id)
                return False
            case Fate.STRAY:
                inbox.settle(db, [pdu.id], state=InboxState.STRAY, kind="report", problem="no part of ours")
            case Fate.CREDITED:
                problem = "it has no status" if report.status is None else None
                inbox.settle(db, [pdu.id], state=InboxState.HANDLED, kind="report", problem=problem)
                self._listener.look_again(db, phone, now)
        return True

    def _handle_part(
        self, db: Database, pdu: KeptPdu, message: Deliver, concat: Concat, sent_at: datetime, now: datetime
    ) -> bool:
        sender, group = message.sender, _group(pdu.sim, message.sender, concat)
        span = {"after": sent_at - ONE_MESSAGE, "before": sent_at + ONE_MESSAGE}
        if inbox.is_joined(db, **group, seq=concat.seq, units=message.units, **span):
            inbox.settle(db, [pdu.id], state=InboxState.STRAY, kind="part", problem="a repeated part")
            return False
        phone = phone_of(sender)
        inbox.file_part(
            db,
            pdu.id,
            person=None if phone is None else persons.by_phone(db, phone),
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
        text = Text(sender, _joined(joined), latest_at, pdu.sim, tuple(part.id for part in joined))
        return self._listener.hear(db, text, now)

    def _hear_fragment(
        self, db: Database, sim: str, sender: str, message: list[KeptPart], total: int, now: datetime
    ) -> bool:
        problem = f"{total - len({part.seq for part in message})} of {total} parts never came"
        latest_at = max(part.sent_at for part in message)
        ids = tuple(part.id for part in message)
        return self._listener.hear(db, Text(sender, _joined(message), latest_at, sim, ids, problem=problem), now)


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
