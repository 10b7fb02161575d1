"""What the centre does every second or minute reads no table from end to end, however much has been said in years."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from sqlite_utils import Database

from gateway import alarms
from gateway.intake.channeldoor import ChannelDoor
from gateway.purging import purge_all
from gateway.settings import PrivacySettings, Settings
from gateway.store import inbox as inbox_rows
from gateway.store import tellings
from gateway.upstream.building import push_of
from tests.gateway.conftest import PHONE, Centre
from tests.gateway.upstream.box import Hands
from tests.gateway.upstream.wire import replied

GROWING = frozenset(
    {
        "visits",
        "persons",
        "invitations",
        "messages",
        "parts",
        "replies",
        "inbox",
        "ratings",
        "reviews",
        "events",
        "tellings",
        "batches",
        "deliveries",
        "callback_events",
        "calls",
        "candidates",
        "consents",
        "opt_events",
        "opt_outs",
        "outages",
        "refusals",
        "callbacks",
    }
)
FEW = frozenset(
    {
        *("parts_waiting", "parts_claimed", "parts_unknown", "inbox_kept", "inbox_reports", "tellings_pending"),
        *(
            "batches_unsettled",
            "deliveries_waiting",
            "reviews_open",
            "persons_sealed",
            "inbox_sealed",
            "replies_worded",
            "reviews_told",
            "callback_events_told",
            "tellings_dead",
        ),
    }
)
"""Indexes that hold only what is not done with: those may be read whole."""
JOBS: dict[str, Callable[[Centre], object]] = {
    "invite due": lambda centre: centre.outbox.invite_due(centre.db, centre.now),
    "keep to window": lambda centre: centre.outbox.keep_to_window(centre.db, centre.now),
    "expire silent": lambda centre: centre.outbox.expire_silent(centre.db, centre.now + timedelta(days=9)),
    "remind silent": lambda centre: centre.outbox.remind_silent(centre.db, centre.now + timedelta(days=9)),
    "resend unknown": lambda centre: centre.outbox.resend_unknown(centre.db, centre.now, {"1": 0}),
    "end waiting": lambda centre: centre.outbox.end_waiting(centre.db, centre.now),
    "match reports": lambda centre: centre.inbox.match_waiting(centre.db, centre.now),
    "read inbox": lambda centre: centre.inbox.handle(centre.db, centre.now),
    "give up parts": lambda centre: centre.inbox.give_up_on_parts(centre.db, centre.now),
    "claim": lambda centre: centre.send(),
    "hear": lambda centre: centre.hear("5"),
    "hear a refusal": lambda centre: centre.hear("стоп"),
    "purge": lambda centre: purge_all(lambda step: step(centre.db), PrivacySettings(), centre.now + timedelta(days=99)),
    "hear a report": lambda centre: centre.report(1, 0),
    "push": lambda centre: _push(centre),
    "choose what is told": lambda centre: list(tellings.pending(centre.db, "crm")),
    "begin to tell": lambda centre: tellings.begin(centre.db, "crm", 1, centre.now),
    "watch call-backs": lambda centre: centre.callbacks.watch(centre.db, centre.now + timedelta(days=9)),
    "fail over": lambda centre: centre.dispatch.fail_over(centre.db, centre.now + timedelta(days=9)),
    "give up halves": lambda centre: centre.dispatch.give_up_halves(centre.db, centre.now + timedelta(days=9), 60),
    "rating of a channel": lambda centre: _rate_elsewhere(centre),
    "low disk": lambda centre: alarms.tell(centre.db, place=alarms.DISK, kind="low", text=None, now=centre.now),
    "forget tellings": lambda centre: tellings.forget_told(centre.db, centre.now + timedelta(days=9), 100),
}


@pytest.mark.parametrize("name", JOBS)
def test_job_reads_no_growing_table_whole(centre: Centre, name: str) -> None:
    _say_something(centre)
    statements: set[str] = set()
    centre.db.conn.set_trace_callback(statements.add)
    JOBS[name](centre)
    centre.db.conn.set_trace_callback(None)
    plans = {sql: _scans(centre, sql) for sql in statements if re.match(r"\s*(SELECT|UPDATE|DELETE)", sql)}
    assert plans
    assert {sql: scans for sql, scans in plans.items() if scans} == {}


def _say_something(centre: Centre) -> None:
    """A conversation in which somebody is asked again, one that is due, and one part of a long reply."""
    tellings.configure(centre.db, {"crm": ["rating.created", "callback.opened"]})
    centre.invited("v0", "+79130200009")
    centre.hear("5", "+79130200009")
    centre.invited()
    centre.hear("что-то")
    centre.visit("v2", "+79130200002")
    inbox_rows.keep(centre.db, sim="2", found=[("SM", 2, centre.pdus("длинно " * 20, PHONE)[0])], now=centre.now)


def _rate_elsewhere(centre: Centre) -> None:
    cells = {"outside_id": "t-1", "foreign_id": "v2", "rated_at": "2017-09-14", "overall": "2", "source": "terminal"}
    door = ChannelDoor(centre.known, centre.callbacks)
    assert door.take(centre.db, cells, centre.now + timedelta(days=2), source=None, sender="test")


def _push(centre: Centre) -> None:
    """A rating goes up, and upstream says later that it has accepted it."""
    upstream = {"name": "up", "url": "https://up.example", "format": "json", "vendor": "1"}
    settings = Settings.model_validate({"database": centre.path, "upstream": [upstream]})
    clock = Hands()

    def do(operation: Callable[[Database], Any]) -> Any:
        return operation(centre.db)

    def answer(request: httpx2.Request) -> httpx2.Response:
        return replied(200, b'{"packet": 1, "status": 2}')

    with closing(push_of(settings, settings.upstream[0], do, clock, lambda: 0.5, httpx2.MockTransport(answer))) as way:
        accepted = 0
        for _ in range(2):
            clock.at += timedelta(days=9)
            accepted += way.run(at_once=True).accepted
    assert accepted == 1


def _scans(centre: Centre, sql: str) -> list[str]:
    """What a statement reads whole of what grows for ever."""
    steps = [str(row[3]) for row in centre.all(f"EXPLAIN QUERY PLAN {sql}")]
    aliases = dict(re.findall(r"(\w+) (\w)\b", sql))  # "parts p": what a step calls p
    tables = {alias: table for table, alias in aliases.items()}
    found = []
    for step in steps:
        scan = re.match(r"SCAN (\w+)(?: USING (?:COVERING )?INDEX (\w+))?", step)
        if scan and tables.get(scan[1], scan[1]) in GROWING and scan[2] not in FEW:
            found.append(step)
        if re.fullmatch(r"SEARCH (tellings|deliveries|\w) USING PRIMARY KEY \((hook|upstream)=\?\)", step):
            found.append(step)  # all that one hook or upstream ever had
    return found
