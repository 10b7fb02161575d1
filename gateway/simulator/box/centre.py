"""The daemon on an emulated network, both in simulated time: the same parts as `otklik run`, and no second of waiting.

`Centre` is a context manager. Who has entered it has the turn; nothing happens before he calls `let_pass`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from gateway import directory, pseudonyms
from gateway.daemon import Daemon
from gateway.intake.importing import Tally
from gateway.intake.visitimport import VisitImporter
from gateway.settings import Settings
from gateway.simulator.dice import Dice
from gateway.store import secrecy
from gateway.store.database import open_writer, transaction
from gateway.store.inlinewriter import InlineWriter
from gateway.store.latewriter import LateWriter
from gateway.store.opening import writable
from gateway.store.visits import put_offices, put_services
from modem.emulator.modem import Modem
from modem.emulator.profiles.profile import GENERIC_PROFILE, Profile
from modem.emulator.serving.loop import SteppedLoop
from modem.emulator.serving.server import Server
from modem.emulator.urls import leading_to
from modem.emulator.world import World
from scheduler.onethread import OneThreadClock
from scheduler.runner import Job, Ticker

if TYPE_CHECKING:
    import httpx2
    from sqlite_utils import Database


class Centre:
    """A box with these settings, living by `clock`.

    Each modem is of the `profiles` in turn. `wire` stands for the network to others. What a power cut leaves of the
    database matters to nobody unless it is `durable`; the network's own record is kept if it `keeps`. No job runs more
    often than every `tick_s`.
    """

    def __init__(
        self,
        settings: Settings,
        clock: OneThreadClock,
        seed: int | str,
        *,
        era: str = "",
        profiles: Sequence[Profile] = (GENERIC_PROFILE,),
        wire: httpx2.BaseTransport | None = None,
        log: Path | None = None,
        durable: bool = True,
        keeps: bool = True,
        tick_s: float = 0,
    ) -> None:
        self.clock = clock
        self.settings = settings
        self.known = directory.load(settings.offices, settings.services)
        self._began = clock.monotonic()
        self._tick_s = tick_s
        self._durable = durable
        self._loop = SteppedLoop(self.clock.monotonic())
        self.clock.add(self._loop)
        self._server = Server(
            len(settings.modems),
            pty=False,
            loop=self._loop,
            seed=seed,
            log=log,
            trace=log is not None,
            profiles=profiles,
            keeps=keeps,
            era=era,
        )
        self.world: World = self._server.world
        chance = Dice(seed, era, "pauses").random
        writer = InlineWriter if durable else LateWriter
        self._daemon = Daemon(settings, self.clock, self._ticker, chance, wire, durable=durable, writer=writer)
        self.clock.on_quiet(self._daemon.work_off)
        self._open = ExitStack()
        self._beside: Database | None = None

    def _ticker(self, jobs: list[Job]) -> Ticker:
        ticker = Ticker([replace(job, every_s=max(job.every_s, self._tick_s)) for job in jobs], self.clock)
        self.clock.add(ticker)
        return ticker

    @property
    def passed_s(self) -> float:
        """Simulated seconds since the beginning."""
        return self.clock.monotonic() - self._began

    def __enter__(self) -> Self:
        with self._open, writable(self.settings.database) as db:
            with transaction(db):
                put_offices(db, self.known.offices.values())
                put_services(db, self.known.services.values())
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

    def stop(self) -> None:
        """Stop the daemon; what is under way at its ports comes to its end first."""
        self._daemon.stop()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def let_pass(self, seconds: float) -> None:
        """Let the daemon and the network live for so long."""
        self.live_until(self.clock.monotonic() + seconds)

    def live_until(self, moment: float) -> None:
        """Let the daemon and the network live until a time in seconds since the epoch."""
        self.clock.wait((), moment)

    def wait_until(self, condition: Callable[[], bool], within_s: float, every_s: float = 1.0) -> bool:
        """Let time pass until something has come about; False if it does not within so many seconds."""
        deadline = self.clock.monotonic() + within_s
        while not condition():
            if self.clock.monotonic() >= deadline:
                return False
            self.let_pass(every_s)
        return True

    @property
    def beside(self) -> Database:
        """A connection that writes, as that of a command beside the daemon. What the daemon was given to write is
        written before it is handed out, so nobody competes for the lock."""
        if self._beside is None:
            self._beside = open_writer(self.settings.database, checkpoints=False, durable=self._durable)
            self._open.callback(self._beside.close)
        self._daemon.flush()
        return self._beside

    def take_visits(self, path: Path, source: str) -> Tally:
        """Take a CSV file of visits in, as `otklik visits import` does."""
        survey = self.settings.survey
        importer = VisitImporter(
            self.beside,
            self.known,
            pseudonyms.load(self.settings.database),
            survey.delay_s,
            survey.consent_text,
            source,
            clock=self.clock.monotonic,
        )
        return importer.take_file(path, "csv", self.clock.now(), lambda line: None)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """The database, for questions."""
        self._daemon.flush()
        db = sqlite3.connect(f"file:{self.settings.database}?mode=ro", uri=True, factory=secrecy.Keyed)
        secrecy.attach(db, self.settings.database)
        try:
            yield db
        finally:
            db.close()

    def modem(self, number: int) -> Modem:
        """An emulated modem."""
        return self.world.modems[number]
