"""The one thread that changes the database: it takes operations from everybody and commits them in groups.

An operation is a function of the database. Those that wait when the thread comes round share one transaction and one
fsync; each caller learns its result after the commit, never before. An operation that raises must not take its
neighbours down: the group is rolled back and run again one by one, and only the one at fault fails.

What nobody waits for and can wait itself (`post_idle`) gets its turn when no other operation does, and after
`_IDLE_AFTER` groups in any case: a modem that must be emptied is not kept waiting by the reading of texts.
"""

from __future__ import annotations

import logging
import queue
import sqlite3
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any, TypeVar

from sqlite_utils import Database

from gateway.errors import StoreError
from gateway.store import secrecy
from gateway.store.database import store_error, transaction

_LOG = logging.getLogger(__name__)
_GROUP_MOST = 256
_IDLE_AFTER = 8

T = TypeVar("T")
_Job = tuple[Callable[[Database], Any], "Future[Any]"]


class Writer:
    """Owns the writing connection; `close` commits what was handed in before it."""

    def __init__(self, db: Database, path: Path) -> None:
        self._db = db
        self._path = path
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._idle: deque[_Job] = deque()
        self._closed = False
        self._last: Future[Any] | None = None  # of what was handed in last
        self._committed: Future[Any] | None = None  # up to here it is known to be done
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()

    def submit(self, operation: Callable[[Database], T]) -> Future[T]:
        """Hand in an operation; the future is done when it is committed, or holds what it raised."""
        if self._closed:
            raise StoreError("The database is closed already; this is a bug in the order of shutting down.")
        future: Future[T] = Future()
        self._last = future
        self._jobs.put((operation, future))
        return future

    def do(self, operation: Callable[[Database], T]) -> T:
        """Run an operation and return what it gave, committed."""
        future = self.submit(operation)
        result = future.result()
        self._committed = future
        return result

    def post(self, operation: Callable[[Database], Any], what: str) -> None:
        """Hand in an operation nobody waits for; its failure is logged under `what`."""
        self.submit(operation).add_done_callback(lambda future: _log_failure(future, what))

    def flush(self) -> None:
        """Wait until what was handed in so far is committed, and who waited for it has been told."""
        if self._last is not self._committed:
            self.do(lambda db: None)

    def post_idle(self, operation: Callable[[Database], Any], what: str) -> None:
        """Hand in an operation that comes after those somebody waits for."""
        future: Future[Any] = Future()
        future.add_done_callback(lambda future: _log_failure(future, what))
        self._idle.append((operation, future))
        self.submit(lambda db: None)  # wakes the thread

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._jobs.put(None)
            self._thread.join()
            self._db.close()

    def _run(self) -> None:
        groups = 0
        while True:
            if self._idle and (groups >= _IDLE_AFTER or self._jobs.empty()):
                self._commit([self._idle.popleft()])
                groups = 0
                continue
            job = self._jobs.get()
            group: list[_Job] = []
            while job is not None:
                group.append(job)
                if len(group) >= _GROUP_MOST or self._jobs.empty():
                    break
                job = self._jobs.get()
            if group:
                self._commit(group)
                groups += 1
            if job is None:
                while self._idle:
                    self._commit([self._idle.popleft()])
                return

    def _commit(self, group: list[_Job]) -> None:
        """One transaction for all; on any failure one for each."""
        try:
            results = self._transact([operation for operation, _ in group])
        except Exception as problem:
            if len(group) == 1:
                group[0][1].set_exception(self._translated(problem))
                return
            for job in group:
                self._commit([job])
            return
        for (_, future), result in zip(group, results, strict=True):
            future.set_result(result)

    def _transact(self, operations: list[Callable[[Database], Any]]) -> list[Any]:
        with transaction(self._db):
            return [operation(self._db) for operation in operations]

    def _translated(self, problem: Exception) -> Exception:
        if not isinstance(problem, sqlite3.OperationalError):
            return problem
        return secrecy.problem_of(self._db, problem) or store_error(self._path, problem)


def _log_failure(future: Future[Any], what: str) -> None:
    problem = future.exception()
    if problem is not None:
        _LOG.error("%s failed: %s", what, problem, exc_info=problem)
