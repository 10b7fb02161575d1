"""Runs jobs by themselves: APScheduler in the field, told to forget nothing and to repeat nothing; `Ticker` by a clock.

A job is a function that asks a table what is due; it holds no state between runs, so a run that was missed (the box
slept) is made up for by the next one, and two of the same kind never run together. Jobs live in memory and are added
anew at each start: what is to be done lies in the database, never in the scheduler.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from scheduler.clock import Clock


@dataclass(frozen=True, slots=True)
class Job:
    """Something that happens by itself every `every_s` seconds; `about` says what, in one sentence."""

    name: str
    every_s: float
    function: Callable[[], None]
    about: str


class Runner:
    """The timetable, running."""

    def __init__(self, jobs: list[Job]) -> None:
        self._scheduler = BackgroundScheduler(
            # One thread: the jobs all end in the same writer, side by side they would only wait there.
            executors={"default": ThreadPoolExecutor(1)},
            job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1},
            timezone="UTC",
        )
        for job in jobs:
            self._scheduler.add_job(job.function, IntervalTrigger(seconds=job.every_s), id=job.name, name=job.about)

    def start(self) -> None:
        self._scheduler.start()

    def stop(self) -> None:
        """Let the job in progress end and start no other."""
        self._scheduler.shutdown(wait=True)


class Ticker:
    """The timetable by a clock that moves when it is told to: a `World` of `scheduler.virtual`.

    As with `Runner`, a job runs for the first time when its interval has passed, a run that was missed is made up for
    once, and jobs follow each other, in the order of the list where two are due together.
    """

    def __init__(self, jobs: list[Job], clock: Clock) -> None:
        self._clock = clock
        self._jobs = jobs
        self._due: dict[Job, float] = {}

    def start(self) -> None:
        self._due = {job: self._clock.monotonic() + job.every_s for job in self._jobs}

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
