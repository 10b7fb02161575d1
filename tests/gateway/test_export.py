"""Ratings out: what each format holds, however hostile a text, and that a reader by cursor misses nothing."""

from __future__ import annotations

import csv
import io
import json
import os
import sys
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from lxml import etree

from gateway import cells, formfiles
from gateway.export.dialect import Dialect
from gateway.export.files import ExportError, replacing
from gateway.export.writing import write
from gateway.store import ratings
from gateway.store.database import from_text, open_reader, open_writer, transaction
from gateway.upstreamsettings import SignSettings
from tests.gateway.conftest import NOON, Centre

DIALECT = Dialect("9901", formfiles.load("direct-0.0.4"))
NAMES = {"r": "http://vashkontrol.ru/service/rates/1.2.0"}
HOSTILE = (
    "=SUM(A1)",
    '"',
    "a,b\r\nc",
    "-5",
    "\x00",
    "a\x00=b",
    "\t1",
    "@x",
    "%s%d",
    "\\u0041\\",
    "\x0c\ufffe\u2028",
    "'",
)


def add(centre: Centre, foreign_id: str, comment: str = "", **changes: Any) -> None:
    """A visit with a rating."""
    consent = changes.pop("consent", True)
    given_marks = {"overall": None, "criteria": {"queue": 3}, "expanded": False, "corrected": False}
    with transaction(centre.db):
        centre.visit(foreign_id, consent=consent)
        (visit,) = centre.all("SELECT max(id) FROM visits")[0]
        ratings.add(
            centre.db,
            visit=int(str(visit)),
            invitation=None,
            reply=None,
            comment=comment,
            now=NOON,
            **{"source": "sms", "mode": "criteria", "form_version": "1", **given_marks, **changes},
        )


def exported(centre: Centre, form: str, after: int = 0, until: int = 99, dialect: Dialect | None = DIALECT) -> bytes:
    file = io.BytesIO()
    db = open_reader(centre.path)
    try:
        assert write(db, form, after, until, file, dialect) > 0
    finally:
        db.close()
    return file.getvalue()


class FullDisk(io.BytesIO):
    """A disk with room for the header of a CSV file."""

    def write(self, data: Any) -> int:
        if self.tell() or data.startswith(b"{"):
            raise OSError("the disk is full")
        return super().write(data)


def plainly_csv(centre: Centre) -> list[list[str]]:
    """What the CSV should hold, by the long way."""
    found = [[cells.cell(value) for value in rating.values()] for rating in ratings.after(centre.db, 0, 99)]
    return [["" if value is None else str(value) for value in row] for row in found]


def test_csv_and_jsonl_hold_what_the_database_holds(centre: Centre) -> None:
    for number, text in enumerate(HOSTILE):
        add(centre, f"{text}{number}", text, form_version=text, corrected=number % 2 == 0)
    add(centre, "own", "Спасибо 👍", overall=5, criteria={}, expanded=True, consent=False)
    centre.db.execute("UPDATE offices SET name = '=\"Центр\", главный' WHERE code = 'BRN1'")
    centre.db.execute("UPDATE services SET authority = '@МВД', procedure_id = ''")
    lines = exported(centre, "jsonl").decode().splitlines(keepends=True)
    found = list(ratings.after(centre.db, 0, 99))
    assert [json.loads(line) for line in exported(centre, "jsonl").decode().split("\n")[:-1]] == found
    assert list(json.loads(lines[0])) == list(ratings.COLUMNS)
    header, *rows = csv.reader(io.StringIO(exported(centre, "csv").decode(), newline=""))
    assert header == list(ratings.COLUMNS)
    assert rows == plainly_csv(centre)
    assert {rating["schema_version"] for rating in found} == {ratings.SCHEMA_VERSION}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=8))
@example("\r")
@example("\n")
def test_any_text_comes_out_of_csv_and_jsonl_as_it_went_in(centre: Centre, text: str) -> None:
    centre.db.execute("DELETE FROM ratings")
    centre.db.execute("DELETE FROM sqlite_sequence WHERE name = 'ratings'")
    add(centre, "v", text, form_version=text)
    centre.db.execute("UPDATE offices SET name = ? WHERE code = 'BRN1'", (text,))
    centre.db.execute("UPDATE services SET authority = ?", (text,))
    (line,) = exported(centre, "jsonl").decode().split("\n")[:-1]
    assert json.loads(line) == next(ratings.after(centre.db, 0, 99))
    assert json.loads(line)["comment"] == text
    _, row = csv.reader(io.StringIO(exported(centre, "csv").decode(), newline=""))
    assert [row] == plainly_csv(centre)
    assert row[ratings.COLUMNS.index("comment")] == cells.disarmed(text)


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@A", "\t=1", "\r=1", "\x00=1"])
def test_text_that_begins_like_a_formula_is_quoted(text: str) -> None:
    assert cells.cell(text) == "'" + text.replace("\x00", "")


def test_xml_holds_every_rating_once_and_says_its_version(centre: Centre) -> None:
    for number, text in enumerate(HOSTILE):
        add(centre, f"v{number}", text)
    for form, path in (("rates-xml", "//r:form/@foreign-id"), ("legacy-xml", "//form/@foreign-id")):
        document = exported(centre, form)
        assert b'?>\n<?otklik schema_version="2"?>\n<' in document
        found: Any = etree.fromstring(document).xpath(path, namespaces=NAMES)
        assert found == [rating["rating_id"] for rating in ratings.after(centre.db, 0, 99)]


def test_xml_without_a_rating_or_a_name_is_refused(centre: Centre) -> None:
    for form in ("rates-xml", "legacy-xml"):
        with pytest.raises(ExportError, match=f"Nothing is exported as {form}: there is no rating"):
            write(centre.db, form, 0, 9, io.BytesIO(), DIALECT)
        with pytest.raises(ExportError, match=f"{form} is written in somebody's name: give --vendor"):
            write(centre.db, form, 0, 9, io.BytesIO())


def test_xml_of_a_vendor_holds_the_ratings_of_his_offices(centre: Centre) -> None:
    for number in range(3):
        add(centre, f"v{number}")
    centre.db.execute("UPDATE visits SET office = 'BSK1' WHERE foreign_id = 'v1'")
    for vendor, count in (("9902", 1), ("9901", 2)):
        dialect = Dialect(vendor, DIALECT.form, common="9901", vendors={"BSK1": "9902"})
        found = etree.fromstring(exported(centre, "rates-xml", dialect=dialect))
        assert len(found.findall(".//r:form", NAMES)) == count


def test_legacy_envelope_is_signed_as_a_whole_and_within_a_limit(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        add(centre, f"v{number}")
    mark = "import sys; sys.stdout.write(sys.stdin.read().replace('</forms>', '</forms><ds:Signature/>'))"
    dialect = Dialect("9901", DIALECT.form, sign=SignSettings(command=(sys.executable, "-c", mark)))
    assert exported(centre, "legacy-xml", dialect=dialect).endswith(b"</forms><ds:Signature/></mkgu:body>\n")
    monkeypatch.setattr("gateway.export.writing.MOST_SIGNED", 2)
    with pytest.raises(ExportError, match=r"at most 2 ratings: end before cursor 3 with --until 2\."):
        exported(centre, "legacy-xml", dialect=dialect)
    exported(centre, "legacy-xml", until=2, dialect=dialect)


def test_parquet_has_typed_columns_in_groups_and_says_its_version(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.export.columnar._SLICE", 2)
    monkeypatch.setattr("gateway.export.columnar._GROUP", 4)
    for number, text in enumerate(HOSTILE):
        add(centre, f"v{number}", text, expanded=number == 1)
    file = pyarrow.parquet.ParquetFile(io.BytesIO(exported(centre, "parquet")))
    assert file.metadata.num_row_groups == len(HOSTILE) // 4
    assert file.schema_arrow.metadata[b"schema_version"] == str(ratings.SCHEMA_VERSION).encode()
    times = ("received_at", "invited_at", "rated_at")
    wanted = [
        {key: from_text(value) if key in times and value else value for key, value in rating.items()}
        for rating in ratings.after(centre.db, 0, 99)
    ]
    assert file.read().to_pylist() == wanted


def test_parquet_without_its_library_says_what_to_install(centre: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ExportError, match=r"pip install 'otklik\[parquet\]'"):
        write(centre.db, "parquet", 0, 9, io.BytesIO())


def test_empty_export_is_a_header_or_an_empty_table(centre: Centre) -> None:
    out = {form: io.BytesIO() for form in ("jsonl", "csv", "parquet")}
    for form, file in out.items():
        assert write(centre.db, form, 0, 9, file) == 0
    assert out["jsonl"].getvalue() == b""
    assert out["csv"].getvalue().decode() == ",".join(ratings.COLUMNS) + "\n"
    assert pyarrow.parquet.read_table(io.BytesIO(out["parquet"].getvalue())).num_rows == 0


def test_export_leaves_the_connection_as_it_was(centre: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.export.writing._LINES", 1)
    for number in range(3):
        add(centre, f"v{number}")
    db = open_reader(centre.path)
    for form in ("csv", "jsonl"):
        write(db, form, 0, 9, io.BytesIO())
        assert not db.conn.in_transaction
        with pytest.raises(OSError, match="full") as full:
            write(db, form, 0, 9, FullDisk())
        assert not db.conn.in_transaction
        assert full.tb  # which still holds all that was at work then
        assert db.execute("SELECT count(*) FROM sqlite_temp_master").fetchone() == (0,)
    db.close()


def test_export_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    with pytest.raises(RuntimeError), replacing(path) as file:
        file.write(b"half")
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ExportError, match="cannot be written"), replacing(tmp_path / "no" / "x"):
        pass


def test_export_into_what_is_no_file_leaves_it_what_it_is(tmp_path: Path) -> None:
    pipe, link, file = (tmp_path / name for name in ("pipe", "link", "file"))
    os.mkfifo(pipe)
    link.symlink_to(file)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    with closing(os.fdopen(reader, "rb")) as read, replacing(pipe) as out:
        out.write(b"rows")
        out.flush()
        assert read.read() == b"rows"
    with replacing(link) as out:
        out.write(b"rows")
    assert (pipe.is_fifo(), link.is_symlink(), file.read_bytes()) == (True, True, b"rows")


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_reader_by_cursor_misses_nothing_while_others_write(centre: Centre, form: str) -> None:
    # Three writers, transactions of different size, some undone. A number given before its commit would be skipped by
    # a reader who has seen a later one.
    each, halfway = 40, threading.Event()
    columns = [column for column in centre.db.table("ratings").columns_dict if column != "cursor"]
    add(centre, "w")
    values = dict(zip(columns, centre.all(f"SELECT {', '.join(columns)} FROM ratings")[0], strict=True))
    centre.db.execute("DELETE FROM ratings")

    def work(writer: int) -> None:
        db = open_writer(centre.path, checkpoints=False)
        db.execute("PRAGMA synchronous=OFF")
        for number in range(each):
            if number == each // 2:
                halfway.wait()
            try:
                with transaction(db):
                    for k in range(1 + number % 3):
                        row = {**values, "rating_id": f"r-{writer}-{number}-{k}"}
                        marks = ", ".join("?" * len(row))
                        db.execute(f"INSERT INTO ratings ({', '.join(row)}) VALUES ({marks})", list(row.values()))
                    if number % 5 == 4:
                        raise LookupError  # and the numbers it was given go back
            except LookupError:
                continue
        db.close()

    threads = [threading.Thread(target=work, args=(writer,)) for writer in range(3)]
    for thread in threads:
        thread.start()
    db, seen, cursor = open_reader(centre.path), list[str](), 0
    try:
        while True:
            still = any(thread.is_alive() for thread in threads)
            last = ratings.last_cursor(db)
            file = io.BytesIO()
            write(db, form, cursor, last, file)
            seen += file.getvalue().decode().split("\n")[1 if form == "csv" else 0 : -1]
            cursor = last
            if cursor:
                halfway.set()
            if not still:
                break
    finally:
        halfway.set()
        for thread in threads:
            thread.join()
        db.close()
    whole = io.BytesIO()
    count = write(centre.db, form, 0, cursor, whole)
    assert seen == whole.getvalue().decode().split("\n")[1 if form == "csv" else 0 : -1]
    assert count == 3 * sum(1 + number % 3 for number in range(each) if number % 5 != 4)
    assert [rating["cursor"] for rating in ratings.after(centre.db, 0, cursor)] == list(range(2, count + 2))
