"""What a box's visits say of how many people come, when, and what offices write down.

Pure. Hours are those of the end of a visit, which is when an office tells of it; the scenario's are those of coming,
a little earlier.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from statistics import NormalDist, fmean, linear_regression, variance
from zoneinfo import ZoneInfo

from gateway.model import Office
from gateway.simulator.like.figures import ENOUGH, FEW, Figures
from gateway.simulator.scenario.model import VisitsSection
from gateway.simulator.world.demand import WRITTEN_WITHOUT_CONSENT
from gateway.store import likeness

_SATURDAY = 5
_DAY = timedelta(days=1)
_MONTH_DAYS = 31
_DAYS_FOR_A_FACTOR = 3
_DAYS_FOR_SIGMA = 10
_DAYS_FOR_GROWTH = 90
_YEAR = 365.0
_RARE = 0.02
"""An hour with less of a day's visits than this is not one in which people come."""
_AFTER_CLOSING = 0.35
"""Nor is the last one with less than this of the one before: those at a window at closing time are served."""
SOON_S = 900.0
"""Who tells of a visit within this time tells of each by itself."""
_ROUNDS = 30
_DAY_HOURS = 24
_A_DAY = "2017-09-12"
_COMES_AFTER = NormalDist(math.log(10))
"""The logarithm of the days after which people come again, as `gateway.simulator.world.people` has it."""
_USUAL = VisitsSection()


@dataclass(frozen=True, slots=True)
class Days:
    """Visits by office, local day and hour."""

    counts: Mapping[tuple[str, date, int], int]

    def by_day(self, offices: frozenset[str] | None = None) -> dict[date, int]:
        """Visits of each day on which there were any, in order; of some offices, or of all."""
        found: Counter[date] = Counter()
        for (office, day, _), count in self.counts.items():
            if offices is None or office in offices:
                found[day] += count
        return dict(sorted(found.items()))

    @property
    def by_office(self) -> Counter[str]:
        """Visits of each office."""
        found: Counter[str] = Counter()
        for (office, _, _), count in self.counts.items():
            found[office] += count
        return found

    def by_hour(self, offices: frozenset[str], saturday: bool) -> Counter[int]:
        """Visits of some offices by hour, on Saturdays or from Monday to Friday."""
        found: Counter[int] = Counter()
        for (office, day, hour), count in self.counts.items():
            if office in offices and (day.weekday() == _SATURDAY) is saturday:
                found[hour] += count
        return found


def days_of(visits: Iterable[tuple[str, str, int]], offices: Sequence[Office]) -> Days:
    """Visits by office and hour in UTC, on the clocks of the offices."""
    zones = {office.code: office.time_zone for office in offices}
    counts: Counter[tuple[str, date, int]] = Counter()
    for office, text, count in visits:
        day, hour = _local(text, zones[office])
        counts[office, day, hour] += count
    return Days(counts)


def cities(offices: Iterable[Office]) -> frozenset[str]:
    """Offices that keep the hours of a city, as the scenario tells them."""
    return frozenset(office.code for office in offices if office.windows >= _USUAL.city_windows)


def draw_days(figures: Figures, days: Days, refused: int, city: frozenset[str]) -> None:
    """How many come on what day. Refused rows were visits too, nobody knows of which day."""
    by_day, in_city = days.by_day(), days.by_day(city)
    ordinary = {day: count for day, count in by_day.items() if day.weekday() < _SATURDAY and not _rested(day, by_day)}
    first, total = min(by_day), sum(by_day.values())
    early = {day: count for day, count in ordinary.items() if day - first < _MONTH_DAYS * _DAY} or ordinary or by_day
    usual = fmean(early.values())
    figures.put("visits.per_day", usual * (total + refused) / total, len(early), "days")
    growth = _growth(figures, ordinary)
    _sigma(figures, ordinary, growth)
    after = [count for day, count in by_day.items() if day.weekday() < _SATURDAY and day not in ordinary]
    _factor(figures, "visits.after_holiday", after, list(ordinary.values()), (1.0, 5.0))
    saturdays = [count for day, count in in_city.items() if day.weekday() == _SATURDAY]
    _factor(figures, "visits.saturday", saturdays, [in_city.get(day, 0) for day in ordinary], (0.0, 1.0))


def draw_hours(figures: Figures, days: Days, offices: Sequence[Office]) -> None:
    """When offices are open, and how busy their hours are."""
    city = cities(offices)
    rural = frozenset(office.code for office in offices) - city
    spans = {}
    for key, some, saturday in (("city", city, False), ("city_saturday", city, True), ("rural", rural, False)):
        by_hour = days.by_hour(some, saturday)
        cases = by_hour.total()
        if cases < 2 * ENOUGH:
            figures.usual(f"visits.{key}", cases, "visits")
            continue
        spans[key] = _opening(by_hour)
        figures.put(f"visits.{key}", _hours(*spans[key]), cases, "visits")
    _peaks(figures, days, {"city": city, "rural": rural}, spans)


def draw_weights(figures: Figures, days: Days, offices: Sequence[Office]) -> None:
    """How busy offices are against what their windows tell. Those with the fewest visits are told together."""
    by_office = days.by_office
    windows = sum(office.windows for office in offices)
    few = [office for office in offices if by_office[office.code] < FEW]
    mean_of_few = max(1, sum(by_office[office.code] for office in few)) / max(1, sum(office.windows for office in few))
    total = by_office.total()
    for office in offices:
        count = by_office[office.code]
        if count < FEW:
            value = mean_of_few * windows / total
            figures.put(f"visits.weights.{office.code}", value, None, f"fewer than {FEW} visits; as all such offices")
        else:
            figures.put(f"visits.weights.{office.code}", count / office.windows * windows / total, count, "visits")


def draw_writing(
    figures: Figures, visits: int, consented: int, refused: int, bad_phones: int, known: Sequence[likeness.OfKnown]
) -> None:
    """Consent, phones, and who comes again."""
    figures.share("visits.consent", consented + bad_phones, visits + refused, "visits and refused rows")
    figures.share("visits.valid_phone", consented, consented + bad_phones, "visits with consent and refused phones")
    without = (visits - consented) * WRITTEN_WITHOUT_CONSENT
    _comes_again(figures, known, consented / max(1.0, consented + bad_phones + without))


def draw_lists(figures: Figures, visits: int, soon: int, minutes: Mapping[str, int], days: int, zone: str) -> None:
    """When offices send their lists. `soon` is how many visits were told of at once, `minutes` on how many days
    something came at a minute of the day (UTC), `zone` that of the offices."""
    most = max(sorted(minutes), key=lambda minute: minutes[minute], default="")
    if days < _DAYS_FOR_A_FACTOR:
        figures.usual("visits.lists_at", days, "days")
    elif soon > visits / 2:
        figures.put("visits.lists_at", None, soon, f"of {visits} visits were told of within {SOON_S / 60:.0f} minutes")
    elif minutes[most] < days / 2:
        figures.usual("visits.lists_at", days, "days", "lists came at no time of their own")
    else:
        at = datetime.fromisoformat(f"{_A_DAY}T{most}:00+00:00").astimezone(ZoneInfo(zone))
        figures.put("visits.lists_at", f"{at:%H:%M}", minutes[most], "days")


def _rested(day: date, by_day: Mapping[date, int]) -> bool:
    """Whether nobody came on the day before; of the first day the day of the week tells."""
    return day - _DAY not in by_day if day > min(by_day) else day.weekday() == 0


def _growth(figures: Figures, ordinary: Mapping[date, int]) -> float:
    """How much more visits there are each year, by the line through all ordinary days."""
    if len(ordinary) < 2 or max(ordinary) - min(ordinary) < _DAYS_FOR_GROWTH * _DAY:
        figures.usual("visits.growth_per_year", len(ordinary), "ordinary days", "too short a time")
        return 0.0
    first = min(ordinary)
    line = linear_regression([(day - first).days / _YEAR for day in ordinary], list(ordinary.values()))
    growth = min(10.0, max(-0.9, line.slope / line.intercept if line.intercept > 0 else 0.0))
    figures.put("visits.growth_per_year", growth, len(ordinary), "ordinary days")
    return growth


def _sigma(figures: Figures, ordinary: Mapping[date, int], growth: float) -> None:
    """How much days differ, beyond what chance makes of so many visits and what grows."""
    if len(ordinary) < _DAYS_FOR_SIGMA:
        figures.usual("visits.day_sigma", len(ordinary), "ordinary days")
        return
    first = min(ordinary)
    plain = [count / (1 + growth * (day - first).days / _YEAR) for day, count in ordinary.items()]
    chance = fmean(1 / count for count in ordinary.values())
    found = variance([math.log(count) for count in plain]) - chance
    figures.put("visits.day_sigma", min(1.0, math.sqrt(max(0.0, found))), len(ordinary), "ordinary days")


def _factor(
    figures: Figures, key: str, some: Sequence[int], ordinary: Sequence[int], limits: tuple[float, float]
) -> None:
    """How many more or fewer come on some days than on ordinary ones."""
    if len(some) < _DAYS_FOR_A_FACTOR or len(ordinary) < _DAYS_FOR_A_FACTOR or not any(ordinary):
        figures.usual(key, len(some), "days")
    else:
        figures.put(key, min(limits[1], max(limits[0], fmean(some) / fmean(ordinary))), len(some), "days")


def _peaks(
    figures: Figures, days: Days, kinds: Mapping[str, frozenset[str]], spans: Mapping[str, tuple[int, int]]
) -> None:
    """How busy hours are where an office is open in them, so that offices with other hours can share them."""
    by_hour: Counter[int] = Counter()
    open_in: dict[str, tuple[range, int]] = {}
    for kind, some in kinds.items():
        if kind in spans:
            hours = range(*spans[kind])
            counts = days.by_hour(some, saturday=False)
            here = Counter({hour: counts[hour] for hour in hours})
            by_hour.update(here)
            open_in[kind] = (hours, here.total())
    peaks = {hour: 1.0 for hour in sorted(by_hour) if by_hour[hour]}
    for _ in range(_ROUNDS):
        per_peak = {kind: total / sum(peaks.get(hour, 0) for hour in hours) for kind, (hours, total) in open_in.items()}
        for hour in peaks:
            peaks[hour] = by_hour[hour] / sum(rate for kind, rate in per_peak.items() if hour in open_in[kind][0])
    mean = fmean(peaks.values()) if peaks else 1.0
    for hour, peak in peaks.items():
        figures.put(f"visits.peaks.{hour}", peak / mean, by_hour[hour], "visits")
    if not peaks:
        figures.usual("visits.peaks", 0, "visits")


def _comes_again(figures: Figures, known: Sequence[likeness.OfKnown], recognised: float) -> None:
    """Who comes again, of those who could: the scenario lets them come after some days (`_COMES_AFTER`), if the office
    had visitors by then. `recognised` is the share of people whom the box would know again: of those who came without
    consent it has no telephone. Members of one family look like one person."""
    first: dict[str, date] = {}
    could, again = 0.0, 0.0
    for one in sorted(known, key=lambda one: one.day):
        day = date.fromisoformat(one.day)
        days = (day - first.setdefault(one.office, day)).days
        if days:
            could += one.visits * _COMES_AFTER.cdf(math.log(days)) * recognised
            again += one.again - one.visits * _USUAL.shared_phone * recognised
    if could < ENOUGH:
        figures.usual("visits.comes_again", round(could), "visits of people who could have come before")
    else:
        of = "visits of people who could have come before"
        figures.put("visits.comes_again", min(1.0, max(0.0, again / could)), round(could), of)


def _opening(by_hour: Mapping[int, int]) -> tuple[int, int]:
    """From which hour until which one an office is open."""
    busy = [hour for hour, count in by_hour.items() if count >= _RARE * sum(by_hour.values())]
    last = max(busy)
    if by_hour[last] < _AFTER_CLOSING * by_hour.get(last - 1, 0):
        last -= 1
    return min(busy), last + 1


def _hours(begin: int, end: int) -> dict[str, str]:
    return {"from": f"{begin:02d}:00", "to": f"{end:02d}:00" if end < _DAY_HOURS else "23:59"}


@lru_cache(maxsize=100_000)
def _local(text: str, zone: str) -> tuple[date, int]:
    """An hour in UTC on a clock somewhere."""
    moment = datetime.fromisoformat(f"{text}:00+00:00").astimezone(ZoneInfo(zone))
    return moment.date(), moment.hour
