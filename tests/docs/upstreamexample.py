"""The example of docs/upstream.md: a visit, its rating, and upstreams that are reached without a wire."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.testclient import TestClient

from gateway import alarms
from gateway.intake.visitimport import VisitImporter
from gateway.store import tellings
from gateway.upstream import transport
from modem.worker.bulletin import QUARANTINE
from tests.gateway.conftest import PHONE, Centre
from tests.gateway.upstream.wire import replied

ASKED_AT = datetime(2017, 9, 13, 8, 40, tzinfo=UTC)
ANSWERED_AT = datetime(2017, 9, 14, 4, 2, 31, tzinfo=UTC)
KINDS = ("rating.created", "callback.opened", "modem.quarantined")


def tell_the_example(folder: Path, events: str, reply: str) -> None:
    """A database whose only visit came with `events` and was rated by `reply`; `network.log` is of the network then.

    All of it is fixed, the key of the pseudonyms too.
    """
    key = folder / "otklik.db.key"
    key.write_text("5a" * 32 + "\n", encoding="ascii")
    key.chmod(0o600)
    centre = Centre(folder / "otklik.db", script="criteria", thanks=False)
    try:
        tellings.configure(centre.db, {"crm": KINDS})
        centre.db.conn.commit()
        centre.now = ASKED_AT
        file = folder / "visits.xml"
        file.write_text(events, encoding="utf-8")
        importer = VisitImporter(centre.db, centre.known, centre.pseudonyms, 0, "Согласен.", "")
        importer.take_file(file, "events-xml", centre.now, lambda line: None)
        centre.invite()
        sent = centre.send()
        centre.now = ANSWERED_AT
        heard = centre.pdus(reply)
        centre.keep(*heard)
        centre.inbox.handle(centre.db, centre.now)
        alarms.tell(centre.db, place=alarms.of_modem("m1"), kind=QUARANTINE, text="it answers nothing", now=centre.now)
        centre.db.conn.commit()
    finally:
        centre.db.close()
    lines = [{"event": "submit", "to": PHONE, "text": text} for text in sent]
    lines += [{"event": "deliver", "from": PHONE, "pdu": pdu, "t": ANSWERED_AT.isoformat()} for pdu in heard]
    (folder / "network.log").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")


class Wire:
    """The way to a double without a socket; with `loses` it takes what is posted and its answer never comes."""

    def __init__(self, double: TestClient, base: str) -> None:
        self._double = double
        self._base = base
        self.loses = False

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        path = request.url.path.removeprefix(self._base)
        headers = {name: value for name, value in request.headers.items() if name.lower() != "host"}
        answer = self._double.request(request.method, path, content=request.read(), headers=headers)
        if self.loses:
            raise httpx2.ReadTimeout("no answer in 30 s")
        return replied(answer.status_code, answer.content, dict(answer.headers))


@contextmanager
def reached(wire: Any) -> Iterator[None]:
    """Whoever pushes or checks in this program reaches `wire`, whatever address is configured."""
    real = transport.Transport

    def through(*words: Any, **options: Any) -> transport.Transport:
        return real(*words, **{**options, "wire": httpx2.MockTransport(wire), "attempts": 1})

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(transport, "Transport", through)
        yield
