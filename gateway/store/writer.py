"""The one thread that changes the database: it takes operations from everybody and commits them in groups.

An operation is a function of the database. Those that wait when the thread comes round share one transaction and one
fsync; each caller learns its result after the commit, never before. An operation that raises must not take its
neighbours down: the group is rolled back and run again one by one, and only the one at fault fails.

What nobody waits for and can wait itself (`post_idle`) gets its turn when no other operation does, and after
`_IDLE_AFTER` groups in any case: a modem that must be emptied is not kept waiting by the reading of texts.

A disk that is full, read-only or broken is a state of the writer (`trouble`), not of an operation. While it lasts
nothing is tried: who waits hears of it at once (StoreTrouble), and what nobody waits for, such as what became of a
part that was sent, is held in order and committed when `recover` finds that the database can be written again.
A commit that failed may be on the disk after all, and is then found there by the next process; each operation is such
that doing it again changes nothing.

In simulated time there is `InlineWriter`: whoever has the turn does the work himself; and `LateWriter`, where the
database is simulated too.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import TypeVar

from sqlite_utils import Database

from gateway.errors import StoreClosed, StoreTrouble
from gateway.store.commits import GROUP_MOST, Commits, Ending, Job, Logged, Note, Operation, Trouble
from scheduler.clock import Clock, SystemClock

_IDLE_AFTER = 8

T = TypeVar("T")


class Writer:
    """Owns the writing connection; `close` commits what was handed in before it."""

    def __init__(self, db: Database, path: Path, clock: Clock | None = None) -> None:
        self._db = db
        self._commits = Commits(db, path, clock or SystemClock())
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._changes: tuple[int, int | None] = (0, None)
        self._closed = False
        self._handing_in = threading.Lock()  # nothing may come behind the end
        self._last: Ending | None = None  # of what was handed in last
        self._committed: Ending | None = None  # up to here it is known to be done
        self._start()

    @property
    def trouble(self) -> Trouble | None:
        """Why nothing can be written now; None while all is well."""
        return self._commits.trouble

    def changes(self) -> object:
        """Another value after each change of the database, by whomever; what was handed in before is among them."""
        self.work_off()
        ours, (before, others) = self._db.conn.total_changes, self._changes
        if others is None or ours == before:  # else it is another value without asking, and others are seen next time
            (others,) = self._db.conn.execute("PRAGMA data_version").fetchone()
        self._changes = ours, others
        return self._changes

    def submit(self, operation: Callable[[Database], T]) -> Future[T]:
        """Hand in an operation; the future is done when it is committed, or holds what it raised."""
        future: Future[T] = Future()
        self._hand_in(Job(operation, future))
        return future

    def do(self, operation: Callable[[Database], T]) -> T:
        """Run an operation and return what it gave, committed."""
        future = self.submit(operation)
        result = future.result()
        self._committed = future
        return result

    def look(self, question: Callable[[Database], T]) -> T:
        """Ask the database something, after what was handed in before; the question must change nothing."""
        return self.do(question)

    def do_or_hold(self, operation: Operation, what: str) -> None:
        """Run an operation; if nothing can be written now, go on, and have it run with what is held."""
        try:
            self.do(operation)
        except StoreTrouble:
            self.post(operation, what)

    def post(self, operation: Operation, what: str) -> None:
        """Hand in an operation nobody waits for, also not for a disk; its failure is logged under `what`."""
        self._hand_in(Job(operation, Logged(what), awaited=False))

    def flush(self) -> None:
        """Wait until what was handed in so far is committed, and who waited for it has been told."""
        while self._last is not self._committed or self._commits.idle:
            self.do(lambda db: None)

    def work_off(self) -> None:
        """Wait until what was handed in so far is done, if not yet to be seen by others."""
        self.flush()

    def post_idle(self, operation: Operation, what: str) -> None:
        """Hand in an operation that comes after those somebody waits for.

        It must be one that is made up for after the next start: at the end it is left, or one that hands in its own
        continuation would never let the writer close.
        """
        with self._handing_in:
            if not self._closed:
                self._commits.idle.append(Job(operation, Logged(what), awaited=False))
                self._jobs.put(Job(lambda db: None, Future()))  # wakes the thread

    def recover(self, note: Note) -> Trouble | None:
        """Commit what was held and a `note` of the trouble, if the disk lets us; the trouble that there still is."""
        if self.trouble is None:
            return None
        future: Future[Trouble | None] = Future()
        self._hand_in(Job(lambda db: None, future, note=note))
        return future.result()

    def close(self) -> None:
        with self._handing_in:
            was_closed, self._closed = self._closed, True
            if not was_closed:
                self._jobs.put(None)
        if not was_closed:
            self._thread.join()
            self._db.close()

    # -- the thread ---------------------------------------------------------------------------------------------

    def _start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()

    def _hand_in(self, job: Job) -> None:
        with self._handing_in:
            if self._closed:
                raise StoreClosed("The database is closed already; this is a bug in the order of shutting down.")
            self._last = job.future
            self._jobs.put(job)

    def _run(self) -> None:
        groups = 0
        while True:
            if self._commits.idle and (groups >= _IDLE_AFTER or self._jobs.empty()):
                self._commits.commit_idle()
                groups = 0
                continue
            job = self._jobs.get()
            group: list[Job] = []
            while job is not None and job.note is None:
                group.append(job)
                if len(group) >= GROUP_MOST or self._jobs.empty():
                    break
                job = self._jobs.get()
            if group:
                self._commits.commit(group)
                groups += 1
            if job is None:
                self._commits.end()
                return
            if job.note is not None:
                self._commits.recover(job)
