"""The end of a run: ratings are handed out, the ledger is drawn up before its witnesses, and all is counted."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from gateway.export.writing import write
from gateway.ledger import draw_up
from gateway.simulator.box.measuring import Calendar, measure
from gateway.simulator.box.memory import Memory
from gateway.simulator.box.premises import UPSTREAM, Premises
from gateway.simulator.measures.measures import Measures
from gateway.store import ratings
from gateway.store.database import transaction
from gateway.store.opening import writable


def judge(premises: Premises, memory: Memory) -> Measures:
    """What a box has come to by now; no daemon may serve it."""
    settings = premises.settings
    with writable(settings.database) as db:
        _hand_out(db, premises.folder / "ratings.jsonl", datetime.fromtimestamp(memory.now, UTC))
        witnesses = {UPSTREAM: _lines(premises.folder / "upstream.log")} if settings.upstream else {}
        found = measure(
            db,
            draw_up(db, memory.seen.digests, witnesses),
            days=premises.scenario.days,
            calendar=Calendar(premises.start, premises.zone),
            window=settings.survey.sending,
            modems=[modem.name for modem in settings.modems],
            box=premises.name,
            until=memory.now,
        )
        if memory.operators is not None:
            memory.operators.measure(db, found, premises.end.timestamp())
    for office, marks in memory.minds.truth.items():
        found.truth[office] = marks.copy()
    found.messages = memory.seen.messages
    return found


def _hand_out(db: Database, path: Path, now: datetime) -> None:
    """Export all ratings, as `otklik export ratings` does."""
    last = ratings.last_cursor(db)
    with path.open("wb") as file:
        count = write(db, "jsonl", 0, last, file)
    if count:
        with transaction(db):
            ratings.mark_exported(db, form="jsonl", after_cursor=0, until=last, rows=count, now=now)


def _lines(path: Path) -> Iterator[Mapping[str, Any]]:
    """What the upstream double has written down."""
    with path.open(encoding="utf-8") as log:
        yield from map(json.loads, log)
