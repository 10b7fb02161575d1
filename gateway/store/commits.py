"""What commits operations: in groups, one by one where a group fails, and in order once a trouble is over.

Who hands them in, and in which thread this runs, is the business of the writer (`gateway.store.writer`).
"""

from __future__ import annotations

import logging
import sqlite3
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from sqlite_utils import Database

from gateway.errors import StoreDamaged, StoreTrouble
from gateway.store import secrecy
from gateway.store.database import store_error, transaction
from gateway.store.purge import empty_wal
from scheduler.clock import Clock

_LOG = logging.getLogger(__name__)
GROUP_MOST = 256
_HELD_MOST = 50_000  # some days of what a fleet has to tell; sending has stopped, so its outcomes are among the first

Operation = Callable[[Database], Any]


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why the database cannot be written, and since when."""

    error: StoreTrouble
    began_at: datetime


Note = Callable[[Database, Trouble], None]
"""Writes down a trouble that is over."""


class Ending(Protocol):
    """Hears what came of an operation, as a future does."""

    def set_result(self, result: Any, /) -> None: ...

    def set_exception(self, exception: BaseException | None, /) -> None: ...


class Logged:
    """The ending of what nobody waits for: its failure is logged under a name."""

    __slots__ = ("_what",)

    def __init__(self, what: str) -> None:
        self._what = what

    def set_result(self, result: Any, /) -> None:
        """It went well, and nobody asks."""

    def set_exception(self, exception: BaseException | None, /) -> None:
        """Tell the log."""
        _LOG.error("%s failed: %s", self._what, exception, exc_info=exception)


@dataclass(frozen=True, slots=True)
class Job:
    """An operation, who hears of its end, and whether anybody waits for it."""

    operation: Operation
    future: Ending
    awaited: bool = True
    note: Note | None = None
    """Of a job that is to end the trouble."""


class Commits:
    """The transactions of one connection, and what is held back while there can be none. One thread at a time."""

    def __init__(self, db: Database, path: Path, clock: Clock) -> None:
        self.idle: deque[Job] = deque()
        """What comes after the rest, in order."""
        self.transact: Callable[[Database], AbstractContextManager[Database]] = transaction
        """In what a group is done: all of it, or nothing."""
        self._db = db
        self._path = path
        self._clock = clock
        self._held: deque[Job] = deque()
        self._dropped = 0
        self._trouble: Trouble | None = None
        self._tried: Trouble | None = None  # the one of which it is being tried whether it is over

    @property
    def trouble(self) -> Trouble | None:
        """Why nothing can be written now; None while all is well."""
        return self._trouble

    def commit_idle(self) -> None:
        """The first of those that wait; it is in the line until it is done, for `flush` looks there."""
        self.commit([self.idle[0]])
        self.idle.popleft()

    def commit(self, group: Sequence[Job]) -> None:
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
                    self.commit([job])
            return
        for job, result in zip(group, results, strict=True):
            job.future.set_result(result)

    def recover(self, job: Job) -> None:
        """Commit what was held and the note of the trouble, as far as the disk lets us; the job's result is what
        trouble there still is."""
        assert job.note is not None
        self._recover(job.note)
        job.future.set_result(self._trouble)

    def end(self) -> None:
        """Commit what comes after the rest, and try once more what was held; who is left hears of it."""
        while self.idle:
            self.commit_idle()
        self._tried, self._trouble = self._trouble, None  # a last try
        if not self._write_held():
            for job in self._held:
                job.future.set_exception(self._refusal())

    def _transact(self, operations: Sequence[Operation]) -> list[Any]:
        if operations == [empty_wal]:
            return [empty_wal(self._db)]  # SQLite does that in no transaction
        with self.transact(self._db):
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

    def _put_off(self, group: Sequence[Job]) -> None:
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
            self.commit([held.popleft() for _ in range(min(len(held), GROUP_MOST))])
        self._held.extend(held)
        return self._trouble is None

    def _write_note(self, note: Note, trouble: Trouble) -> bool:
        future: Future[None] = Future()
        self.commit([Job(lambda db: note(db, trouble), future)])
        return future.exception() is None


_OF_THE_STORE = (sqlite3.OperationalError, sqlite3.DatabaseError)
"""By their very type: those derived from them are the operation's own fault."""
