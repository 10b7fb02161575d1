"""The writer of simulated time: operations run in the thread that hands them in, for only one has the turn.

Theory. What nobody waits for is committed with the next operation somebody waits for, or at `flush`, which comes before
the turn is given away: so one transaction serves several operations, as it does in the field under load. What comes
after those (`post_idle`) waits for `flush`. A question (`look`) takes no transaction. An operation, or who hears of its
end, may hand in others: they follow when the present group is committed. None may wait for one, as none may anywhere.
"""

from __future__ import annotations

import sqlite3
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, TypeVar

from sqlite_utils import Database

from gateway.errors import StoreClosed
from gateway.store.commits import GROUP_MOST, Job, Logged, Operation
from gateway.store.writer import Writer

T = TypeVar("T")


class _Ended:
    """What came of an operation. A future has locks besides, and costs as much as a short operation."""

    __slots__ = ("_has_ended", "_problem", "_result")

    def __init__(self) -> None:
        self._has_ended = False
        self._result: Any = None
        self._problem: BaseException | None = None

    def set_result(self, result: Any, /) -> None:
        self._has_ended, self._result = True, result

    def set_exception(self, exception: BaseException | None, /) -> None:
        self._has_ended, self._problem = True, exception

    def result(self) -> Any:
        """What the operation gave; raises what it raised."""
        if not self._has_ended:
            raise RuntimeError("an operation waits for another, which can only follow it")
        if self._problem is not None:
            raise self._problem
        return self._result


class InlineWriter(Writer):
    """As `Writer`, without a thread of its own."""

    def _start(self) -> None:
        self._line: deque[Job] = deque()
        self._busy = threading.RLock()
        self._at_work = False

    def submit(self, operation: Callable[[Database], T]) -> Future[T]:
        future: Future[T] = Future()
        with self._busy:
            self._hand_in(Job(operation, future))
            self._work()
        return future

    def do(self, operation: Callable[[Database], T]) -> T:
        ended = _Ended()
        with self._busy:
            self._hand_in(Job(operation, ended))
            self._work()
        result: T = ended.result()
        return result

    def look(self, question: Callable[[Database], T]) -> T:
        with self._busy:
            self._work()
            if not (self._at_work or self._closed or self.trouble):
                with suppress(sqlite3.DatabaseError):  # `do` says it in a sentence
                    return question(self._db)
            return self.do(question)

    def flush(self) -> None:
        with self._busy:
            self._work()
            while self._commits.idle and not self._at_work:
                self._at_work = True
                try:
                    self._commits.commit_idle()
                finally:
                    self._at_work = False
                self._work()

    def post_idle(self, operation: Operation, what: str) -> None:
        with self._busy:
            if not self._closed:
                self._commits.idle.append(Job(operation, Logged(what), awaited=False))

    def close(self) -> None:
        with self._busy:
            if self._closed:
                return
            self._closed = True
            self._work()
            self._commits.end()
            self._db.close()

    # -- inside -------------------------------------------------------------------------------------------------

    def _hand_in(self, job: Job) -> None:
        with self._busy:
            if self._closed:
                raise StoreClosed("The database is closed already; this is a bug in the order of shutting down.")
            self._line.append(job)
            if job.note is not None or len(self._line) >= GROUP_MOST:
                self._work()

    def _work(self) -> None:
        """Commit what is in the line, unless that is being done."""
        if self._at_work:
            return
        self._at_work = True
        try:
            while self._line:
                group: list[Job] = []
                while self._line and self._line[0].note is None and len(group) < GROUP_MOST:
                    group.append(self._line.popleft())
                if group:
                    self._commits.commit(group)
                else:
                    self._commits.recover(self._line.popleft())
        finally:
            self._at_work = False
