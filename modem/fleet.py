"""Many ports as one: started, rung, looked after and stopped together.

Parts are not handed out: each worker claims its next part when it is free, so the fastest modem takes the most and a
hung one takes none. A worker whose thread has died is replaced; one that is stuck in a system call cannot be, so a
person is told.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import TypeVar

from modem.diagnosis.evidence import Evidence
from modem.driver import Modem
from modem.link import Clock
from modem.ports import PortBook
from modem.worker.desk import Desk, PortSettings
from modem.worker.port import PortWorker

T = TypeVar("T")
_LOG = logging.getLogger(__name__)

STUCK_S = 600.0
"""No dialogue and no step of recovery takes so long: who is still in one is stuck."""
STUCK = "stuck"
"""The kind of the alarm."""


class Fleet:
    """The workers of all configured ports."""

    def __init__(self, ports: Sequence[PortSettings], desk: Desk, clock: Clock) -> None:
        self._desk = desk
        self._clock = clock
        self._book = PortBook()
        self._workers = [PortWorker(port, desk, clock, self._book) for port in ports]
        self._stuck: dict[str, bool] = {}  # as it was told
        self._lock = threading.Lock()  # between `check` and `stop`
        self._stopping = False

    def start(self) -> None:
        for worker in self._workers:
            worker.start()

    def ring(self) -> None:
        """There may be something to send: wake whoever sleeps."""
        for worker in self._workers:
            worker.ring()

    def ask_ussd(self, name: str, *codes: str) -> Future[str]:
        """Send a USSD code, and replies to what it asks, by the modem of this name; see `Ussd.ask`."""
        return self._worker(name).ussd.ask(*codes)

    def probe(self, name: str) -> Future[Evidence]:
        """Examine the modem of this name, in whatever state it is; see `modem.diagnosis`."""
        return self._worker(name).probe()

    def ask(self, name: str, errand: Callable[[Modem], T]) -> Future[T]:
        """Have something done with the modem of this name, on its thread between two dialogues; see `Errands.ask`."""
        return self._worker(name).errands.ask(errand)

    def resume(self, name: str) -> None:
        """Try a modem at once, if it is in quarantine."""
        self._worker(name).resume()

    def check(self) -> None:
        """Replace who has died, and tell of who is stuck. To be called every few seconds."""
        with self._lock:
            if self._stopping:
                return
            for place, worker in enumerate(self._workers):
                if worker.has_died:
                    self._workers[place] = self._replacement(worker)
                    name = worker.settings.name
                    self._desk.trouble(name, f"The worker of {name} died and was replaced; the log says of what.", [])
                else:
                    self._look_at(worker)

    def dead(self) -> int:
        """How many workers have died and are not replaced yet."""
        return sum(worker.has_died for worker in self._workers)

    def calm_until(self) -> float:
        """The moment, monotonic, before which `check` has nothing to do unless a worker dies."""
        now = self._clock.monotonic()
        if self.dead() or any(self._stuck.get(worker.settings.name) is not False for worker in self._workers):
            return now
        return STUCK_S + min((worker.busy_since or now for worker in self._workers), default=now)

    def stop(self, within_s: float) -> list[str]:
        """Let every dialogue in flight end; the names of ports that did not come back in time."""
        with self._lock:
            self._stopping = True
        for worker in self._workers:
            worker.stop()
        until = self._clock.monotonic() + within_s
        for worker in self._workers:
            if worker.is_alive() and self._clock.wait((worker.ended,), until):
                worker.join()
            if worker.has_died:
                try:
                    worker.bury()
                except Exception:  # what it held is in doubt at the next start; the others are waited for all the same
                    _LOG.exception("what the dead worker of %s held cannot be given back", worker.settings.name)
            if not worker.is_alive():
                worker.ended.close()
        return [worker.settings.name for worker in self._workers if worker.is_alive()]

    # -- inside -------------------------------------------------------------------------------------------------

    def _worker(self, name: str) -> PortWorker:
        return next(worker for worker in self._workers if worker.settings.name == name)

    def _replacement(self, dead: PortWorker) -> PortWorker:
        """A new worker in the place of a dead one, whose parts are settled or back in the queue by then."""
        name = dead.settings.name
        _LOG.error("the worker of %s has died and is replaced", name)
        dead.bury()
        dead.ended.close()
        worker = PortWorker(dead.settings, self._desk, self._clock, self._book)
        worker.start()
        return worker

    def _look_at(self, worker: PortWorker) -> None:
        name, since = worker.settings.name, worker.busy_since
        busy_s = 0.0 if since is None else self._clock.monotonic() - since
        is_stuck = busy_s > STUCK_S
        if self._stuck.get(name) is is_stuck:
            return
        # The first look ends what an earlier run may have told.
        self._stuck[name] = is_stuck
        text = (
            f"The worker of {name} has been in one dialogue for {busy_s / 60:.0f} minutes and does not come back."
            " Restart otklik; if that does not help, unplug the modem first."
        )
        self._desk.alarm(name, STUCK, text if is_stuck else None)
