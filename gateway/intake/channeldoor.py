"""The one door for ratings that come by other channels: whoever reads them, from a file or a request, gives them here.

A rating is known by its channel's own id, so that one that comes again changes nothing. A low one opens a call-back as
one by SMS does, if it is the citizen's last word by now, he agreed to be written to, his number is still here, and he
has not left since. An invitation that has not gone out yet does not go out any more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlite_utils import Database

from gateway.callbackdesk import CallbackDesk
from gateway.callbacks import Reason
from gateway.channels import ChannelRating, Word, is_low
from gateway.directory import Directory
from gateway.intake.cells import Refused
from gateway.intake.ratingchecks import check
from gateway.model import BarReason
from gateway.store import callbacks, invitations, outbox
from gateway.store import channels as rows
from gateway.store.database import to_text
from gateway.store.invitations import InvitationRow
from gateway.survey import bar


@dataclass(frozen=True, slots=True)
class ChannelDoor:
    """Takes ratings in, in the caller's transaction."""

    directory: Directory
    desk: CallbackDesk

    def take(self, db: Database, cells: Mapping[str, str], now: datetime, *, source: str | None, sender: str) -> bool:
        """Take one in; False if its channel has sent it before. `source` and `sender` are for those that name none.

        Raises Refused with the reason: what `check` finds, or an id under which its channel has said something else.
        """
        rating = check(cells, self.directory, partial(rows.visit_of, db), now, source=source, sender=sender)
        before = rows.said(db, rating.source, rating.outside_id)
        visit: int | None
        if before is not None:
            visit = rating.visit if isinstance(rating.visit, int) else rows.made_of(db, rating.visit, rating.source)
            _refuse_another(rating, visit, before)
            return False
        visit = rating.visit if isinstance(rating.visit, int) else rows.make_visit(db, rating.visit, rating.source, now)
        if visit is None:
            raise Refused(f"outside_id «{rating.outside_id[:40]}» is that of another visit; give its foreign_id")
        last = rows.latest(db, visit, rating.source)
        rows.add(db, rating, visit, corrected=last is not None)
        invitation = invitations.of_visit(db, visit)
        if invitation is None:
            return True
        _leave_in_peace(db, invitation, now)
        was_low = last is not None and is_low(last.given.values())
        is_news = rating.is_low and not was_low and rows.counts(db, rating.source, rating.outside_id)
        if is_news and callbacks.phone_of(db, visit) is not None:
            self.desk.open(db, invitation, Reason.LOW_RATING, now)
        return True


def _leave_in_peace(db: Database, row: InvitationRow, now: datetime) -> None:
    """Whoever has said it already is not asked for it by us, if nothing of that has gone out."""
    conversation, ended = bar(row.conversation)
    if ended:
        invitations.save(db, row.id, conversation, now, BarReason.RATED.value, row.survey)
        outbox.withdraw(db, row.id, now)


def _refuse_another(rating: ChannelRating, visit: int | None, before: Word) -> None:
    """Raises Refused where a channel has said something else under the id of this rating."""
    for what, same in (
        ("about another visit", visit == before.visit),
        ("with other marks", rating.given == before.given),
        (f"with another time, {to_text(before.rated_at)}", to_text(rating.rated_at) == to_text(before.rated_at)),
        ("with another comment", rating.comment == before.comment),
    ):
        if not same:
            raise Refused(
                f"outside_id «{rating.outside_id[:40]}» was taken before {what}; a correction comes under an id of its"
                " own"
            )
