"""Simulated time for many threads: one runs at a time, and time moves on only when nobody can.

Theory. A thread takes part for as long as it is in `taking_part`. Of those that take part one has the turn; it keeps
it until it waits or leaves, and for as long as it works no time passes. Then the turn goes to whoever has waited
longest and can go on: a source of his can be read, or his deadline has come. When nobody can, the clock moves to the
next thing that happens, a deadline or what a `World` has to do, and looks again. So nothing sleeps, a day takes as long
as its work takes, and the same code with the same worlds makes the same moves in the same order.

Threads that do not take part (the database's writer) may work for the one that has the turn. `on_quiet` is told what
makes sure that they have done what they were given: it is called before the turn is given away, or who goes on would be
up to chance.
"""

from __future__ import annotations

import select
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Protocol

from scheduler.clock import Life, Source

_MOST_TURNS = 1_000_000
_JOIN_WITHIN_S = 10.0


class World(Protocol):
    """Something outside the threads that does things by this clock: a network, a timetable."""

    def next_at(self) -> float | None:
        """When it does something next, on the scale of `monotonic`; None if only after somebody else has."""

    def advance(self, to: float) -> None:
        """Do what is due by `to`, and answer what the threads have done. Called before every turn, at its time."""


class TimeStandsStill(RuntimeError):
    """The simulation cannot go on: nothing is left to happen, or turns are taken without end at one moment."""


@dataclass(eq=False, slots=True)
class Seat:
    """A thread that takes part, or what stands for one; `gate` opens when it has the turn."""

    name: str
    descriptors: frozenset[int] = frozenset()
    until: float | None = None
    can_read: bool = False
    gate: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))


class VirtualClock:
    """A `Clock` that starts at `start` and stands still while anybody works. `monotonic` counts from the epoch."""

    def __init__(self, start: datetime) -> None:
        self._now = start.timestamp()
        self._lock = threading.Lock()  # for those who come; everything else is the business of who has the turn
        self._joined = threading.Condition(self._lock)
        self._comers: list[Seat] = []
        self._came = 0
        self._turn: Seat | None = None
        self._waiting: dict[Seat, None] = {}  # who has waited longest is first
        self._seats = threading.local()
        self._worlds: list[World] = []
        self._quiet: list[Callable[[], None]] = []
        self._turns_now = 0
        self._broken: BaseException | None = None

    def now(self) -> datetime:
        return datetime.fromtimestamp(self._now, UTC)

    def monotonic(self) -> float:
        return self._now

    def add(self, world: World) -> None:
        """Let a world live by this clock."""
        self._worlds.append(world)

    def on_quiet(self, quiet: Callable[[], None]) -> None:
        """Have `quiet` called before each turn; it returns when nobody works behind the back of who has the turn."""
        self._quiet.append(quiet)

    @contextmanager
    def taking_part(self) -> Iterator[None]:
        """Take turns with the others until the end of the block; it begins when this thread has its first turn."""
        seat = self._seats.mine = Seat(threading.current_thread().name)
        with self._lock:
            self._came += 1
            first = self._turn is None
            if first:
                self._turn = seat
            else:
                self._comers.append(seat)
            self._joined.notify_all()
        if not first:
            seat.gate.acquire()
        try:
            self._check()
            yield
        finally:
            del self._seats.mine
            self._leave()

    @contextmanager
    def starting(self, threads: int) -> Iterator[None]:
        """Whoever starts threads that take part says how many: the block ends when they are all there.

        Without that it would be up to chance what has happened before they came.
        """
        before = self._came
        yield
        with self._lock:
            if not self._joined.wait_for(lambda: self._came - before >= threads, _JOIN_WITHIN_S):
                raise TimeStandsStill(f"{self._came - before} of {threads} threads have come")

    def life(self, name: str, run: Callable[[], None]) -> Life:
        return threading.Thread(target=run, name=name, daemon=True)

    def wait(self, sources: Sequence[Source], until: float | None) -> bool:
        """As `Clock.wait`; with a deadline that has passed it only looks, and keeps the turn."""
        seat = self._mine()
        if seat is None:
            raise RuntimeError(f"the thread {threading.current_thread().name} waits without taking part")
        self._check()
        seat.descriptors = frozenset(source.fileno() for source in sources)
        seat.until = until
        if until is not None and until <= self._now:
            self._settle()
            return bool(_readable((seat,)))
        self._waiting[seat] = None
        self._pass_turn(seat)
        return seat.can_read

    # -- inside: done by the thread that has the turn ------------------------------------------------------------

    def _leave(self) -> None:
        with self._lock:
            if not self._waiting and not self._comers:
                self._turn = None
                return
        self._pass_turn(None)

    def _pass_turn(self, seat: Seat | None) -> None:
        """Give the turn to whoever can go on first; come back when `seat` has it again."""
        try:
            following = self._next()
        except BaseException as problem:
            self._break(problem)
            if seat is not None:
                raise
            return
        self._turn = following
        if following is not seat:
            self._hand_over(seat, following)

    def _hand_over(self, seat: Seat | None, following: Seat) -> None:
        """Let `following` work, and come back when `seat` has the turn again."""
        following.gate.release()
        if seat is not None:
            seat.gate.acquire()
            self._check()

    def _mine(self) -> Seat | None:
        """The seat of whoever calls."""
        seat: Seat | None = getattr(self._seats, "mine", None)
        return seat

    def _next(self) -> Seat:
        while True:
            self._settle()
            with self._lock:
                # In the order of their names: that in which threads start is nobody's choice.
                for comer in sorted(self._comers, key=lambda one: one.name):
                    self._comers.remove(comer)
                    return comer
            readable = _readable(self._waiting)
            for seat in self._waiting:
                seat.can_read = not seat.descriptors.isdisjoint(readable)
                if seat.can_read or (seat.until is not None and seat.until <= self._now):
                    del self._waiting[seat]
                    return seat
            self._move_on()

    def _settle(self) -> None:
        """Let the worlds answer what was done, and everybody finish what he was given."""
        self._turns_now += 1
        if self._turns_now > _MOST_TURNS:
            raise TimeStandsStill(f"{_MOST_TURNS} turns were taken at {self.now()}")
        for world in self._worlds:
            world.advance(self._now)
        for quiet in self._quiet:
            quiet()

    def _move_on(self) -> None:
        """Nobody can go on: go to the next thing that happens."""
        moments = [seat.until for seat in self._waiting if seat.until is not None]
        moments += [due for world in self._worlds if (due := world.next_at()) is not None]
        if not moments:
            raise TimeStandsStill("everybody waits, and nothing is left to happen")
        following = min(moments)
        if following > self._now:
            self._now = following
            self._turns_now = 0

    def _check(self) -> None:
        if self._broken is not None:
            raise TimeStandsStill("the simulation has broken down in another thread") from self._broken

    def _break(self, problem: BaseException) -> None:
        """Nobody shall hang: whoever waits now, or will, is told."""
        self._broken = problem
        waiting, self._waiting = self._waiting, {}
        for seat in (*waiting, *self._comers):
            seat.gate.release()


def _readable(seats: Iterable[Seat]) -> set[int]:
    """Which of the sources that are waited for can be read."""
    return {fd for fd, _ in _poll_of(frozenset().union(*[seat.descriptors for seat in seats])).poll(0)}


@lru_cache(64)
def _poll_of(descriptors: frozenset[int]) -> select.poll:
    poll = select.poll()
    for fd in descriptors:
        poll.register(fd, select.POLLIN)
    return poll
