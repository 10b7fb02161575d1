"""Takes away what is personal and past its time, a few rows in a transaction, so that nobody waits for it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import structlog
from sqlite_utils import Database

from gateway.settings import PrivacySettings
from gateway.store import purge
from gateway.store.purge import Kind, Limits, empty_wal
from gateway.store.writer import Writer

_LOG = structlog.get_logger(__name__)

Batch = tuple[int | None, int]
Do = Callable[[Callable[[Database], Batch]], Batch]
"""Runs an operation in a transaction of its own, if it is to change anything."""


def purge_all(do: Do, settings: PrivacySettings, now: datetime, *, wipe: bool = True) -> dict[str, int]:
    """How much of each kind was past its time; it is gone if it was to be wiped."""
    limits = Limits(now - timedelta(days=settings.phones_days), now - timedelta(days=settings.replies_days), now)
    return {kind.name: _purge(do, kind, limits, wipe) for kind in purge.KINDS}


def purge_beside(writer: Writer, settings: PrivacySettings, now: datetime) -> None:
    """As `purge_all`, in the daemon; the WAL is emptied when nobody waits for the writer."""
    found = purge_all(writer.do, settings, now)
    if any(found.values()):
        _LOG.info("purged", **{name.replace(" ", "_"): count for name, count in found.items()})
    writer.post_idle(empty_wal, "emptying the write-ahead log")


def _purge(do: Do, kind: Kind, limits: Limits, wipe: bool) -> int:
    count, after = 0, 0
    while True:
        onwards, found = do(partial(purge.batch, kind=kind, after=after, limits=limits, wipe=wipe))
        count += found
        if onwards is None:
            return count
        after = onwards
