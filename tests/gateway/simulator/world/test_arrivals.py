"""Visits of a simulated period: in order, inside hours, repeatable, and in the proportions of the scenario."""

import dataclasses
import math
import statistics
from collections import Counter
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from gateway import directory
from gateway.errors import ScenarioError
from gateway.intake.cells import Refused
from gateway.intake.checks import check
from gateway.model import Office
from gateway.simulator.scenario.files import load
from gateway.simulator.scenario.model import Lasting, Scenario
from gateway.simulator.world.arrival import Arrival
from gateway.simulator.world.arrivals import arrivals
from gateway.simulator.world.offices import offices_of, region_offices, services_of
from gateway.simulator.world.writing import row_of
from scheduler.windows import Holidays

BARNAUL = ZoneInfo("Asia/Barnaul")


def made(scenario: Scenario, region: int = 1, box: int = 1) -> list[Arrival]:
    return list(arrivals(scenario, region, box, offices_of(scenario, region, box), services_of(scenario)))


def scenario(**changes: object) -> Scenario:
    return load("altai-day").model_copy(update=changes)


def calm(**visits: object) -> Scenario:
    """5000 visits on a day without chance but that of who comes when; keys of the scenario and of its visits."""
    day = load("altai-day")
    top = {key: visits.pop(key) for key in ("seed", "days", "first_day") if key in visits}
    changes = {"per_day": 5000, "day_sigma": 0, "served_s": Lasting(median_s=60)} | visits
    return day.model_copy(update={**top, "visits": day.visits.model_copy(update=changes)})


CODES = {office.code for office in region_offices(scenario(), 1)}


@pytest.fixture(scope="module")
def fortnight() -> list[Arrival]:
    """From the third of June, a Saturday; Monday the twelfth is a holiday."""
    return made(scenario(first_day=date(2017, 6, 3), days=14))


def local(arrival: Arrival) -> datetime:
    return datetime.fromtimestamp(arrival.ended_at, BARNAUL)


def test_visits_come_in_the_order_of_their_end(fortnight: list[Arrival]) -> None:
    ends = [arrival.ended_at for arrival in fortnight]
    assert ends == sorted(ends)
    assert len({arrival.foreign_id for arrival in fortnight}) == len(fortnight) > 8000


def test_nobody_is_served_on_a_sunday_or_a_holiday(fortnight: list[Arrival]) -> None:
    days = {local(arrival).date() for arrival in fortnight}
    assert date(2017, 6, 3) in days
    assert not days & {date(2017, 6, 4), date(2017, 6, 11), date(2017, 6, 12)}


def test_same_seed_gives_the_same_visits_and_another_seed_others() -> None:
    assert made(scenario()) == made(scenario())
    assert made(scenario()) != made(scenario(seed="2"))


def test_boxes_share_the_visits_out_without_changing_one() -> None:
    together = made(scenario())
    apart = [arrival for box in (1, 2, 3) for arrival in made(scenario(boxes=3), box=box)]
    assert sorted(apart) == sorted(together)


def test_visits_end_while_an_office_is_open_or_soon_after(fortnight: list[Arrival]) -> None:
    windows = {office.code: office.windows for office in region_offices(scenario(), 1)}
    for arrival in fortnight:
        moment, city = local(arrival), windows[arrival.office] >= 10
        opens, closes = (9, 14 if city else 0) if moment.weekday() == 5 else (8, 20) if city else (9, 17)
        assert opens <= moment.hour < closes + 3, arrival


def test_hours_are_as_busy_as_the_scenario_says() -> None:
    peaks = {8: 1.0, 9: 3.0, 10: 0.0, 11: 2.0}
    made_up = calm(peaks=peaks, served_s=Lasting(median_s=0.1))
    hours = Counter(local(arrival).hour for arrival in made(made_up) if arrival.office == "BRN1")
    assert set(hours) == {8, 9, 11}
    assert hours[9] / hours[8] == pytest.approx(3, rel=0.2)
    assert hours[11] / hours[8] == pytest.approx(2, rel=0.2)


def test_day_has_the_number_of_visits_that_the_scenario_says() -> None:
    counts = [len(made(calm(seed=str(seed), per_day=1000))) for seed in range(30)]
    assert statistics.fmean(counts) == pytest.approx(1000, rel=0.02)
    assert statistics.stdev(counts) == pytest.approx(math.sqrt(1000), rel=0.35)  # Poisson


def test_days_differ_by_a_factor_with_the_mean_one() -> None:
    only = {"weights": {code: 1e-6 for code in CODES if code != "BRN1"}}
    varied = calm(days=200, per_day=100, day_sigma=0.3, after_holiday=1, holidays=Holidays(), **only)
    found = arrivals(varied, 1, 1, offices_of(varied, 1, 1)[:1], services_of(varied))
    days = Counter(local(arrival).date() for arrival in found)
    counts = [count for day, count in days.items() if day.weekday() < 5]
    assert statistics.fmean(counts) == pytest.approx(100, rel=0.06)
    assert statistics.stdev(counts) == pytest.approx(math.hypot(30, 10), rel=0.2)


def test_day_after_a_day_off_is_busier_and_saturday_is_quieter() -> None:
    from_friday = calm(first_day=date(2017, 6, 9), days=5)  # Monday the twelfth is a holiday
    cities = {office.code for office in region_offices(scenario(), 1) if office.windows >= 10}
    days = Counter(local(arrival).day for arrival in made(from_friday) if arrival.office in cities)
    assert set(days) == {9, 10, 13}
    assert days[13] / days[9] == pytest.approx(1.2, rel=0.06)
    assert days[10] / days[9] == pytest.approx(0.4, rel=0.08)


def test_growth_is_added_evenly_over_the_year() -> None:
    later = calm(first_day=date(2017, 9, 12), days=8, growth_per_year=10, per_day=1000)
    days = Counter(local(arrival).day for arrival in made(later))
    assert days[19] / days[12] == pytest.approx(1 + 10 * 7 / 365, rel=0.1)


def test_marks_and_waits_of_a_week_are_those_that_the_altai_is_calibrated_to() -> None:
    week = made(load("altai-2017").model_copy(update={"boxes": 1, "first_day": date(2017, 5, 22), "days": 7}))
    marks = Counter(arrival.mark for arrival in week)
    assert (marks[5] + marks[4]) / len(week) == pytest.approx(0.975, abs=0.003)
    assert statistics.fmean(arrival.waited_s for arrival in week) / 60 == pytest.approx(18.67, abs=4)


def test_second_region_has_offices_people_and_days_of_its_own() -> None:
    first, second = made(scenario(regions=2)), made(scenario(regions=2), region=2)
    assert {arrival.office for arrival in second} <= {f"R2-{code}" for code in CODES}
    assert not {arrival.phone for arrival in first} & {arrival.phone for arrival in second} - {None}
    assert [arrival.waited_s for arrival in first] != [arrival.waited_s for arrival in second]


def test_every_consenting_visit_is_taken_in_as_it_was_meant() -> None:
    today = scenario()
    offices = {office.code: office for office in region_offices(today, 1)}
    known = directory.load(today.offices, today.services)
    for arrival in made(today):
        row = row_of(arrival, offices[arrival.office], local(arrival).replace(microsecond=0))
        try:
            visit = check(dataclasses.asdict(row), known, datetime(2017, 9, 13, tzinfo=UTC))
        except Refused:
            assert arrival.consent and arrival.phone is None
            continue
        assert visit.consent is arrival.consent and visit.phone == (arrival.phone if arrival.consent else None)
        assert visit.received_at.timestamp() == int(arrival.ended_at)


def test_more_boxes_than_offices_are_refused() -> None:
    with pytest.raises(ScenarioError, match="only 37 offices"):
        offices_of(scenario(boxes=38), 1, 1)


def test_boxes_have_every_office_once_and_weigh_about_the_same() -> None:
    two = scenario(boxes=2)
    dealt: list[list[Office]] = [offices_of(two, 1, box) for box in (1, 2)]
    assert sorted(office.code for box in dealt for office in box) == sorted(o.code for o in region_offices(two, 1))
    assert abs(sum(o.windows for o in dealt[0]) - sum(o.windows for o in dealt[1])) <= 1
