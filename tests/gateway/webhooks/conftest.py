"""A centre with one hook, and a receiver that answers as a test says."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from gateway.store import tellings
from gateway.store.database import open_writer, transaction
from gateway.store.writer import Writer
from gateway.upstreamsettings import WebhookSettings
from gateway.webhooks.teller import Teller
from scheduler.clock import SystemClock
from tests.gateway.conftest import Centre
from tests.gateway.upstream.wire import replied

KINDS = ("rating.created", "callback.opened", "modem.quarantined")


@dataclass
class Receiver:
    """What was posted, in order; `answer` is asked for each."""

    answer: Callable[[httpx2.Request], httpx2.Response] = lambda request: replied(204)
    got: list[httpx2.Request] = field(default_factory=list)

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.got.append(request)
        return self.answer(request)

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(request.content) for request in self.got]

    def about(self) -> list[str]:
        """Kind and visit (or modem) of each that was posted."""
        return [
            f"{body['kind']} {body['visit']['foreign_id'] if body['visit'] else body['data']['modem']}"
            for body in self.bodies
        ]


class _Clock(SystemClock):
    """The calendar of a centre."""

    def __init__(self, centre: Centre) -> None:
        self._centre = centre

    def now(self) -> datetime:
        return self._centre.now


class Told:
    """The centre, and the teller of its hook `crm`."""

    def __init__(self, centre: Centre, folder: Path) -> None:
        secret = folder / "crm.secret"
        secret.write_bytes(b"s3cret\n")
        self.centre = centre
        self.receiver = Receiver()
        self.settings = WebhookSettings(name="crm", url="https://crm.example/otklik", secret_file=secret)
        self.writer = Writer(open_writer(centre.path, checkpoints=False), centre.path)
        centre.db.conn.commit()
        self.configure(crm=KINDS)
        self.teller = self.another()

    def another(self) -> Teller:
        """A teller of the same hook, as after a restart."""
        wire = httpx2.MockTransport(self.receiver)
        return Teller(self.settings, self.writer, _Clock(self.centre), lambda: 0.5, wire)

    def configure(self, **hooks: Sequence[str]) -> int:
        return self.writer.do(lambda db: tellings.configure(db, hooks))

    def rated(self, foreign_id: str, phone: str, mark: str = "5") -> None:
        """A visit is rated by SMS."""
        with transaction(self.centre.db):
            self.centre.invited(foreign_id, phone)
            self.centre.hear(mark, phone)

    def later(self, **delta: float) -> None:
        """Time passes, and what is due is told."""
        self.centre.now += timedelta(**delta)
        self.teller.run()

    def states(self) -> list[str]:
        return [str(state) for (state,) in self.centre.all("SELECT state FROM tellings ORDER BY hook, event")]

    def close(self) -> None:
        self.teller.close()
        self.writer.close()


@pytest.fixture
def told(centre: Centre, tmp_path: Path) -> Iterator[Told]:
    opened = Told(centre, tmp_path)
    yield opened
    opened.close()
