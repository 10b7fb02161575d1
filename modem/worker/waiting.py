"""How a worker waits: for its modem, for a time, for a card; and what ends a wait early.

A ring may mean that there is something to do, or nothing. `stop` ends every wait. A visit (somebody wants the modem
examined) is done in the middle of a wait, which then goes on. A device that comes to the modem's place, and a person
who has seen to it (`resume`), end those in which nothing but they could help.
"""

from __future__ import annotations

from pathlib import Path

from modem.driver import Modem
from modem.link import Clock
from modem.ports import matches
from modem.worker.bell import Bell
from modem.worker.card import await_change
from modem.worker.desk import PortSettings
from modem.worker.errands import Errands

_LOOK_S = 2.0  # how often a port that is closed is looked at for another device


class Waiting:
    """The waits of one worker. `ring`, `stop` and `resume` are for any thread, the rest for the port's own."""

    def __init__(self, settings: PortSettings, modem: Modem, clock: Clock) -> None:
        self.stopping = False
        self.busy_since: float | None = None
        """When the present dialogue or step began, monotonic; None while the worker waits for something to do."""
        self.visits = Errands(self.ring)
        """What is also done while the port is not served, or closed."""
        self._settings = settings
        self._modem = modem
        self._clock = clock
        self._bell = Bell()
        self._resumed = False

    def ring(self) -> None:
        """There may be something to do."""
        self._bell.ring()

    def stop(self) -> None:
        """From here on no wait lasts."""
        self.stopping = True
        self._bell.ring()

    def resume(self) -> None:
        """End a wait for a person."""
        self._resumed = True
        self._bell.ring()

    def close(self) -> None:
        """A ring does nothing from here on."""
        self._bell.close()

    def begin(self) -> float:
        """Note that the worker is busy from now on; what time it is, monotonic."""
        self.busy_since = now = self._clock.monotonic()
        return now

    def for_work(self, until: float) -> None:
        """Wait until a time, until the modem says something, or for a ring."""
        self.busy_since = None
        self._clock.wait((self._modem, self._bell), until)
        self._bell.clear()

    def for_card(self) -> None:
        """Wait until the card says something else or is another one, or for `resume`. Raises PortLost or Silent."""
        self.busy_since = None
        self._resumed = False
        await_change(self._modem, self._clock, self._bell, self._settings.sweep_s, self._is_called)

    def for_peace(self, until: float, *, closed: bool) -> bool:
        """The cool-down before a step. With the port `closed` another device, or `resume`, cuts it short: True."""
        self._resumed = False
        here = devices_at(self._settings)
        while not self.stopping and (now := self._clock.monotonic()) < until:
            self.rest(min(until, now + _LOOK_S))
            before, here = here, devices_at(self._settings)
            if closed and (self._resumed or here - before):
                return True
        return False

    def rest(self, until: float) -> None:
        """Wait for a time; a ring does not shorten it, `stop` does."""
        self.busy_since = None
        while not self._receives() and self._clock.monotonic() < until:
            if self._clock.wait((self._bell,), until):
                self._bell.clear()
        self.begin()

    def _is_called(self) -> bool:
        return self._receives() or self._resumed

    def _receives(self) -> bool:
        """Do what is asked for meanwhile; whether the worker is stopping."""
        while not self.stopping and self.visits.do_one(self._modem):
            continue
        return self.stopping


def devices_at(settings: PortSettings) -> frozenset[tuple[str, int, int, int]]:
    """The device nodes at a modem's place; another set later means that a device has come, gone, or come back.

    Empty for a URL, which cannot be looked at without opening it.
    """
    found = []
    for port in matches(settings.port, settings.imei is not None):
        try:
            node = Path(port).stat()
        except OSError:
            continue  # a link to nothing, or gone since; a URL is no file
        found.append((port, node.st_ino, node.st_rdev, node.st_ctime_ns))
    return frozenset(found)
