"""The emulator's one epoll loop: descriptors with their handlers, tasks with their times, jobs of other threads.

Owns the clock and the descriptor that wakes the loop. Knows nothing of modems. `SteppedLoop` is the same in time that
somebody else tells it. With nothing to do the loop sleeps in
epoll. Only right after something has happened it looks again for `LINGER_S`: the next thing a terminal says comes
within that time, and a processor that was put to sleep takes as long to wake as a modem takes to answer.
"""

import os
import select
import threading
import time
from collections.abc import Callable
from typing import Protocol, TypeVar

from modem.emulator.serving.jobs import Jobs

T = TypeVar("T")
LONGEST_S = 86400.0  # epoll counts milliseconds in an int: what is further off is looked at again every day
Handler = Callable[[int], None]
"""Called with the events epoll reports for a descriptor."""


LINGER_S = 0.0001


class Task(Protocol):
    """Something that has to be done again and again."""

    @property
    def due(self) -> float | None:
        """When `work` has to be called at the latest; None if only after something has happened."""
        ...

    def work(self, now: float) -> None:
        """Do what is due; called once in every turn of the loop, after the descriptors."""
        ...


class Loop:
    """Turns until it is stopped. Whoever puts a descriptor into `epoll` puts its handler into `handlers`."""

    def __init__(self) -> None:
        self.epoll = select.epoll()
        self.handlers: dict[int, Handler] = {}
        self.tasks: list[Task] = []
        self.turns = 0  # an idle loop makes none
        self._jobs = Jobs(self.wake)
        self._stopping = False
        self._last_event = 0.0
        self._closed = False
        self._thread: threading.Thread | None = None
        self._epoch = time.time() - time.monotonic()  # wall time that never steps back
        self._event = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self.handle(self._event, lambda events: self._woken())

    def now(self) -> float:
        """Seconds since the epoch, never going back."""
        return self._epoch + time.monotonic()

    def handle(self, fd: int, handler: Handler) -> None:
        """Call `handler` whenever there is something to read."""
        self.epoll.register(fd, select.EPOLLIN)
        self.handlers[fd] = handler

    def drop(self, fd: int) -> None:
        """Forget a descriptor given to `handle`; it may be closed then."""
        self.epoll.unregister(fd)
        del self.handlers[fd]

    def call(self, job: Callable[[], T]) -> T:
        """Run a function in the loop and give its result; RuntimeError if the loop has ended."""
        return self._jobs.call(job)

    def start(self) -> None:
        """Turn in a thread of its own."""
        self._thread = threading.Thread(target=self.run, name="otklik-emulator", daemon=True)
        self._thread.start()

    def join(self) -> None:
        """Wait until a loop that was started and stopped has ended."""
        if self._thread is not None:
            self._thread.join()

    def run(self) -> None:
        """Turn until `stop`."""
        try:
            while not self._stopping:
                self._turn(self._happened())
        finally:
            self._stopping = True
            self._jobs.end()

    def _turn(self, happened: list[tuple[int, int]]) -> None:
        """Handle the events of some descriptors, then do what has come and what is due."""
        self.turns += 1
        for fd, events in happened:
            handler = self.handlers.get(fd)
            if handler is not None:
                handler(events)
        self._jobs.carry_out()
        now = self.now()
        for task in self.tasks:
            task.work(now)

    def _happened(self) -> list[tuple[int, int]]:
        """Descriptors with their events; waits for some, or for the next task that is due."""
        until = self._last_event + LINGER_S
        while not (found := self.epoll.poll(0)) and time.monotonic() < until:
            pass
        if not found:
            found = self.epoll.poll(self._timeout())
        if found:
            self._last_event = time.monotonic()
        return found

    def stop(self) -> None:
        """Make `run` end soon. Safe from any thread and from a signal handler."""
        self._stopping = True
        self.wake()

    def close(self) -> None:
        """Give the loop's own descriptors back. It must have ended."""
        self._closed = True
        self._jobs.end()
        os.close(self._event)
        self.epoll.close()

    def next_at(self) -> float | None:
        """When the first task is due; None if only after something has happened."""
        earliest: float | None = None
        for task in self.tasks:
            due = task.due
            if due is not None and (earliest is None or due < earliest):
                earliest = due
        return earliest

    def _timeout(self) -> float | None:
        earliest = self.next_at()
        return None if earliest is None else min(max(0.0, earliest - self.now()), LONGEST_S)

    def wake(self) -> None:
        """Make the loop turn. Safe from any thread and from a signal handler."""
        if not self._closed:
            os.eventfd_write(self._event, 1)

    def _woken(self) -> None:
        os.eventfd_read(self._event)


class SteppedLoop(Loop):
    """A loop without a thread: it turns, and time passes, when `advance` says so.

    Nobody but the one who advances it may work at the same time; what terminals have written is seen at the next
    `advance`, which therefore has to follow whatever they do.
    """

    def __init__(self, start: float) -> None:
        self._time = start
        super().__init__()

    def now(self) -> float:
        """The time that was told last, in seconds since the epoch."""
        return self._time

    def start(self) -> None:
        """Nothing: who advances it gives it his thread."""

    def call(self, job: Callable[[], T]) -> T:
        """Run a function at once."""
        return job()

    def advance(self, to: float) -> None:
        """Let time pass until `to`, and go on until there is nothing more to read or to write at that moment."""
        self._time = to
        self._turn(self.epoll.poll(0))
        while happened := self.epoll.poll(0):
            self._turn(happened)
