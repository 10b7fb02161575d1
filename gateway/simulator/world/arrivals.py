"""Every visit of a period, in order: who came, how long he waited, what he thinks of it.

Pure but for the offices' files. Each office has a stream of chance for the times of each day and another for the
people, so that its visits are the same whichever box serves it, and however many boxes there are.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from itertools import accumulate
from operator import attrgetter
from typing import NamedTuple
from zoneinfo import ZoneInfo

from gateway.model import Office, Service
from gateway.simulator.dice import Dice
from gateway.simulator.scenario.model import Scenario
from gateway.simulator.world import hours, numbers
from gateway.simulator.world.arrival import Arrival
from gateway.simulator.world.demand import SERVICE_WEIGHTS
from gateway.simulator.world.marks import Marks
from gateway.simulator.world.offices import office_weights
from gateway.simulator.world.people import People
from gateway.simulator.world.queueing import served
from gateway.simulator.world.replaying import replayed

_ENDED_AT = attrgetter("ended_at")
_BY_END = attrgetter("ended_at", "foreign_id")
_DAY = timedelta(days=1)
_YEAR = 365
_SPARE_NUMBERS = 1000
_SPARE_SHARE = 1.1
"""An office has numbers for so many more people than are expected to visit it."""


def arrivals(
    scenario: Scenario, region: int, box: int, offices: Sequence[Office], services: Sequence[Service]
) -> Iterator[Arrival]:
    """The visits to `offices`, those of a box of a region, in the order of their end.

    Each office's day is made as a whole; no more than a day of the box is in memory. Where a visits file is lived again
    they are those in it; raises ScenarioError then.
    """
    if scenario.visits.replay is not None:
        yield from replayed(scenario, region, offices, services)
        return
    weights = office_weights(scenario, region)
    per_day = {code: scenario.visits.per_day * weight / sum(weights.values()) for code, weight in weights.items()}
    sizes = [_SPARE_NUMBERS + math.ceil(_SPARE_SHARE * count * scenario.days) for count in per_day.values()]
    dealt = dict(zip(weights, numbers.deal(sizes, region, scenario.seed), strict=True))
    marks = Marks(scenario.citizens, weights, region, scenario.seed)
    doors = [_Door(scenario, region, one, per_day[one.code], dealt[one.code], services, marks) for one in offices]
    late: list[Arrival] = []
    for number in range(scenario.days):
        day = scenario.first_day + number * _DAY
        busy = _day_factor(scenario, region, number)
        found = late + [arrival for door in doors for arrival in door.on(day, busy)]
        found.sort(key=_BY_END)
        tomorrow = min((door.midnight(day + _DAY) for door in doors), default=math.inf)
        last = bisect_left(found, tomorrow, key=_ENDED_AT)
        yield from found[:last]
        late = found[last:]
    yield from late


def _day_factor(scenario: Scenario, region: int, number: int) -> float:
    """How many more visits a day of a region has than is usual; its mean is 1 at the beginning of the period."""
    sigma = scenario.visits.day_sigma
    chance = Dice(scenario.seed, "day", region, number).lognormvariate(-sigma * sigma / 2, sigma)
    return max(0.0, 1 + scenario.visits.growth_per_year * number / _YEAR) * chance


class _Door:
    """One office, day after day."""

    def __init__(
        self,
        scenario: Scenario,
        region: int,
        office: Office,
        per_day: float,
        dealt: numbers.Numbers,
        services: Sequence[Service],
        marks: Marks,
    ) -> None:
        self._visits = scenario.visits
        self._names = (scenario.seed, region, office.code)
        self._code = office.code
        self._per_day = per_day
        self._windows = math.ceil(office.windows * scenario.visits.staffed)
        self._week = hours.week_of(office, scenario.visits)
        self._zone = ZoneInfo(office.time_zone)
        self._services = [service.code for service in services]
        self._service_weights = list(accumulate(SERVICE_WEIGHTS.get(code, 1) for code in self._services))
        self._people = People(dealt, office.windows, scenario.visits)
        self._marks = marks
        self._mark_sigma = scenario.citizens.day_sigma_mark

    def midnight(self, day: date) -> float:
        """When a day begins here."""
        return datetime.combine(day, time(), tzinfo=self._zone).timestamp()

    def on(self, day: date, busy: float) -> Iterator[Arrival]:
        """The visits of a day, in the order of their end."""
        hours_on = self._week.hours_on(day)
        if hours_on is not None:
            times = Dice(*self._names, day, "times")
            opening = hours.opening(hours_on, day, self._zone)
            spans = _spans(opening, self._visits.peaks, self._per_day * busy * self._factor(day))
            service_s = self._visits.served_s
            median = math.log(service_s.median_s)
            stays = served(
                _comings(spans, times),
                self._windows,
                lambda: times.lognormvariate(median, service_s.sigma),
                opening.closes,
            )
            yield from self._visitors(sorted(stays), f"{self._code}-{day:%Y%m%d}", Dice(*self._names, day, "people"))
        self._people.end_day()

    def _factor(self, day: date) -> float:
        """How many come on a day of its kind, against an ordinary weekday."""
        factor = self._visits.saturday if hours.is_short(day, self._week) else 1.0
        return factor * self._visits.after_holiday if self._week.hours_on(day - _DAY) is None else factor

    def _visitors(self, stays: Sequence[tuple[float, float]], name: str, dice: Dice) -> Iterator[Arrival]:
        code, people, marks = self._code, self._people, self._marks
        services, weights = self._services, self._service_weights
        mood = dice.gauss(0, self._mark_sigma)
        for number, (ended_at, waited_s) in enumerate(stays, 1):
            service = dice.pick(services, weights)
            mark = marks.mark(dice.random(), code, waited_s, mood)
            phone, written, consent, stranger = people.next(dice)
            yield Arrival(
                f"{name}-{number:06d}", code, service, ended_at, phone, written, consent, stranger, waited_s, mark
            )


class _Span(NamedTuple):
    """Some time with as many visitors in each second, on average."""

    begin: float
    end: float
    rate: float


def _spans(opening: hours.Opening, peaks: Mapping[int, float], count: float) -> list[_Span]:
    """How many come when, hour by hour, so that `count` are expected in all."""
    spans: list[_Span] = []
    begin, hour = opening.opens, opening.hour
    while begin < opening.closes:
        end = min(opening.closes, begin + (math.floor(hour) + 1 - hour) * 3600)
        spans.append(_Span(begin, end, peaks.get(math.floor(hour), 0.0)))
        begin, hour = end, math.floor(hour) + 1
    total = sum((span.end - span.begin) * span.rate for span in spans)
    return [span._replace(rate=count * span.rate / total) for span in spans if span.rate > 0]


def _comings(spans: Sequence[_Span], dice: Dice) -> Iterator[float]:
    """When somebody comes: a Poisson process, each gap drawn from the rate of its hour."""
    for span in spans:
        at = span.begin + dice.expovariate(span.rate)
        while at < span.end:
            yield at
            at += dice.expovariate(span.rate)
