"""Visits files: whatever program wrote them, row by row, with a reason for each refusal."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import directory as directories
from gateway.config import packaged_config
from gateway.directory import Directory
from gateway.errors import IntakeError
from gateway.intake.cells import Refused
from gateway.intake.checks import OPTIONAL, check
from gateway.intake.files import COLUMNS
from gateway.intake.importing import Tally, form_of
from gateway.intake.pace import AIM_S, LARGEST, SMALLEST, Pace
from gateway.intake.visitimport import VisitImporter
from gateway.store import database, optouts
from gateway.store.database import open_writer, transaction
from tests.gateway.conftest import NOON, Centre

HEADER = "foreign_id,office,service,received_at,phone,consent"
ROW = "v1,BRN1,REG,2017-09-12T15:40,+7 (913) 020-00-01,1"
AGREED = "Согласен."
CELLS = dict(zip(HEADER.split(","), ROW.split(","), strict=True))


@pytest.fixture(scope="module")
def directory() -> Directory:
    base = packaged_config().parent / "examples/altai"
    return directories.load(base / "offices.csv", base / "services.csv")


def _take(centre: Centre, path: Path, form: str = "csv") -> Tally:
    importer = VisitImporter(centre.db, centre.known, centre.pseudonyms, 0, AGREED, "test")
    return importer.take_file(path, form, NOON, lambda line: None)


def _refused(path: Path) -> list[tuple[str, str]]:
    with path.with_name(path.name + ".refused.csv").open(encoding="utf-8-sig", newline="") as file:
        return [(row["line"], row["reason"]) for row in csv.DictReader(file)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251"])
@pytest.mark.parametrize("delimiter", [",", ";"])
def test_file_of_any_program_is_read(centre: Centre, tmp_path: Path, encoding: str, delimiter: str) -> None:
    path = tmp_path / "v.csv"
    text = "\r\n".join([HEADER, ROW, ROW.replace("v1", "v2").replace(",1", ",да"), ""]).replace(",", delimiter)
    path.write_bytes(text.encode(encoding))
    assert _take(centre, path) == Tally(accepted=2)


def test_quoted_cells_and_another_order_of_columns_are_read(centre: Centre, tmp_path: Path) -> None:
    path = tmp_path / "v.csv"
    path.write_text(
        'stage,"consent",phone,received_at,service,office,foreign_id\n'
        '"выдача, 2",yes,"8 913 020 00 01",2017-09-12T15:40+07:00,REG,BRN1,"a ""b"""\n',
        encoding="utf-8",
    )
    assert _take(centre, path) == Tally(accepted=1)
    assert centre.all("SELECT foreign_id, stage FROM visits") == [('a "b"', "выдача, 2")]


def test_second_import_changes_nothing(centre: Centre, tmp_path: Path) -> None:
    path = tmp_path / "v.csv"
    path.write_text(f"{HEADER}\n{ROW}\n{ROW.replace('BRN1', 'XXX').replace('v1', 'v9')}\n", encoding="utf-8")
    assert _take(centre, path) == Tally(accepted=1, refused=1)
    assert _take(centre, path) == Tally(duplicates=1, refused=1)
    assert centre.all("SELECT count(*) FROM visits") == [(1,)]
    assert centre.all("SELECT count(*) FROM refusals") == [(1,)]


def test_refused_rows_are_named_and_stop_nothing(centre: Centre, tmp_path: Path) -> None:
    path = tmp_path / "v.csv"
    rows = [ROW.replace("v1", ""), "too,few", ROW.replace("+7 (913) 020-00-01", "385-22-33"), ROW]
    path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    assert _take(centre, path) == Tally(accepted=1, refused=3)
    refused = _refused(path)
    assert [line for line, _ in refused] == ["2", "3", "4"]
    assert [reason[:12] for _, reason in refused] == ["foreign_id i", "the row has ", "phone: The p"]


def test_unclosed_quote_refuses_what_it_swallows(centre: Centre, tmp_path: Path) -> None:
    path = tmp_path / "v.csv"
    path.write_text(f'{HEADER}\n{ROW}\n"v2,BRN1\n{ROW}\n', encoding="utf-8")
    assert _take(centre, path) == Tally(accepted=1, refused=1)


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_row_without_end_is_refused_and_not_kept_whole(centre: Centre, tmp_path: Path, form: str) -> None:
    path = tmp_path / f"v.{form}"
    cells = {**CELLS, "foreign_id": "x" * 20_001}
    long = json.dumps(cells) if form == "jsonl" else f"{HEADER}\n{','.join(cells.values())}"
    path.write_text(f"{long}\n{json.dumps(CELLS) if form == 'jsonl' else ROW}\n", encoding="utf-8")
    assert _take(centre, path, form) == Tally(accepted=1, refused=1)
    assert [reason for _, reason in _refused(path)] == ["the row is longer than 20000 characters"]
    assert path.with_name(path.name + ".refused.csv").stat().st_size < 1000


def test_file_without_a_column_is_no_visits_file(centre: Centre, tmp_path: Path) -> None:
    path = tmp_path / "v.csv"
    path.write_text("foreign_id,office\n1,2\n", encoding="utf-8")
    with pytest.raises(IntakeError, match="the column service is missing"):
        _take(centre, path)


def test_consent_is_recorded_with_who_took_it_when_where_and_of_what_text(centre: Centre, tmp_path: Path) -> None:
    path = tmp_path / "v.csv"
    path.write_text(
        f"{HEADER},consent_at,consent_by,consent_text,language\n"
        f"{ROW},2017-09-12T15:30,ivanova,form 7,EN\n"
        f"{ROW.replace('v1', 'v2').replace(',1', ',нет')},2017-09-12T08:31Z,,,\n",
        encoding="utf-8",
    )
    assert _take(centre, path) == Tally(accepted=2)
    assert _take(centre, path) == Tally(duplicates=2)
    assert centre.all(
        "SELECT visit, given, taken_at, place, taken_by, t.text FROM consents c JOIN consent_texts t ON t.id = c.text"
        " ORDER BY visit"
    ) == [
        (1, 1, "2017-09-12T08:30:00.000Z", "BRN1", "ivanova", "form 7"),
        (2, 0, "2017-09-12T08:31:00.000Z", "BRN1", "test", AGREED),
    ]
    assert centre.all("SELECT language FROM visits ORDER BY id") == [("en",), ("",)]


def test_consent_that_the_file_says_nothing_more_of_was_taken_at_the_visit(centre: Centre, tmp_path: Path) -> None:
    path = tmp_path / "v.csv"
    path.write_text(f"{HEADER}\n{ROW}\n", encoding="utf-8")
    _take(centre, path)
    assert centre.all(
        "SELECT taken_at, taken_by, t.text, recorded_at FROM consents c JOIN consent_texts t ON t.id = c.text"
    ) == [("2017-09-12T08:40:00.000Z", "test", AGREED, "2017-09-13T05:00:00.000Z")]


def test_text_that_many_agree_to_is_kept_once(centre: Centre, tmp_path: Path) -> None:
    path = tmp_path / "v.csv"
    path.write_text("\n".join([HEADER, *(ROW.replace("v1", f"v{number}") for number in range(9))]), encoding="utf-8")
    assert _take(centre, path) == Tally(accepted=9)
    assert centre.all("SELECT text FROM consent_texts") == [(AGREED,)]


@given(st.dictionaries(st.sampled_from([*COLUMNS, *OPTIONAL]), st.text()))
def test_any_cells_are_a_visit_or_a_refusal(directory: Directory, cells: dict[str, str]) -> None:
    try:
        visit = check({**CELLS, **cells}, directory, NOON)
    except Refused as reason:
        assert str(reason)
    else:
        assert visit.received_at <= NOON + timedelta(minutes=5)
        assert len(visit.consent_text) <= 4000
        assert visit.language in ("", visit.language.lower()[:3])


def test_second_of_an_id_in_one_file_is_a_duplicate_and_writes_nobody_down(centre: Centre, tmp_path: Path) -> None:
    path = tmp_path / "v.csv"
    path.write_text(
        f"{HEADER}\n{ROW}\n{ROW.replace('-00-01', '-00-02')}\n{ROW.replace('v1', 'v2')}\n", encoding="utf-8"
    )
    assert _take(centre, path) == Tally(accepted=2, duplicates=1)
    assert centre.all(
        "SELECT v.id, v.foreign_id, v.person, i.person FROM visits v JOIN invitations i ON i.visit = v.id"
    ) == [
        (1, "v1", 1, 1),
        (2, "v2", 1, 1),
    ]
    assert centre.all("SELECT count(*) FROM persons") == [(1,)]


def test_group_tells_apart_who_is_new_purged_out_and_there_twice(
    centre: Centre, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "_ASKED_AT_ONCE", 2)
    new, purged, out = "+79130200001", "+79130200002", "+79130200003"
    with transaction(centre.db):
        centre.visit("known", purged)
        centre.db.execute("UPDATE persons SET sealed = NULL")
        optouts.opt_out(centre.db, centre.pseudonyms.of(out), way="sms", by="", at=NOON, now=NOON)
    path = tmp_path / "v.csv"
    phones = (new, purged, out, new, purged, out, "+79130200004")
    rows = (f"g{number},BRN1,REG,2017-09-12T15:40,{phone},1\n" for number, phone in enumerate(phones))
    path.write_text(f"{HEADER}\n{''.join(rows)}", encoding="utf-8")
    assert _take(centre, path) == Tally(accepted=7)
    assert centre.all("SELECT id, unseal(sealed, pseudonym) FROM persons ORDER BY id") == [
        (1, purged),
        (2, new),
        (3, None),
        (4, phones[6]),
    ]
    assert centre.all("SELECT person, state FROM invitations WHERE visit > 1 ORDER BY visit") == [
        (2, "due"),
        (1, "due"),
        (3, "barred"),
        (2, "due"),
        (1, "due"),
        (3, "barred"),
        (4, "due"),
    ]
    assert _take(centre, path) == Tally(duplicates=7)


def test_same_id_at_another_stage_or_of_another_sender_is_another_visit(centre: Centre, tmp_path: Path) -> None:
    path = tmp_path / "v.csv"
    path.write_text(f"{HEADER},stage\n{ROW},\n{ROW},выдача\n", encoding="utf-8")
    assert _take(centre, path) == Tally(accepted=2)
    importer = VisitImporter(centre.db, centre.known, centre.pseudonyms, 0, AGREED, "another")
    assert importer.take_file(path, "csv", NOON, lambda line: None) == Tally(accepted=2)
    assert centre.all("SELECT id, source, stage FROM visits ORDER BY id") == [
        (1, "test", ""),
        (2, "test", "выдача"),
        (3, "another", ""),
        (4, "another", "выдача"),
    ]


def test_transactions_grow_while_they_are_short_and_shrink_at_once_when_they_are_not() -> None:
    pace = Pace(size=100)
    pace.took(100, AIM_S / 100)
    assert pace.size == 125
    pace.took(125, AIM_S * 5)
    assert pace.size == SMALLEST
    for _ in range(50):
        pace.took(pace.size, 0.0)
    assert pace.size == LARGEST


def test_daemon_finds_the_database_free_between_the_transactions_of_an_import(centre: Centre, tmp_path: Path) -> None:
    path = tmp_path / "v.csv"
    path.write_text("\n".join([HEADER, *(ROW.replace("v1", f"v{n}") for n in range(300))]), encoding="utf-8")
    ticks = iter(range(100))
    importer = VisitImporter(
        centre.db, centre.known, centre.pseudonyms, 0, AGREED, "test", pace=Pace(150), clock=lambda: next(ticks)
    )
    other, reached = open_writer(centre.path, checkpoints=False), []

    def write_something(line: int) -> None:
        reached.append(line)
        with transaction(other):
            other.execute("INSERT INTO jobs (name, ran_at, took_s) VALUES (?, '', 0)", (str(line),))

    importer.take_file(path, "csv", NOON, write_something)
    other.close()
    # A second for a hundred rows is far too long: what follows goes in by the smallest groups.
    assert reached == [151, 251, 301]


def test_jsonl_goes_through_the_same_door(centre: Centre, tmp_path: Path) -> None:
    path = tmp_path / "v.jsonl"
    path.write_text(
        '{"foreign_id": 7, "office": "BRN1", "service": "REG", "received_at": "2017-09-12T15:40",'
        ' "phone": "9130200001", "consent": true}\nnot json\n[]\n',
        encoding="utf-8",
    )
    assert _take(centre, path, "jsonl") == Tally(accepted=1, refused=2)
    assert centre.all("SELECT line, foreign_id FROM refusals") == [(2, ""), (3, "")]


def test_format_is_told_by_the_name_or_must_be_said() -> None:
    assert form_of(Path("a.CSV"), None) == "csv"
    assert form_of(Path("a.dat"), "jsonl") == "jsonl"
    with pytest.raises(IntakeError, match="say --format"):
        form_of(Path("a.dat"), None)


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("foreign_id", " ", "foreign_id is empty"),
        ("office", "XXX", "office «XXX» is not in the offices file"),
        ("service", "", r"service \(empty\) is not in the services file"),
        ("received_at", "вчера", "is not a date and time"),
        ("received_at", "2017-13-12T15:40", "is not a date and time"),
        ("received_at", "2099-01-01T00:00", "is in the future"),
        ("received_at", "1917-11-07T10:00", "before the year 2000"),
        ("received_at", "9999-12-31T23:59:59-12:00", "is"),
        ("received_at", "2017-09-12T15:40:00." + "0" * 99, "is not a date and time"),
        ("phone", "", "phone is missing, but there is consent"),
        ("phone", "+7 3852 20-00-01", "phone: "),
        ("phone", "+7 701 234-56-78", "phone: "),
        ("consent", "maybe", "consent «maybe» is none of"),
        ("consent_at", "вчера", "consent_at «вчера» is not a date and time"),
        ("consent_at", "2099-01-01T00:00", "consent_at «2099-01-01T00:00» is in the future"),
        ("consent_by", "x" * 201, "consent_by is longer than 200 characters"),
        ("consent_text", "x" * 4001, "consent_text is longer than 4000 characters"),
        ("language", "русский", "language «русский» is not a code of two or three letters"),
    ],
)
def test_row_is_refused_with_its_reason(centre: Centre, column: str, value: str, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        check({**CELLS, column: value}, centre.known, NOON)


def test_time_without_an_offset_is_the_offices(centre: Centre) -> None:
    visit = check(CELLS, centre.known, NOON)
    assert visit.received_at == datetime(2017, 9, 12, 8, 40, tzinfo=UTC)
    assert visit.phone == "+79130200001"


def test_phone_without_consent_is_not_even_looked_at(centre: Centre) -> None:
    visit = check({**CELLS, "consent": "нет", "phone": "nonsense"}, centre.known, NOON)
    assert (visit.consent, visit.phone) == (False, None)


def test_clock_that_is_a_little_slow_refuses_nothing(centre: Centre) -> None:
    moment = NOON + timedelta(minutes=4)
    assert check({**CELLS, "received_at": moment.isoformat()}, centre.known, NOON).received_at == moment
