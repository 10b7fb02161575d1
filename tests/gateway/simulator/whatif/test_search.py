"""The fewest that are enough."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.simulator.dice import Dice
from gateway.simulator.whatif.search import Found, fewest


@given(st.integers(1, 80), st.integers(1, 64))
def test_threshold_is_found_and_looked_at_from_both_sides(enough: int, most: int) -> None:
    asked: Counter[int] = Counter()

    def reaches(count: int) -> bool:
        asked[count] += 1
        return count >= enough

    assert fewest(reaches, most) == Found(enough if enough <= most else None, most)
    assert set(asked.values()) == {1} and max(asked) <= most
    if enough <= most:
        assert {max(1, enough - 1), enough, min(most, enough + 1)} <= set(asked)
    assert len(asked) <= 14


def test_chance_near_the_goal_is_told() -> None:
    answers = {1: False, 2: False, 4: True, 3: True}
    assert fewest(lambda count: answers.get(count, False), 64) == Found(3, 64)
    answers = {1: False, 2: True}
    assert fewest(lambda count: answers.get(count, False), 64) == Found(2, 64, 3)


@pytest.mark.parametrize("seed", range(20))
def test_noise_moves_the_answer_by_no_more_than_its_width(seed: int) -> None:
    dice = Dice(seed, "noise")
    shares = {count: min(1.0, count / 20) + dice.uniform(-0.02, 0.02) for count in range(1, 65)}
    found = fewest(lambda count: shares[count] >= 0.8, 64)
    assert found.fewest in (16, 17) and shares[found.fewest] >= 0.8 > shares[found.fewest - 1]
