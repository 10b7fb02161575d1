"""The ledger that is drawn up every day, and its alarm."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.bookkeeping import FIRST_S, Bookkeeping
from gateway.store import fleet
from gateway.store.database import open_writer
from gateway.store.opening import readable
from gateway.store.schema import migrate
from gateway.store.writer import Writer
from scheduler.clock import SystemClock


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[Writer]:
    path = tmp_path / "otklik.db"
    db = open_writer(path, checkpoints=True)
    migrate(db, path)
    found = Writer(db, path)
    yield found
    found.close()


@pytest.fixture
def books(tmp_path: Path, writer: Writer) -> Bookkeeping:
    return Bookkeeping(tmp_path / "otklik.db", writer, SystemClock())


def _alarms(tmp_path: Path) -> list[dict[str, Any]]:
    with readable(tmp_path / "otklik.db") as db:
        return fleet.alarms(db)


def test_ledger_that_balances_raises_nothing(tmp_path: Path, books: Bookkeeping) -> None:
    books.look()
    assert _alarms(tmp_path) == []


def test_ledger_that_does_not_balance_is_an_alarm_until_it_does(
    tmp_path: Path, writer: Writer, books: Bookkeeping
) -> None:
    def lose(db: Any) -> None:
        db.execute("INSERT INTO offices VALUES ('B', 'B', 'B', 'B', '01', '01', 'Asia/Barnaul', 1)")
        db.execute("INSERT INTO services VALUES ('S', 'S', 'A', '1', '1', '1', 'federal')")
        db.execute(
            "INSERT INTO visits (source, foreign_id, stage, office, service, received_at, consent, accepted_at)"
            " VALUES ('s', 'v1', '', 'B', 'S', '2017-09-12T08:40:00.000Z', 1, '2017-09-12T08:40:00.000Z')"
        )

    writer.do(lose)
    books.look()
    (alarm,) = _alarms(tmp_path)
    assert alarm["place"] == "ledger"
    assert alarm["text"] == (
        "The ledger does not balance: 1 lost, 0 doubled, first: visit v1 cannot be accounted for; otklik ledger"
    )

    writer.do(lambda db: db.execute("UPDATE visits SET consent = 0"))
    books.look()
    assert _alarms(tmp_path) == []


def test_job_runs_apart_and_soon_after_a_start(books: Bookkeeping) -> None:
    job = books.job()
    assert (job.apart, job.first_s) == (True, FIRST_S)
