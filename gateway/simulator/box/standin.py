"""A plain world until there is a better one: as many people each day, evenly between ten and five."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from gateway.model import Office, Service
from gateway.simulator.box.boxsettings import midnight
from gateway.simulator.dice import Dice
from gateway.simulator.scenario.model import Scenario
from gateway.simulator.world.arrival import Arrival


def arrivals(
    scenario: Scenario, region: int, box: int, offices: Sequence[Office], services: Sequence[Service]
) -> Iterator[Arrival]:
    """Visits in order of time."""
    zone = ZoneInfo(offices[0].time_zone)
    visits = scenario.visits
    for day in range(scenario.days):
        dice = Dice(scenario.seed, region, box, "day", day)
        start = midnight(scenario, zone, day).timestamp()
        count = round(visits.per_day / scenario.boxes)
        for number, ended_at in enumerate(sorted(start + dice.uniform(10, 17) * 3600 // 1 for _ in range(count))):
            phone = f"+7913{dice.randrange(10**7):07d}"
            mark = dice.choices((5, 4, 3, 2, 1), scenario.citizens.scores)[0]
            consent = dice.random() < visits.consent
            office, service = dice.choice(offices), dice.choice(services)
            yield Arrival(
                f"{box}-{day}-{number}", office.code, service.code, ended_at, phone, phone, consent, False, 0, mark
            )
