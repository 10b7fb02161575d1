"""The daemon on an emulated network, both in simulated time: the same parts as `otklik run`, and no second of waiting.

`Centre` is a context manager. Who has entered it has the turn; nothing happens before he calls `let_pass`.
"""

from __future__ import annotations

import logging
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from types import TracebackType
from typing import Literal, Self

import structlog

from benchmarks.rig import ROOT
from gateway import directory, pseudonyms
from gateway.daemon import Daemon
from gateway.intake.visitimport import VisitImporter
from gateway.modemsettings import ModemSettings
from gateway.settings import Settings, SurveySection
from gateway.store import secrecy
from gateway.store.database import open_writer, transaction
from gateway.store.opening import writable
from gateway.store.visits import put_offices, put_services
from modem.emulator.modem import Modem
from modem.emulator.serving.loop import SteppedLoop
from modem.emulator.serving.server import Server
from modem.emulator.urls import leading_to
from modem.emulator.world import World
from scheduler.runner import Job, Ticker
from scheduler.virtual import VirtualClock

START = datetime(2017, 9, 12, 3, tzinfo=UTC)


class Centre:
    """`modems` modems m0, m1… on emu://, each with its `policies` entry in turn as its `on_unknown`."""

    def __init__(
        self,
        folder: Path,
        modems: int,
        *,
        seed: int,
        survey: SurveySection,
        policies: tuple[Literal["hold", "resend"], ...] = ("hold",),
        log: Path | None = None,
    ) -> None:
        self.clock = VirtualClock(START)
        self._loop = SteppedLoop(self.clock.monotonic())
        self.clock.add(self._loop)
        self._server = Server(modems, pty=False, loop=self._loop, seed=seed, log=log, trace=log is not None)
        self.world: World = self._server.world
        self.settings = Settings(
            database=folder / "otklik.db",
            offices=ROOT / "examples/altai/offices.csv",
            services=ROOT / "examples/altai/services.csv",
            modems=tuple(
                ModemSettings(name=f"m{k}", port=f"emu://modem{k}", on_unknown=policies[k % len(policies)])
                for k in range(modems)
            ),
            survey=survey,
            http=None,
        )
        self._directory = directory.load(self.settings.offices, self.settings.services)
        self._daemon = Daemon(self.settings, self.clock, self._ticker, Random(f"{seed}:pauses").random)
        self.clock.on_quiet(self._daemon.flush)
        self._open = ExitStack()
        self._visits = 0

    def _ticker(self, jobs: list[Job]) -> Ticker:
        ticker = Ticker(jobs, self.clock)
        self.clock.add(ticker)
        return ticker

    @property
    def passed_s(self) -> float:
        """Simulated seconds since the beginning."""
        return self.clock.monotonic() - START.timestamp()

    def __enter__(self) -> Self:
        with self._open, writable(self.settings.database) as db:
            with transaction(db):
                put_offices(db, self._directory.offices.values())
                put_services(db, self._directory.services.values())
            self._open.enter_context(self._server)
            self._open.enter_context(leading_to(self._server))
            self._open.enter_context(self.clock.taking_part())
            self._open = self._open.pop_all()
        return self

    def start(self) -> None:
        """Start the daemon."""
        self._open.callback(self._daemon.stop)
        with self.clock.starting(len(self.settings.modems)):
            self._daemon.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def let_pass(self, seconds: float) -> None:
        """Let the daemon and the network live for so long."""
        self.clock.wait((), self.clock.monotonic() + seconds)

    def wait_until(self, condition: Callable[[], bool], within_s: float, every_s: float = 1.0) -> bool:
        """Let time pass until something has come about; False if it does not within so many seconds."""
        deadline = self.clock.monotonic() + within_s
        while not condition():
            if self.clock.monotonic() >= deadline:
                return False
            self.let_pass(every_s)
        return True

    def visit(self, phones: Iterable[str]) -> None:
        """Offices report a visit of each of these citizens, just now."""
        now = self.clock.now()
        path = self.settings.database.with_name("visits.csv")
        with path.open("w", encoding="utf-8") as file:
            file.write("foreign_id,office,service,received_at,phone,consent\n")
            for phone in phones:
                self._visits += 1
                file.write(f"v-{self._visits},BRN1,REG,{now.isoformat()},{phone},1\n")
        db = open_writer(self.settings.database, checkpoints=False)
        try:
            keys = pseudonyms.load(self.settings.database)
            survey = self.settings.survey
            importer = VisitImporter(db, self._directory, keys, survey.delay_s, survey.consent_text, "benchmark")
            tally = importer.take_file(path, "csv", now, lambda line: None)
        finally:
            db.close()
        assert not tally.refused and not tally.duplicates, tally

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """The database, for questions."""
        db = sqlite3.connect(f"file:{self.settings.database}?mode=ro", uri=True, factory=secrecy.Keyed)
        secrecy.attach(db, self.settings.database)
        try:
            yield db
        finally:
            db.close()

    def modem(self, number: int) -> Modem:
        """An emulated modem."""
        return self.world.modems[number]


def fast_folder() -> str | None:
    """Where a database costs no disk: what a power cut leaves is no question here. None if there is no such place."""
    shared = Path("/dev/shm")
    return str(shared) if shared.is_dir() and os.access(shared, os.W_OK) else None


def quiet_log() -> None:
    """Only errors: a run in which everything goes wrong on purpose says so at length."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    logging.basicConfig(level=logging.ERROR)
