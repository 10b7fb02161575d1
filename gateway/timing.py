"""From when until when a message may go out.

Pure. What we begin keeps to the sending window where the citizen is. An answer goes out at once, at night too: who has
just written is awake. A quarter of an hour later he may be asleep, so an answer that could not go by then waits for the
window as well.
"""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo

from gateway.model import MessageKind
from scheduler.windows import Window

BEGINS = frozenset({MessageKind.INVITE, MessageKind.REMINDER})
"""What we begin by ourselves."""

_AWAKE = timedelta(minutes=15)


def span(
    kind: MessageKind, now: datetime, heard_at: datetime | None, window: Window | None, zone: tzinfo
) -> tuple[datetime, datetime | None]:
    """When a message of this kind may go out from `now` on: from and until, UTC; until None: at any time.

    `heard_at` is when the citizen wrote what is answered, by the network's clock; None if nobody wrote, or it does not
    matter any more. The end of a span is where the message is given another one.
    """
    if window is None:
        return now, None
    if heard_at is not None and kind not in BEGINS and now < heard_at + _AWAKE:
        # If the window is open by then, it goes on.
        return now, window.next_close(heard_at + _AWAKE, zone)
    opens_at = window.next_open(now, zone)
    return opens_at, window.next_close(opens_at, zone)
