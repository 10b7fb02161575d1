"""Carries out what the survey decides: one event in, its effects written, all in the caller's transaction.

`gateway.survey` decides and touches nothing; here its effects become rows: messages with their parts, ratings, ends.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from gateway.callbackdesk import CallbackDesk
from gateway.callbacks import Reason
from gateway.dispatch import Dispatch
from gateway.model import CRITERIA, Conversation
from gateway.phones import mask_numbers
from gateway.script import Script
from gateway.settings import SurveySection
from gateway.store import inbox, invitations, optouts, outbox, persons, ratings, reviews, surveys
from gateway.store.invitations import InvitationRow
from gateway.survey import (
    Barred,
    CallBack,
    Close,
    Decided,
    Due,
    Event,
    Late,
    OptOut,
    Rate,
    Replied,
    Review,
    Send,
    Silence,
    Spoken,
    SurveySettings,
    Undeliverable,
    advance,
)
from gateway.timing import span
from gateway.wording import render
from modem.alphabet import alphabet_of, split

_WORD = re.compile(r"[^\W\d_]{2,}")


@dataclass(frozen=True, slots=True)
class _Happening:
    """What is going on: with whom, in which survey, what, when, and the reply that caused it, if one did."""

    row: InvitationRow
    script: Script
    event: Event
    reply: int | None
    now: datetime


class Conversations:
    """The survey as configured. Its methods run inside the caller's transaction."""

    def __init__(self, survey: SurveySection, script: Script, dispatch: Dispatch, callbacks: CallbackDesk) -> None:
        self.survey = survey
        self.window = survey.sending
        self.script = script
        self._dispatch = dispatch
        self._callbacks = callbacks
        self._begun: dict[str, Script] = {}

    def happen(
        self, db: Database, row: InvitationRow, event: Event, *, now: datetime, reply: int | None = None
    ) -> bool:
        """Let `event` happen, caused by `reply` if by any; True if messages were queued."""
        script = self._script(db, row)
        if isinstance(event, Due):
            surveys.put(db, script, now)
            invitations.shut_ended(db, row.person, now)
        conversation, effects = advance(row.conversation, event, now, held(self.survey, script))
        # First, so that what the effects look up is what they follow from.
        version = script.version if conversation.asked else row.survey
        invitations.save(db, row.id, conversation, now, _reason(event), version)
        if Late() in effects and reply is not None:
            inbox.set_late(db, reply)
        happening = _Happening(row, script, event, None if Late() in effects else reply, now)
        queued = False
        for effect in effects:
            match effect:
                case Send():
                    self._queue(db, happening, effect)
                    queued = True
                case Rate():
                    self._rate(db, happening, effect, conversation)
                case Review(reason=reason):
                    doubtful = happening.reply if happening.reply is not None else reviews.last_doubtful(db, row.id)
                    if doubtful is not None:
                        reviews.open_one(db, doubtful, reason, now)
                case OptOut():
                    _opt_out(db, row.person, event, now)
                case CallBack():
                    self._callbacks.open(db, row, Reason.LOW_RATING, now)
                case Close() | Late():
                    pass  # they are in the row that is saved, and in the reply's own state
        if effects and not isinstance(event, Due):
            outbox.withdraw(db, row.id, now)
        return queued

    def _script(self, db: Database, row: InvitationRow) -> Script:
        """What a conversation began with, it is held to, whatever the configuration says by now."""
        if row.survey in (None, self.script.version):
            return self.script
        if row.survey not in self._begun:
            self._begun[row.survey] = surveys.find(db, row.survey)
        return self._begun[row.survey]

    def _queue(self, db: Database, what: _Happening, send: Send) -> None:
        row = what.row
        template = what.script.template(send.kind, send.asks, row.language)
        text = render(template, row.received_at, row.office, what.script.named(send.asks, row.language))
        heard_at = what.event.sent_at if isinstance(what.event, Replied) else None
        opens_at, closes_at = span(send.kind, what.now, heard_at, self.window, ZoneInfo(row.zone))
        outbox.enqueue(
            db,
            invitation=row.id,
            kind=send.kind,
            texts=split(text),
            alphabet=alphabet_of(text).label,
            lane=self._dispatch.lane(db, row.person, what.now),
            now=what.now,
            opens_at=opens_at,
            closes_at=closes_at,
        )

    def _rate(self, db: Database, what: _Happening, rate: Rate, conversation: Conversation) -> None:
        heard = inbox.heard_in(db, what.row.id)
        criteria = dict(rate.criteria)
        expanded = not criteria and rate.overall is not None
        if expanded and rate.overall is not None:
            # The federal form has only criteria: one overall rating stands for all five (domain: flag `expanded`).
            criteria = dict.fromkeys(CRITERIA, rate.overall)
        spoken = isinstance(what.event, Spoken)
        reply = what.reply if what.reply is not None or spoken or not heard else heard[-1][0]
        ratings.add(
            db,
            visit=what.row.visit,
            invitation=what.row.id,
            reply=reply,
            source="voice" if spoken else "sms",
            mode=what.script.mode,
            overall=rate.overall,
            criteria=criteria,
            expanded=expanded,
            comment="\n".join(filter(None, (comment_of(text) for _, text in heard))),
            form_version=what.script.version,
            corrected=rate.corrected,
            now=conversation.answered_at or what.now,
        )
        reviews.supersede(db, what.row.id, what.now)


def held(survey: SurveySection, script: Script) -> SurveySettings:
    """How the configuration wants a survey held."""
    return SurveySettings(
        questions=script.asks,
        reply_window_s=survey.reply_window_s,
        thanks=survey.thanks,
        reminder=survey.reminder_s is not None,
    )


def comment_of(text: str) -> str:
    """What a reply says beyond a rating: the whole text if it has several words, numbers of five and more digits
    masked (phones, documents, cases); else nothing."""
    if len(_WORD.findall(text)) < 2:
        return ""
    return mask_numbers(text).strip()


def _opt_out(db: Database, person: int, event: Event, now: datetime) -> None:
    """The citizen has said it in a text, some time ago, or to somebody at the telephone, now."""
    way, at = ("sms", event.sent_at) if isinstance(event, Replied | Decided) else ("desk", now)
    optouts.opt_out(db, persons.pseudonym_of(db, person), way=way, by="", at=at, now=now)


def _reason(event: Event) -> str:
    """Why a conversation ended, where that was not the citizen's word."""
    match event:
        case Barred(reason=reason):
            return reason.value
        case Silence():
            return "silence"
        case Undeliverable():
            return "undeliverable"
        case _:
            return ""
