"""What is seen to before a run: what the last one left in doubt, what the configuration wishes now, a clock that was
ahead.

Everything here runs inside the caller's transaction.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta

import structlog
from sqlite_utils import Database

from gateway.store import batches, upstreams
from gateway.upstream.retrying import LONGEST
from gateway.upstreamsettings import UpstreamSettings

_LOG = structlog.get_logger(__name__)


def prepare(db: Database, settings: UpstreamSettings, now: datetime) -> None:
    """Make room for the upstream, and bring what there is of it up to now."""
    name = settings.name
    upstreams.put(db, name)
    if settings.on_unknown == "hold":
        count = batches.hold_doubtful(db, name)
        if count:
            _LOG.warning("batches are in doubt and wait for a person", upstream=name, batches=count)
    else:
        batches.doubt(db, name)
    upstreams.begin_run(db, name, json.dumps([sorted(settings.sources), settings.corrections]), now)
    _mind_the_clock(db, settings, now)


def _mind_the_clock(db: Database, settings: UpstreamSettings, now: datetime) -> None:
    """What was put off for longer than anything is was so by a clock that was ahead."""
    after_s = 0 if settings.status_codes is None else settings.status_codes.after_s
    batches.hurry(db, settings.name, now + max(LONGEST, timedelta(seconds=after_s)))
    standing = upstreams.standing(db, settings.name)
    if standing.next_at is not None and standing.next_at > now + LONGEST:
        upstreams.put_standing(db, settings.name, replace(standing, next_at=None), now)
