"""Jobs by the system's clock: one after the other, and apart."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from scheduler.runner import Job, Rest, Runner, Ticker
from scheduler.virtual import VirtualClock

SOON_S = 0.005
WITHIN_S = 20.0
NEVER_S = 3600.0


def _job(name: str, function: Callable[[], None], *, apart: bool = False, first_s: float | None = None) -> Job:
    every_s = SOON_S if first_s is None else NEVER_S
    return Job(name, every_s, function, "Is tested.", apart=apart, first_s=first_s)


def test_job_runs_again_and_again_until_the_runner_stops() -> None:
    count, enough = 0, threading.Event()

    def work() -> None:
        nonlocal count
        count += 1
        if count == 3:
            enough.set()

    runner = Runner([Job("work", 0.02, work, "Counts.")])
    runner.start()
    assert enough.wait(10)
    runner.stop()
    stopped_at = count
    assert not threading.Event().wait(0.1)
    assert count == stopped_at


def test_job_that_waits_apart_holds_up_nobody() -> None:
    release, other_ran = threading.Event(), threading.Event()
    runner = Runner(
        [_job("waits", lambda: [release.wait(WITHIN_S)].clear(), apart=True, first_s=0), _job("runs", other_ran.set)]
    )
    runner.start()
    try:
        assert other_ran.wait(WITHIN_S)
    finally:
        release.set()
        runner.stop()


def test_job_apart_runs_once_at_a_time() -> None:
    running, most, runs = [0], [0], threading.Semaphore(0)
    lock = threading.Lock()

    def work() -> None:
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        runs.release()
        with lock:
            running[0] -= 1

    runner = Runner([_job("works", work, apart=True)])
    runner.start()
    try:
        assert all(runs.acquire(timeout=WITHIN_S) for _ in range(5))
    finally:
        runner.stop()
    assert most[0] == 1


def test_job_apart_that_does_not_end_is_left_behind() -> None:
    begun, release, ended = threading.Event(), threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        release.wait(WITHIN_S)
        ended.set()

    runner = Runner([_job("hangs", work, apart=True, first_s=0)], grace_s=0.01)
    runner.start()
    assert begun.wait(WITHIN_S)
    runner.stop()
    assert not ended.is_set()
    release.set()
    assert ended.wait(WITHIN_S)
    for thread in threading.enumerate():
        if thread.name == "job hangs":
            thread.join(WITHIN_S)


def test_job_apart_that_ends_soon_is_waited_for() -> None:
    begun, ended = threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        assert not threading.Event().wait(0.05)
        ended.set()

    runner = Runner([_job("ends", work, apart=True, first_s=0)], grace_s=WITHIN_S)
    runner.start()
    assert begun.wait(WITHIN_S)
    runner.stop()
    assert ended.is_set()


def test_first_run_comes_when_it_is_told_to() -> None:
    clock = VirtualClock(datetime(2026, 1, 1, tzinfo=UTC))
    ran: list[str] = []
    ticker = Ticker(
        [
            Job("late", 100, lambda: ran.append("late"), ""),
            Job("early", 100, lambda: ran.append("early"), "", first_s=7),
        ],
        clock,
    )
    ticker.start()
    began = clock.monotonic()
    assert ticker.next_at() == began + 7
    ticker.advance(began + 7)
    assert (ran, ticker.next_at()) == (["early"], began + 100)
    ticker.advance(began + 107)
    assert ran == ["early", "late", "early"]


class Shelf:
    """Things that jobs take away at their moments, once the time of each has come: `left` by name of the job."""

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock
        self._left: dict[str, list[float]] = {}
        self.changes = 0
        self.runs = 0
        self.taken: list[tuple[str, float, float]] = []

    def put(self, name: str, at: float) -> None:
        self.changes += 1
        self._left.setdefault(name, []).append(at)

    def take(self, name: str) -> None:
        self.runs += 1
        now, left = self._clock.monotonic(), self._left.pop(name, [])
        self._left[name] = [at for at in left if at > now]
        found = [at for at in left if at <= now]
        self.changes += bool(found)
        self.taken += [(name, at, now) for at in found]
        for at in found:
            if name == "a" and at == int(at):
                self.put("b", now + 3)  # what one finds gives another something to do

    def job(self, name: str, every_s: float, *, rests: bool) -> Job:
        rest = Rest(lambda: min(self._left.get(name, []), default=math.inf), self._changes)
        return Job(name, every_s, lambda: self.take(name), "", rest=rest if rests else None)

    def _changes(self) -> int:
        return self.changes


class Deliveries:
    """A world that puts things on a shelf; it lives before or after the jobs."""

    def __init__(self, shelf: Shelf, moments: list[tuple[float, str, float]]) -> None:
        self._shelf = shelf
        self._moments = sorted(moments)

    def next_at(self) -> float | None:
        return self._moments[0][0] if self._moments else None

    def advance(self, to: float) -> None:
        while self._moments and self._moments[0][0] <= to:
            at, name, after_s = self._moments.pop(0)
            self._shelf.put(name, at + after_s)


_GRID = st.sampled_from((0.0, 0.5, 1.0, 4.0, 7.25, 30.0))
_DELIVERY = st.tuples(st.integers(0, 40).map(float) | st.floats(0, 40), st.sampled_from("abc"), _GRID)


@given(st.lists(_DELIVERY, max_size=8), st.lists(_DELIVERY, max_size=8), st.lists(_DELIVERY, max_size=8))
def test_leaving_out_runs_that_find_nothing_changes_nothing(
    before: list[tuple[float, str, float]], after: list[tuple[float, str, float]], turns: list[tuple[float, str, float]]
) -> None:
    def run(*, rests: bool) -> Shelf:
        clock = VirtualClock(datetime(2026, 1, 1, tzinfo=UTC))
        began, shelf = clock.monotonic(), Shelf(clock)

        def moved(deliveries: list[tuple[float, str, float]]) -> list[tuple[float, str, float]]:
            return [(began + at, name, after_s) for at, name, after_s in deliveries]

        jobs = [shelf.job("a", 1, rests=rests), shelf.job("b", 2, rests=rests), shelf.job("c", 5, rests=rests)]
        ticker = Ticker([*jobs, Job("d", 20, lambda: shelf.put("c", clock.monotonic()), "")], clock)
        for world in (Deliveries(shelf, moved(before)), ticker, Deliveries(shelf, moved(after))):
            clock.add(world)
        with clock.taking_part():
            ticker.start()
            for at, name, after_s in sorted(moved(turns)):
                clock.wait((), at)
                shelf.put(name, clock.monotonic() + after_s)
            clock.wait((), began + 90)
        return shelf

    left_out, every = run(rests=True), run(rests=False)
    assert left_out.taken == every.taken
    assert left_out.runs <= every.runs


def test_clock_does_not_stop_for_a_job_that_rests() -> None:
    clock = VirtualClock(datetime(2026, 1, 1, tzinfo=UTC))
    shelf = Shelf(clock)
    ticker = Ticker([shelf.job("a", 1, rests=True)], clock)
    clock.add(ticker)
    with clock.taking_part():
        ticker.start()
        began = clock.monotonic()
        shelf.put("a", began + 5000.5)
        clock.wait((), began + 0.5)
        assert ticker.next_at() == began + 1
        clock.wait((), began + 4000)
        assert ticker.next_at() == began + 5001
        clock.wait((), began + 86400)
    assert (shelf.runs, shelf.taken) == (1, [("a", began + 5000.5, began + 5001)])
