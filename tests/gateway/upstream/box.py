"""A database with ratings, an upstream that remembers what it took, and time in the test's hands."""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import httpx2
from sqlite_utils import Database

from gateway import directory, formfiles, pseudonyms
from gateway.config import packaged_config
from gateway.model import CRITERIA, Visit
from gateway.store import ratings, visits
from gateway.store.database import open_writer, transaction
from gateway.store.schema import migrate
from gateway.upstream.building import target_of
from gateway.upstream.push import Push, Pushed
from gateway.upstreamsettings import UpstreamSettings
from tests.gateway.upstream.wire import replied

T = TypeVar("T")
START = datetime(2017, 9, 13, 5, tzinfo=UTC)


class Hands:
    """A clock that moves when it is told to."""

    def __init__(self) -> None:
        self.at = START

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.at.timestamp()

    def wait(self, sources: object, until: float | None) -> bool:
        raise AssertionError("nobody waits here")

    def taking_part(self) -> Any:
        raise AssertionError("nobody waits here")


class Fake:
    """An upstream of the JSON dialect that knows a key, and a rating, it has had.

    `before` may answer, or raise, instead of it; `after` gets its answer, which may be lost there. It has the poisoned
    ratings by their visit's id.
    """

    def __init__(self) -> None:
        self.took: Counter[str] = Counter()
        self.keys: dict[str, bytes] = {}
        self.bodies: dict[str, int] = {}
        self.poisoned: set[str] = set()
        self.posts = self.looks = 0
        self.status = 2
        self.statuses: dict[str, dict[str, Any]] = {}
        self.before: Callable[[httpx2.Request], httpx2.Response | None] = lambda _: None
        self.after: Callable[[httpx2.Response], httpx2.Response] = lambda response: response

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        if request.method == "POST":
            self.posts += 1
        else:
            self.looks += 1
        early = self.before(request)
        if early is not None:
            return early
        return self.after(self._post(request) if request.method == "POST" else self._get(request))

    def _post(self, request: httpx2.Request) -> httpx2.Response:
        key, body = request.headers["Idempotency-Key"], request.read()
        if key in self.keys:
            assert body == self.keys[key], "another body under the same key"
            return replied(200, json.dumps({"packet": self.bodies[key]}).encode())
        batch = json.loads(body)
        if self.poisoned & {rating["foreign_id"] for rating in batch["ratings"]}:
            return replied(422, '{"detail": "не то"}'.encode())
        self.keys[key], self.bodies[key] = body, len(self.keys) + 1
        self.took.update(rating["foreign_id"] for rating in batch["ratings"])
        return replied(200, json.dumps({"packet": self.bodies[key]}).encode())

    def _get(self, request: httpx2.Request) -> httpx2.Response:
        packet = request.url.path.rsplit("/", 1)[1]
        return replied(
            200, json.dumps({"packet": int(packet), "status": self.status, **self.statuses.get(packet, {})}).encode()
        )


@cache
def _empty() -> dict[str, bytes]:
    """The files of a database with the offices and no visit."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "otklik.db"
        db = open_writer(path, checkpoints=True)
        migrate(db, path)
        base = packaged_config().parent / "examples/altai"
        known = directory.load(base / "offices.csv", base / "services.csv")
        with transaction(db):
            visits.put_offices(db, known.offices.values())
            visits.put_services(db, known.services.values())
        db.close()
        return {file.name: file.read_bytes() for file in path.parent.iterdir()}


class Box:
    """The box, which pushes to `fake`. `boundary` is called after each commit, and may raise as a crash would."""

    def __init__(self, path: Path, fake: Fake, **settings: Any) -> None:
        self.path = path
        self.fake = fake
        self.clock = Hands()
        self.boundary: Callable[[], None] = lambda: None
        self.settings = UpstreamSettings.model_validate(
            {
                "name": "up",
                "url": "https://up.example",
                "format": "json",
                "vendor": "9901",
                "status_codes": None,
                **settings,
            }
        )
        for name, octets in _empty().items():
            path.with_name(name).write_bytes(octets)
            path.with_name(name).chmod(0o600)
        self.db = self._open()
        self._pseudonyms = pseudonyms.load(path)
        self.visits = 0
        self._open_push()

    def _open(self) -> Database:
        db = open_writer(self.path, checkpoints=True)
        db.execute("PRAGMA synchronous=OFF")
        return db

    def _open_push(self) -> None:
        self.push = Push(
            self.settings,
            formfiles.load(self.settings.form),
            lambda: target_of(self.settings, self.clock, httpx2.MockTransport(self.fake)),
            self.path,
            ZoneInfo("Europe/Moscow"),
            self.do,
            self.clock,
            lambda: 0.5,
        )

    def do(self, operation: Callable[[Database], T]) -> T:
        with transaction(self.db):
            result = operation(self.db)
        self.boundary()
        return result

    def reopen(self) -> None:
        """What a new process does after a crash."""
        self.push.close()
        self.db.close()
        self.db = self._open()
        self.boundary = lambda: None
        self._open_push()

    def close(self) -> None:
        self.push.close()
        self.db.close()

    def visit(self, office: str = "BRN1") -> int:
        self.visits += 1
        row = Visit(f"v{self.visits}", office, "REG", self.clock.now(), None, False)
        with transaction(self.db):
            visits.accept_visit(
                self.db,
                row,
                source="test",
                pseudonyms=self._pseudonyms,
                now=self.clock.now(),
                delay_s=0,
                consent_text="",
            )
        return int(self.db.execute("SELECT max(id) FROM visits").fetchone()[0])

    def rate(
        self,
        count: int = 1,
        *,
        visit: int | None = None,
        source: str = "sms",
        mark: int | None = 5,
        corrected: bool = False,
    ) -> None:
        """So many ratings, each of a visit of its own unless one is given."""
        for _ in range(count):
            of = visit or self.visit()
            with transaction(self.db):
                ratings.add(
                    self.db,
                    visit=of,
                    invitation=None,
                    reply=None,
                    source=source,
                    mode="overall",
                    overall=mark,
                    criteria={} if mark is None else dict.fromkeys(CRITERIA, mark),
                    expanded=True,
                    comment="",
                    form_version="overall",
                    corrected=corrected,
                    now=self.clock.now(),
                )

    def run(self) -> Pushed:
        return self.push.run()

    def later(self, **delta: float) -> None:
        self.clock.at += timedelta(**delta)

    def through(self, hours: float, step_s: float = 600) -> None:
        """The daemon's timetable for so many hours."""
        for _ in range(int(hours * 3600 / step_s)):
            self.run()
            self.later(seconds=step_s)

    def all(self, sql: str) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in self.db.execute(sql).fetchall()]

    def states(self) -> dict[str, int]:
        """How many ratings are in which state."""
        return {row[0]: row[1] for row in self.all("SELECT state, count(*) FROM deliveries GROUP BY state")}

    def rejected(self) -> set[str]:
        rows = self.all(
            "SELECT v.foreign_id FROM deliveries d JOIN ratings r ON r.cursor = d.rating"
            " JOIN visits v ON v.id = r.visit WHERE d.state = 'rejected'"
        )
        return {row[0] for row in rows}

    def standing(self) -> dict[str, Any]:
        return next(iter(self.db.query("SELECT * FROM upstreams WHERE name = 'up'")))


@contextmanager
def box(path: Path, **settings: Any) -> Iterator[Box]:
    """A box with an upstream that is well."""
    opened = Box(path / "otklik.db", Fake(), **settings)
    try:
        yield opened
    finally:
        opened.close()
