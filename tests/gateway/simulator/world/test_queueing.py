"""The queue of an office, against the closed form of M/M/c and against its own rules."""

import math
from collections.abc import Iterator
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.simulator.dice import Dice
from gateway.simulator.world.queueing import served

COMINGS = st.lists(st.floats(0, 100), max_size=40).map(sorted)


def erlang_wait(load: float, windows: int) -> float:
    """The mean wait of M/M/c in service times: Erlang's second formula."""
    last = load**windows / math.factorial(windows) * windows / (windows - load)
    waiting = last / (sum(load**k / math.factorial(k) for k in range(windows)) + last)
    return waiting / (windows - load)


@pytest.mark.parametrize(("windows", "load"), [(1, 0.7), (3, 2.4), (8, 6.8)])
def test_mean_wait_is_that_of_the_closed_form(windows: int, load: float) -> None:
    dice = Dice("queue", windows)
    comings = accumulate(dice.expovariate(load) for _ in range(60_000))
    waits = [waited for _, waited in served(comings, windows, lambda: dice.expovariate(1), math.inf)]
    assert sum(waits) / len(waits) == pytest.approx(erlang_wait(load, windows), rel=0.08)


@given(COMINGS, st.integers(1, 4), st.lists(st.floats(0.1, 30), min_size=40, max_size=40))
def test_nobody_passes_another_or_is_called_after_closing(
    comings: list[float], windows: int, services: list[float]
) -> None:
    drawn: Iterator[float] = iter(services)
    begins = []
    for (ends, waited), service in zip(served(comings, windows, lambda: next(drawn), 60), services, strict=False):
        begins.append(ends - service)
        assert waited >= 0
    assert begins == pytest.approx(sorted(begins))
    assert all(begin < 60 + 1e-9 for begin in begins)


def test_who_waits_at_the_closing_goes_home_and_who_is_at_a_window_is_served() -> None:
    assert list(served([0, 1, 2, 11], 1, lambda: 9.0, closes=10)) == [(9.0, 0), (18.0, 8.0)]
