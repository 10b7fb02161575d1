"""The Altai example and the generator of a day's visits."""

import csv
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from gateway.model import MessageKind, Office, Service
from gateway.phones import BadPhone, normalise
from gateway.simulator import offices as generator
from gateway.simulator.dice import Dice
from gateway.simulator.offices import example_day, generate_day
from gateway.simulator.world.writing import VisitRow, write_csv
from gateway.wording import render
from tests.gateway.scripts import template

ALTAI = Path(__file__).parents[3] / "examples" / "altai"
TUESDAY = date(2017, 9, 12)


def rows_of(name: str) -> list[dict[str, str]]:
    with (ALTAI / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


OFFICES = [Office(windows=int(row.pop("windows")), **row) for row in rows_of("offices.csv")]
SERVICES = [Service(**row) for row in rows_of("services.csv")]


def day(count: int, seed: int = 1) -> list[VisitRow]:
    return generate_day(TUESDAY, count, OFFICES, SERVICES, Dice("test", seed))


def test_offices_file_has_the_fixed_header_and_unique_codes() -> None:
    header = (ALTAI / "offices.csv").read_text(encoding="utf-8").splitlines()[0]
    assert header == "code,name,short_name,locality,oktmo,okato,time_zone,windows"
    assert len({office.code for office in OFFICES}) == len({office.name for office in OFFICES}) == len(OFFICES) == 37


def test_services_file_has_the_fixed_header_and_synthetic_ids() -> None:
    header = (ALTAI / "services.csv").read_text(encoding="utf-8").splitlines()[0]
    assert header == "code,name,authority,authority_id,service_id,procedure_id,type"
    assert len({service.code for service in SERVICES}) == len(SERVICES) == 15
    ids = [value for s in SERVICES for value in (s.service_id, s.procedure_id)]
    assert len(set(ids)) == 30
    assert all(value.startswith("1000000") and len(value) == 11 for value in ids)
    assert len({(s.authority, s.authority_id) for s in SERVICES}) == len({s.authority for s in SERVICES})


@pytest.mark.parametrize("office", OFFICES, ids=lambda office: office.code)
def test_default_invitation_fits_one_part_for_every_office(office: Office) -> None:
    text = render(template(MessageKind.INVITE), datetime(2017, 9, 12, 5, tzinfo=UTC), office)
    assert len(text.encode("utf-16-be")) // 2 <= 70


@pytest.mark.parametrize("office", OFFICES, ids=lambda office: office.code)
def test_okato_follows_from_oktmo(office: Office) -> None:
    first = {"6": "2", "7": "4"}[office.oktmo[2]]
    assert office.okato == f"01{first}{office.oktmo[3:5]}000000"
    assert len(office.oktmo) == 8
    assert office.time_zone == "Asia/Barnaul"
    assert office.windows > 0


def test_regenerating_the_example_day_gives_the_committed_file() -> None:
    assert example_day(OFFICES, SERVICES).encode() == (ALTAI / "visits.csv").read_bytes()


def test_script_writes_the_file_beside_its_sources(tmp_path: Path) -> None:
    for name in ("offices.csv", "services.csv"):
        (tmp_path / name).write_bytes((ALTAI / name).read_bytes())
    generator.main(tmp_path)
    assert (tmp_path / "visits.csv").read_bytes() == (ALTAI / "visits.csv").read_bytes()


def test_example_day_has_500_visits_under_the_fixed_header() -> None:
    lines = (ALTAI / "visits.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "foreign_id,office,service,received_at,phone,consent"
    assert len(lines) == 501


def test_same_seed_gives_the_same_day_and_another_seed_another() -> None:
    assert day(50) == day(50)
    assert day(50) != day(50, seed=2)


def test_foreign_ids_are_unique_and_count_per_office() -> None:
    rows = day(5000)
    assert len({row.foreign_id for row in rows}) == 5000
    last = [row for row in rows if row.office == "BSK1"][-1]
    assert last.foreign_id == f"BSK1-20170912-{sum(row.office == 'BSK1' for row in rows):06d}"


def test_visits_come_in_office_hours_with_peaks() -> None:
    windows = {office.code: office.windows for office in OFFICES}
    hours: Counter[int] = Counter()
    for row in day(5000):
        moment = datetime.fromisoformat(row.received_at)
        assert moment.date() == TUESDAY
        assert 8 <= moment.hour < 20 if windows[row.office] >= 10 else 9 <= moment.hour < 17
        hours[moment.hour] += 1
    assert min(hours[9], hours[10], hours[16]) > max(hours[12], hours[13], hours[18])


def test_consent_phones_and_sharing_have_the_wanted_shares() -> None:
    rows = day(5000)
    agreed = [row for row in rows if row.consent in ("1", "да", "true")]
    assert 0.52 < len(agreed) / len(rows) < 0.58
    good: Counter[str] = Counter()
    for row in agreed:
        try:
            good[normalise(row.phone)] += 1
        except BadPhone:
            continue
    assert 0.96 < good.total() / len(agreed) < 0.98
    assert 0.005 < 1 - len(good) / good.total() < 0.04


def test_bigger_offices_have_more_visits() -> None:
    count = Counter(row.office for row in day(5000))
    assert count["BRN1"] > count["BSK1"] > count["ZRN1"] > count["BAE1"]


def test_saturday_is_served_in_cities_only_and_sunday_nowhere() -> None:
    rows = generate_day(date(2017, 9, 16), 200, OFFICES, SERVICES, Dice("saturday"))
    windows = {office.code: office.windows for office in OFFICES}
    assert all(windows[row.office] >= 10 for row in rows)
    with pytest.raises(ValueError, match="No office is open on Sunday"):
        generate_day(date(2017, 9, 17), 1, OFFICES, SERVICES, Dice("sunday"))


def test_csv_of_no_visits_is_the_header() -> None:
    assert write_csv([]) == "foreign_id,office,service,received_at,phone,consent\n"
