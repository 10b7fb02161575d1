"""Visits of a simulated period: in order, inside hours, repeatable, and in the proportions of the scenario."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from gateway.model import Office
from gateway.simulator.scenario.files import load
from gateway.simulator.scenario.model import Scenario
from gateway.simulator.world.arrival import Arrival
from gateway.simulator.world.arrivals import arrivals
from gateway.simulator.world.offices import offices_of, region_offices, services_of

BARNAUL = ZoneInfo("Asia/Barnaul")


def made(scenario: Scenario, region: int = 1, box: int = 1) -> list[Arrival]:
    return list(arrivals(scenario, region, box, offices_of(scenario, region, box), services_of(scenario)))


def scenario(**changes: object) -> Scenario:
    return load("altai-day").model_copy(update=changes)


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


def test_boxes_have_every_office_once_and_weigh_about_the_same() -> None:
    two = scenario(boxes=2)
    dealt: list[list[Office]] = [offices_of(two, 1, box) for box in (1, 2)]
    assert sorted(office.code for box in dealt for office in box) == sorted(o.code for o in region_offices(two, 1))
    assert abs(sum(o.windows for o in dealt[0]) - sum(o.windows for o in dealt[1])) <= 1
