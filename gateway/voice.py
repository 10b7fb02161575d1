"""The survey taken by telephone: of those who agreed to be asked, were written to, and stayed silent to the end.

Whoever takes it has a task of the call-back desk, so that nobody is called twice, and what the citizen says goes
through the same state machine as a text would (`gateway.survey`, the event Spoken). Nobody is called unless
`callbacks.voice_days` says for how long after the end.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlite_utils import Database

from gateway.callbackdesk import CallbackDesk
from gateway.callbacks import Assigned, Called, Closed, Outcome, Reason
from gateway.conversations import Conversations
from gateway.errors import CallbackError
from gateway.model import Meaning, ReplyClass
from gateway.store import callbacks as rows
from gateway.store import invitations
from gateway.store.callbacks import TaskRow
from gateway.store.database import from_text
from gateway.survey import TAKES_MARKS, Spoken
from gateway.testimony import TOLD, said


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a call; `outcome` is None where nobody took it, `meaning` where nothing was said for the survey."""

    outcome: Outcome | None
    meaning: Meaning | None = None


NO_ANSWER = Answer(None)
REFUSED = Answer(Outcome.REFUSED)
OPTED_OUT = Answer(Outcome.OPTED_OUT, said(ReplyClass.OPTOUT, TOLD))
WRONG_NUMBER = Answer(Outcome.WRONG_NUMBER, said(ReplyClass.WRONG_RECIPIENT, TOLD))


def taken(meaning: Meaning) -> Answer:
    """The survey was taken, with this result."""
    return Answer(Outcome.TAKEN, meaning)


class VoiceSurvey:
    """Whom to call, and what they said. Its methods run inside the caller's transaction."""

    def __init__(self, desk: CallbackDesk, conversations: Conversations) -> None:
        self._desk = desk
        self._conversations = conversations

    def silent(self, db: Database, now: datetime) -> list[dict[str, Any]]:
        """Who may be called, the longest silent first. Raises CallbackError where nobody is to be called at all."""
        return rows.silent(db, now - self._reach())

    def take(self, db: Database, most: int, by: str, now: datetime) -> list[int]:
        """Give `by` the next ones, where it is working time now: a task each, to be done while they may be called."""
        taken: list[int] = []
        for person in self.silent(db, now):
            if len(taken) == most:
                break
            if self._desk.is_at_work(now, person["zone"]):
                until = from_text(person["closed_at"]) + self._reach()
                task = rows.open_one(db, visit=person["visit"], reason=Reason.VOICE, due_at=until, now=now)
                self._desk.do(db, task, Assigned(by), by, "", now)
                taken.append(task)
        return taken

    def answer(self, db: Database, task: int, answer: Answer, by: str, words: str, now: datetime) -> TaskRow:
        """Write down a call and what was said; it ends the task, unless nobody answered.

        Raises CallbackError where the task is not `by`'s, or the visit cannot be rated any more.
        """
        row = self._desk.do(db, task, Called(answer.outcome is not None), by, words, now)
        if answer.outcome is None:
            return row
        if answer.meaning is not None:
            invitation = invitations.by_id(db, row.invitation)
            if answer.outcome is Outcome.TAKEN and invitation.conversation.state not in TAKES_MARKS:
                raise CallbackError(
                    f"The survey about this visit has ended ({invitation.conversation.state.value}) and takes no marks;"
                    " note the call with otklik callbacks called ID."
                )
            self._conversations.happen(db, invitation, Spoken(answer.meaning), now=now)
        return self._desk.do(db, task, Closed(answer.outcome), by, "", now)

    def _reach(self) -> timedelta:
        days = self._desk.settings.voice_days
        if days is None:
            raise CallbackError("Nobody is asked by telephone; set callbacks.voice_days in the configuration for that.")
        return timedelta(days=days)
