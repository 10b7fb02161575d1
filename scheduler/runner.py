"""Runs jobs by themselves: APScheduler in the field, told to forget nothing and to repeat nothing; `Ticker` by a clock.

A job is a function that asks a table what is due; it holds no state between runs, so a run that was missed (the box
slept) is made up for by the next one, and two of the same kind never run together. Jobs live in memory and are added
anew at each start: what is to be done lies in the database, never in the scheduler.

A job that waits for others (a server, a large file) is run *apart*, in a thread of its own, so that the rest goes on
meanwhile. At the end it gets a little time, and what it had not finished by then is done after the next start.

In simulated time a job runs at the same moments, but for those at which it is known that it would do nothing (`Rest`).
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from scheduler.clock import Clock, SystemClock


@dataclass(frozen=True, slots=True)
class Rest:
    """When a job would find nothing to do, so that simulated time need not stop for it.

    `until` is the moment, monotonic, before which a run would change nothing as things are; one that is over means
    that every run may. `stirred` is another value whenever `until` may have become another moment, and is asked first.
    """

    until: Callable[[], float]
    stirred: Callable[[], object]


@dataclass(frozen=True, slots=True)
class Job:
    """Something that happens by itself every `every_s` seconds; `about` says what, in one sentence.

    It happens for the first time after `first_s`, if that is given. A job that is `apart` must bear to be left in the
    middle when the program ends. One with a `rest` is left out in simulated time while it has nothing to do.
    """

    name: str
    every_s: float
    function: Callable[[], None]
    about: str
    apart: bool = False
    first_s: float | None = None
    rest: Rest | None = None

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


@dataclass(eq=False, slots=True)
class _Row:
    """A job with the first moment of its grid that has not passed, and when its rest ends."""

    job: Job
    moment: float
    until: float = -math.inf
    asked: bool = False

    def after(self, earliest: float) -> float:
        """The first moment of the grid that is not before `earliest`."""
        late = earliest - self.moment
        if late <= 0 or late == math.inf:
            return max(self.moment, earliest)
        return self.moment + self.job.every_s * math.ceil(late / self.job.every_s)

    def comes(self, passed: float, now: float) -> bool:
        """Let time go on from `passed` to `now`: whether that is a moment of the grid, or one was missed."""
        self.moment = self.after(math.nextafter(passed, math.inf))
        if self.moment > now:
            return False
        missed, is_now = self.after(self.until) <= now, self.after(now) == now
        self.moment = self.after(math.nextafter(now, math.inf))
        return missed or is_now


class Ticker:
    """The timetable by a clock that moves when it is told to: a `World` of `scheduler.virtual`.

    As with `Runner`, a job runs for the first time when its interval has passed, or its `first_s`, and a run that was
    missed is made up for once. All jobs follow each other, in the order of the list where two are due together.

    A job is left out at those of its moments at which its `rest` says that it would do nothing, and the clock does not
    stop there. When something has happened, it stops at the next moment of any job, where those that it is a moment of
    are asked again. So what comes of a run is what running at every moment would give, to the octet.
    """

    def __init__(self, jobs: list[Job], clock: Clock) -> None:
        self._clock = clock
        self._jobs = jobs
        self._rows: list[_Row] = []
        self._stirs = list(dict.fromkeys(job.rest.stirred for job in jobs if job.rest is not None))
        self._words: list[object] = []  # of those, when the jobs were asked how long they rest
        self._calm = False  # nothing has happened since
        self._due = math.inf
        self._passed = -math.inf
        self._moment = -math.inf  # before this one there is none of any job

    def start(self) -> None:
        now = self._clock.monotonic()
        self._rows = [_Row(job, now + job.starts_after_s) for job in self._jobs]
        self._passed = self._moment = -math.inf
        self._due = min((row.moment for row in self._rows), default=math.inf)

    def stop(self) -> None:
        self._rows = []
        self._calm = False
        self._due = math.inf

    def next_at(self) -> float | None:
        """When a job is due next, or has to be asked whether it rests."""
        if self._has_stirred():
            self._due = min(row.after(math.nextafter(self._passed, math.inf)) for row in self._rows)
        return self._due if self._rows else None

    def advance(self, to: float) -> None:
        """Run what is due. What happens at a moment that has been passed is for the next one."""
        if to <= self._passed:
            return
        passed, self._passed = self._passed, to
        if to < self._moment:
            return
        self._moment = min((row.after(to) for row in self._rows), default=math.inf)
        if self._has_stirred():
            self._due = self._moment
        if to < self._due:
            return
        for row in [row for row in self._rows if row.comes(passed, to)]:
            self._run(row, to)
        self._ask()
        self._due = min((row.after(row.until) for row in self._rows), default=math.inf)

    # -- inside -------------------------------------------------------------------------------------------------

    def _run(self, row: _Row, now: float) -> None:
        """Run a job whose moment has come, unless it rests."""
        if row.job.rest is not None:
            self._ask()
            if row.until > now:
                return
        row.job.function()
        row.asked = self._calm = False

    def _has_stirred(self) -> bool:
        """Whether something has happened just now, so that a job may not rest any more."""
        if self._calm and self._words != [stirred() for stirred in self._stirs]:
            self._calm = False
            return True
        return False

    def _ask(self) -> None:
        """Ask everybody how long he rests, if something has happened or has been done since the last time."""
        if self._calm:
            return
        words = [stirred() for stirred in self._stirs]
        for row in self._rows:
            if row.job.rest is not None and not (row.asked and words == self._words):
                row.until = row.job.rest.until()
                row.asked = True
        self._words = words
        self._calm = True
