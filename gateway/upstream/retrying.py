"""When something is tried again: in a moment, in minutes, or when the other side asked for it.

Pure. Waiting doubles from try to try up to six hours, and is spread, so that many boxes do not come back together after
an outage. `Retry-After` counts if it asks for more, up to a day: a slip of its clock shall not silence us for ever.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from gateway.upstream.outcomes import Answered, Distrusted, Lost, Outcome, Unsent

MOMENTARY = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Statuses that may be gone in a moment."""
_MAY_HAVE_TAKEN = frozenset({500, 502, 504})
"""A server that broke down, before it had taken something or after it; a gateway that lost the answer."""
_FIRST_S = 60.0
_MOST_S = 6 * 3600.0
_MOST_ASKED_S = 86_400.0
_SHORT_S = 5.0
LONGEST = timedelta(days=1, hours=3)
"""Nothing is put off for longer; what seems to be was by a clock that was ahead."""


def retry_after_s(header: str, now: datetime) -> float | None:
    """How many seconds a Retry-After asks for: digits, or a date of HTTP; None for anything else. Never below 0."""
    text = header.strip()
    if re.fullmatch(r"[0-9]{1,9}", text):
        return min(float(text), _MOST_ASKED_S)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return min(max(0.0, (moment - now).total_seconds()), _MOST_ASKED_S)


def next_at(now: datetime, attempts: int, chance: float, asked_s: float | None = None) -> datetime:
    """When to try again after `attempts` failures; `chance`, 0 to 1, spreads it from a half to the whole."""
    full_s = min(_MOST_S, _FIRST_S * 2.0 ** min(attempts - 1, 20))
    wait_s = full_s * (0.5 + chance / 2)
    if asked_s is not None:
        wait_s = max(wait_s, asked_s * (1 + chance / 10))
    return now + timedelta(seconds=wait_s)


def short_wait_s(outcome: Outcome, now: datetime, *, again: bool) -> bool | float:
    """Whether a request is made again within seconds: the seconds to wait, True for a moment, False for not now.

    With `again` false only what the other side cannot have taken is.
    """
    match outcome:
        case Unsent():
            return True
        case Answered(status=status, retry_after=header) if status in MOMENTARY:
            if status in _MAY_HAVE_TAKEN and not again:
                return False
            asked_s = retry_after_s(header, now)
            return True if asked_s is None else asked_s <= _SHORT_S and max(asked_s, 0.01)
        case Lost():
            return again
        case Answered() | Distrusted():
            return False
