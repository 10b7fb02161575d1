"""What a person decides about the way up: what goes again, what goes on, what has arrived.

Everything here runs inside the caller's transaction.
"""

from __future__ import annotations

from datetime import datetime

from sqlite_utils import Database

from gateway.errors import UpstreamError
from gateway.store import batches, deliveries, upstreams
from gateway.upstream import alarming
from gateway.upstream.deciding import Decision, Standing


def requeue(db: Database, upstream: str, rating: str | None, now: datetime) -> int:
    """Let one dead letter go up again, or all (None); how many. Raises UpstreamError if there is no such letter."""
    count = deliveries.requeue(db, upstream, rating, now)
    if rating is not None and not count:
        raise UpstreamError(f"{upstream} has no dead letter {rating}; otklik upstream dead lists them.")
    return count


def resume(db: Database, upstream: str, now: datetime) -> int:
    """Go on after a stop or a failure, and post again what is held in doubt: how many batches."""
    upstreams.put(db, upstream)
    batches.hurry(db, upstream, now)
    count = batches.release_held(db, upstream, now)
    alarming.put_standing(db, upstream, Standing(), now)
    alarming.tell_endless(db, upstream, now)
    return count


def settle(db: Database, upstream: str, key: str, packet: str | None, now: datetime) -> int:
    """A batch in doubt, or without a last word, has arrived: how many ratings. With a packet id upstream is asked what
    became of it.

    Raises UpstreamError if there is no such batch.
    """
    batch = batches.open_to_word(db, upstream, key)
    if batch is None:
        raise UpstreamError(f"{upstream} has no batch {key} that is in doubt; otklik upstream list shows them.")
    standing = upstreams.standing(db, upstream)
    if packet is None:
        decision = Decision("accepted", standing, reason="a person says that it has arrived")
    else:
        decision = Decision("posted", standing, now, packet)
    batches.apply(db, batch, decision, now)
    alarming.tell_endless(db, upstream, now)
    return batch.rows
