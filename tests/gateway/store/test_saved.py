"""Databases as earlier states of the program wrote them, brought up to now: nothing lost, and the shape of a new one.

`saved/mNNN.sql` (how it is made: `saving`) is a small day that the program wrote when its newest migration was mNNN: a
rating corrected, a vector, somebody who opted out and came again, one who is silent, one in doubt, one undeliverable,
noise, a row refused, a text that was kept and not yet read. A migration that is added brings its file when it is
released.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlite_utils import Database

from gateway import keyfile, pseudonyms
from gateway.ledger import draw_up
from gateway.store import optouts, persons, ratings, soundness
from gateway.store.opening import readable, writable
from gateway.store.schema import migrations
from tests.gateway.conftest import NOON, Centre
from tests.gateway.store.saving import KEY, SAVED, live

_NAMES = sorted(path.stem for path in SAVED.glob("*.sql"))
_NEW = "+79130200099"


@pytest.fixture(params=_NAMES)
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A saved database, with its key beside it, not yet migrated."""
    path = tmp_path / "otklik.db"
    old = sqlite3.connect(path)
    old.executescript((SAVED / f"{request.param}.sql").read_text(encoding="utf-8"))
    old.close()
    pseudonyms.path_of(path).write_text(KEY.hex() + "\n", encoding="ascii")
    if keyfile.seals_of(SAVED / request.param).exists():
        shutil.copy(keyfile.seals_of(SAVED / request.param), keyfile.seals_of(path))
    return path


@pytest.fixture
def migrated(path: Path) -> Iterator[Database]:
    with writable(path):
        pass
    with readable(path) as db:
        yield db


def _shape(db: Database) -> dict[tuple[str, str], object]:
    """Every table with its columns, references and indexes, whatever the statements that made it looked like."""
    found: dict[tuple[str, str], object] = {}
    for kind, name, sql in db.execute("SELECT type, name, sql FROM sqlite_master").fetchall():
        if kind == "table":
            facts = ("table_xinfo", "foreign_key_list")
            columns = [sorted(row[1:] for row in db.execute(f"PRAGMA {fact}({name})").fetchall()) for fact in facts]
            strict = db.execute("SELECT strict, wr FROM pragma_table_list WHERE name = ?", (name,)).fetchone()
            found[kind, name] = (columns, strict)
        else:
            found[kind, name] = None if sql is None else " ".join(sql.split())
    return found


def test_every_migration_that_was_finished_has_a_saved_database() -> None:
    assert _NAMES == ["m001", "m002", "m003"]


def test_saved_database_is_of_the_state_its_name_says(path: Path, request: pytest.FixtureRequest) -> None:
    old = Database(path)
    applied = [migration.name for migration in migrations.applied(old)]
    pending = [migration.name for migration in migrations.pending(old)]
    old.close()
    assert applied[-1].startswith(request.node.callspec.params["path"])
    assert applied + pending == sorted(applied + pending)


def test_shape_is_that_of_a_new_database(migrated: Database, tmp_path: Path) -> None:
    with writable(tmp_path / "new.db") as new:
        assert _shape(migrated) == _shape(new)
    assert soundness.faults(migrated) == []


def test_visits_are_where_they_were_and_the_ledger_balances(migrated: Database) -> None:
    found = draw_up(migrated)
    assert found.balanced
    assert found.funnel["visits"] == 13
    assert {name: count for name, count in found.dispositions.items() if count} in (
        {**_ENDED, "open": 3, "waiting": 2},
        {**_ENDED, "open": 2, "waiting": 3},  # m001 had not yet told one in doubt from one that waits
    )
    assert migrated.execute("SELECT count(*) FROM refusals").fetchone() == (1,)


_ENDED = {"rated": 3, "undeliverable": 1, "declined": 1, "barred": 1, "no consent": 2}


def test_day_of_now_is_that_of_the_saved_ones(centre: Centre) -> None:
    """What is saved next has the content that is looked for here."""
    live(centre)
    found = draw_up(centre.db)
    assert {name: count for name, count in found.dispositions.items() if count} == {**_ENDED, "open": 3, "waiting": 2}
    assert [row["overall"] for row in ratings.after(centre.db, 0, 99)] == [5, 4, None, 1]


def test_ratings_are_exported_as_they_were_and_have_ids(migrated: Database) -> None:
    rows = list(ratings.after(migrated, 0, 99))
    assert [(row["cursor"], row["foreign_id"], row["overall"], row["corrected"]) for row in rows] == [
        *((1, "v1", 5, False), (2, "v1", 4, True), (3, "v4", None, False), (4, "v0", 1, False))
    ]
    marks = [rows[2][name] for name in ("time", "queue", "staff", "comfort", "info")]
    assert marks == [5, 4, 3, 4, 5]
    assert {row["person"] for row in rows} == {pseudonyms.Pseudonyms(KEY).of(f"+7913020000{k}") for k in (0, 1, 4)}
    assert len({row["rating_id"] for row in rows} - {""}) == 4


def test_who_opted_out_is_known_and_not_taken_down_again(path: Path) -> None:
    with writable(path) as db:
        names = persons.pseudonyms_of(db, path)
        assert optouts.is_out(db, names.of("+79130200003"))
        assert not optouts.is_out(db, names.of("+79130200001"))
        assert persons.make_known(db, "+79130200003", names)[1]
        assert not persons.make_known(db, _NEW, names)[1]


def test_centre_goes_on_with_what_was_under_way(path: Path) -> None:
    """What was kept is read, what waits goes out, and whoever is asked can answer."""
    centre = Centre(path)
    centre.now = NOON.replace(hour=5, minute=30)
    centre.dispatch.prepare(centre.db, centre.now)
    centre.inbox.handle(centre.db, centre.now)
    assert centre.all("SELECT overall FROM ratings ORDER BY cursor DESC LIMIT 1") == [(5,)]  # «пять» of v2
    centre.invite()
    sent = centre.send(first=70)
    assert len([text for text in sent if "Оцените услугу" in text]) == 2
    centre.later(minutes=1)
    centre.hear("3", "+79130200012")
    assert centre.states()["w2"] == "answered"
    assert draw_up(centre.db).balanced
    centre.db.close()
