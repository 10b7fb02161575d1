"""Runs jobs by themselves: APScheduler in the field, told to forget nothing and to repeat nothing; `Ticker` by a clock.

A job is a function that asks a table what is due; it holds no state between runs, so a run that was missed (the box
slept) is made up for by the next one, and two of the same kind never run together. Jobs live in memory and are added
anew at each start: what is to be done lies in the database, never in the scheduler.

A job that waits for others (a server, a large file) is run *apart*, in a thread of its own, so that the rest goes on
meanwhile. At the end it gets a little time, and what it had not finished by then is done after the next start.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from scheduler.clock import Clock, SystemClock


@dataclass(frozen=True, slots=True)
class Job:
    """Something that happens by itself every `every_s` seconds; `about` says what, in one sentence.

    It happens for the first time after `first_s`, if that is given. A job that is `apart` must bear to be left in the
    middle when the program ends.
    """

    name: str
    every_s: float
    function: Callable[[], None]
    about: str
    apart: bool = False
    first_s: float | None = None

    @property
    def starts_after_s(self) -> float:
        return self.every_s if self.first_s is None else self.first_s


class _Apart:
    """Runs a function in a thread of its own, one at a time: while one runs, a call does nothing."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._thread: threading.Thread | None = None

    def __call__(self) -> None:
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._job.function, name=f"job {self._job.name}", daemon=True)
            self._thread.start()

    def wait(self, most_s: float) -> None:
        """Wait for a run in progress, but not longer than `most_s`."""
        if self._thread is not None:
            self._thread.join(max(0.0, most_s))


class Runner:
    """The timetable, running. At the end jobs that are apart get `grace_s` in all."""

    def __init__(self, jobs: list[Job], grace_s: float = 5.0) -> None:
        self._scheduler = BackgroundScheduler(
            # One thread: these jobs all end in the same writer, side by side they would only wait there.
            executors={"default": ThreadPoolExecutor(1)},
            job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1},
            timezone="UTC",
        )
        self._jobs = jobs
        self._grace_s = grace_s
        self._apart = {job.name: _Apart(job) for job in jobs if job.apart}

    def start(self) -> None:
        now = SystemClock().now()  # APScheduler has no other clock
        for job in self._jobs:
            self._scheduler.add_job(
                self._apart.get(job.name, job.function),
                IntervalTrigger(seconds=job.every_s),
                id=job.name,
                name=job.about,
                next_run_time=now + timedelta(seconds=job.starts_after_s),
            )
        self._scheduler.start()

    def stop(self) -> None:
        """Let the job in progress end and start no other; those apart are left where they are after a while."""
        self._scheduler.shutdown(wait=True)
        clock = SystemClock()
        until = clock.monotonic() + self._grace_s
        for apart in self._apart.values():
            apart.wait(until - clock.monotonic())


class Ticker:
    """The timetable by a clock that moves when it is told to: a `World` of `scheduler.virtual`.

    As with `Runner`, a job runs for the first time when its interval has passed, or its `first_s`, and a run that was
    missed is made up for once. All jobs follow each other, in the order of the list where two are due together.
    """

    def __init__(self, jobs: list[Job], clock: Clock) -> None:
        self._clock = clock
        self._jobs = jobs
        self._due: dict[Job, float] = {}

    def start(self) -> None:
        self._due = {job: self._clock.monotonic() + job.starts_after_s for job in self._jobs}

    def stop(self) -> None:
        self._due = {}

    def next_at(self) -> float | None:
        """When a job is due next."""
        return min(self._due.values(), default=None)

    def advance(self, to: float) -> None:
        """Run what is due."""
        for job, due in self._due.items():
            if due <= to:
                self._due[job] = due + job.every_s * (1 + (to - due) // job.every_s)
                job.function()
