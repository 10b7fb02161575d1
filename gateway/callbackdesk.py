"""The call-back desk: opens tasks with their deadline, writes down what its people do, and says when they are late.

A deadline is in the working time of the desk, by the clock of the office that the citizen went to.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from gateway import alarms
from gateway.calendarsettings import CallbackSettings
from gateway.callbacks import Event, Reason, Reopened, do
from gateway.phones import mask_numbers
from gateway.store import callbacks as rows
from gateway.store import fleet as fleet_rows
from gateway.store.callbacks import TaskRow
from gateway.store.invitations import InvitationRow
from scheduler.workingtime import due

_KIND = "overdue"


class CallbackDesk:
    """The desk as configured. Its methods run inside the caller's transaction."""

    def __init__(self, settings: CallbackSettings) -> None:
        self.settings = settings

    def open(self, db: Database, row: InvitationRow, reason: Reason, now: datetime) -> int:
        """The task of calling the citizen of this invitation, opened if none is open for the same reason."""
        due_at = self._due_at(now, row.office.time_zone)
        return rows.open_one(db, visit=row.visit, reason=reason, due_at=due_at, now=now)

    def reopen(self, db: Database, task: int, by: str, words: str, now: datetime) -> TaskRow:
        """Begin a closed task again, with a new deadline. Raises CallbackError, as `do` does."""
        zone = rows.by_id(db, task).zone
        return self.do(db, task, Reopened(self._due_at(now, zone)), by, words, now)

    def do(self, db: Database, task: int, event: Event, by: str, words: str, now: datetime) -> TaskRow:
        """Write down what `by` did about a task, with his words, long numbers in them masked.

        Raises CallbackError for what the rules do not allow.
        """
        row = rows.by_id(db, task)
        row = replace(row, task=do(row.task, event, by, now))
        rows.put(db, row, event, by, mask_numbers(words), now)
        return row

    def watch(self, db: Database, now: datetime) -> int:
        """Raise the alarm of the desk while tasks are overdue, end it when none is; 1 if it is raised, else 0."""
        count, since = rows.overdue(db, now)
        text = None
        if since is not None:
            text = (
                f"People wait to be called: {count} overdue, the longest since {since:%Y-%m-%d %H:%M} UTC; see otklik"
                " callbacks."
            )
        alarms.tell(db, place=alarms.CALL_BACK_DESK, kind=_KIND, text=text, now=now)
        return int(text is not None)

    def is_told(self, db: Database) -> bool:
        """Whether the alarm of the desk is raised, which `watch` changes or ends."""
        return fleet_rows.is_raised(db, place=alarms.CALL_BACK_DESK, kind=_KIND)

    def is_at_work(self, now: datetime, zone: str) -> bool:
        """Whether the desk calls people in this zone now."""
        return self.settings.desk.is_open(now, ZoneInfo(zone))

    def _due_at(self, now: datetime, zone: str) -> datetime:
        return due(now, self.settings.within_s, self.settings.desk, ZoneInfo(zone))
