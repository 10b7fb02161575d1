"""A daemon whose messages are all written before it may send the first: what is timed then is sending alone."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.rig import daemon, import_visits, wait_until, write_config, write_visits
from gateway.store import wishes
from gateway.store.database import transaction
from gateway.store.opening import writable


@dataclass(frozen=True, slots=True)
class Loaded:
    """A daemon that waits to be let go."""

    pid: int
    db: sqlite3.Connection
    """Its database, to look at."""
    database: Path
    modems: int

    def parts(self, where: str) -> int:
        """How many parts are so."""
        return int(self.db.execute(f"SELECT count(*) FROM parts WHERE {where}").fetchone()[0])

    def release(self) -> None:
        """Let every modem send, all at the same moment, within a second."""
        _wish(self.database, "resume", self.modems)


@contextmanager
def loaded_daemon(directory: Path, modems: int, messages: int, *, reports: bool) -> Iterator[Loaded]:
    """A daemon with every modem up and drained, and so many parts in its queue."""
    visits, database = directory / "visits.csv", directory / "otklik.db"
    config = write_config(directory, modems, reports=reports)
    write_visits(visits, messages)
    import_visits(visits, config)
    _wish(database, "drain", modems)
    with daemon(config) as pid, closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as db:
        loaded = Loaded(pid, db, database, modems)
        serving = "SELECT count(*) FROM ports WHERE state = 'serving'"
        wait_until(lambda: loaded.parts("state = 'queued'") == messages, 60)
        wait_until(lambda: db.execute(serving).fetchone()[0] == modems, 30)
        yield loaded


def _wish(database: Path, verb: str, modems: int) -> None:
    with writable(database) as db, transaction(db):
        for number in range(modems):
            wishes.add(db, modem=f"m{number}", verb=verb, now=datetime.now(UTC))
