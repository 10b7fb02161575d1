"""What is drawn out of visits is what the world was made of."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from functools import cache

import pytest

from gateway.simulator.like.figures import FEW, Figures
from gateway.simulator.like.visits import cities, days_of, draw_days, draw_hours, draw_lists, draw_weights, draw_writing
from gateway.simulator.scenario import files
from gateway.simulator.scenario.vary import varied
from gateway.simulator.world.arrivals import arrivals
from gateway.simulator.world.offices import offices_of, services_of
from gateway.store.likeness import OfKnown

LIVED = varied(
    files.load("altai-day"),
    {
        "first_day": "2017-02-06",
        "days": "56",
        "visits.per_day": "400",
        "visits.day_sigma": "0.15",
        "visits.saturday": "0.3",
        "visits.after_holiday": "1.5",
        "visits.consent": "0.4",
        "visits.valid_phone": "0.9",
        "visits.comes_again": "0.3",
        "visits.holidays": "[]",
        "visits.weights": "{BRN1: 2.0}",
    },
)


@cache
def drawn() -> Figures:
    """The figures of eight weeks, the visits counted as a database counts them."""
    offices, services = offices_of(LIVED, 1, 1), services_of(LIVED)
    counts: Counter[tuple[str, str]] = Counter()
    known: dict[tuple[str, str], list[int]] = {}
    first: dict[tuple[str, str], str] = {}
    consented = refused = 0
    for one in arrivals(LIVED, 1, 1, offices, services):
        if one.consent and one.phone is None:
            refused += 1
            continue
        text = datetime.fromtimestamp(one.ended_at, UTC).isoformat()
        counts[one.office, text[:13]] += 1
        consented += one.consent
        if one.consent and one.phone is not None:
            day = text[:10]
            here = known.setdefault((one.office, day), [0, 0])
            here[0] += 1
            here[1] += first.setdefault((one.office, one.phone), day) < day
    days = days_of(((office, hour, count) for (office, hour), count in counts.items()), offices)
    figures = Figures()
    draw_days(figures, days, refused, cities(offices))
    draw_hours(figures, days, offices)
    draw_weights(figures, days, offices)
    seen = [OfKnown(office, day, count, again) for (office, day), (count, again) in sorted(known.items())]
    draw_writing(figures, counts.total(), consented, refused, refused, seen)
    return figures


@pytest.mark.parametrize(
    ("key", "tolerance"),
    [
        ("visits.per_day", 40),
        ("visits.day_sigma", 0.05),
        ("visits.saturday", 0.06),
        ("visits.after_holiday", 0.25),
        ("visits.consent", 0.02),
        ("visits.valid_phone", 0.02),
        ("visits.comes_again", 0.06),
    ],
)
def test_figure_of_the_world_is_found_again(key: str, tolerance: float) -> None:
    assert drawn().value(key) == pytest.approx(getattr(LIVED.visits, key.removeprefix("visits.")), abs=tolerance)


def test_hours_are_those_in_which_people_come() -> None:
    assert drawn().value("visits.city") == {"from": "08:00", "to": "20:00"}
    assert drawn().value("visits.city_saturday") == {"from": "09:00", "to": "14:00"}
    assert drawn().value("visits.rural") == {"from": "09:00", "to": "17:00"}


def test_peaks_are_those_of_the_world_though_offices_have_different_hours() -> None:
    peaks = LIVED.visits.peaks
    mean = sum(peaks.values()) / len(peaks)
    for hour in (10, 11, 12, 13, 15, 16):
        # Visits end a little after people come.
        assert drawn().value(f"visits.peaks.{hour}") == pytest.approx(peaks[hour] / mean, rel=0.35)


def test_busy_office_has_its_weight() -> None:
    others = [drawn().value(f"visits.weights.{code}") for code in ("BRN2", "BRN3", "BSK1", "RBC1")]
    assert drawn().value("visits.weights.BRN1") / (sum(others) / 4) == pytest.approx(2.0, rel=0.12)


def test_growth_is_told_only_of_a_long_time() -> None:
    assert drawn().found["visits.growth_per_year"].why == "too short a time"
    offices = offices_of(LIVED, 1, 1)
    begin = date(2017, 1, 2)
    hours = [(f"{begin + timedelta(days=day)}T05", day) for day in range(300)]
    growing = days_of((("BRN1", hour, round(1000 * (1 + 0.5 * day / 365))) for hour, day in hours), offices)
    figures = Figures()
    draw_days(figures, growing, 0, frozenset())
    assert figures.value("visits.growth_per_year") == pytest.approx(0.5, rel=0.05)


def test_few_visits_are_not_told_of_one_office() -> None:
    offices = offices_of(LIVED, 1, 1)
    some = [("BRN1", "2017-02-06T05", 100), ("ALR1", "2017-02-06T05", FEW - 1), ("BAE1", "2017-02-06T05", 1)]
    figures = Figures()
    draw_weights(figures, days_of(some, offices), offices)
    weights = {key: one for key, one in figures.found.items() if one.of.startswith("fewer")}
    assert {"visits.weights.ALR1", "visits.weights.BAE1", "visits.weights.ZRN1"} <= set(weights)
    assert len({one.value for one in weights.values()}) == 1
    assert {one.cases for one in weights.values()} == {None}


@pytest.mark.parametrize(
    ("soon", "minutes", "days", "value", "why"),
    [
        (0, {"11:00": 9, "11:01": 2}, 10, "18:00", ""),
        (90, {"03:10": 1}, 10, None, ""),
        (0, {"03:10": 1, "04:10": 2}, 10, None, "lists came at no time of their own"),
        (0, {"11:00": 2}, 2, None, "too few"),
    ],
)
def test_lists_come_when_they_mostly_did(
    soon: int, minutes: dict[str, int], days: int, value: str | None, why: str
) -> None:
    figures = Figures()
    draw_lists(figures, 100, soon, minutes, days, "Asia/Barnaul")
    assert figures.found["visits.lists_at"].why == why
    assert figures.found["visits.lists_at"].value == value
