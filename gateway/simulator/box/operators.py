"""The operators of the full run: what they decide is written into the box's database, as `otklik callbacks` does it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlite_utils import Database

from gateway import voice
from gateway.calendarsettings import CallbackSettings
from gateway.callbackdesk import CallbackDesk
from gateway.callbacks import Assigned, Called, Closed, Event, Outcome, Shown
from gateway.conversations import Conversations
from gateway.simulator.desk import decisions
from gateway.simulator.desk.decisions import Decision
from gateway.simulator.desk.desk import Desk, key_of
from gateway.simulator.desk.people import Citizens
from gateway.simulator.measures.measures import Measures
from gateway.simulator.scenario.model import DeskSection
from gateway.store import callbacks as rows
from gateway.store.callbacks import TaskRow
from gateway.store.database import transaction


class Operators:
    """A `World` of the virtual clock: operators look for call-backs in the database and work them off.

    `zone` is that of the operators' clock; they work from `begin` to `end` (seconds since the epoch). `attend` tells
    where the database is; without that they can be put aside and taken up again (pickle).
    """

    _beside: Callable[[], Database]
    _voice: voice.VoiceSurvey

    def __init__(
        self,
        staffed: DeskSection,
        settings: CallbackSettings,
        seed: str,
        zone: str,
        begin: float,
        end: float,
    ) -> None:
        self._desk = Desk(staffed, settings, Citizens(staffed, seed), zone, begin, end, self._may_call)
        self._callbacks = CallbackDesk(settings)
        self._open: dict[str, TaskRow] = {}
        """Call-backs that have not ended, as they were when they were first seen."""
        self._last = 0
        self._look_at = self._desk.looks_at(begin)
        self._due = self._next()  # kept: it is asked in every turn

    def attend(self, beside: Callable[[], Database], conversations: Conversations) -> None:
        """Work on this database from now on; `beside` gives a connection that may write."""
        self._beside = beside
        self._voice = voice.VoiceSurvey(self._callbacks, conversations)

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name not in ("_beside", "_voice")}

    def have_work(self) -> bool:
        """Whether there is a call-back that has not ended."""
        return bool(self._open) or bool(rows.opened_after(self._beside(), self._last))

    def next_at(self) -> float | None:
        """When an operator looks, takes a call or ends one."""
        return self._due

    def advance(self, to: float) -> None:
        """Do what is due by `to`, each thing at its time."""
        while (at := self._due) is not None and at <= to:
            if at == self._look_at:
                self._look(self._beside())
                self._look_at = self._desk.looks_at(at)
            for decision in self._desk.advance(at):
                with transaction(self._beside()) as db:
                    self._write(db, decision)
                if not isinstance(decision, decisions.Taken) and decision.outcome is not None:
                    del self._open[decision.key]
            self._due = self._next()

    def measure(self, db: Database, measures: Measures, until: float) -> None:
        """Add what came of the call-backs that were opened so far; operators were paid before `until`."""
        self._look(db)
        self._desk.measure(measures, until)

    def _look(self, db: Database) -> None:
        for row in rows.opened_after(db, self._last):
            key = key_of(row.about.foreign_id, row.reason)
            self._open[key], self._last = row, row.id
            self._desk.open(key, row.task.opened_at.timestamp(), row.zone)
        self._due = self._next()

    def _next(self) -> float | None:
        return min((at for at in (self._look_at, self._desk.next_at()) if at is not None), default=None)

    def _may_call(self, key: str) -> bool:
        return rows.phone_of(self._beside(), self._open[key].visit) is not None

    def _write(self, db: Database, decision: Decision) -> None:
        match decision:
            case decisions.Taken():
                self._take(db, decision)
                self._do(db, decision, Shown())
            case decisions.Called(outcome=Outcome.OPTED_OUT):
                now = datetime.fromtimestamp(decision.at, UTC)
                self._voice.answer(db, self._open[decision.key].id, voice.OPTED_OUT, decision.operator, "", now)
            case decisions.Called(answered=answered, outcome=outcome, cause=cause):
                self._do(db, decision, Called(answered))
                if outcome is not None:
                    self._do(db, decision, Closed(outcome, cause))
            case decisions.Dropped(outcome=outcome):
                self._take(db, decision)
                self._do(db, decision, Closed(outcome))

    def _take(self, db: Database, decision: Decision) -> None:
        if rows.by_id(db, self._open[decision.key].id).task.assignee != decision.operator:
            self._do(db, decision, Assigned(decision.operator))

    def _do(self, db: Database, decision: Decision, event: Event) -> None:
        now = datetime.fromtimestamp(decision.at, UTC)
        self._callbacks.do(db, self._open[decision.key].id, event, decision.operator, "", now)
