"""What goes out: inviting who is due, keeping to the window, and all that becomes of it (`gateway.settling`)."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from gateway.settling import BATCH, Settling
from gateway.store import invitations, outbox
from gateway.store.invitations import InvitationRow
from gateway.survey import Barred, Due, Remind, Silence

_LOOK_AGAIN = timedelta(minutes=10)


class Outbox(Settling):
    """The outgoing half of the centre, as configured."""

    def invite_due(self, db: Database, now: datetime) -> int:
        """Start what is due, where the window is open and the person may be asked; the number of rows looked at."""
        rows = invitations.due(db, now, BATCH)
        for row in rows:
            wait_until = self._not_before(db, row, now)
            if wait_until is not None:
                invitations.postpone(db, row.id, wait_until)
            else:
                event = Barred() if self._is_barred(db, row, now) else Due()
                self._conversations.happen(db, row, event, now=now)
        return len(rows)

    def expire_silent(self, db: Database, now: datetime) -> int:
        """Close the conversations whose reply window has passed; the number closed."""
        rows = invitations.silent(db, now, BATCH)
        for row in rows:
            self._conversations.happen(db, row, Silence(), now=now)
        return len(rows)

    def remind_silent(self, db: Database, now: datetime) -> int:
        """Remind the silent, if they have not opted out and the window is open; the number of rows looked at."""
        rows = invitations.to_remind(db, now, BATCH)
        for row in rows:
            opens = now if self.survey.window is None else self.survey.window.next_open(now, ZoneInfo(row.zone))
            invitations.remind_at(db, row.id, opens if opens > now else None)
            if opens <= now and not row.opted_out:
                self._conversations.happen(db, row, Remind(), now=now)
        return len(rows)

    def keep_to_window(self, db: Database, now: datetime) -> int:
        """Move parts that did not go out before the window closed to its next opening; the number moved."""
        if self.survey.window is None:
            return 0
        parts = outbox.outside_window(db, now, BATCH)
        for part, zone_name in parts:
            zone = ZoneInfo(zone_name)
            opens = self.survey.window.next_open(now, zone)
            outbox.move(db, part, opens=opens, closes=self.survey.window.next_close(opens, zone))
        return len(parts)

    # -- inside -------------------------------------------------------------------------------------------------

    def _not_before(self, db: Database, row: InvitationRow, now: datetime) -> datetime | None:
        """When to look at a due invitation again; None: now is right."""
        if self.survey.window is not None:
            opens = self.survey.window.next_open(now, ZoneInfo(row.zone))
            if opens > now:
                return opens
        if self._is_barred(db, row, now):
            return None
        # One open survey per phone: a reply could not be told apart otherwise. The next one waits.
        busy_until = invitations.open_until(db, row.person, row.id)
        if busy_until is None:
            return None
        # It may be answered earlier than it closes: look again before that.
        return min(max(busy_until, now + timedelta(seconds=1)), now + _LOOK_AGAIN)

    def _is_barred(self, db: Database, row: InvitationRow, now: datetime) -> bool:
        if row.opted_out:
            return True
        limit_s = self.survey.once_per_phone_s
        if not limit_s:
            return False
        last = invitations.last_invited_at(db, row.person, row.id)
        return last is not None and now - last < timedelta(seconds=limit_s)
