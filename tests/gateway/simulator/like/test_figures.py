"""Figures tell what they rest on, and are not taken where that is too little."""

from __future__ import annotations

import math

import pytest

from gateway.simulator.dice import Dice
from gateway.simulator.like.figures import ENOUGH, TOO_FAST, Figures, lognormal, quantile


def test_share_of_enough_is_told_with_its_cases() -> None:
    figures = Figures()
    figures.share("visits.consent", 1, 3 * ENOUGH, "visits")
    found = figures.found["visits.consent"]
    assert (found.value, found.cases, found.of, found.why) == (0.0111, 90, "visits", "")
    assert figures.value("visits.consent") == 0.0111


def test_share_of_too_few_is_the_default() -> None:
    figures = Figures()
    figures.share("visits.consent", 29, ENOUGH - 1, "visits")
    found = figures.found["visits.consent"]
    assert (figures.value("visits.consent"), found.cases, found.why) == (None, 29, "too few")


def test_time_that_no_telephone_network_takes_is_not_taken_over() -> None:
    figures = Figures()
    figures.lasting("modems.submit", {0.002: 500}, "parts", least_s=0.1)
    assert figures.found["modems.submit"].why == TOO_FAST


def test_median_and_sigma_are_found_again_and_outliers_do_not_move_them() -> None:
    dice = Dice("submits")
    times: dict[float, int] = {}
    for _ in range(3000):
        time = round(dice.lognormvariate(math.log(4.0), 0.35), 2)
        times[time] = times.get(time, 0) + 1
    median, sigma = lognormal({**times, 290.0: 40})
    assert median == pytest.approx(4.0, rel=0.03)
    assert sigma == pytest.approx(0.35, rel=0.08)


def test_quantile_is_the_first_time_that_is_reached_by_so_many() -> None:
    times = {5.0: 1, 1.0: 2, 3.0: 1}
    assert [quantile(times, share) for share in (0.0, 0.5, 0.51, 0.75, 1.0)] == [1.0, 1.0, 3.0, 3.0, 5.0]
