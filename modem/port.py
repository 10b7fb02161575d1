"""One thread that owns one port: it finds the modem, serves it, loses it, and finds it again.

The worker is the only one to touch its `Modem`. It knows nothing of surveys or databases: what to send, where to put
what came in, and what became of a part go through a `Desk`, which the application provides. The order of work is fixed:
what a citizen sent is read before anything is sent, because a full memory stops reception.

Rules that make it safe, each with its reason:

* a part is claimed (committed) by the desk before its first byte goes out: after a crash it is known to be in doubt;
  parts are claimed in blocks of `_CLAIM_AHEAD_S` worth of sending, so a slow modem claims one, a fast one many;
* an inbound PDU is kept (committed) by the desk before its slot is emptied: after a crash it is read again;
* a notice only says where to look; every memory is listed at open and every `sweep_s`, so a lost notice costs a sweep.
"""

from __future__ import annotations

import logging
import os
import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from modem.alphabet import Alphabet
from modem.driver import Identity, Modem, Outcome, Refused, Stored
from modem.errors import ModemError
from modem.lines import Notice
from modem.link import Clock
from modem.pdu import Concat, encode_submit
from modem.tables import Cause, CauseClass

_LOG = logging.getLogger(__name__)

_BACKOFF_S = (1.0, 2.0, 5.0, 15.0, 30.0, 60.0)
_CLAIM_AHEAD_S = 0.03  # what a crash may leave in doubt, against what a commit costs
_CLAIM_MOST = 64
_LIST_FROM = 3
_ADDRESSED = ("+CMTI", "+CDSI")
_DIRECT = ("+CMT", "+CDS")


@dataclass(frozen=True, slots=True)
class PortSettings:
    """What the configuration says of one modem."""

    name: str
    port: str
    baud: int = 115200
    rtscts: bool = False
    pin: str | None = None
    sweep_s: float = 60.0


@dataclass(frozen=True, slots=True)
class PartOrder:
    """One claimed part: everything a submit needs, so that a retry is identical."""

    id: int
    destination: str
    text: str
    alphabet: Alphabet
    concat: Concat | None
    report: bool
    validity_s: int


class PortState(StrEnum):
    """What a worker is doing, as the operator sees it."""

    SEEKING = "seeking"
    SERVING = "serving"
    LOST = "lost"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class PortStatus:
    """A worker's state; `trouble` is the last error in one sentence, None while all is well."""

    name: str
    state: PortState
    identity: Identity | None = None
    operator: str | None = None
    signal: int | None = None
    trouble: str | None = None


class Desk(Protocol):
    """What a worker needs from the application. Called from the workers' threads."""

    def claim(self, sim: str, most: int) -> Sequence[PartOrder]:
        """Parts this SIM shall send now, committed as claimed; empty if there are none."""

    def settle(self, sim: str, outcomes: Sequence[tuple[int, Outcome]]) -> None:
        """What became of claimed parts; may return before it is committed."""

    def release(self, parts: Sequence[int]) -> None:
        """Claimed parts that were certainly not sent go back to the queue."""

    def keep(self, sim: str, found: Sequence[Stored]) -> None:
        """Keep inbound PDUs; they are committed when this returns."""

    def status(self, status: PortStatus) -> None:
        """What the operator should see of this port."""


class Bell:
    """Wakes a worker out of its wait. Ringing is thread-safe, never blocks, and does nothing once it is closed."""

    def __init__(self) -> None:
        self._read, self._write = os.pipe()
        os.set_blocking(self._read, False)
        os.set_blocking(self._write, False)
        self._lock = threading.Lock()
        self._closed = False

    def fileno(self) -> int:
        return self._read

    def ring(self) -> None:
        with self._lock:
            if self._closed:
                return
            try:
                os.write(self._write, b"!")
            except BlockingIOError:
                return  # it has been rung often enough already

    def clear(self) -> None:
        try:
            os.read(self._read, 4096)
        except BlockingIOError:
            return

    def close(self) -> None:
        with self._lock:
            self._closed = True
            os.close(self._read)
            os.close(self._write)


class PortWorker(threading.Thread):
    """Serves one modem until `stop`."""

    def __init__(self, settings: PortSettings, desk: Desk, clock: Clock) -> None:
        super().__init__(name=f"port-{settings.name}", daemon=True)
        self.settings = settings
        self._desk = desk
        self._clock = clock
        self._bell = Bell()
        self._stopping = False
        self._modem = Modem(settings.port, settings.baud, clock=clock, rtscts=settings.rtscts)
        self._identity: Identity | None = None
        self._claimed: deque[PartOrder] = deque()
        self._outcomes: list[tuple[int, Outcome]] = []
        self._submit_s = 1.0
        self._next_sweep = 0.0

    def ring(self) -> None:
        """There may be something to send."""
        self._bell.ring()

    def stop(self) -> None:
        """Finish the dialogue in flight, give the port back, and end the thread."""
        self._stopping = True
        self._bell.ring()

    def run(self) -> None:
        failures = 0
        while not self._stopping:
            try:
                self._open()
                failures = 0
                self._serve()
            except ModemError as trouble:
                failures = self._lose(str(trouble), failures)
            except Exception as trouble:  # a bug of ours in one dialogue must not end the port for good
                _LOG.exception("port %s", self.settings.name)
                failures = self._lose(f"{type(trouble).__name__}: {trouble}", failures)
        self._close()
        self._say(PortState.STOPPED)
        self._bell.close()

    # -- finding and losing -------------------------------------------------------------------------------------

    def _open(self) -> None:
        self._identity = None
        self._say(PortState.SEEKING)
        self._identity = self._modem.open(self.settings.pin)
        self._say(PortState.SERVING, self._modem.operator(), self._modem.signal())

    def _lose(self, trouble: str, failures: int) -> int:
        """Close, tell, and wait longer each time; a ring does not shorten the wait, a stop does."""
        self._close()
        self._say(PortState.LOST, trouble=trouble)
        until = self._clock.monotonic() + _BACKOFF_S[min(failures, len(_BACKOFF_S) - 1)]
        while not self._stopping and self._clock.monotonic() < until:
            if self._clock.wait((self._bell,), until):
                self._bell.clear()
        return failures + 1

    def _close(self) -> None:
        self._settle()
        if self._claimed:
            self._desk.release([order.id for order in self._claimed])
            self._claimed.clear()
        self._modem.close()

    def _say(
        self, state: PortState, operator: str | None = None, signal: int | None = None, trouble: str | None = None
    ) -> None:
        self._desk.status(PortStatus(self.settings.name, state, self._identity, operator, signal, trouble))

    # -- serving ------------------------------------------------------------------------------------------------

    def _serve(self) -> None:
        self._next_sweep = self._clock.monotonic()
        while not self._stopping:
            self._modem.poll()
            self._take_notices()
            if self._clock.monotonic() >= self._next_sweep:
                self._sweep()
            elif not self._send_one() and not self._modem.has_news:
                self._clock.wait((self._modem, self._bell), self._next_sweep)
                self._bell.clear()

    def _take_notices(self) -> None:
        """Read what the notices so far point at, and keep what they carry."""
        notices = self._modem.notices
        slots: dict[str, list[int]] = {}
        direct: list[Stored] = []
        while notices:
            notice = notices.popleft()
            if notice.name in _ADDRESSED:
                memory, index = _address(notice)
                slots.setdefault(memory, []).append(index)
            elif notice.name in _DIRECT:
                direct.append(Stored("", 0, notice.body or notice.text))
        if direct:
            self._desk.keep(self._sim, direct)
        for memory, indexes in slots.items():
            self._collect(memory, indexes)

    def _sweep(self) -> None:
        """List every memory, whatever the notices said."""
        for memory in self._modem.memories:
            self._collect(memory, ())
        self._next_sweep = self._clock.monotonic() + self.settings.sweep_s
        self._say(PortState.SERVING, self._modem.operator(), self._modem.signal())

    def _collect(self, memory: str, indexes: Sequence[int]) -> None:
        """Keep, then delete: single slots are read one by one, many (or, without indexes, all) by one listing."""
        if memory not in self._modem.memories:
            # MT and unknown names are views of the memories we list.
            indexes, memories = (), self._modem.memories
        else:
            memories = (memory,)
        for name in memories:
            if 0 < len(indexes) < _LIST_FROM:
                found = [stored for index in indexes if (stored := self._modem.read(name, index))]
            else:
                found = self._modem.stored(name)
            if found:
                self._desk.keep(self._sim, found)
            for stored in found:
                self._modem.delete(stored.memory, stored.index)

    def _send_one(self) -> bool:
        """Submit one part if there is one; False if there is nothing to do."""
        if not self._claimed:
            # What became of the last block and the claim of the next share one commit.
            self._settle()
            most = max(1, min(_CLAIM_MOST, int(_CLAIM_AHEAD_S / self._submit_s)))
            self._claimed.extend(self._desk.claim(self._sim, most))
        if not self._claimed:
            return False
        order = self._claimed.popleft()
        started = self._clock.monotonic()
        self._outcomes.append((order.id, self._submit(order)))
        self._submit_s += 0.2 * (self._clock.monotonic() - started - self._submit_s)
        return True

    def _settle(self) -> None:
        if self._outcomes:
            self._desk.settle(self._sim, self._outcomes)
            self._outcomes = []

    def _submit(self, order: PartOrder) -> Outcome:
        try:
            pdu = encode_submit(
                order.destination,
                order.text,
                alphabet=order.alphabet,
                concat=order.concat,
                report=order.report,
                validity_s=order.validity_s,
            )
        except ValueError as problem:
            return Refused(Cause(0, "not encodable", str(problem), CauseClass.PERMANENT))
        try:
            return self._modem.submit(pdu)
        except ModemError:
            # Raised only while nothing can have been sent: the part goes back, and the port is opened anew.
            self._desk.release([order.id])
            raise

    @property
    def _sim(self) -> str:
        assert self._identity is not None
        return self._identity.sim


def _address(notice: Notice) -> tuple[str, int]:
    """Memory and slot of +CMTI and +CDSI; an unreadable one points everywhere, so that nothing stays unread."""
    values = notice.text.partition(":")[2].split(",")
    try:
        return values[0].strip().strip('"'), int(values[1])
    except (IndexError, ValueError):
        return "", -1
