"""The one writing thread: groups, failures, the end."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlite_utils import Database

from gateway.errors import StoreError
from gateway.store.database import open_reader, open_writer
from gateway.store.writer import Writer


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "x.db"


@pytest.fixture
def writer(path: Path) -> Iterator[Writer]:
    db = open_writer(path, checkpoints=True)
    db.execute("CREATE TABLE t (a INTEGER UNIQUE)")
    running = Writer(db, path)
    yield running
    running.close()


def _rows(path: Path) -> list[int]:
    db = open_reader(path)
    try:
        return [row[0] for row in db.execute("SELECT a FROM t ORDER BY a")]
    finally:
        db.close()


def test_result_is_committed_when_the_caller_has_it(writer: Writer, path: Path) -> None:
    writer.do(lambda db: db.execute("INSERT INTO t VALUES (1)") and None)
    assert _rows(path) == [1]


def test_operation_that_fails_fails_alone(writer: Writer, path: Path) -> None:
    hold, entered = threading.Event(), threading.Event()

    def block(db: Database) -> None:
        entered.set()
        hold.wait(10)

    writer.submit(block)
    entered.wait(10)  # what follows waits in one group

    def insert(value: int) -> object:
        return writer.submit(lambda db: db.execute("INSERT INTO t VALUES (?)", (value,)).rowcount)

    futures = [insert(1), insert(2), insert(1), insert(3)]
    hold.set()
    outcomes = [future.exception(10) for future in futures]  # type: ignore[attr-defined]
    assert [type(outcome).__name__ for outcome in outcomes] == ["NoneType", "NoneType", "IntegrityError", "NoneType"]
    assert _rows(path) == [1, 2, 3]


def test_close_commits_what_was_handed_in(writer: Writer, path: Path) -> None:
    for value in range(50):
        writer.post(lambda db, value=value: db.execute("INSERT INTO t VALUES (?)", (value,)), "test")  # type: ignore[misc]
    writer.close()
    assert _rows(path) == list(range(50))
    with pytest.raises(StoreError, match="closed"):
        writer.submit(lambda db: None)


def test_reader_cannot_write(writer: Writer, path: Path) -> None:
    db = open_reader(path)
    with pytest.raises(Exception, match="readonly"):
        db.execute("INSERT INTO t VALUES (1)")
    db.close()


def test_flush_returns_when_everything_is_committed_and_told(writer: Writer, path: Path) -> None:
    told = []
    for number in range(50):
        writer.submit(lambda db, n=number: db.execute("INSERT INTO t VALUES (?)", (n,))).add_done_callback(told.append)
    writer.flush()
    assert len(told) == 50
    assert _rows(path) == list(range(50))
    writer.flush()
    with pytest.raises(ZeroDivisionError):
        writer.do(lambda db: 1 / 0)
    writer.flush()


def test_what_can_wait_comes_after_what_somebody_waits_for(writer: Writer, path: Path) -> None:
    hold, entered = threading.Event(), threading.Event()
    order: list[str] = []

    def block(db: Database) -> None:
        entered.set()
        hold.wait(10)

    writer.submit(block)
    entered.wait(10)
    writer.post_idle(lambda db: order.append("idle"), "waiting")
    last = writer.submit(lambda db: order.append("first"))
    hold.set()
    last.result(10)
    writer.do(lambda db: None)
    assert order == ["first", "idle"]


def test_what_can_wait_is_not_put_off_for_ever(writer: Writer) -> None:
    done = threading.Event()

    def again(db: Database) -> None:
        if not done.is_set():
            writer.submit(again)  # there is always something else to do

    writer.submit(again)
    writer.post_idle(lambda db: done.set(), "waiting")
    assert done.wait(10)


def test_what_can_wait_is_done_before_the_end(path: Path) -> None:
    db = open_writer(path, checkpoints=True)
    db.execute("CREATE TABLE t (a INTEGER UNIQUE)")
    running = Writer(db, path)
    running.post_idle(lambda db: db.execute("INSERT INTO t VALUES (7)"), "waiting")
    running.close()
    assert _rows(path) == [7]


def test_what_can_wait_and_fails_is_logged_and_harms_nobody(writer: Writer, caplog: pytest.LogCaptureFixture) -> None:
    writer.post_idle(lambda db: 1 // 0, "dividing")
    assert writer.do(lambda db: 5) == 5
    writer.do(lambda db: None)
    assert "dividing failed" in caplog.text
