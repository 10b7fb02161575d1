"""The write lock: asked for again and again while another has it, as an import has for minutes."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.errors import StoreBusy
from gateway.store import database
from gateway.store.database import open_writer, transaction, works_in_transactions


@pytest.mark.parametrize(("always", "timeout_ms"), [(False, 10_000), (True, 5)])
def test_lock_is_asked_for_anew_until_the_other_lets_go(tmp_path: Path, always: bool, timeout_ms: int) -> None:
    other, mine = (open_writer(tmp_path / "otklik.db", checkpoints=False) for _ in range(2))
    if always:
        works_in_transactions(mine)
    other.conn.execute("BEGIN IMMEDIATE")
    asked = []

    def watch(statement: str) -> None:
        if statement == "BEGIN IMMEDIATE":
            asked.append(statement)
            if len(asked) == 3:
                other.conn.execute("ROLLBACK")

    mine.conn.set_trace_callback(watch)
    with transaction(mine):
        assert len(asked) == 3
    mine.conn.set_trace_callback(None)
    assert mine.conn.execute("PRAGMA busy_timeout").fetchone() == (timeout_ms,)
    mine.close()
    other.close()


def test_lock_that_is_never_let_go_is_said_to_be_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other, mine = (open_writer(tmp_path / "otklik.db", checkpoints=False) for _ in range(2))
    monkeypatch.setattr(database, "_BUSY_S", 0.02)
    other.conn.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreBusy), transaction(mine):
        pass
    assert mine.conn.execute("PRAGMA busy_timeout").fetchone() == (20,)
    mine.close()
    other.close()
