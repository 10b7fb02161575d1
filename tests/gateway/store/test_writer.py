"""The one writing thread: groups, failures, the end."""

from __future__ import annotations

import queue
import sqlite3
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from gateway.errors import StoreBusy, StoreDamaged, StoreError, StoreFull, StoreReadOnly
from gateway.store import database
from gateway.store.commits import Trouble
from gateway.store.database import open_reader, open_writer
from gateway.store.inlinewriter import InlineWriter
from gateway.store.latewriter import LateWriter
from gateway.store.writer import Writer


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "x.db"


@pytest.fixture(params=[Writer, InlineWriter])
def make(request: pytest.FixtureRequest) -> type[Writer]:
    kind: type[Writer] = request.param
    return kind


@pytest.fixture
def writer(path: Path, make: type[Writer]) -> Iterator[Writer]:
    yield from _running(path, make)


@pytest.fixture
def threaded(path: Path) -> Iterator[Writer]:
    yield from _running(path, Writer)


@pytest.fixture
def inline(path: Path) -> Iterator[Writer]:
    yield from _running(path, InlineWriter)


@pytest.fixture
def late(path: Path) -> Iterator[Writer]:
    yield from _running(path, LateWriter)


def _running(path: Path, make: type[Writer]) -> Iterator[Writer]:
    db = open_writer(path, checkpoints=True)
    db.execute("CREATE TABLE t (a INTEGER UNIQUE)")
    running = make(db, path)
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


def test_operation_that_fails_fails_alone(threaded: Writer, path: Path) -> None:
    hold, entered = threading.Event(), threading.Event()

    def block(db: Database) -> None:
        entered.set()
        hold.wait(10)

    threaded.submit(block)
    entered.wait(10)  # what follows waits in one group

    def insert(value: int) -> object:
        return threaded.submit(lambda db: db.execute("INSERT INTO t VALUES (?)", (value,)).rowcount)

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


def test_operation_handed_in_while_the_writer_closes_is_done(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closing: list[threading.Thread] = []

    class Late(queue.SimpleQueue[Any]):
        """Somebody closes the writer when an operation is on its way into the queue."""

        def put(self, job: Any, block: bool = True, timeout: float | None = None) -> None:
            if job is not None:
                closing.append(threading.Thread(target=writer.close))
                closing[0].start()
                closing[0].join(0.05)
            super().put(job)

    with monkeypatch.context() as patched:
        patched.setattr(queue, "SimpleQueue", Late)
        writer = Writer(open_writer(path, checkpoints=True), path)
    future = writer.submit(lambda db: 7)
    assert future.result(5) == 7
    closing[0].join(5)
    assert not closing[0].is_alive()


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


def test_what_can_wait_comes_after_what_somebody_waits_for(threaded: Writer, path: Path) -> None:
    hold, entered = threading.Event(), threading.Event()
    order: list[str] = []

    def block(db: Database) -> None:
        entered.set()
        hold.wait(10)

    threaded.submit(block)
    entered.wait(10)
    threaded.post_idle(lambda db: order.append("idle"), "waiting")
    last = threaded.submit(lambda db: order.append("first"))
    hold.set()
    last.result(10)
    threaded.do(lambda db: None)
    assert order == ["first", "idle"]


def test_what_can_wait_is_not_put_off_for_ever(threaded: Writer) -> None:
    done = threading.Event()

    def again(db: Database) -> None:
        if not done.is_set():
            threaded.submit(again)  # there is always something else to do

    threaded.submit(again)
    threaded.post_idle(lambda db: done.set(), "waiting")
    assert done.wait(10)


def test_what_can_wait_is_done_before_the_end(path: Path, make: type[Writer]) -> None:
    db = open_writer(path, checkpoints=True)
    db.execute("CREATE TABLE t (a INTEGER UNIQUE)")
    running = make(db, path)
    running.post_idle(lambda db: db.execute("INSERT INTO t VALUES (7)"), "waiting")
    running.close()
    assert _rows(path) == [7]


@pytest.mark.timeout(20)
def test_what_hands_in_its_own_continuation_does_not_keep_the_writer_open(path: Path, make: type[Writer]) -> None:
    db = open_writer(path, checkpoints=True)
    db.execute("CREATE TABLE t (a INTEGER)")
    running = make(db, path)

    def insert_and_go_on(db: Database) -> None:
        db.execute("INSERT INTO t VALUES (7)")
        running.post_idle(insert_and_go_on, "going on")

    running.post_idle(insert_and_go_on, "going on")
    running.close()
    assert set(_rows(path)) == {7}  # what was begun is kept


def test_flush_waits_for_what_can_wait(writer: Writer, path: Path) -> None:
    left = [3, 2, 1]

    def insert_and_go_on(db: Database) -> None:
        db.execute("INSERT INTO t VALUES (?)", [left.pop()])
        if left:
            writer.post_idle(insert_and_go_on, "going on")

    writer.post_idle(insert_and_go_on, "going on")
    writer.flush()
    assert _rows(path) == [1, 2, 3]


def test_what_can_wait_and_fails_is_logged_and_harms_nobody(writer: Writer, caplog: pytest.LogCaptureFixture) -> None:
    writer.post_idle(lambda db: 1 // 0, "dividing")
    assert writer.do(lambda db: 5) == 5
    writer.flush()
    assert "dividing failed" in caplog.text


# -- in the caller's thread -------------------------------------------------------------------------------------


def test_what_nobody_waits_for_shares_the_transaction_of_the_next_who_waits(inline: Writer, path: Path) -> None:
    statements: list[str] = []
    inline._db.conn.set_trace_callback(statements.append)
    inline.post(_insert(1), "first")
    inline.post(_insert(2), "second")
    assert _rows(path) == []
    inline.do(_insert(3))
    assert _rows(path) == [1, 2, 3]
    assert statements.count("COMMIT") == 1


def test_operation_that_fails_does_not_take_what_waited_before_it(inline: Writer, path: Path) -> None:
    inline.post(_insert(1), "first")
    with pytest.raises(ZeroDivisionError):
        inline.do(lambda db: 1 // 0)
    assert _rows(path) == [1]


def test_what_an_operation_hands_in_follows_it(inline: Writer, path: Path) -> None:
    order: list[str] = []

    def hand_in(db: Database) -> None:
        inline.post(lambda db: order.append("posted"), "after")
        inline.submit(lambda db: order.append("submitted")).add_done_callback(
            lambda done: inline.post(lambda db: order.append("told"), "after")
        )
        inline.post_idle(lambda db: order.append("idle"), "last")
        inline.flush()
        order.append("outer")

    inline.do(hand_in)
    assert order == ["outer", "posted", "submitted", "told"]
    inline.flush()
    assert order[4:] == ["idle"]


def test_operation_that_waits_for_another_is_an_error_and_not_a_hang(inline: Writer) -> None:
    with pytest.raises(RuntimeError, match="waits for another"):
        inline.do(lambda db: inline.do(lambda db: None))


def test_question_sees_what_was_handed_in_before(writer: Writer) -> None:
    writer.post(_insert(1), "posted")
    assert writer.look(lambda db: db.execute("SELECT a FROM t").fetchall()) == [(1,)]
    with pytest.raises(StoreError, match="no such table"):
        writer.look(lambda db: db.execute("SELECT a FROM nowhere"))


def test_question_in_trouble_is_told_of_it(writer: Writer) -> None:
    writer.do(lambda db: db.execute("PRAGMA query_only=ON") and None)
    with pytest.raises(StoreReadOnly):
        writer.do(_insert(1))
    with pytest.raises(StoreReadOnly):
        writer.look(lambda db: db.execute("SELECT a FROM t").fetchall())


def test_change_is_seen_by_whomever_it_was_made(writer: Writer, path: Path) -> None:
    before = writer.changes()
    assert writer.do(lambda db: db.execute("SELECT count(*) FROM t").fetchone()[0]) == 0
    assert writer.changes() == before
    writer.post(_insert(1), "posted")
    posted = writer.changes()
    assert posted != before
    other = sqlite3.connect(path)
    with other:
        other.execute("INSERT INTO t VALUES (2)")
    other.close()
    assert writer.changes() not in (before, posted)


# -- a disk that takes nothing ----------------------------------------------------------------------------------


def _insert(value: int) -> Callable[[Database], None]:
    return lambda db: db.execute("INSERT INTO t VALUES (?)", (value,)) and None


def _big(db: Database) -> None:
    db.execute("CREATE TABLE big (a BLOB)")
    db.execute("INSERT INTO big VALUES (zeroblob(100000))")


def _note(db: Database, trouble: Trouble) -> None:
    db.execute("INSERT INTO t VALUES (1000)")


def _full(writer: Writer) -> None:
    """As on a disk that has no page left."""
    writer.do(lambda db: db.execute(f"PRAGMA max_page_count={db.execute('PRAGMA page_count').fetchone()[0]}") and None)
    with pytest.raises(StoreFull, match="is full; make room there"):
        writer.do(_big)


def test_full_disk_is_told_at_once_and_what_nobody_waits_for_is_held(writer: Writer, path: Path) -> None:
    writer.do(_insert(1))
    _full(writer)
    began_at = writer.trouble and writer.trouble.began_at
    for value in range(2, 600):
        writer.post(_insert(value), "test")
    writer.post(_big, "test")
    with pytest.raises(StoreFull):
        writer.do(_insert(999))
    assert _rows(path) == [1]
    still = writer.recover(_note)  # what was held first fits, and the big one still does not
    assert still is not None
    assert still.began_at == began_at
    assert _rows(path)[-1] < 1000
    writer._db.conn.execute("PRAGMA max_page_count=100000")
    assert writer.recover(_note) is None
    assert writer.trouble is None
    assert _rows(path) == [*range(1, 600), 1000]
    assert writer.do(lambda db: db.execute("SELECT length(a) FROM big").fetchall()) == [(100000,)]


def test_read_only_database_is_a_trouble_until_it_can_be_written(
    writer: Writer, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    writer.do(lambda db: db.execute("PRAGMA query_only=ON") and None)
    with pytest.raises(StoreReadOnly, match="mounted read-only"):
        writer.do(_insert(1))
    writer.post_idle(_insert(2), "waiting")
    for _ in range(3):
        assert isinstance(writer.recover(_note).error, StoreReadOnly)  # type: ignore[union-attr]
    writer._db.conn.execute("PRAGMA query_only=OFF")
    assert writer.recover(_note) is None
    writer.flush()
    assert _rows(path) == [2, 1000]
    assert caplog.text.count("nothing can be written") == 1


def test_lock_of_another_program_loses_nothing(path: Path, writer: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "_BUSY_S", 0.01)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreBusy):
        writer.do(_insert(1))
    writer.post(_insert(2), "settling")
    other.execute("ROLLBACK")
    other.close()
    assert writer.recover(_note) is None
    assert _rows(path) == [2, 1000]


def test_damaged_database_is_not_tried_again(writer: Writer) -> None:
    def damaged(db: Database) -> None:
        error = sqlite3.DatabaseError("database disk image is malformed")
        error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
        raise error

    with pytest.raises(StoreDamaged, match="restore it from a backup"):
        writer.do(damaged)
    assert isinstance(writer.recover(_note).error, StoreDamaged)  # type: ignore[union-attr]
    with pytest.raises(StoreDamaged):
        writer.do(_insert(1))


def test_what_is_held_is_written_at_the_end_if_it_can_be(
    path: Path, make: type[Writer], caplog: pytest.LogCaptureFixture
) -> None:
    for value, fits in ((1, True), (2, False)):
        db = open_writer(path, checkpoints=True)
        db.execute("CREATE TABLE IF NOT EXISTS t (a INTEGER UNIQUE)")
        running = make(db, path)
        running.do(lambda db: db.execute("PRAGMA query_only=ON") and None)
        with pytest.raises(StoreReadOnly):
            running.do(_insert(0))
        running.post(_insert(value), f"writing {value}")
        if fits:
            db.conn.execute("PRAGMA query_only=OFF")
        running.close()
    assert _rows(path) == [1]
    assert "writing 2 failed" in caplog.text
    assert "writing 1 failed" not in caplog.text


def test_error_in_a_statement_is_no_trouble_of_the_disk(writer: Writer) -> None:
    with pytest.raises(StoreError, match="no such table"):
        writer.do(lambda db: db.execute("INSERT INTO nowhere VALUES (1)"))
    with pytest.raises(sqlite3.IntegrityError):
        writer.do(lambda db: [db.execute("INSERT INTO t VALUES (1)") for _ in range(2)])
    assert writer.trouble is None


def test_disk_that_is_really_full_keeps_what_was_committed(tmp_path: Path) -> None:
    """On a file system of its own, which a filler fills to the last block."""
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(small)], capture_output=True)
    if mounted.returncode != 0:
        pytest.skip("no file system may be mounted here")
    try:
        path, filler = small / "x.db", small / "filler"
        db = open_writer(path, checkpoints=True)
        db.execute("CREATE TABLE t (a INTEGER UNIQUE)")
        running = Writer(db, path)
        for value in range(20):
            running.do(_insert(value))
        with pytest.raises(OSError, match="No space"), filler.open("wb", buffering=0) as file:
            while file.write(b"x" * 4096):
                continue
        with pytest.raises(StoreFull):
            running.do(_big)
        running.post(_insert(20), "settling")
        assert isinstance(running.recover(lambda db, trouble: _big(db)).error, StoreFull)  # type: ignore[union-attr]
        assert _rows(path)[:20] == [*range(20)]
        filler.unlink()
        assert running.recover(lambda db, trouble: _big(db)) is None
        assert _rows(path) == [*range(21)]
        assert running.do(lambda db: db.execute("PRAGMA integrity_check").fetchall()) == [("ok",)]
        running.close()
    finally:
        subprocess.run(["umount", str(small)], check=True)


def test_late_writer_commits_many_operations_at_once(late: Writer, path: Path) -> None:
    late.do(_insert(1))
    late.post(_insert(2), "posted")
    late.post_idle(_insert(3), "idle")
    late.work_off()
    assert _rows(path) == []
    assert late.look(lambda db: db.execute("SELECT count(*) FROM t").fetchone()) == (3,)
    late.flush()
    assert _rows(path) == [1, 2, 3]
    late.do(_insert(4))
    late.close()
    assert _rows(path) == [1, 2, 3, 4]


def test_late_operation_that_fails_is_undone_alone(late: Writer, path: Path) -> None:
    def fail(db: Database) -> None:
        db.execute("INSERT INTO t VALUES (2)")
        raise ZeroDivisionError

    late.do(_insert(1))
    late.post(_insert(3), "in one group with the one that fails")
    with pytest.raises(ZeroDivisionError):
        late.do(fail)
    late.flush()
    assert _rows(path) == [1, 3]


def test_flush_of_the_late_writer_lets_others_write(late: Writer, path: Path) -> None:
    late.do(_insert(1))
    before = late.changes()
    late.flush()
    beside = open_writer(path, checkpoints=False)
    with database.transaction(beside) as db:
        db.execute("INSERT INTO t VALUES (2)")
    beside.close()
    assert late.changes() != before
    late.do(_insert(3))
    late.flush()
    assert _rows(path) == [1, 2, 3]


def test_what_the_late_writer_has_lost_is_raised_again_and_again(path: Path) -> None:
    db = open_writer(path, checkpoints=True)
    db.execute("CREATE TABLE t (a INTEGER UNIQUE)")
    late = LateWriter(db, path)
    late.do(_insert(1))
    with pytest.raises(ZeroDivisionError):
        late.do(lambda db: db.conn.execute("ROLLBACK") and 1 // 0)
    with pytest.raises(StoreError, match="is lost"):
        late.do(_insert(2))
    with pytest.raises(StoreError, match="is lost"):
        late.work_off()
    with pytest.raises(StoreError, match="is lost"):
        late.close()
    assert _rows(path) == []


def test_late_writer_commits_by_itself_after_many_operations(
    late: Writer, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.store.latewriter._LEFT_OPEN", 3)
    for number in range(4):
        late.do(_insert(number))
        late.work_off()
    assert _rows(path) == [0, 1, 2]


def test_late_writer_does_not_live_on_with_a_disk_that_takes_nothing(path: Path) -> None:
    db = open_writer(path, checkpoints=True)
    db.execute("CREATE TABLE t (a INTEGER UNIQUE)")
    late = LateWriter(db, path)
    late.do(lambda db: db.execute("PRAGMA query_only=ON") and None)
    with pytest.raises(StoreReadOnly):
        late.do(_insert(1))
    with pytest.raises(StoreError, match="cannot be written"):
        late.work_off()
    with pytest.raises(StoreError, match="cannot be written"):
        late.close()
