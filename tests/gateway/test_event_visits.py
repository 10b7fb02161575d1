"""EventsRequest as a visits file: which office and service are meant, the sender, what is refused, where it breaks."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from gateway.cli import main
from gateway.directory import Directory
from gateway.errors import IntakeError
from gateway.exchange import events
from gateway.intake import facts, importing
from gateway.intake.importing import Tally, form_of
from gateway.intake.visitimport import SUFFIXES, VisitImporter, look_at
from tests.gateway.conftest import NOON, Centre
from tests.gateway.exchange.test_events import EVENT, READ, request


def _take(centre: Centre, path: Path, source: str = "") -> Tally:
    importer = VisitImporter(centre.db, centre.known, centre.pseudonyms, 0, "Согласен.", source)
    return importer.take_file(path, form_of(path, None, SUFFIXES), NOON, lambda line: None)


def _file(tmp_path: Path, content: str) -> Path:
    path = tmp_path / "v.xml"
    path.write_text(request(content), encoding="utf-8")
    return path


def _refused(path: Path) -> list[dict[str, str]]:
    with path.with_name(path.name + ".refused.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _cells(centre: Centre, **parts: str) -> tuple[dict[str, str], str | None]:
    (row,) = facts.rows([replace(READ, **parts)], centre.known)
    return row.cells, row.fault


def test_event_is_a_visit_of_somebody_who_agreed(centre: Centre, tmp_path: Path) -> None:
    assert _take(centre, _file(tmp_path, EVENT)) == Tally(accepted=1)
    assert centre.all(
        "SELECT v.source, foreign_id, office, service, received_at, consent, c.given, c.taken_by, i.state FROM visits v"
        " JOIN consents c ON c.visit = v.id JOIN invitations i ON i.visit = v.id"
    ) == [
        ("vendor-9901", "BRN1-20170912-000417", "BRN1", "REG", "2017-09-12T08:40:00.000Z", 1, 1, "vendor-9901", "due")
    ]


def test_email_is_kept_nowhere(centre: Centre, tmp_path: Path) -> None:
    path = _file(tmp_path, EVENT + EVENT.replace("01401000000", "79000000000"))
    assert _take(centre, path) == Tally(accepted=1, refused=1)
    centre.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    kept = centre.path.read_bytes() + path.with_name("v.xml.refused.csv").read_bytes()
    assert b"citizen@example.org" not in kept


def test_second_import_of_events_changes_nothing(centre: Centre, tmp_path: Path) -> None:
    path = _file(tmp_path, EVENT + EVENT.replace("000417", "000418"))
    assert _take(centre, path) == Tally(accepted=2)
    assert _take(centre, path) == Tally(duplicates=2)


def test_ids_of_two_vendors_do_not_meet_unless_somebody_says_so(centre: Centre, tmp_path: Path) -> None:
    path = _file(tmp_path, EVENT)
    assert _take(centre, path) == Tally(accepted=1)
    path.write_text(request().replace("9901", "9902"), encoding="utf-8")
    assert _take(centre, path) == Tally(accepted=1)
    assert _take(centre, path, "vendor-9901") == Tally(duplicates=1)


@pytest.mark.parametrize(
    ("foreign_id", "okato", "office"),
    [
        ("BRN1-20170912-000417", "01401000000", "BRN1"),
        ("BRN3/1", "01401000000", "BRN3"),
        ("BRN4", "01401000000", "BRN4"),
        # One office is there: whatever the sender's ids look like.
        ("417", "01406000000", "ZRN1"),
        ("BRN1-417", "01406000000", "ZRN1"),
    ],
)
def test_office_is_that_of_the_okato_or_of_the_id(centre: Centre, foreign_id: str, okato: str, office: str) -> None:
    cells, fault = _cells(centre, foreign_id=foreign_id, okato=okato)
    assert (cells["office"], fault) == (office, None)


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ({"okato": "79000000000"}, "okato 79000000000 is that of no office in the offices file"),
        ({"foreign_id": "417"}, r"several offices \(BRN1, BRN2, BRN3, BRN4\) and the foreign-id begins with none"),
        ({"foreign_id": "BRN11-417"}, "begins with none of them"),
        ({"foreign_id": "ZRN1-417"}, "begins with none of them"),
        ({"service_id": "7"}, "service id 7 is not in the services file"),
        ({"authority_id": "7"}, "service id 10000000101 is not one of the authority 7"),
        ({"procedure_id": "7"}, "procedure id 7 is none of the service 10000000101"),
    ],
)
def test_what_fits_nothing_or_several_is_refused(centre: Centre, parts: dict[str, str], reason: str) -> None:
    _, fault = _cells(centre, **parts)
    assert fault is not None
    assert re.search(reason, fault)


def test_longest_code_that_the_id_begins_with_is_the_office(centre: Centre) -> None:
    here = centre.known.offices["BRN1"]
    offices = {code: replace(here, code=code) for code in ("B", "B-1", "B-12")}
    (row,) = facts.rows([replace(READ, foreign_id="B-1-2")], Directory(offices, centre.known.services))
    assert row.cells["office"] == "B-1"


def test_service_of_two_procedures_needs_the_procedure(centre: Centre) -> None:
    first = centre.known.services["REG"]
    services = {"REG": first, "OUT": replace(first, code="OUT", procedure_id="10000000103")}
    known = Directory(centre.known.offices, services)
    both = [replace(READ, procedure_id=""), replace(READ, procedure_id="10000000103"), READ]
    rows = list(facts.rows(both, known))
    assert rows[0].fault == "service id 10000000101 is that of several services (OUT, REG); name the procedure"
    assert [row.cells["service"] for row in rows[1:]] == ["OUT", "REG"]


def test_procedure_that_is_left_out_is_the_only_one(centre: Centre) -> None:
    assert _cells(centre, procedure_id="")[0]["service"] == "REG"


def test_refused_events_stand_with_line_and_reason_beside_the_file(centre: Centre, tmp_path: Path) -> None:
    path = _file(tmp_path, EVENT + EVENT.replace("+79130200001", "+73852200001") + EVENT.replace("mobile", "phone"))
    assert _take(centre, path) == Tally(accepted=1, refused=2)
    first, second = _refused(path)
    assert (first["line"], first["foreign_id"], first["office"]) == ("11", "BRN1-20170912-000417", "BRN1")
    assert first["reason"].startswith("phone: The phone is a Russian number but not a mobile one")
    assert (second["line"], second["reason"]) == ("18", "phone is no part of an event")


def test_date_without_an_offset_is_the_offices(centre: Centre, tmp_path: Path) -> None:
    _take(centre, _file(tmp_path, EVENT.replace("+07:00", "")))
    assert centre.all("SELECT received_at FROM visits") == [("2017-09-12T08:40:00.000Z",)]


def test_file_that_breaks_off_has_been_taken_up_to_there(centre: Centre, tmp_path: Path) -> None:
    path = _file(tmp_path, "".join(EVENT.replace("000417", f"{n:06d}") for n in range(5)))
    path.write_bytes(path.read_bytes()[:-300])
    tally = _take(centre, path)
    assert (tally.accepted, tally.duplicates) == (4, 0)
    assert "v.xml: line 36, column" in tally.broken_off
    path.write_text(request("".join(EVENT.replace("000417", f"{n:06d}") for n in range(5))), encoding="utf-8")
    assert _take(centre, path) == Tally(accepted=1, duplicates=4)


def test_file_too_large_is_refused_before_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "v.xml"
    with path.open("wb") as file:
        file.truncate(events.LARGEST_FILE + 1)
    monkeypatch.setattr(Path, "open", None)
    with pytest.raises(IntakeError, match=r"v\.xml: it has more than 100 MB; split it into several files\.$"):
        look_at(path, "events-xml")


def test_file_that_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(IntakeError, match="cannot be read: No such file or directory"):
        look_at(tmp_path / "v.xml", "events-xml")


@pytest.fixture
def command(tmp_path: Path) -> CliRunner:
    (tmp_path / "otklik.yaml").write_text(f"database: {tmp_path / 'otklik.db'}\n", encoding="utf-8")
    return CliRunner()


def test_command_tells_the_counts_and_then_where_the_file_broke(command: CliRunner, tmp_path: Path) -> None:
    path = _file(tmp_path, EVENT + EVENT)
    path.write_bytes(path.read_bytes()[:-300])
    arguments = ["visits", "import", str(path), "--config", str(tmp_path / "otklik.yaml"), "--json"]
    result = command.invoke(main, arguments)
    assert "accepted 1, duplicates 0, refused 0" in result.stdout
    assert json.loads(result.stdout.splitlines()[-1]) == {"accepted": 1, "duplicates": 0, "refused": 0}
    assert result.exit_code == 1


def test_refusals_of_a_broken_file_are_all_counted_and_not_all_kept(
    centre: Centre, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "MOST_LISTED", 3)
    monkeypatch.setattr(importing, "MOST_RECORDED", 2)
    bad = EVENT.replace("01401000000", "79000000000")
    path = _file(tmp_path, "".join(bad.replace("000417", f"{n:06d}") for n in range(7)) + EVENT)
    assert _take(centre, path) == Tally(accepted=1, refused=7)
    assert [row["line"] for row in _refused(path)] == ["4", "11", "18"]
    kept = [("4", 1), ("11", 1), ("0", 5)]
    assert centre.all("SELECT CAST(line AS TEXT), rows FROM refusals ORDER BY id") == kept
    assert centre.all("SELECT reason FROM refusals WHERE rows > 1") == [
        ("5 more rows of a file of which too many were refused to keep each",)
    ]
    assert _take(centre, path) == Tally(duplicates=1, refused=7)
    assert centre.all("SELECT CAST(line AS TEXT), rows FROM refusals ORDER BY id") == kept
