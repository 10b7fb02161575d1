"""Which batch is next, and what finding it costs where many wait."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlite_utils import Database

from gateway.store import batches
from gateway.store.database import transaction
from gateway.upstream.grouping import Group
from tests.gateway.upstream.box import START, Box, box


def put(of: Box, key: str, rows: int, parent: int | None = None) -> None:
    with transaction(of.db):
        group = Group("9901", "2017-09-13", tuple(range(rows)))
        batches.freeze(of.db, "up", key, group, "json", of.clock.now(), parent)


def order(of: Box) -> Iterator[str]:
    """The keys of what is posted next, as if nothing of it were taken."""
    while (batch := batches.to_post(of.db, "up", of.clock.now())) is not None:
        yield batch.key
        with transaction(of.db):
            of.db.execute("UPDATE batches SET next_at = '2018' WHERE id = ?", (batch.id,))


@contextmanager
def explained(db: Database) -> Iterator[list[str]]:
    """The plans of the queries in the block."""
    queries: list[str] = []
    plans: list[str] = []
    db.conn.set_trace_callback(queries.append)
    yield plans
    db.conn.set_trace_callback(None)
    for query in queries:
        plans += [row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {query}").fetchall()]


def test_smallest_untried_half_goes_first_then_what_has_waited_longest(tmp_path: Path) -> None:
    with box(tmp_path) as of:
        of.run()
        put(of, "second", 2)
        put(of, "large half", 4, parent=1)
        put(of, "small half", 2, parent=1)
        put(of, "tried half", 1, parent=1)
        with transaction(of.db):
            of.db.execute("UPDATE batches SET attempts = 1 WHERE key = 'tried half'")
            of.db.execute("UPDATE batches SET next_at = '2017-09-12' WHERE key = 'second'")
        assert of.clock.now() == START
        assert list(order(of)) == ["small half", "large half", "second", "tried half"]


def test_next_batch_is_found_without_sorting_those_that_wait(tmp_path: Path) -> None:
    with box(tmp_path) as of:
        of.run()
        with explained(of.db) as plans:
            batches.to_post(of.db, "up", START)
            batches.to_look_at(of.db, "up", START)
            batches.taken(of.db, "up")
        assert len(plans) == 4
        assert not [plan for plan in plans if "SCAN" in plan or "TEMP B-TREE" in plan]
