"""What a person should know of a way up: that it stands still, that it fails, that batches of it have no end.

Everything here runs inside the caller's transaction.
"""

from __future__ import annotations

from datetime import datetime

import structlog
from sqlite_utils import Database

from gateway import alarms
from gateway.store import batches, upstreams
from gateway.upstream.deciding import LONG, Standing

_LOG = structlog.get_logger(__name__)
TELL_AFTER = 6
"""Failures in a row, about an hour of them, that a person should know of."""


def put_standing(db: Database, upstream: str, standing: Standing, now: datetime) -> None:
    """Write down how it stands with an upstream; raise the alarms of that, or end them, and log what is news."""
    _tell_news(upstream, upstreams.standing(db, upstream), standing)
    upstreams.put_standing(db, upstream, standing, now)
    stopped = standing.stopped_why and (
        f"Nothing goes up any more: {standing.stopped_why}. See otklik upstream dead {upstream}, then otklik upstream"
        f" resume {upstream}."
    )
    _tell(db, upstream, "stopped", stopped, now)
    tells = standing.needs_person or standing.failures >= TELL_AFTER
    _tell(db, upstream, "trouble", standing.trouble if tells else None, now)


def tell_endless(db: Database, upstream: str, now: datetime) -> None:
    """Raise the alarm of batches that only a person can end, or end it."""
    held, slow = batches.endless(db, upstream, LONG)
    said = [f"{held} batches are in doubt and wait for a person"] if held else []
    said += [f"{slow} batches have no last word after a day of tries"] if slow else []
    text = "; ".join(said) + f". See otklik upstream list, then otklik upstream settle {upstream}, or resume."
    _tell(db, upstream, "batches", text if said else None, now)


def _tell_news(upstream: str, before: Standing, after: Standing) -> None:
    if after.failures and not before.failures:
        _LOG.warning("an upstream is in trouble", upstream=upstream, reason=after.trouble, again=str(after.next_at))
    elif before.failures and not after.failures:
        _LOG.info("an upstream takes ratings again", upstream=upstream)


def _tell(db: Database, upstream: str, kind: str, text: str | None, now: datetime) -> None:
    alarms.tell(db, place=alarms.of_upstream(upstream), kind=kind, text=text, now=now)
