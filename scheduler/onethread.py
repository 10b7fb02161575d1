"""Simulated time in one thread: those who take turns are greenlets, and a turn is a jump, not a change of threads.

As in `scheduler.virtual` one works at a time and the turn goes to who has waited longest and can go on, so for the same
work the same moves are made. Giving it to another thread takes two system calls and the interpreter's lock; here it
takes less than a microsecond.

Who comes first, by `taking_part`, is the one that all others (`life`) depend on: when the simulation breaks down, he is
told, and those that still wait when he leaves are ended there.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from greenlet import GreenletExit, getcurrent, greenlet

from scheduler.clock import Life
from scheduler.virtual import Seat, VirtualClock


class OneThreadClock(VirtualClock):
    """A `VirtualClock` for one thread; whoever takes part beside him who comes first is a `life` of this clock."""

    def __init__(self, start: datetime) -> None:
        super().__init__(start)
        self._first: Seat | None = None
        self._places: dict[Seat, greenlet] = {}

    @contextmanager
    def taking_part(self) -> Iterator[None]:
        if self._first is not None:
            if self._mine() is None:
                raise RuntimeError(f"{threading.current_thread().name} is no life of this clock")
            yield  # a life, at its first turn; it leaves when it ends
            return
        self._first = self._turn = Seat(threading.current_thread().name)
        self._places[self._first] = getcurrent()
        try:
            yield
        finally:
            self._leave()

    def life(self, name: str, run: Callable[[], None]) -> Life:
        return _Greenlet(self, name, run)

    # -- inside -------------------------------------------------------------------------------------------------

    def _mine(self) -> Seat | None:
        seat = self._turn
        return seat if seat is not None and self._places[seat] is getcurrent() else None

    def _come(self, name: str, place: greenlet) -> None:
        seat = Seat(name)
        self._places[seat] = place
        with self._lock:
            self._came += 1
            self._comers.append(seat)

    def _hand_over(self, seat: Seat | None, following: Seat) -> None:
        self._places[following].switch()
        self._check()

    def _go(self) -> greenlet:
        """The life that has the turn ends: who has it next."""
        assert self._turn is not None and self._first is not None
        del self._places[self._turn]
        try:
            self._turn = self._next()
        except Exception as problem:
            self._broken = problem
            self._turn = self._first
        return self._places[self._turn]

    def _break(self, problem: BaseException) -> None:
        """He who came first is told, wherever it happened; nobody else goes on."""
        self._broken = problem
        if self._turn is not self._first:
            assert self._first is not None
            self._turn = self._first
            self._places[self._first].switch()

    def _leave(self) -> None:
        assert self._first is not None
        del self._places[self._first]
        self._first = self._turn = None
        self._waiting.clear()
        self._comers.clear()
        places, self._places = self._places, {}
        for place in places.values():
            place.throw(GreenletExit)


class _Greenlet:
    """A life of a `OneThreadClock`."""

    def __init__(self, clock: OneThreadClock, name: str, run: Callable[[], None]) -> None:
        self._clock = clock
        self._name = name
        self._run = run
        self._place: greenlet | None = None

    def start(self) -> None:
        clock = self._clock
        assert clock._first is not None, "somebody takes part first"
        # Not of him who starts it: whom an end leads to is set there, and must not lead back.
        self._place = greenlet(self._live, clock._places[clock._first])
        clock._come(self._name, self._place)

    def is_alive(self) -> bool:
        return self._place is not None and not self._place.dead

    def join(self, timeout: float | None = None) -> None:
        """Nothing: who has come to his end is over by the time another has the turn."""

    def _live(self) -> None:
        try:
            self._run()
        except GreenletExit:
            return  # back to him who has left
        except BaseException:  # as of a thread: it is told, and the others go on
            threading.excepthook(threading.ExceptHookArgs((*sys.exc_info(), threading.current_thread())))
        getcurrent().parent = self._clock._go()
