"""A visits file is lived as it stands: each row once, in one box, in order of time, also those nobody takes."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from gateway.config import packaged_config
from gateway.directory import Directory
from gateway.errors import ScenarioError
from gateway.intake import files as intake_files
from gateway.intake.cells import Refused
from gateway.intake.checks import check
from gateway.simulator.plan.run import plan_box
from gateway.simulator.scenario import files
from gateway.simulator.scenario.model import Scenario
from gateway.simulator.world.arrival import Arrival
from gateway.simulator.world.arrivals import arrivals
from gateway.simulator.world.offices import offices_of, services_of
from gateway.simulator.world.writing import row_of, write_csv

EXAMPLE = packaged_config().parent / "examples/altai/visits.csv"
HEADER = "foreign_id,office,service,received_at,phone,consent\n"


def replaying(path: Path, **changes: Any) -> Scenario:
    scenario = files.load("altai-day").model_copy(update=changes)
    return scenario.model_copy(update={"visits": scenario.visits.model_copy(update={"replay": path})})


def lived(scenario: Scenario, box: int = 1) -> Iterator[Arrival]:
    return arrivals(scenario, 1, box, offices_of(scenario, 1, box), services_of(scenario))


def written(path: Path, *rows: str) -> Path:
    path.write_text(HEADER + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return path


def test_example_is_lived_row_by_row() -> None:
    scenario = replaying(EXAMPLE)
    offices = {office.code: office for office in offices_of(scenario, 1, 1)}
    found = list(lived(scenario))
    with EXAMPLE.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(found) == len(rows) == 500
    assert [one.ended_at for one in found] == sorted(one.ended_at for one in found)
    said = {row["foreign_id"]: row for row in rows}
    for one in found:
        out = row_of(one, offices[one.office], datetime.now(UTC))
        assert {name: getattr(out, name) for name in intake_files.COLUMNS} == said[out.foreign_id]
    first = found[0]
    assert (first.foreign_id, first.office, first.phone, first.consent) == (
        "BRN1-20170912-000001",
        "BRN1",
        "+79619907388",
        True,
    )
    assert datetime.fromtimestamp(first.ended_at, UTC) == datetime(2017, 9, 12, 1, 6, 37, tzinfo=UTC)
    consents = Counter(one.consent for one in found)
    assert consents[True] > 200
    assert sum(one.mark >= 4 for one in found) / 500 == pytest.approx(0.975, abs=0.02)
    assert sum(one.waited_s for one in found) / 500 == pytest.approx(scenario.citizens.usual_queue_s, rel=0.15)


def test_offices_whose_quality_is_known_are_judged_by_it() -> None:
    scenario = replaying(EXAMPLE)
    bad = scenario.citizens.model_copy(update={"quality": {"BRN1": -2.0}})
    found = list(lived(scenario.model_copy(update={"citizens": bad})))
    fives = {here: [one.mark == 5 for one in found if (one.office == "BRN1") is here] for here in (True, False)}
    assert sum(fives[True]) / len(fives[True]) < 0.6
    assert sum(fives[False]) / len(fives[False]) > 0.85


def test_boxes_share_the_rows_as_they_share_the_offices() -> None:
    scenario = replaying(EXAMPLE, boxes=3)
    dealt = [[one.foreign_id for one in lived(scenario, box)] for box in (1, 2, 3)]
    assert sorted(name for names in dealt for name in names) == sorted(
        one.foreign_id for one in lived(replaying(EXAMPLE))
    )
    assert all(dealt)


def test_same_seed_gives_the_same_people_and_another_one_others() -> None:
    one, same, other = (list(lived(replaying(EXAMPLE, seed=seed))) for seed in ("1", "1", "2"))
    assert one == same
    assert [arrival.waited_s for arrival in one] != [arrival.waited_s for arrival in other]


def test_row_that_nobody_takes_is_sent_as_it_stands(tmp_path: Path) -> None:
    path = written(
        tmp_path / "visits.csv",
        "v0,BRN1,REG,yesterday,+79130200000,1",
        "v1,BRN1,REG,2017-09-12T10:00,+79130200001,1",
        "v2,NOWHERE,REG,2017-09-12T11:00,+79130200002,1",
        "v3,BRN1,REG,2017-09-12T12:00,12,1",
        "v4,BRN1,REG,2017-09-12T13:00,+79130200004,perhaps",
    )
    scenario = replaying(path)
    offices = {office.code: office for office in offices_of(scenario, 1, 1)}
    found = list(lived(scenario))
    rows = [row_of(one, offices[one.office], datetime.now(UTC)) for one in found]
    assert [row.foreign_id for row in rows] == ["v0", "v1", "v2", "v3", "v4"]
    assert [(row.office, row.received_at, row.phone, row.consent) for row in rows] == [
        ("BRN1", "yesterday", "+79130200000", "1"),
        ("BRN1", "2017-09-12T10:00", "+79130200001", "1"),
        ("NOWHERE", "2017-09-12T11:00", "+79130200002", "1"),
        ("BRN1", "2017-09-12T12:00", "12", "1"),
        ("BRN1", "2017-09-12T13:00", "+79130200004", "perhaps"),
    ]
    assert [one.phone for one in found] == [None, "+79130200001", None, None, None]
    assert found[0].ended_at == found[1].ended_at


def test_stray_row_goes_to_one_box_only(tmp_path: Path) -> None:
    path = written(
        tmp_path / "visits.csv",
        "v1,NOWHERE,REG,2017-09-12T11:00,+79130200001,1",
        "v2,BRN1,REG,2017-09-12T12:00,+79130200002,1",
        "v3,BSK1,REG,2017-09-12T12:00,+79130200003,1",
    )
    scenario = replaying(path, boxes=2)
    assert sorted(len(list(lived(scenario, box))) for box in (1, 2)) == [1, 2]


def test_visits_out_of_order_and_of_other_days_are_put_right(tmp_path: Path) -> None:
    rows = [
        f"v{day}-{hour},BRN1,REG,2017-09-{day}T{hour}:00,+79130200001,1" for hour in (9, 15, 12) for day in (13, 12, 11)
    ]
    path = written(tmp_path / "visits.csv", *(row.replace("T9", "T09") for row in rows))
    assert [one.foreign_id for one in lived(replaying(path))] == ["v12-9", "v12-12", "v12-15"]
    two = replaying(path, first_day=date(2017, 9, 11), days=2)
    assert [one.foreign_id for one in lived(two)] == ["v11-9", "v11-12", "v11-15", "v12-9", "v12-12", "v12-15"]


def test_columns_that_may_be_left_out_are_sent_where_they_are_given(tmp_path: Path) -> None:
    path = tmp_path / "visits.csv"
    path.write_text(HEADER.replace("\n", ",stage\n") + "v1,BRN1,REG,2017-09-12T10:00,,0,applied\n", encoding="utf-8")
    scenario = replaying(path)
    (one,) = lived(scenario)
    row = row_of(one, offices_of(scenario, 1, 1)[0], datetime.now(UTC))
    assert write_csv([row]).splitlines()[1] == "v1,BRN1,REG,2017-09-12T10:00,,0,applied,,,,"
    assert write_csv([replace(row, stage="")]).splitlines() == [HEADER.strip(), "v1,BRN1,REG,2017-09-12T10:00,,0"]


def test_json_lines_are_lived_too(tmp_path: Path) -> None:
    path = tmp_path / "visits.jsonl"
    row = {"foreign_id": "v1", "office": "BRN1", "service": "REG", "received_at": "2017-09-12T10:00:00+07:00"}
    path.write_text(json.dumps({**row, "phone": "8 913 020-00-01", "consent": True}) + "\nnothing\n", encoding="utf-8")
    one, other = lived(replaying(path))
    assert (one.phone, one.consent, one.written_phone) == ("+79130200001", True, "8 913 020-00-01")
    assert (other.phone, other.cells) == (None, {})


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("visits.csv", "foreign_id,office\n", r"visits\.csv:1: the column service is missing"),
        ("visits.csv", HEADER, r"visits\.csv:1: no visit in this file is from 2017-09-12 to 2017-09-12; set first_day"),
        ("visits.xml", "<x/>", r"visits\.xml is no visits file"),
        ("visits.csv", None, r"visits\.csv cannot be read"),
    ],
)
def test_file_that_cannot_be_lived_is_named(tmp_path: Path, name: str, text: str | None, message: str) -> None:
    if text is not None:
        (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError, match=message):
        list(lived(replaying(tmp_path / name)))


def test_file_is_of_one_region() -> None:
    scenario = replaying(EXAMPLE, regions=2)
    with pytest.raises(ScenarioError, match="write regions: 1"):
        list(arrivals(scenario, 2, 1, offices_of(scenario, 2, 1), services_of(scenario)))


def test_replayed_day_is_planned_with_its_refusals() -> None:
    counts = plan_box(replaying(EXAMPLE), 1, 1, lambda progress: None, Event()).counts
    known = Directory(
        {office.code: office for office in offices_of(replaying(EXAMPLE), 1, 1)},
        {service.code: service for service in services_of(replaying(EXAMPLE))},
    )
    refused = 0
    for row in intake_files.rows(EXAMPLE, "csv", "utf-8-sig"):
        try:
            check(row.cells, known, datetime.now(UTC))
        except Refused:
            refused += 1
    assert (counts["visits"], counts["refused"]) == (500 - refused, refused)
    assert refused > 0
    assert counts["rated"] > 20
