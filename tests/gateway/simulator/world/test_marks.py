"""Marks by experience: the wanted shares over a region, moved by office, queue and day."""

import math
from collections import Counter

import pytest

from gateway.simulator.dice import Dice
from gateway.simulator.scenario.model import CitizensSection
from gateway.simulator.world.marks import Marks

WEIGHTS = {f"O{number}": float(1 + number % 7) for number in range(40)}
CITIZENS = CitizensSection()


def shares(citizens: CitizensSection, weights: dict[str, float], count: int = 100_000) -> dict[int, float]:
    """Over offices by weight, days, and a queue in which half wait."""
    marks, dice = Marks(citizens, weights, 1, "marks"), Dice("chance")
    offices = dice.choices(list(weights), list(weights.values()), k=count)
    found: Counter[int] = Counter()
    for office in offices:
        waited = dice.expovariate(1 / (2 * citizens.usual_queue_s)) if dice.random() < 0.5 else 0.0
        found[marks.mark(dice.random(), office, waited, dice.gauss(0, citizens.day_sigma_mark))] += 1
    return {mark: found[mark] / count for mark in range(1, 6)}


@pytest.mark.parametrize("weights", [WEIGHTS, {"ONE": 3.0}], ids=["many offices", "one office"])
def test_shares_over_a_region_are_those_of_the_scenario(weights: dict[str, float]) -> None:
    found = shares(CITIZENS, weights)
    for mark, share in zip((5, 4, 3, 2, 1), CITIZENS.scores, strict=True):
        assert found[mark] == pytest.approx(share, abs=0.004)


def test_even_scores_come_out_even() -> None:
    found = shares(CitizensSection(scores=(0.2, 0.2, 0.2, 0.2, 0.2)), WEIGHTS, 40_000)
    assert all(share == pytest.approx(0.2, abs=0.01) for share in found.values())


def test_scores_without_a_mark_never_give_it() -> None:
    found = shares(CitizensSection(scores=(0.5, 0, 0, 0, 0.5)), WEIGHTS, 20_000)
    assert found[5] + found[1] == 1
    assert shares(CitizensSection(scores=(1, 0, 0, 0, 0)), WEIGHTS, 1000)[5] == 1


def test_an_hour_in_the_queue_and_a_bad_day_cost_marks() -> None:
    marks = Marks(CITIZENS, WEIGHTS, 1, "marks")
    chances = [(number + 0.5) / 2000 for number in range(2000)]

    def mean(waited_s: float, day: float = 0.0) -> float:
        return sum(marks.mark(chance, "O3", waited_s, day) for chance in chances) / len(chances)

    assert mean(0) > mean(3600) > mean(7200)
    assert mean(600, day=-1) < mean(600) < mean(600, day=1)


def test_offices_differ_with_the_mean_none_over_visits() -> None:
    quality = Marks(CITIZENS, WEIGHTS, 1, "marks").quality
    total = sum(WEIGHTS.values())
    assert sum(WEIGHTS[code] * value for code, value in quality.items()) / total == pytest.approx(0, abs=1e-12)
    variance = sum(WEIGHTS[code] * value**2 for code, value in quality.items()) / total
    assert math.sqrt(variance) == pytest.approx(CITIZENS.quality_sigma)
    assert quality != Marks(CITIZENS, WEIGHTS, 2, "marks").quality
