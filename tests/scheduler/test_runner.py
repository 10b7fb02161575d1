"""Jobs by the system's clock: one after the other, and apart."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime

from scheduler.runner import Job, Runner, Ticker
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
