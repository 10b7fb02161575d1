"""Chance by name: equal names give equal throws, and picking costs no more than it says."""

from itertools import accumulate
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from gateway.simulator.dice import Dice, chance


@given(st.lists(st.floats(0.1, 100), min_size=1, max_size=9), st.integers())
def test_one_is_picked_as_choices_would(weights, seed):
    so_far, things = list(accumulate(weights)), range(len(weights))
    dice, plain = Dice(seed), Random(str(seed))
    for _ in range(5):
        assert dice.pick(things, so_far) == plain.choices(things, cum_weights=so_far)[0]


def test_a_name_gives_the_same_throw_on_every_machine():
    assert chance("seed", 7, "phone") == 0.17039956278931878
