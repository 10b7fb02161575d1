"""A damaged database is seen at the start and by `otklik check`, and nobody goes on with it."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from gateway import config as configuration
from gateway.cli import main
from gateway.daemon import Daemon
from gateway.errors import StoreDamaged
from gateway.settings import Settings
from gateway.store import soundness
from gateway.store.database import transaction
from tests.gateway.conftest import Centre

_PAGE = 4096


@pytest.fixture
def settings(centre: Centre, tmp_path: Path) -> Settings:
    """Of a centre with enough visits for pages of their own."""
    with transaction(centre.db):
        for k in range(60):
            centre.visit(f"v{k}", f"+791302000{k:02d}")
    centre.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    (tmp_path / "config.yaml").write_text("modems: [{name: m1, port: nowhere}]\nhttp: null\n", encoding="utf-8")
    return configuration.load(tmp_path / "config.yaml")


def _damage(centre: Centre, table: str, octets: bytes) -> None:
    """Write into the middle of the last page of a table or an index."""
    (page,) = centre.db.execute("SELECT max(pageno) FROM dbstat WHERE name = ?", (table,)).fetchone()
    centre.db.close()
    with centre.path.open("rb+") as file:
        file.seek((page - 1) * _PAGE)
        file.write(octets)


@pytest.mark.parametrize("table", ["visits", "persons", "invitations_person"])
def test_page_of_rubbish_keeps_the_daemon_from_starting(centre: Centre, settings: Settings, table: str) -> None:
    _damage(centre, table, b"\xa5" * _PAGE)
    with pytest.raises(StoreDamaged, match=r"damaged \(.+\); stop the daemon, keep this file, and restore the last"):
        Daemon(settings).start()
    result = CliRunner().invoke(main, ["check", "-c", str(settings.database.with_name("config.yaml"))])
    assert "FAULT  database" in result.output
    assert "restore the last backup" in result.output
    assert result.exit_code == 1


def test_index_that_leaves_out_a_row_keeps_the_daemon_from_starting(centre: Centre, settings: Settings) -> None:
    centre.db.execute("PRAGMA writable_schema=ON")
    with transaction(centre.db):
        centre.db.execute(
            "UPDATE sqlite_master SET sql = replace(sql, \"'due'\", \"'open'\") WHERE name = 'invitations_due'"
        )
    centre.db.close()
    with pytest.raises(StoreDamaged, match="invitations_due"):
        Daemon(settings).start()


def test_row_without_the_row_it_refers_to_keeps_the_daemon_from_starting(centre: Centre, settings: Settings) -> None:
    centre.db.execute("PRAGMA foreign_keys=OFF")
    with transaction(centre.db):
        centre.db.execute("DELETE FROM persons WHERE id = 7")
    with pytest.raises(StoreDamaged, match="row 7 refers to a row of persons that is not there"):
        Daemon(settings).start()


def test_sound_database_has_no_faults(centre: Centre) -> None:
    centre.visit()
    assert soundness.faults(centre.db) == []
