"""One thread that owns one port: it finds the modem, serves it, loses it, and finds it again.

The worker is the only one to touch its `Modem`. The order of work is fixed: what a citizen sent is read before the next
part is sent, because a full memory stops reception.
"""

from __future__ import annotations

import logging
import threading

from modem.driver import Identity, Modem
from modem.errors import ModemError
from modem.link import Clock
from modem.ports import Place, PortBook
from modem.worker.bell import Bell
from modem.worker.calls import Calls
from modem.worker.desk import Desk, PortSettings, PortState, PortStatus
from modem.worker.radio import Radio
from modem.worker.reception import Reception
from modem.worker.sending import Sending
from modem.worker.ussd import Ussd
from modem.worker.watch import Watch

_LOG = logging.getLogger(__name__)

_BACKOFF_S = (1.0, 2.0, 5.0, 15.0, 30.0, 60.0)


class PortWorker(threading.Thread):
    """Serves one modem until `stop`."""

    def __init__(self, settings: PortSettings, desk: Desk, clock: Clock, book: PortBook | None = None) -> None:
        super().__init__(name=f"port-{settings.name}", daemon=True)
        self.settings = settings
        self._desk = desk
        self._clock = clock
        self._bell = Bell()
        self.ended = Bell()
        """Rings when the thread has nothing left to do but end; whoever joins it closes it."""
        self._stopping = False
        self._modem = Modem(
            settings.port,
            settings.baud,
            clock=clock,
            rtscts=settings.rtscts,
            pins=desk,
            place=Place(settings.name, settings.port, settings.imei, book or PortBook()),
        )
        self._radio = Radio(settings.name, self._modem, desk, clock)
        self.ussd = Ussd(self._modem, clock, self._bell.ring)
        calls = Calls(self._modem, desk, clock, hang_up=settings.hang_up)
        self._watches: tuple[Watch, ...] = (self._radio, self.ussd, calls)
        self._identity: Identity | None = None
        self._told_hold: str | None = None
        self._reception: Reception | None = None
        self._sending: Sending | None = None
        self._next_look = 0.0

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
        for watch in self._watches:
            watch.start(identity)
        self._say(PortState.SERVING)
        self._sending = Sending(self._modem, self._desk, self._clock, identity.sim, self._radio)
        reception = Reception(self._modem, self._desk, self._clock, self.settings, identity.sim)
        reception.begin()
        return reception, self._sending

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

    def _say(self, state: PortState, trouble: str | None = None) -> None:
        serving = state is PortState.SERVING
        operator, signal = (self._radio.operator, self._radio.signal) if serving else (None, None)
        self._told_hold = hold = self._radio.reason if serving else None
        self._desk.status(PortStatus(self.settings.name, state, self._identity, operator, signal, trouble, hold))

    # -- serving ------------------------------------------------------------------------------------------------

    def _serve(self, reception: Reception, sending: Sending) -> None:
        while not self._stopping:
            self._modem.poll()
            if self._modem.notices:
                notices = list(self._modem.notices)
                self._modem.notices.clear()
                for watch in self._watches:
                    for notice in notices:
                        watch.hear(notice)
                sending.settle()  # a report must find its part with a reference
                reception.take(notices)
            now = self._clock.monotonic()
            for watch in self._watches:
                if now >= watch.due_at:
                    watch.act()
            if self._radio.reason != self._told_hold:
                self._say(PortState.SERVING)
            swept = now >= reception.due_at
            if swept:
                sending.settle()
                reception.sweep()
            if now >= self._next_look:
                self._look()
            # A sweep that had much to do is followed by a submit: a flood of messages does not keep ours from going.
            if not self._send(sending) and not swept and not self._modem.has_news:
                self._wait(reception, sending)

    def _wait(self, reception: Reception, sending: Sending) -> None:
        """Until a byte, a ring, or the next thing to do; a rest is not over because the bell rings."""
        until = min(reception.due_at, self._next_look, *(watch.due_at for watch in self._watches))
        if sending.rests_until > self._clock.monotonic():
            until = min(until, sending.rests_until)
        self._clock.wait((self._modem, self._bell), until)
        self._bell.clear()

    def _send(self, sending: Sending) -> bool:
        """Submit one part if there is one and a network for it; without, what was claimed goes back."""
        if self._radio.reason is None:
            return sending.send_one()
        sending.give_back()
        return False

    def _look(self) -> None:
        """Ask the radio how it is, and say so."""
        self._next_look = self._clock.monotonic() + self.settings.sweep_s
        self._radio.sweep()
        self._say(PortState.SERVING)
