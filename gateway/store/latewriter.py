"""The inline writer of a database that is only simulated: what is done is committed late, many operations at once.

Theory. A commit costs as much as most operations do, and it buys that others see them and that they outlive the
process. Nobody else looks at a simulated database unasked, and what is left of one after a crash is thrown away. So one
transaction stays open over many operations, each of which is undone alone if it fails. `flush` commits, and whoever
opens the file beside the writer calls it first: until then he would neither see all nor get the lock.

There is nothing to go on with when a disk takes no commit, as the callers believe that they have it: that is raised.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from sqlite_utils import Database

from gateway.errors import StoreError
from gateway.store.database import begin, commit
from gateway.store.inlinewriter import InlineWriter

_LEFT_OPEN = 2000
"""After so many operations there is a commit in any case: what is not committed takes memory."""


class LateWriter(InlineWriter):
    """As `InlineWriter`, but that `do` returns before the commit."""

    def _start(self) -> None:
        super()._start()
        self._open = 0
        self._commits.transact = self._apart

    def work_off(self) -> None:
        self._refuse_trouble()
        if self._line or self._commits.idle:
            super().flush()
        self._check()
        if self._open >= _LEFT_OPEN:
            self._commit()

    def flush(self) -> None:
        self.work_off()
        self._commit()

    def close(self) -> None:
        with self._busy:
            if self._closed:
                return
            self._closed = True
            try:
                self._work()
                self._refuse_trouble()
                self._commits.end()
                self._commit()
            finally:
                self._db.close()

    # -- inside -------------------------------------------------------------------------------------------------

    def _refuse_trouble(self) -> None:
        """Raises StoreError while nothing can be written: here nobody waits for a disk to be well again."""
        if self.trouble is not None:
            raise StoreError(str(self.trouble.error))

    def _commit(self) -> None:
        with self._busy:
            if self._open and not self._at_work:
                self._check()
                commit(self._db)
                self._open = 0

    def _check(self) -> None:
        """Raises StoreError if SQLite has undone what callers believe to be done."""
        if self._open and not self._db.conn.in_transaction:
            raise StoreError("What was done in the simulated database is lost; look at its disk.")

    def _apart(self, db: Database) -> AbstractContextManager[Database]:
        """A part of the transaction that is open, for one group."""
        self._check()  # else a new one would begin and hide it
        if not self._open:
            begin(db)
        self._open += 1
        return _savepoint(db)


@contextmanager
def _savepoint(db: Database) -> Iterator[Database]:
    db.conn.execute("SAVEPOINT late")
    try:
        yield db
    except BaseException:
        if db.conn.in_transaction:  # else SQLite has undone all, which is found by `work_off`
            db.conn.execute("ROLLBACK TO late")
            db.conn.execute("RELEASE late")
        raise
    db.conn.execute("RELEASE late")
