"""How soon people answer is found again, also where some put it off to the next day."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from gateway.simulator.dice import Dice
from gateway.simulator.like.figures import TOO_FAST, Figures
from gateway.simulator.like.replies import delays_of, draw_course, draw_delays, draw_marks
from gateway.store.likeness import Course, FirstReply

ZONE = "Asia/Barnaul"


def replies(median_s: float, sigma: float, next_day: float, count: int = 1500) -> list[FirstReply]:
    """People written to between nine and eight, who answer as in a scenario."""
    dice = Dice("replies", median_s)
    found = []
    for number in range(count):
        invited = datetime(2017, 9, 12, 9, tzinfo=ZoneInfo(ZONE)) + timedelta(seconds=dice.uniform(0, 11 * 3600))
        if dice.random() < next_day:
            morning = datetime(2017, 9, 13, 8, tzinfo=ZoneInfo(ZONE))
            sent = morning + timedelta(seconds=dice.uniform(0, 14 * 3600))
        else:
            sent = invited + timedelta(seconds=dice.lognormvariate(math.log(median_s), sigma))
        texts = [one.astimezone(UTC).isoformat() for one in (invited, sent)]
        found.append(FirstReply(texts[0], texts[1], ZONE, bare=True))
        # Who writes more takes longer, and says nothing of the others.
        found.append(FirstReply(texts[0], texts[1].replace("09-12", "09-15"), ZONE, bare=number % 3 == 3))
    return found


@pytest.mark.parametrize(("median_s", "sigma", "next_day"), [(1500.0, 1.6, 0.15), (600.0, 1.0, 0.4), (3000.0, 1.2, 0)])
def test_delays_are_found_again(median_s: float, sigma: float, next_day: float) -> None:
    figures = Figures()
    draw_delays(figures, delays_of(replies(median_s, sigma, next_day), 1500))
    assert figures.value("citizens.median_s") == pytest.approx(median_s, rel=0.15)
    assert figures.value("citizens.sigma") == pytest.approx(sigma, rel=0.1)
    assert figures.value("citizens.next_day") == pytest.approx(next_day, abs=0.04)


def test_delays_of_a_demo_are_not_taken_for_those_of_people() -> None:
    figures = Figures()
    draw_delays(figures, delays_of(replies(0.3, 1.0, 0, 100), 100))
    assert {one.why for one in figures.found.values()} == {TOO_FAST}


def test_very_many_replies_are_looked_at_in_part() -> None:
    assert len(delays_of(replies(1500.0, 1.6, 0.1, 40), 40 * 200)) == 20


def test_response_is_of_those_reached() -> None:
    figures = Figures()
    draw_course(figures, Course(1000, 900, 180))
    assert figures.value("citizens.response") == 0.2


def test_scores_are_shares_of_all_marks_and_offices_differ_as_they_do() -> None:
    figures = Figures()
    good, bad = {5: 190, 4: 8, 1: 2}, {5: 140, 4: 40, 1: 20}
    offices = {f"GOOD{number}": good for number in range(4)} | {f"BAD{number}": bad for number in range(4)}
    draw_marks(figures, [(office, mark, count) for office, marks in offices.items() for mark, count in marks.items()])
    assert figures.value("citizens.scores") == [0.825, 0.12, 0.0, 0.0, 0.055]
    # 95 % and 70 % of fives are 1.64 and 0.52 deviations, so half of what lies between them.
    assert figures.value("citizens.quality_sigma") == pytest.approx(0.56, abs=0.07)
    good_one, bad_one = (figures.value(f"citizens.quality.{office}") for office in ("GOOD0", "BAD0"))
    # A little nearer than they seem: some of it is chance.
    assert 0.45 < good_one == -bad_one < 0.56


def test_offices_that_differ_by_chance_alone_do_not_differ() -> None:
    figures, dice = Figures(), Dice("offices")
    fives = [sum(dice.random() < 0.9 for _ in range(300)) for _ in range(20)]
    draw_marks(
        figures,
        [(str(office), mark, n) for office, five in enumerate(fives) for mark, n in ((5, five), (4, 300 - five))],
    )
    assert figures.value("citizens.quality_sigma") < 0.1
