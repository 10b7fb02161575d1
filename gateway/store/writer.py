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
"""

from __future__ import annotations

import logging
import queue
import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from sqlite_utils import Database

from gateway.errors import StoreClosed, StoreDamaged, StoreTrouble
from gateway.store import secrecy
from gateway.store.database import store_error, transaction
from gateway.store.purge import empty_wal
from scheduler.clock import Clock, SystemClock

_LOG = logging.getLogger(__name__)
_GROUP_MOST = 256
_IDLE_AFTER = 8
_HELD_MOST = 50_000  # some days of what a fleet has to tell; sending has stopped, so its outcomes are among the first

T = TypeVar("T")
_Operation = Callable[[Database], Any]


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why the database cannot be written, and since when."""

    error: StoreTrouble
    began_at: datetime


Note = Callable[[Database, Trouble], None]
"""Writes down a trouble that is over."""


@dataclass(frozen=True, slots=True)
class _Job:
    """An operation, who hears of its end, and whether anybody waits for it."""

    operation: _Operation
    future: Future[Any]
    awaited: bool = True
    note: Note | None = None
    """Of a job that is to end the trouble."""


class Writer:
    """Owns the writing connection; `close` commits what was handed in before it."""

    def __init__(self, db: Database, path: Path, clock: Clock | None = None) -> None:
        self._db = db
        self._path = path
        self._clock = clock or SystemClock()
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._idle: deque[_Job] = deque()
        self._held: deque[_Job] = deque()
        self._dropped = 0
        self._trouble: Trouble | None = None
        self._tried: Trouble | None = None  # the one of which it is being tried whether it is over
        self._closed = False
        self._handing_in = threading.Lock()  # nothing may come behind the end
        self._last: Future[Any] | None = None  # of what was handed in last
        self._committed: Future[Any] | None = None  # up to here it is known to be done
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()

    @property
    def trouble(self) -> Trouble | None:
        """Why nothing can be written now; None while all is well."""
        return self._trouble

    def changes(self) -> tuple[int, int]:
        """Another value after each change of the database, by whomever. For times at which no operation runs."""
        (others,) = self._db.execute("PRAGMA data_version").fetchone()
        return self._db.conn.total_changes, others

    def submit(self, operation: Callable[[Database], T]) -> Future[T]:
        """Hand in an operation; the future is done when it is committed, or holds what it raised."""
        future: Future[T] = Future()
        self._hand_in(_Job(operation, future))
        return future

    def do(self, operation: Callable[[Database], T]) -> T:
        """Run an operation and return what it gave, committed."""
        future = self.submit(operation)
        result = future.result()
        self._committed = future
        return result

    def do_or_hold(self, operation: _Operation, what: str) -> None:
        """Run an operation; if nothing can be written now, go on, and have it run with what is held."""
        try:
            self.do(operation)
        except StoreTrouble:
            self.post(operation, what)

    def post(self, operation: _Operation, what: str) -> None:
        """Hand in an operation nobody waits for, also not for a disk; its failure is logged under `what`."""
        self._hand_in(_Job(operation, _logged(what), awaited=False))

    def flush(self) -> None:
        """Wait until what was handed in so far is committed, and who waited for it has been told."""
        while self._last is not self._committed or self._idle:
            self.do(lambda db: None)

    def post_idle(self, operation: _Operation, what: str) -> None:
        """Hand in an operation that comes after those somebody waits for.

        It must be one that is made up for after the next start: at the end it is left, or one that hands in its own
        continuation would never let the writer close.
        """
        with self._handing_in:
            if not self._closed:
                self._idle.append(_Job(operation, _logged(what), awaited=False))
                self._jobs.put(_Job(lambda db: None, Future()))  # wakes the thread

    def recover(self, note: Note) -> Trouble | None:
        """Commit what was held and a `note` of the trouble, if the disk lets us; the trouble that there still is."""
        if self._trouble is None:
            return None
        future: Future[Trouble | None] = Future()
        self._hand_in(_Job(lambda db: None, future, note=note))
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

    def _hand_in(self, job: _Job) -> None:
        with self._handing_in:
            if self._closed:
                raise StoreClosed("The database is closed already; this is a bug in the order of shutting down.")
            self._last = job.future
            self._jobs.put(job)

    def _run(self) -> None:
        groups = 0
        while True:
            if self._idle and (groups >= _IDLE_AFTER or self._jobs.empty()):
                self._commit_idle()
                groups = 0
                continue
            job = self._jobs.get()
            group: list[_Job] = []
            while job is not None and job.note is None:
                group.append(job)
                if len(group) >= _GROUP_MOST or self._jobs.empty():
                    break
                job = self._jobs.get()
            if group:
                self._commit(group)
                groups += 1
            if job is None:
                self._end()
                return
            if job.note is not None:
                self._recover(job.note)
                job.future.set_result(self._trouble)

    def _end(self) -> None:
        while self._idle:
            self._commit_idle()
        self._tried, self._trouble = self._trouble, None  # a last try
        if not self._write_held():
            for job in self._held:
                job.future.set_exception(self._refusal())

    def _commit_idle(self) -> None:
        """The first of those that wait; it is in the line until it is done, for `flush` looks there."""
        self._commit([self._idle[0]])
        self._idle.popleft()

    def _commit(self, group: Sequence[_Job]) -> None:
        """One transaction for all; on any failure one for each. In trouble none at all."""
        if self._trouble is not None:
            self._put_off(group)
            return
        try:
            results = self._transact([job.operation for job in group])
        except Exception as problem:
            error = self._translated(problem)
            if isinstance(error, StoreTrouble):
                self._begin(error)
                self._put_off(group)
            elif len(group) == 1:
                group[0].future.set_exception(error)
            else:
                for job in group:
                    self._commit([job])
            return
        for job, result in zip(group, results, strict=True):
            job.future.set_result(result)

    def _transact(self, operations: Sequence[_Operation]) -> list[Any]:
        if operations == [empty_wal]:
            return [empty_wal(self._db)]  # SQLite does that in no transaction
        with transaction(self._db):
            return [operation(self._db) for operation in operations]

    def _translated(self, problem: Exception) -> Exception:
        if type(problem) not in _OF_THE_STORE:
            return problem
        return secrecy.problem_of(self._db, problem) or store_error(self._path, problem)

    # -- trouble ------------------------------------------------------------------------------------------------

    def _begin(self, error: StoreTrouble) -> None:
        before = self._tried
        self._trouble = Trouble(error, self._clock.now() if before is None else before.began_at)
        if before is None or type(before.error) is not type(error):
            _LOG.error("nothing can be written, so nothing is taken, sent or deleted: %s", error)

    def _put_off(self, group: Sequence[_Job]) -> None:
        """Who waits is told; the rest is held."""
        for job in group:
            if job.awaited:
                job.future.set_exception(self._refusal())
            elif len(self._held) < _HELD_MOST:
                self._held.append(job)
            else:
                self._dropped += 1
                job.future.set_exception(self._refusal())

    def _refusal(self) -> StoreTrouble:
        """An exception of its own for each who is told: it takes up where it was raised."""
        assert self._trouble is not None
        error = self._trouble.error
        return type(error)(str(error))

    def _recover(self, note: Note) -> None:
        before = self._trouble
        if before is None or isinstance(before.error, StoreDamaged):
            return  # what is damaged has to be restored: trying on would make it worse
        self._tried, self._trouble = before, None
        if self._write_held() and self._write_note(note, before):
            _LOG.warning("the database can be written again; %s changes are lost", self._dropped or "no")
            self._dropped = 0
        self._tried = None

    def _write_held(self) -> bool:
        """Commit what was held, in order, as far as it goes; whether all of it was."""
        held, self._held = self._held, deque()
        while held and self._trouble is None:
            self._commit([held.popleft() for _ in range(min(len(held), _GROUP_MOST))])
        self._held.extend(held)
        return self._trouble is None

    def _write_note(self, note: Note, trouble: Trouble) -> bool:
        future: Future[None] = Future()
        self._commit([_Job(lambda db: note(db, trouble), future)])
        return future.exception() is None


_OF_THE_STORE = (sqlite3.OperationalError, sqlite3.DatabaseError)
"""By their very type: those derived from them are the operation's own fault."""


def _logged(what: str) -> Future[Any]:
    """A future whose failure is logged under a name."""
    future: Future[Any] = Future()
    future.add_done_callback(lambda done: _log_failure(done, what))
    return future


def _log_failure(future: Future[Any], what: str) -> None:
    problem = future.exception()
    if problem is not None:
        _LOG.error("%s failed: %s", what, problem, exc_info=problem)
