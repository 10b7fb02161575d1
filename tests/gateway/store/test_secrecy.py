"""Phones at rest: sealed, and no key made over what another has sealed."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway import keyfile, pseudonyms
from gateway.config import packaged_config
from gateway.daemon import Daemon
from gateway.errors import StoreError
from gateway.sealing import KEY_BYTES, SealKey
from gateway.settings import Settings
from gateway.store import persons
from gateway.store.database import holder, open_writer, transaction
from gateway.store.opening import readable, writable
from gateway.store.schema import migrate, migrations
from tests.gateway.conftest import PHONE, Centre
from tests.gateway.store.test_schema import PHONES, RAW, old_database

ALTAI = packaged_config().parent / "examples/altai"
TODAY = date(2026, 11, 25)
PHONE_SQL = "SELECT unseal(sealed, pseudonym) FROM persons WHERE sealed IS NOT NULL"


def forms(phone: str) -> list[bytes]:
    """Every way in which a phone may stand in a file: with its country, without, and as a PDU has it."""
    national = phone[2:]
    swapped = "".join(a + b for a, b in zip(f"7{national}F"[1::2], f"7{national}F"[::2], strict=True))
    return [national.encode(), swapped.encode(), bytes.fromhex(swapped), national.encode("utf-16-be")]


def found_in(path: Path, phone: str) -> list[str]:
    """The files of a database in which a phone stands open."""
    files = [path, path.with_name(path.name + "-wal")]
    return [
        file.name
        for file in files
        if file.exists() and any(form.lower() in file.read_bytes().lower() for form in forms(phone))
    ]


@pytest.fixture
def known(tmp_path: Path) -> Iterator[Path]:
    """A database that knows one phone."""
    path = tmp_path / "otklik.db"
    with writable(path) as db, transaction(db):
        persons.make_known(db, PHONE, persons.pseudonyms_of(db, path))
    yield path


def test_key_files_are_the_owners_alone_and_made_once(known: Path) -> None:
    for file in (keyfile.seals_of(known), pseudonyms.path_of(known)):
        before = file.read_bytes()
        assert file.stat().st_mode & 0o777 == 0o600
        with writable(known):
            pass
        assert file.read_bytes() == before
    assert sorted(file.name for file in known.parent.iterdir() if "." in file.name) == [
        *("otklik.db", "otklik.db.key", "otklik.db.lock", "otklik.db.seals")
    ]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "otklik.db.seals is missing"),
        ("", "otklik.db.seals is empty"),
        ("00000000 2026-01-01 " + "00" * 32 + "\n", "otklik.db.seals is damaged"),
        ("cut off", "otklik.db.seals is damaged"),
    ],
)
def test_key_file_that_is_not_what_it_was_is_told_and_never_made_anew(
    known: Path, content: str | None, sentence: str
) -> None:
    file = keyfile.seals_of(known)
    file.unlink()
    if content is not None:
        file.write_text(content, encoding="ascii")
    with pytest.raises(StoreError, match=f"{sentence}.*restore it from the backup"), readable(known) as db:
        db.execute(PHONE_SQL).fetchall()
    with pytest.raises(StoreError, match=sentence), writable(known) as db, transaction(db):
        persons.make_known(db, "+79130000009", persons.pseudonyms_of(db, known))
    assert file.exists() == (content is not None)


@given(st.text(st.characters(codec="ascii")))
def test_any_text_is_no_key_file(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    file = tmp_path_factory.getbasetemp() / "any.seals"
    file.write_text(text, encoding="ascii")
    with pytest.raises(StoreError, match="restore it from the backup"):
        keyfile.read(file)


@settings(max_examples=20)  # each is on the disk
@given(st.lists(st.tuples(st.binary(min_size=KEY_BYTES, max_size=KEY_BYTES), st.dates()), min_size=1))
def test_keys_come_back_from_their_file(
    tmp_path_factory: pytest.TempPathFactory, made: list[tuple[bytes, date]]
) -> None:
    file = tmp_path_factory.getbasetemp() / "some.seals"
    keys = [SealKey(secret, made_on) for secret, made_on in made]
    keyfile.replace(file, keys)
    assert keyfile.read(file) == keys


def test_key_file_that_is_there_is_not_made_over(tmp_path: Path) -> None:
    path = tmp_path / "x.seals"
    keyfile.make(path, [keyfile.new_key(date(2026, 11, 25))])
    before = path.read_bytes()
    keyfile.make(path, [keyfile.new_key(date(2026, 11, 25))])
    assert not keyfile.write_new(path, "another\n")
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["x.seals"]


def test_key_of_another_database_is_told(known: Path) -> None:
    keyfile.replace(keyfile.seals_of(known), [keyfile.new_key(TODAY)])
    with pytest.raises(StoreError, match=r"has no key [0-9a-f]{8}, with which phones"), readable(known) as db:
        db.execute(PHONE_SQL).fetchall()


def test_what_needs_no_phone_works_without_the_keys(known: Path) -> None:
    keyfile.seals_of(known).unlink()
    pseudonyms.path_of(known).unlink()
    with readable(known) as db:
        assert db.execute("SELECT count(*) FROM persons").fetchone() == (1,)
    with writable(known) as db:
        db.execute("SELECT * FROM dispositions").fetchall()


def test_daemon_does_not_start_without_the_keys(known: Path) -> None:
    keyfile.seals_of(known).unlink()
    daemon = Daemon(Settings(database=known, offices=ALTAI / "offices.csv", services=ALTAI / "services.csv", http=None))
    with pytest.raises(StoreError, match=r"otklik\.db\.seals is missing"):
        daemon.start()
    daemon.stop()
    assert holder(known) is None


def test_key_of_pseudonyms_is_known_again_when_no_phone_is_left(known: Path) -> None:
    with writable(known) as db:
        db.execute("UPDATE persons SET sealed = NULL")
        db.conn.commit()
        pseudonyms.path_of(known).unlink()
        with pytest.raises(StoreError, match="is missing"):
            persons.pseudonyms_of(db, known)
        pseudonyms.make(known)
        with pytest.raises(StoreError, match="is not the one"):
            persons.pseudonyms_of(db, known)


def test_new_key_is_noticed_by_whoever_has_the_file_open(known: Path) -> None:
    old = keyfile.read(keyfile.seals_of(known))
    new = SealKey(secrets.token_bytes(KEY_BYTES), TODAY)
    with writable(known) as db, readable(known) as reader:
        assert reader.execute(PHONE_SQL).fetchall() == [(PHONE,)]
        db.execute("SELECT seal('', '')")
        keyfile.replace(keyfile.seals_of(known), [*old, new])
        with transaction(db):
            persons.make_known(db, PHONES[0], persons.pseudonyms_of(db, known))
        assert db.execute("SELECT substr(sealed, 1, 4) FROM persons ORDER BY id DESC").fetchone() == (new.id,)
        assert reader.execute(PHONE_SQL).fetchall() == [(PHONE,), (PHONES[0],)]


def test_old_database_is_sealed_and_nothing_of_it_stays_open(tmp_path: Path) -> None:
    path = tmp_path / "otklik.db"
    db = open_writer(path, checkpoints=True)
    names = old_database(db, path)
    assert all(found_in(path, phone) for phone in (*PHONES, "+79130000002"))
    migrate(db, path)
    assert [found_in(path, phone) for phone in PHONES] == [[]] * 4
    assert RAW.encode() not in path.read_bytes()
    assert db.execute("SELECT unseal(sealed, pseudonym), pseudonym FROM persons ORDER BY id").fetchall() == [
        (phone, names.of(phone)) for phone in PHONES
    ]
    assert db.execute("SELECT unseal(sealed, digest) FROM inbox").fetchall() == [(RAW,)]
    assert db.execute("PRAGMA foreign_keys").fetchone() == (1,)
    assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    db.close()


def test_free_pages_that_could_not_be_swept_are_swept_at_the_next_start(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "otklik.db"
    db = open_writer(path, checkpoints=True)
    old_database(db, path)
    db.execute("PRAGMA busy_timeout=0")
    looking = sqlite3.connect(path, isolation_level=None)
    looking.execute("BEGIN")
    looking.execute("SELECT * FROM persons").fetchall()
    migrate(db, path)
    looking.close()
    assert "the next start sweeps them" in caplog.text
    migrate(db, path)
    assert [found_in(path, phone) for phone in PHONES] == [[]] * 4
    db.close()


def test_who_opted_out_is_not_forgotten_for_a_new_key(tmp_path: Path) -> None:
    path = tmp_path / "otklik.db"
    db = open_writer(path, checkpoints=True)
    migrations.apply(db, stop_before="m005_sealed")
    with transaction(db):
        db.execute("INSERT INTO opt_outs VALUES ('p-1', '2017', 'sms', '2017')")
    with pytest.raises(StoreError, match=r"otklik\.db\.key is missing"):
        migrate(db, path)
    assert not pseudonyms.path_of(path).exists()
    db.close()


@pytest.mark.parametrize("key", ["missing", "another"])
def test_old_database_without_its_key_is_left_as_it_is(tmp_path: Path, key: str) -> None:
    path = tmp_path / "otklik.db"
    db = open_writer(path, checkpoints=True)
    old_database(db, path)
    pseudonyms.path_of(path).unlink()
    if key == "another":
        pseudonyms.make(path)
    with pytest.raises(StoreError, match=r"otklik\.db\.key is (missing|not the one)"):
        migrate(db, path)
    assert db.execute("SELECT phone FROM persons").fetchall() == [(phone,) for phone in PHONES]
    db.close()


def test_phones_of_a_day_stand_nowhere_in_the_files(centre: Centre) -> None:
    """Asked, answered in one part and in several, reported on, called; and a stranger who wrote."""
    stranger, sender = "+79130200077", "+79130200033"
    centre.invited()
    centre.report(1, 0)
    centre.visit("v3", sender)
    centre.invite()
    centre.send(first=9)
    centre.hear("3")
    centre.hear("5", stranger)
    centre.keep(*centre.pdus("длинный ответ " * 12, sender)[:1])
    centre.inbox.handle(centre.db, centre.now)
    centre.later(hours=7)
    centre.inbox.give_up_on_parts(centre.db, centre.now)
    centre.db.conn.commit()
    assert len(centre.all("SELECT 1 FROM replies")) == 3
    assert centre.pseudonyms.of(PHONE).encode() in centre.path.with_name("otklik.db-wal").read_bytes()
    assert centre.all("SELECT person IS NOT NULL FROM replies ORDER BY id") == [(1,), (0,), (1,)]
    assert [found_in(centre.path, phone) for phone in (PHONE, stranger, sender)] == [[], [], []]
