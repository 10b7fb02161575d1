"""The running centre: build the parts, start them in order, wait, stop them in the reverse order.

Starting: the instance lock, the database with its migrations, parts that the last run left in doubt, the ports, the
timetable. Stopping lets every dialogue in flight end, because an interrupted submit would be one in doubt.
"""

from __future__ import annotations

import random
import signal
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import FrameType
from typing import TYPE_CHECKING

import structlog

from gateway import alarms, directory, numbertable, scriptfiles
from gateway.backupjob import BackupJob
from gateway.balance import Balances
from gateway.bookkeeping import Bookkeeping
from gateway.callbackdesk import CallbackDesk
from gateway.conversations import Conversations
from gateway.desk import Desk
from gateway.diskwatch import DiskWatch
from gateway.dispatch import Dispatch
from gateway.errors import ConfigError, GatewayError
from gateway.inbox import Inbox
from gateway.jobs import Timetable
from gateway.numbering import Numbering
from gateway.outbox import Outbox
from gateway.ports import ports_of
from gateway.probing import probe
from gateway.purging import purge_beside
from gateway.script import Script
from gateway.settings import Settings
from gateway.silence import Silence
from gateway.store import persons, secrecy, state, tellings, visits
from gateway.store.database import InstanceLock, open_writer, works_in_transactions
from gateway.store.schema import migrate
from gateway.store.soundness import refuse_damaged
from gateway.store.writer import Writer
from gateway.upstream.building import push_of
from gateway.upstream.push import Push
from gateway.webhooks.teller import Teller
from gateway.wishes import Wishes, drain, resume, ussd
from modem.fleet import Fleet
from modem.worker.desk import PortSettings
from scheduler.clock import Clock, SystemClock
from scheduler.runner import Job, Rest, Runner, Ticker

if TYPE_CHECKING:
    from pathlib import Path

    import httpx2
    from sqlite_utils import Database

_LOG = structlog.get_logger(__name__)
_STOP_WITHIN_S = 8.0


@dataclass(slots=True)
class _Running:
    """What `Daemon.start` started."""

    writer: Writer
    fleet: Fleet
    timetable: Timetable
    runner: Runner | Ticker
    outward: Sequence[Teller | Push]


class Daemon:
    """One centre on one database, on the system's clock unless told otherwise.

    On another clock `runner` makes what runs the jobs by it, and `wire` stands for the network to others. `chance`
    gives random numbers from 0 to 1: pauses are spread by it. One that is not `durable` is only simulated: it waits
    for no disk, and leaves out what looks after a database for years. `writer` makes what changes the database.
    """

    def __init__(
        self,
        settings: Settings,
        clock: Clock | None = None,
        runner: Callable[[list[Job]], Runner | Ticker] = Runner,
        chance: Callable[[], float] = random.random,
        wire: httpx2.BaseTransport | None = None,
        *,
        durable: bool = True,
        writer: Callable[[Database, Path, Clock], Writer] = Writer,
    ) -> None:
        self._settings = settings
        self._clock = clock or SystemClock()
        self._make_runner = runner
        self._chance = chance
        self._wire = wire
        self._durable = durable
        self._make_writer = writer
        self._lock = InstanceLock(settings.database)
        self._running: _Running | None = None
        self._was_sound = False

    def start(self) -> None:
        """Raises GatewayError, and leaves nothing behind, if the centre cannot be built."""
        self._lock.take()
        try:
            self._running = self._build()
        except BaseException:
            self._lock.release()
            raise
        self._running.fleet.start()
        self._running.runner.start()
        _LOG.info("started", database=str(self._settings.database), modems=len(self._settings.modems))

    def stop(self) -> None:
        """Finish the dialogues in flight and close everything; may be called more than once."""
        running = self._running
        if running is None:
            return
        for speaker in running.outward:
            speaker.hang_up()
        running.timetable.end()
        running.runner.stop()
        for speaker in running.outward:
            speaker.close()
        stuck = running.fleet.stop(_STOP_WITHIN_S)
        for name in stuck:
            _LOG.warning("a port did not finish in time; its part counts as in doubt", modem=name)
        running.writer.close()
        self._running = None
        self._lock.release()
        _LOG.info("stopped")

    def work_off(self) -> None:
        """Wait until everything that was handed to the database is done; others may see it only after `flush`."""
        if self._running is not None:
            self._running.writer.work_off()

    def flush(self) -> None:
        """Wait until everything that was handed to the database is committed."""
        if self._running is not None:
            self._running.writer.flush()

    def reload(self, settings: Settings) -> None:
        """Go on with other settings, or with the old ones if these cannot be used.

        The database stays: another one needs a restart. While nothing can be written nothing is changed either.
        """
        if settings.database != self._settings.database:
            raise ConfigError("The database cannot be changed while the daemon runs; restart it for that.")
        if self._running is not None and self._running.writer.trouble is not None:
            raise ConfigError(f"What is not written yet would be lost by it now. {self._running.writer.trouble.error}")
        old = self._settings
        self.stop()
        self._settings = settings
        try:
            self.start()
        except GatewayError:
            self._settings = old
            self.start()
            raise

    def _build(self) -> _Running:
        settings = self._settings
        known = directory.load(settings.offices, settings.services)
        script = scriptfiles.load(settings.survey.script)
        numbering = numbertable.numbering_of(settings.survey.number_zones)
        ports = ports_of(settings)
        db = open_writer(settings.database, checkpoints=True, durable=self._durable)
        try:
            if self._durable and not self._was_sound:  # once: a reload of the configuration must not cost seconds
                refuse_damaged(db, settings.database)
                self._was_sound = True
            migrate(db, settings.database)
            works_in_transactions(db)
        except BaseException:
            db.close()
            raise
        writer = self._make_writer(db, settings.database, self._clock)
        try:
            return self._assemble(writer, known, script, numbering, ports)
        except BaseException:
            writer.close()
            raise

    def _assemble(
        self,
        writer: Writer,
        known: directory.Directory,
        script: Script,
        numbering: Numbering,
        ports: Sequence[PortSettings],
    ) -> _Running:
        """Put together what works on the database, and bring that up to the configuration of now."""
        settings = self._settings
        dispatch = Dispatch(settings.modems, settings.routing, self._clock.now(), self._chance)
        callbacks = CallbackDesk(settings.callbacks)
        conversations = Conversations(settings.survey, script, dispatch, callbacks)
        outbox = Outbox(conversations, self._chance, numbering)
        writer.do(secrecy.need)
        inbox = Inbox(conversations, outbox, writer.do(lambda db: persons.pseudonyms_of(db, settings.database)))
        silence = Silence(settings.modems, dispatch)
        self._catch_up(writer, known, dispatch, outbox, silence)
        desk = Desk(
            writer,
            self._clock,
            outbox,
            inbox,
            dispatch,
            settings.modems,
            callbacks,
            call_back=settings.calls.call_back,
        )
        fleet = Fleet(ports, desk, self._clock)
        desk.on_queued(fleet.ring)
        outward = self._outward(writer)
        timetable = Timetable(
            writer,
            self._clock,
            outbox,
            inbox,
            dispatch,
            self._wishes(writer, dispatch, fleet),
            desk,
            Balances(writer, self._clock, settings.modems, fleet.ask_ussd),
            silence,
            callbacks,
            fleet.ring,
            [*self._beside(writer, fleet), *(speaker.job() for speaker in outward)],
        )
        return _Running(writer, fleet, timetable, self._make_runner(timetable.jobs()), outward)

    def _beside(self, writer: Writer, fleet: Fleet) -> list[Job]:
        """Jobs that look after the centre itself: its ports, its copies and, if it is to last, its disk, its books and
        its past. Who only simulates has no disk to lose, draws up his books at the end, and knows nobody's phone."""
        ports = Job(
            "look after ports",
            5,
            fleet.check,
            "Replaces workers that have died, tells of those that are stuck.",
            rest=Rest(fleet.calm_until, fleet.dead),
        )
        backup = BackupJob(writer, self._clock, self._settings.database, self._settings.backup).job()
        return [ports, backup, *(self._lasting(writer) if self._durable else ())]

    def _lasting(self, writer: Writer) -> list[Job]:
        """Jobs for years: each costs as much as there is in the database, or on its disk."""
        settings, clock = self._settings, self._clock
        watch = DiskWatch(writer, clock, settings.database, settings.disk.reserve_mb, self._lock)
        return [
            Job(
                "watch disk",
                5,
                watch.look,
                "Goes on when the disk can be written again, and tells when it is low.",
                rest=Rest(watch.calm_until, lambda: writer.trouble),
            ),
            Job(
                "purge",
                3600,
                lambda: purge_beside(writer, settings.privacy, clock.now()),
                "Takes away personal data past its time.",
            ),
            Bookkeeping(settings.database, writer, clock).job(),
        ]

    def _catch_up(
        self, writer: Writer, known: directory.Directory, dispatch: Dispatch, outbox: Outbox, silence: Silence
    ) -> None:
        """Bring the database up to the configuration of now, and to what the last run left behind."""
        names = self._names()
        ways_up = [upstream.name for upstream in self._settings.upstream]
        hooks = {hook.name: hook.events for hook in self._settings.webhooks}
        untold = writer.do(lambda db: tellings.configure(db, hooks))
        if untold:
            _LOG.warning("hooks have left the configuration; what they were to be told ends", events=untold)
        writer.do(lambda db: visits.put_offices(db, known.offices.values()))
        writer.do(lambda db: visits.put_services(db, known.services.values()))
        writer.do(lambda db: state.forget_ports(db, names))
        writer.do(lambda db: alarms.forget(db, names, ways_up, self._clock.now()))
        writer.do(lambda db: dispatch.prepare(db, self._clock.now()))
        doubtful = writer.do(lambda db: outbox.recover(db, self._clock.now()))
        if doubtful:
            _LOG.warning("the last run ended while parts were being sent; they are in doubt now", parts=doubtful)
        writer.do(lambda db: silence.look(db, self._clock.now()))

    def _outward(self, writer: Writer) -> list[Teller | Push]:
        """Those who speak to others over a network."""
        settings, clock, chance, wire = self._settings, self._clock, self._chance, self._wire
        pushes = [push_of(settings, one, writer.do, clock, chance, wire) for one in settings.upstream]
        return [*(Teller(hook, writer, clock, chance, wire) for hook in settings.webhooks), *pushes]

    def _wishes(self, writer: Writer, dispatch: Dispatch, fleet: Fleet) -> Wishes:
        """What `otklik modems` may ask for; what was asked while no daemon ran is done at once."""
        handlers = {
            "drain": drain(dispatch),
            "resume": resume(dispatch, fleet.resume),
            "ussd": ussd(fleet.ask_ussd),
            "probe": probe(fleet.probe),
        }
        wishes = Wishes(self._names(), handlers)
        writer.do(lambda db: wishes.carry_out(db, self._clock.now()))
        return wishes

    def _names(self) -> set[str]:
        return {modem.name for modem in self._settings.modems}


def serve(load: Callable[[], Settings]) -> None:
    """Run a daemon until SIGTERM or SIGINT; SIGHUP calls `load` again and goes on with what it gives.

    A configuration that cannot be read on SIGHUP is logged and the old one stays.
    """
    wake = threading.Event()
    asked: set[int] = set()

    def note(number: int, _frame: FrameType | None) -> None:
        asked.add(number)
        wake.set()

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, note)
    daemon = Daemon(load())
    daemon.start()
    try:
        while True:
            wake.wait()
            wake.clear()
            if asked & {signal.SIGTERM, signal.SIGINT}:
                return
            asked.discard(signal.SIGHUP)
            try:
                daemon.reload(load())
            except GatewayError as problem:
                _LOG.error("the configuration was not changed", problem=str(problem))
    finally:
        daemon.stop()
