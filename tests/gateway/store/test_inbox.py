"""What is kept, and how often."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlite_utils import Database

from gateway.store import inbox, sims
from gateway.store.database import open_writer
from gateway.store.schema import migrate

NOW = datetime(2017, 9, 12, 3, tzinfo=UTC)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    path = tmp_path / "x.db"
    opened = open_writer(path, checkpoints=True)
    migrate(opened, path)
    yield opened
    opened.close()


def _kept(db: Database) -> list[tuple[str, str]]:
    rows = db.execute("SELECT sim, unseal(sealed, digest) FROM inbox ORDER BY id").fetchall()
    return [(row[0], row[1]) for row in rows]


def _see(db: Database, card: str, modem: str) -> None:
    sims.see(db, iccid=card, imei=modem, operator=None, number=None, now=NOW)


@pytest.mark.parametrize("memory", ["ME", "SR"])
def test_message_left_in_the_modem_is_not_kept_again_under_the_next_card(db: Database, memory: str) -> None:
    for card in ("card-1", "card-2"):
        _see(db, card, "modem-1")
        inbox.keep(db, sim=card, found=[(memory, 1, "00AA")], now=NOW)
    assert _kept(db) == [("card-1", "00AA")]


def test_same_octets_on_another_card_or_in_another_modem_are_another_message(db: Database) -> None:
    for card, modem, memory in (("card-1", "modem-1", "SM"), ("card-2", "modem-1", "SM"), ("card-3", "modem-2", "ME")):
        _see(db, card, modem)
        inbox.keep(db, sim=card, found=[(memory, 1, "00AA")], now=NOW)
    assert [sim for sim, _ in _kept(db)] == ["card-1", "card-2", "card-3"]


def test_keeping_does_not_read_through_what_was_kept_before(db: Database) -> None:
    ran: list[str] = []
    db.conn.set_trace_callback(ran.append)
    inbox.keep(db, sim="card-1", found=[("ME", 1, "00AA")], now=NOW)
    db.conn.set_trace_callback(None)
    inserts = [sql for sql in ran if sql.startswith("INSERT INTO inbox")]
    steps = [str(step) for sql in inserts for *_, step in db.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall()]
    assert any("SEARCH i USING COVERING INDEX" in step and "(sim=? AND digest=?)" in step for step in steps)
    assert [step for step in steps if step.startswith("SCAN i")] == []
