"""`otklik keys`: a new key for everything, also while others seal; and what `otklik check` says of an old one."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlite_utils import Database

from gateway import keyfile
from gateway.cli import main
from gateway.health import examine
from gateway.sealing import SealKey
from gateway.settings import PrivacySettings, Settings
from gateway.store import persons, rotation
from gateway.store.database import transaction
from gateway.store.opening import readable, writable
from scheduler.clock import SystemClock
from tests.gateway.conftest import PHONE, Centre

TODAY = date(2026, 11, 25)
OLD = SealKey(bytes(32), date(2024, 1, 1))
_OPEN = "SELECT unseal(sealed, pseudonym) FROM persons UNION ALL SELECT unseal(sealed, digest) FROM inbox"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "config.yaml").write_text("modems: []\n", encoding="utf-8")
    return tmp_path


def _call(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["keys", *arguments, "-c", str(folder / "config.yaml")])


def _last(result: Result) -> dict[str, Any]:
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout.splitlines()[-1])
    return found


def _with_people(centre: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three phones and three PDUs, and batches of two."""
    monkeypatch.setattr(rotation, "_BATCH", 2)
    for number in range(3):
        centre.invited(f"v{number}", f"+7913020000{number}")
        centre.hear("5", f"+7913020000{number}")
    centre.db.conn.commit()


def test_rotation_seals_everything_anew_and_deletes_the_old_key(
    folder: Path, centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    _with_people(centre, monkeypatch)
    before = centre.all(_OPEN)
    (old,) = _last(_call(folder, "--json"))["keys"]
    assert (old["rows"], old["days"]) == (6, 0)
    rotated = _last(_call(folder, "rotate", "--json"))
    assert rotated["rows"] == 6
    (new,) = _last(_call(folder, "list", "--json"))["keys"]
    assert (new["key"], new["rows"]) == (rotated["key"], 6)
    assert new["key"] != old["key"]
    assert centre.all(_OPEN) == before  # by a connection that had the old key
    with readable(centre.path) as db:
        assert [tuple(row) for row in db.execute(_OPEN).fetchall()] == before


def test_daemon_that_seals_while_keys_change_loses_nothing(centre: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    _with_people(centre, monkeypatch)
    centre.db.execute("SELECT seal('', '')")  # the daemon has the old key in its hand
    with writable(centre.path) as db:
        for batch, _ in enumerate(rotation.rotate(db, centre.path, TODAY)):
            with transaction(centre.db):
                persons.make_known(centre.db, f"+7913020010{batch}", centre.pseudonyms)
        assert len(keyfile.read(keyfile.seals_of(centre.path))) == 1
        assert sorted(str(phone) for (phone,) in db.execute(_OPEN).fetchall() if phone.startswith("+")) == [
            *(f"+7913020000{k}" for k in range(3)),
            *(f"+7913020010{k}" for k in range(batch + 1)),
        ]


def test_rotation_that_was_cut_off_is_finished_by_the_next(centre: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    _with_people(centre, monkeypatch)
    with writable(centre.path) as db:
        next(rotation.rotate(db, centre.path, TODAY))
        assert sorted(rotation.counts(db).values()) == [2, 4]
        assert len(list(rotation.rotate(db, centre.path, TODAY))) == 4
        assert list(rotation.counts(db).values()) == [6]
    assert len(keyfile.read(keyfile.seals_of(centre.path))) == 1


def test_two_rotations_at_once_lose_no_key(centre: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    _with_people(centre, monkeypatch)
    before = centre.all(_OPEN)
    with writable(centre.path) as one, writable(centre.path) as other:
        first, second = rotation.rotate(one, centre.path, TODAY), rotation.rotate(other, centre.path, TODAY)
        for _ in range(3):
            next(first)
        next(second)  # from here on there is a newer key than the one that the first began with
        for rotated in (first, second):
            list(rotated)
            assert [tuple(row) for row in one.execute(_OPEN).fetchall()] == before
        assert len(rotation.counts(one)) == 1
    assert len(keyfile.read(keyfile.seals_of(centre.path))) == 1


def test_rows_without_their_key_are_told_and_not_sealed_anew(folder: Path, centre: Centre) -> None:
    centre.invited()
    centre.db.conn.commit()
    keyfile.replace(keyfile.seals_of(centre.path), [OLD])
    done = _call(folder)
    assert done.exit_code == 1
    assert "1 rows are sealed with key" in done.stdout
    done = _call(folder, "rotate")
    assert done.exit_code == 1
    assert "restore it from the backup" in done.stderr
    assert OLD.id in [key.id for key in keyfile.read(keyfile.seals_of(centre.path))]


@pytest.mark.parametrize(("days", "is_old"), [(365, True), (None, False), (3650, False)])
def test_check_asks_for_a_new_key_in_time(centre: Centre, days: int | None, is_old: bool) -> None:
    keyfile.replace(keyfile.seals_of(centre.path), [OLD])
    settings = Settings(database=centre.path, modems=(), privacy=PrivacySettings(rotate_days=days))
    (found,) = [finding for finding in examine(settings, SystemClock()) if finding.what == "keys"]
    assert not found.fault
    assert ("run otklik keys rotate" if is_old else "2024-01-01") in found.text


@pytest.mark.parametrize("mode", [0o640, 0o604])
def test_check_names_a_key_file_that_others_can_read(centre: Centre, mode: int) -> None:
    settings = Settings(database=centre.path, modems=())
    keyfile.seals_of(centre.path).chmod(mode)
    (fault,) = [f.text for f in examine(settings, SystemClock()) if f.what == "secrets" and f.fault]
    assert fault.endswith(f"can read {keyfile.seals_of(centre.path)}; run chmod 600 {keyfile.seals_of(centre.path)}")


@pytest.mark.parametrize("mode", [0o600, 0o640])
def test_check_names_every_secret_that_others_can_read(centre: Centre, mode: int) -> None:
    folder = centre.path.parent
    names = ("up.secret", "tls.key", "sign.key", "hook.secret", "pin")
    secret, key, signing, hook, pin = (folder / name for name in names)
    for name in names:
        (folder / name).write_text("1234", encoding="ascii")
        (folder / name).chmod(mode)
    tls = {"cert_file": folder / "tls.cert", "key_file": key}
    settings = Settings.model_validate(
        {
            "database": centre.path,
            "modems": [{"name": "m1", "port": str(folder / "none"), "pin_file": pin}],
            "upstream": [
                {"name": "up", "spool": folder, "vendor": "1", "secret_file": secret, "tls": tls}
                | {"format": "legacy-xml", "sign": {"key_file": signing}}
            ],
            "webhooks": [{"name": "crm", "url": "http://127.0.0.1:9", "secret_file": hook}],
        }
    )
    told = [finding.text for finding in examine(settings, SystemClock()) if finding.what == "secrets"]
    paths = (secret, hook, key, signing, pin)
    assert told == [f"others on this box can read {path}; run chmod 600 {path}" for path in paths if mode != 0o600]


def test_check_names_a_key_file_that_is_missing(centre: Centre) -> None:
    settings = Settings(database=centre.path, modems=())
    keyfile.seals_of(centre.path).unlink()
    assert [f.text for f in examine(settings, SystemClock()) if f.what == "keys" and f.fault] == [
        f"The key file {centre.path}.seals is missing, so nothing that is sealed can be read; restore it from the"
        " backup of this database."
    ]
    assert PHONE not in str(list(examine(settings, SystemClock())))


@pytest.mark.parametrize("when", ["before", "after"])
def test_rotation_that_is_cut_off_anywhere_leaves_everything_open(
    centre: Centre, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    """Before or after each transaction, and each change of the key file."""
    _with_people(centre, monkeypatch)
    before = centre.all(_OPEN)
    steps, cut = 0, True
    while cut:
        with monkeypatch.context() as power, writable(centre.path) as db:
            left = iter([False] * steps + [True])
            power.setattr(rotation, "transaction", _cutting(transaction, left, when))
            power.setattr(keyfile, "replace", _cutting_off(keyfile.replace, left, when))
            cut = False
            try:
                list(rotation.rotate(db, centre.path, TODAY))
            except KeyboardInterrupt:
                cut = True
        with readable(centre.path) as db:
            assert [tuple(row) for row in db.execute(_OPEN).fetchall()] == before
            assert set(rotation.counts(db)) <= {key.id.hex() for key in keyfile.read(keyfile.seals_of(centre.path))}
        steps += 1
    assert steps > 8
    assert len(keyfile.read(keyfile.seals_of(centre.path))) == 1


def _cutting(
    begin: Callable[[Database], AbstractContextManager[Database]], left: Iterator[bool], when: str
) -> Callable[[Database], AbstractContextManager[Database]]:
    @contextmanager
    def cutting(db: Database) -> Iterator[Database]:
        cut = next(left, False)
        if cut and when == "before":
            raise KeyboardInterrupt
        with begin(db):
            yield db
        if cut:
            raise KeyboardInterrupt

    return cutting


def _cutting_off(replace: Callable[..., None], left: Iterator[bool], when: str) -> Callable[..., None]:
    def cutting(*arguments: object) -> None:
        cut = next(left, False)
        if not (cut and when == "before"):
            replace(*arguments)
        if cut:
            raise KeyboardInterrupt

    return cutting
