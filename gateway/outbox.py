"""What goes out: inviting who is due, claiming, settling, delivery reports, and parts in doubt.

Everything here runs inside the writer's transactions. A part moves queued → claimed → submitted → delivered or failed;
`unknown` is the state of a part that may have been sent. It is never sent again unless the modem's policy says so; its
delivery report, if one comes, settles it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from gateway.conversations import Conversations
from gateway.model import InvitationState, MessageKind, PartState
from gateway.store import invitations, outbox
from gateway.store.invitations import InvitationRow
from gateway.survey import Barred, Due, Silence, Undeliverable
from modem.outcomes import Accepted, Outcome, Refused, Unknown
from modem.pdu import StatusReport
from modem.tables import TP_STATUS, Cause, CauseClass, StatusClass, status_class

BATCH = 200
"""Rows one job takes in one transaction: enough to be quick, few enough to let the ports settle in between."""

_MOST_ATTEMPTS = 8
_RETRY_SOON_S = 5.0
_RETRY_LATER_S = 60.0
_RETRY_MOST_S = 3600.0
_RESEND_AFTER_S = 600.0
_REPORT_REACH = timedelta(days=5)
_ENDED = "The daemon ended while this part was being sent."
_LOOK_AGAIN = timedelta(minutes=10)


class Outbox:
    """The outgoing half of the centre, as configured."""

    def __init__(self, conversations: Conversations) -> None:
        self._conversations = conversations
        self.survey = conversations.survey

    def invite_due(self, db: Database, now: datetime) -> int:
        """Start what is due, where the window is open and the person may be asked; the number of rows looked at."""
        rows = invitations.due(db, now, BATCH)
        for row in rows:
            wait_until = self._not_before(db, row, now)
            if wait_until is not None:
                invitations.postpone(db, row.id, wait_until)
            else:
                event = Barred() if self._is_barred(db, row, now) else Due()
                self._conversations.happen(db, row, event, moment=now, now=now)
        return len(rows)

    def expire_silent(self, db: Database, now: datetime) -> int:
        """Close the conversations whose reply window has passed; the number closed."""
        rows = invitations.silent(db, now, BATCH)
        for row in rows:
            self._conversations.happen(db, row, Silence(), moment=now, now=now)
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

    def settle(self, db: Database, outcomes: Sequence[tuple[int, Outcome]], now: datetime) -> None:
        """What became of claimed parts."""
        accepted = []
        for part, outcome in outcomes:
            match outcome:
                case Accepted(reference=reference):
                    accepted.append((part, reference))
                case Unknown(why=why):
                    outbox.unknown(db, part, why=why, now=now, closes_at=self._closes_at(now))
                case Refused(cause=cause):
                    self._refused(db, part, cause, now)
        outbox.submitted(db, accepted, now=now, closes_at=self._closes_at(now))

    def recover(self, db: Database, now: datetime) -> int:
        """On start: what was claimed when the last daemon ended may have been sent; the number of such parts."""
        parts = outbox.doubtful(db)
        for part in parts:
            outbox.unknown(db, part, why=_ENDED, now=now, closes_at=self._closes_at(now))
        return len(parts)

    def resend_unknown(self, db: Database, now: datetime, may_resend: Callable[[str], bool]) -> int:
        """Queue parts in doubt again where the policy of their SIM's modem says so; the number queued."""
        before = now - timedelta(seconds=_RESEND_AFTER_S)
        again = [part for part, sim in outbox.unknown_before(db, before, BATCH) if may_resend(sim)]
        for part in again:
            outbox.retry(db, part, cause="sent again: no report came", at=now)
        return len(again)

    def report(self, db: Database, sim: str, phone: str, report: StatusReport, now: datetime) -> bool:
        """Apply a delivery report to the part it is about; False if there is none."""
        part = outbox.reported(
            db, sim=sim, reference=report.reference, phone=phone, since=now - _REPORT_REACH, until=now
        )
        if part is None or report.status is None:
            return False
        cls = status_class(report.status)
        text = TP_STATUS.get(report.status, f"status {report.status}")
        if cls is StatusClass.DELIVERED:
            outbox.finish(db, part, state=PartState.DELIVERED, status=report.status, cause=None, now=now)
        elif cls is not StatusClass.TRYING:
            outbox.finish(db, part, state=PartState.FAILED, status=report.status, cause=text, now=now)
            self._undeliverable(db, part, now)
        return True

    # -- inside -------------------------------------------------------------------------------------------------

    def _not_before(self, db: Database, row: InvitationRow, now: datetime) -> datetime | None:
        """When to look at a due invitation again; None: now is right."""
        if self.survey.window is not None:
            opens = self.survey.window.next_open(now, ZoneInfo(row.office.time_zone))
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

    def _refused(self, db: Database, part: int, cause: Cause, now: datetime) -> None:
        attempts = outbox.find(db, part).attempts
        if cause.cls is CauseClass.PERMANENT or attempts >= _MOST_ATTEMPTS:
            self._fail(db, part, cause.plain, now)
        else:
            outbox.retry(db, part, cause=cause.plain, at=now + timedelta(seconds=_retry_after_s(cause.cls, attempts)))

    def _closes_at(self, now: datetime) -> datetime:
        return now + timedelta(seconds=self.survey.reply_window_s)

    def _fail(self, db: Database, part: int, cause: str, now: datetime) -> None:
        outbox.fail(db, outbox.find(db, part).message, cause=cause, now=now)
        self._undeliverable(db, part, now)

    def _undeliverable(self, db: Database, part: int, now: datetime) -> None:
        row = outbox.find(db, part)
        if row.kind is not MessageKind.INVITE:
            return
        invitation = invitations.by_id(db, row.invitation)
        if invitation.conversation.state is InvitationState.OPEN:
            self._conversations.happen(db, invitation, Undeliverable(), moment=now, now=now)


def _retry_after_s(cls: CauseClass, attempts: int) -> float:
    first = _RETRY_SOON_S if cls is CauseClass.RETRY_SOON else _RETRY_LATER_S
    return min(first * 2.0 ** max(attempts - 1, 0), _RETRY_MOST_S)
