"""Carries out what the survey decides: one event in, its effects written, all in the caller's transaction.

`gateway.survey` decides and touches nothing; here its effects become rows: messages with their parts, ratings, ends.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from gateway.dispatch import Dispatch
from gateway.model import CRITERIA, MessageKind
from gateway.settings import SurveySection
from gateway.store import invitations, outbox, ratings
from gateway.store.invitations import InvitationRow
from gateway.survey import (
    Barred,
    Close,
    Event,
    Late,
    OptOut,
    Rate,
    Send,
    Silence,
    SurveySettings,
    Undeliverable,
    advance,
)
from gateway.wording import render
from modem.alphabet import alphabet_of, split

_LONG_NUMBER = re.compile(r"\+?\d(?:[\s()./-]{0,2}\d){4,}")
_WORD = re.compile(r"[^\W\d_]{2,}")


@dataclass(frozen=True, slots=True)
class Source:
    """The reply that caused an event: its row, its text, and when the citizen sent it."""

    reply: int
    text: str


class Conversations:
    """The survey as configured. Its methods run inside the caller's transaction."""

    def __init__(self, survey: SurveySection, dispatch: Dispatch) -> None:
        self.survey = survey
        self._dispatch = dispatch
        self.settings = SurveySettings(reply_window_s=survey.reply_window_s, thanks=survey.thanks)
        self.version = _version(survey)

    def happen(
        self,
        db: Database,
        row: InvitationRow,
        event: Event,
        *,
        moment: datetime,
        now: datetime,
        source: Source | None = None,
    ) -> bool:
        """Let `event` happen at `moment`; True if messages were queued.

        `moment` is when it happened for the citizen, `now` when we learned of it; they differ for a reply that waited
        in a SIM.
        """
        conversation, effects = advance(row.conversation, event, moment, self.settings)
        queued = False
        for effect in effects:
            match effect:
                case Send(kind=kind):
                    self._queue(db, row, kind, now)
                    queued = True
                case Rate():
                    self._rate(db, row, effect, source, moment)
                case OptOut():
                    invitations.opt_out(db, row.person, now)
                case Close() | Late():
                    pass  # both are in the row that is saved below, and in the reply's own state
        invitations.save(db, row.id, conversation, now, _reason(event))
        return queued

    def _queue(self, db: Database, row: InvitationRow, kind: MessageKind, now: datetime) -> None:
        text = render(self.survey.texts.of(kind), row.received_at, row.office)
        until = None
        if kind is MessageKind.INVITE and self.survey.window is not None:
            # Only what starts a conversation keeps to the window: who writes at night is awake.
            until = self.survey.window.next_close(now, ZoneInfo(row.office.time_zone))
        outbox.enqueue(
            db,
            invitation=row.id,
            kind=kind,
            texts=split(text),
            alphabet=alphabet_of(text).label,
            lane=self._dispatch.lane(db, row.person, now),
            now=now,
            until=until,
        )

    def _rate(self, db: Database, row: InvitationRow, rate: Rate, source: Source | None, moment: datetime) -> None:
        assert source is not None, "only a reply rates"
        criteria = dict(rate.criteria)
        expanded = not criteria and rate.overall is not None
        if expanded and rate.overall is not None:
            # The federal form has only criteria: one overall rating stands for all five (domain: flag `expanded`).
            criteria = dict.fromkeys(CRITERIA, rate.overall)
        ratings.add(
            db,
            visit=row.visit,
            invitation=row.id,
            reply=source.reply,
            source="sms",
            mode=self.survey.script,
            overall=rate.overall,
            criteria=criteria,
            expanded=expanded,
            comment=comment_of(source.text),
            form_version=self.version,
            corrected=rate.corrected,
            now=moment,
        )


def comment_of(text: str) -> str:
    """What a rating's text says beyond the rating: the whole text if it has several words, numbers of five and more
    digits masked (phones, documents, cases); else nothing."""
    if len(_WORD.findall(text)) < 2:
        return ""
    return _LONG_NUMBER.sub("***", text).strip()


def _reason(event: Event) -> str:
    """Why a conversation ended, where that was not the citizen's word."""
    match event:
        case Barred():
            return "barred"
        case Silence():
            return "silence"
        case Undeliverable():
            return "undeliverable"
        case _:
            return ""


def _version(survey: SurveySection) -> str:
    """Names the wording a rating answers to: the script and a hash of its texts."""
    texts = "\x00".join(survey.texts.of(kind) for kind in MessageKind)
    return f"{survey.script}-{hashlib.sha256(texts.encode()).hexdigest()[:8]}"
