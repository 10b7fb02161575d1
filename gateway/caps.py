"""Whether somebody may be asked once more: not who has opted out, not too often, and not about what is long past.

Nor about a visit that he has rated already, at a terminal or on the portal: he has said it, a second question costs his
patience and a message, and of two answers one would not count. That the first was his is for its channel to see to.

Pure. `once_per_phone_s` and `per_month` bound how often a phone is written to, `invite_within_s` how long an invitation
may wait, for the window or for another conversation of the same phone, before it is better left unsent.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from gateway.model import BarReason
from gateway.settings import SurveySection

MONTH = timedelta(days=30)


def against_waiting(
    opted_out: bool, rated: bool, due_at: datetime, now: datetime, survey: SurveySection
) -> BarReason | None:
    """What speaks against an invitation at any hour; `rated`: its visit is; `due_at` is when it was due at first."""
    if opted_out:
        return BarReason.OPTED_OUT
    if rated:
        return BarReason.RATED
    if survey.invite_within_s is not None and now - due_at > timedelta(seconds=survey.invite_within_s):
        return BarReason.TOO_LATE
    return None


def against_sending(invited: Sequence[datetime], now: datetime, survey: SurveySection) -> BarReason | None:
    """What speaks against an invitation now; `invited` is when this phone was invited, at least since `since`."""
    if any(now - at < timedelta(seconds=survey.once_per_phone_s) for at in invited):
        return BarReason.TOO_RECENT
    if survey.per_month is not None and sum(now - at < MONTH for at in invited) >= survey.per_month:
        return BarReason.OFTEN_ENOUGH
    return None


def since(now: datetime, survey: SurveySection) -> datetime:
    """How far back the caps look."""
    return now - max(MONTH, timedelta(seconds=survey.once_per_phone_s))
