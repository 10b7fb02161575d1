"""docs/data.md is true: its places exist, its commands print what it says, its drill leads to a centre that goes on.

In output `…` stands for any text.
"""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from gateway import disk, diskwatch
from gateway.cli import main
from gateway.config import load
from gateway.daemon import Daemon
from gateway.errors import StoreError, StoreFull
from gateway.settings import BackupSettings, DiskSettings, PrivacySettings
from gateway.store.purge import KINDS
from gateway.store.writer import Trouble
from tests.gateway.conftest import NOON, Centre

PAGE = (Path(__file__).parents[2] / "docs" / "data.md").read_text(encoding="utf-8")
_RUN = re.compile(r"^<!-- run: (\w+) -->\n```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_WIPED = re.compile(r"(?:^UPDATE|^DELETE FROM) (\w+)")
_PAGE_SIZE = 4096


def rows(heading: str) -> Iterator[list[str]]:
    """The cells of a table by the first cell of its heading."""
    table = PAGE.split(f"\n| {heading} |")[1].split("\n\n")[0]
    for line in table.splitlines()[2:]:
        yield [cell.strip() for cell in line.split("|")[1:-1]]


@pytest.fixture
def rated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Centre:
    """A centre with one visit, long ago, that is rated; its folder is the current one."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.yaml").write_text("modems: []\nhttp: null\n", encoding="utf-8")
    (tmp_path / "visits.csv").write_text("foreign_id,office,service,received_at,phone,consent\n", encoding="utf-8")
    (tmp_path / "backups").mkdir()
    centre = Centre(tmp_path / "otklik.db", thanks=False)
    centre.invited()
    centre.report(1, 0)
    centre.later(minutes=5)
    centre.hear("5")
    centre.outbox.expire_silent(centre.db, centre.now + timedelta(days=9))
    centre.db.conn.commit()
    centre.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return centre


def test_places_of_the_page_are_columns_of_the_database(rated: Centre) -> None:
    named = [place for row in rows("place") for place in row[0].split("`")[1::2]]
    columns = {f"{table.name}.{column.name}" for table in rated.db.tables for column in table.columns}
    rated.db.close()
    assert named
    assert set(named) <= columns
    wiped = {table for kind in KINDS for sql in kind.wipes for table in _WIPED.findall(sql)}
    assert wiped - {"tellings"} <= {place.partition(".")[0] for place in named}


def test_figures_are_the_defaults() -> None:
    privacy = PrivacySettings()
    for key in PrivacySettings.model_fields:
        assert f"`{key}` ({getattr(privacy, key)})" in PAGE.replace("\n", " ")
    assert f"`disk.reserve_mb` ({DiskSettings().reserve_mb:g})" in PAGE


def test_configuration_of_the_page_is_that_of_copies(tmp_path: Path) -> None:
    (found,) = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    (tmp_path / "config.yaml").write_text(found, encoding="utf-8")
    assert load(tmp_path / "config.yaml").backup == BackupSettings(folder=tmp_path / "backups")


def test_full_disk_is_told_in_these_words() -> None:
    (shown,) = re.findall(r"^```text\n(.*?)\n```$", PAGE, re.MULTILINE | re.DOTALL)
    full = StoreFull("The disk of the database otklik.db is full; make room there, nothing that was kept is lost.")
    assert shown == f"DATABASE {diskwatch.told(Trouble(full, NOON))}"


def test_without_a_key_file_the_daemon_does_not_start_and_numbers_go_on(rated: Centre) -> None:
    rated.db.close()
    for name in [row[0].strip("`") for row in rows("file")]:
        aside = Path(name).rename("aside")
        with pytest.raises(StoreError, match=f"{re.escape(name)} is missing"):
            Daemon(load(Path("config.yaml"))).start()
        for command in (["report"], ["ledger"], ["export", "ratings"]):
            assert CliRunner().invoke(main, command).exit_code == 0
        aside.rename(name)


@pytest.mark.parametrize(("scene", "console"), _RUN.findall(PAGE), ids=[name for name, _ in _RUN.findall(PAGE)])
def test_commands_print_what_the_page_shows(
    scene: str, console: str, rated: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    if scene == "damaged":
        page = rated.db.execute("SELECT max(pageno) FROM dbstat WHERE name = 'visits'").fetchone()[0]
    rated.db.close()
    if scene == "damaged":
        with rated.path.open("rb+") as file:
            file.seek((page - 1) * _PAGE_SIZE)
            file.write(b"\xa5" * _PAGE_SIZE)
    if scene == "low":
        monkeypatch.setattr(disk, "free", lambda database: 12 << 20)
    for piece in console.split("$ ")[1:]:
        command, _, expected = piece.partition("\n")
        output = CliRunner().invoke(main, command.split()[1:]).output.removeprefix("visits.csv\n")  # a bar's label
        pattern = ".*".join(re.escape(text) for text in expected.split("…"))
        assert re.fullmatch(pattern, output, re.DOTALL), f"$ {command}\n{output}"
        if scene == "drill" and "to restore" in output:
            restore(rated.path, output)


def restore(database: Path, output: str) -> None:
    """Lose the database and its keys, and run the lines that were printed."""
    for path in database.parent.glob("otklik.db*"):
        path.unlink()
    for line in output.splitlines():
        if line.startswith("  "):
            subprocess.run(shlex.split(line), check=True, timeout=10)
