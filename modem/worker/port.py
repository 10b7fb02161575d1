"""One thread that owns one port: it finds the modem, serves it, loses it, and finds it again.

The worker is the only one to touch its `Modem`. The order of work is fixed: what a citizen sent is read before anything
is sent, because a full memory stops reception.
"""

from __future__ import annotations

import logging
import threading

from modem.dialogues import network
from modem.driver import Identity, Modem
from modem.errors import ModemError
from modem.link import Clock
from modem.worker.bell import Bell
from modem.worker.desk import Desk, PortSettings, PortState, PortStatus
from modem.worker.reception import Reception
from modem.worker.sending import Sending

_LOG = logging.getLogger(__name__)

_BACKOFF_S = (1.0, 2.0, 5.0, 15.0, 30.0, 60.0)


class PortWorker(threading.Thread):
    """Serves one modem until `stop`."""

    def __init__(self, settings: PortSettings, desk: Desk, clock: Clock) -> None:
        super().__init__(name=f"port-{settings.name}", daemon=True)
        self.settings = settings
        self._desk = desk
        self._clock = clock
        self._bell = Bell()
        self.ended = Bell()
        """Rings when the thread has nothing left to do but end; whoever joins it closes it."""
        self._stopping = False
        self._modem = Modem(settings.port, settings.baud, clock=clock, rtscts=settings.rtscts)
        self._identity: Identity | None = None
        self._reception: Reception | None = None
        self._sending: Sending | None = None
        self._next_sweep = 0.0

    def ring(self) -> None:
        """There may be something to send."""
        self._bell.ring()

    def stop(self) -> None:
        """Finish the dialogue in flight, give the port back, and end the thread."""
        self._stopping = True
        self._bell.ring()

    def run(self) -> None:
        with self._clock.taking_part():
            try:
                self._live()
            finally:
                self.ended.ring()

    def _live(self) -> None:
        failures = 0
        while not self._stopping:
            try:
                reception, sending = self._open()
                failures = 0
                self._serve(reception, sending)
            except ModemError as trouble:
                failures = self._lose(str(trouble), failures)
            except Exception as trouble:  # a bug of ours in one dialogue must not end the port for good
                _LOG.exception("port %s", self.settings.name)
                failures = self._lose(f"{type(trouble).__name__}: {trouble}", failures)
        self._close()
        self._say(PortState.STOPPED)
        self._bell.close()

    # -- finding and losing -------------------------------------------------------------------------------------

    def _open(self) -> tuple[Reception, Sending]:
        self._identity = None
        self._say(PortState.SEEKING)
        self._identity = identity = self._modem.open(self.settings.pin)
        self._say(PortState.SERVING, network.operator(self._modem), network.signal(self._modem))
        self._sending = Sending(self._modem, self._desk, self._clock, identity.sim)
        return Reception(self._modem, self._desk, identity.sim), self._sending

    def _lose(self, trouble: str, failures: int) -> int:
        """Close, tell, and wait longer each time; a ring does not shorten the wait, a stop does."""
        self._close()
        self._desk.trouble(self.settings.name, trouble, list(self._modem.history))
        self._say(PortState.LOST, trouble=trouble)
        until = self._clock.monotonic() + _BACKOFF_S[min(failures, len(_BACKOFF_S) - 1)]
        while not self._stopping and self._clock.monotonic() < until:
            if self._clock.wait((self._bell,), until):
                self._bell.clear()
        return failures + 1

    def _close(self) -> None:
        if self._sending is not None:
            self._sending.give_back()
            self._sending = None
        self._modem.close()

    def _say(
        self, state: PortState, operator: str | None = None, signal: int | None = None, trouble: str | None = None
    ) -> None:
        self._desk.status(PortStatus(self.settings.name, state, self._identity, operator, signal, trouble))

    # -- serving ------------------------------------------------------------------------------------------------

    def _serve(self, reception: Reception, sending: Sending) -> None:
        self._next_sweep = self._clock.monotonic()
        while not self._stopping:
            self._modem.poll()
            if self._modem.notices:
                notices = list(self._modem.notices)
                self._modem.notices.clear()
                reception.take(notices)
            if self._clock.monotonic() >= self._next_sweep:
                self._sweep(reception)
            elif not sending.send_one() and not self._modem.has_news:
                self._clock.wait((self._modem, self._bell), self._next_sweep)
                self._bell.clear()

    def _sweep(self, reception: Reception) -> None:
        reception.sweep()
        self._next_sweep = self._clock.monotonic() + self.settings.sweep_s
        self._say(PortState.SERVING, network.operator(self._modem), network.signal(self._modem))
