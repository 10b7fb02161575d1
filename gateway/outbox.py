"""What goes out: inviting who is due, keeping to the window, and all that becomes of it (`gateway.settling`)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from gateway import caps
from gateway.conversations import Conversations
from gateway.model import MessageKind
from gateway.numbering import NOTHING_KNOWN, Numbering
from gateway.settling import BATCH, Settling
from gateway.store import invitations, outbox
from gateway.store.invitations import InvitationRow
from gateway.survey import Barred, Due, Remind, Silence
from gateway.timing import span

_LOOK_AGAIN = timedelta(minutes=10)


class Outbox(Settling):
    """The outgoing half of the centre, as configured. `numbering` knows better than the offices where citizens are."""

    def __init__(
        self,
        conversations: Conversations,
        chance: Callable[[], float] = lambda: 0.5,
        numbering: Numbering = NOTHING_KNOWN,
    ) -> None:
        super().__init__(conversations, chance)
        self._window = conversations.window
        self._numbering = numbering

    def invite_due(self, db: Database, now: datetime) -> int:
        """Start what is due, where the window is open and the person may be asked; the number of rows looked at."""
        if self._numbering is not NOTHING_KNOWN:
            self._place(db, now)
        rows = invitations.due(db, now, BATCH)
        for row in rows:
            decided = self._decide(db, row, now)
            if isinstance(decided, datetime):
                invitations.postpone(db, row.id, decided)
            else:
                self._conversations.happen(db, row, decided, now=now)
        return len(rows)

    def expire_silent(self, db: Database, now: datetime) -> int:
        """Close the conversations whose reply window has passed; the number closed."""
        rows = invitations.silent(db, now, BATCH)
        for row in rows:
            self._conversations.happen(db, row, Silence(), now=now)
        return len(rows)

    def remind_silent(self, db: Database, now: datetime) -> int:
        """Remind the silent, if the window is open, and they have neither opted out nor rated by another channel; the
        number of rows looked at."""
        rows = invitations.to_remind(db, now, BATCH)
        for row in rows:
            opens_at, _ = span(MessageKind.REMINDER, now, None, self._window, ZoneInfo(row.zone))
            invitations.remind_at(db, row.id, opens_at if opens_at > now else None)
            if opens_at <= now and not row.opted_out and not row.rated:
                self._conversations.happen(db, row, Remind(), now=now)
        return len(rows)

    def keep_to_window(self, db: Database, now: datetime) -> int:
        """Move parts that did not go out before the window closed to its next opening; the number moved.

        The window may have been switched off meanwhile: then they go at any time.
        """
        parts = outbox.outside_window(db, now, BATCH)
        for part, kind, zone in parts:
            opens_at, closes_at = span(kind, now, None, self._window, ZoneInfo(zone))
            outbox.move(db, part, opens_at=opens_at, closes_at=closes_at)
        return len(parts)

    # -- inside -------------------------------------------------------------------------------------------------

    def _place(self, db: Database, now: datetime) -> None:
        """Write down the zones of those who are due, where their numbers tell; a conversation keeps to its own."""
        for invitation, phone in invitations.unplaced(db, now, BATCH):
            zone = self._numbering.zone_of(phone)
            if zone is not None:
                invitations.place(db, invitation, zone)

    def _decide(self, db: Database, row: InvitationRow, now: datetime) -> Due | Barred | datetime:
        """What becomes of a due invitation now, or when to look at it again."""
        due_at = max(row.accepted_at, row.received_at + timedelta(seconds=self.survey.delay_s))
        reason = caps.against_waiting(row.opted_out, row.rated, due_at, now, self.survey)
        if reason is not None:
            return Barred(reason)
        opens_at, _ = span(MessageKind.INVITE, now, None, self._window, ZoneInfo(row.zone))
        if opens_at > now:
            return opens_at
        invited = invitations.invited_since(db, row.person, row.id, caps.since(now, self.survey))
        reason = caps.against_sending(invited, now, self.survey)
        if reason is not None:
            return Barred(reason)
        # One open survey per phone: a reply could not be told apart otherwise. The next one waits.
        busy_until = invitations.open_until(db, row.person, row.id)
        if busy_until is None:
            return Due()
        # It may be answered earlier than it closes: look again before that.
        return min(max(busy_until, now + timedelta(seconds=1)), now + _LOOK_AGAIN)
