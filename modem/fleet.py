"""Many ports as one: started, rung and stopped together.

Parts are not handed out: each worker claims its next part when it is free, so the fastest modem takes the most and a
hung one takes none.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future

from modem.link import Clock
from modem.ports import PortBook
from modem.worker.desk import Desk, PortSettings
from modem.worker.port import PortWorker


class Fleet:
    """The workers of all configured ports."""

    def __init__(self, ports: Sequence[PortSettings], desk: Desk, clock: Clock) -> None:
        self._clock = clock
        book = PortBook()
        self._workers = [PortWorker(port, desk, clock, book) for port in ports]

    def start(self) -> None:
        for worker in self._workers:
            worker.start()

    def ring(self) -> None:
        """There may be something to send: wake whoever sleeps."""
        for worker in self._workers:
            worker.ring()

    def ask_ussd(self, name: str, *codes: str) -> Future[str]:
        """Send a USSD code, and replies to what it asks, by the modem of this name; see `Ussd.ask`."""
        return next(worker for worker in self._workers if worker.settings.name == name).ussd.ask(*codes)

    def stop(self, within_s: float) -> list[str]:
        """Let every dialogue in flight end; the names of ports that did not come back in time."""
        for worker in self._workers:
            worker.stop()
        until = self._clock.monotonic() + within_s
        for worker in self._workers:
            if worker.is_alive() and self._clock.wait((worker.ended,), until):
                worker.join()
            if not worker.is_alive():
                worker.ended.close()
        return [worker.settings.name for worker in self._workers if worker.is_alive()]
