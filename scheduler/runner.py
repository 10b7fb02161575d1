"""Runs jobs by themselves: APScheduler in the field, told to forget nothing and to repeat nothing.

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
