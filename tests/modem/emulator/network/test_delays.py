from random import Random
from statistics import mean, median

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from modem.emulator.network.delays import Delay, DelayMs, draw, from_ms, to_ms

_WRITTEN: TypeAdapter[object] = TypeAdapter(DelayMs)


def _delay(written: object) -> Delay:
    return from_ms(_WRITTEN.validate_python(written))  # type: ignore[arg-type]


def test_number_is_a_fixed_time_and_draws_nothing() -> None:
    rng = Random(1)
    before = rng.getstate()
    assert draw(_delay(1500), rng) == 1.5
    assert draw(_delay({"kind": "fixed", "ms": 250}), rng) == 0.25
    assert rng.getstate() == before


@pytest.mark.parametrize(
    ("written", "centre", "expected"),
    [
        ({"kind": "uniform", "min_ms": 1000, "max_ms": 3000}, mean, 2.0),
        ({"kind": "normal", "mean_ms": 2000, "sd_ms": 300}, mean, 2.0),
        ({"kind": "lognormal", "median_ms": 2000, "sigma": 0.8}, median, 2.0),
        ({"kind": "exponential", "mean_ms": 2000}, mean, 2.0),
    ],
)
def test_distribution_lies_around_what_it_says(written: object, centre: object, expected: float) -> None:
    rng, delay = Random(2), _delay(written)
    drawn = [draw(delay, rng) for _ in range(5000)]
    assert centre(drawn) == pytest.approx(expected, rel=0.05)  # type: ignore[operator]
    assert len(set(drawn)) > 4000
    assert min(drawn) >= 0


def test_uniform_stays_within_its_bounds() -> None:
    rng, delay = Random(3), _delay({"kind": "uniform", "min_ms": 100, "max_ms": 200})
    assert all(0.1 <= draw(delay, rng) <= 0.2 for _ in range(1000))


def test_normal_never_goes_below_zero() -> None:
    rng, delay = Random(4), _delay({"kind": "normal", "mean_ms": 10, "sd_ms": 1000})
    assert min(draw(delay, rng) for _ in range(100)) == 0


@pytest.mark.parametrize(
    "written",
    [
        -1,
        True,
        "5",
        None,
        float("nan"),
        float("inf"),
        [],
        {},
        {"kind": "gamma"},
        {"kind": "fixed"},
        {"kind": "fixed", "ms": 1, "more": 2},
        {"kind": "uniform", "min_ms": 2, "max_ms": 1},
        {"kind": "lognormal", "median_ms": 0, "sigma": 1},
        {"kind": "exponential", "mean_ms": 0},
        {"kind": "normal", "mean_ms": 1, "sd_ms": -1},
    ],
)
def test_what_is_no_delay_is_refused(written: object) -> None:
    with pytest.raises(ValidationError):
        _delay(written)


_MS = st.integers(1, 10**6).map(float)
_ANY = st.one_of(
    _MS,
    st.builds(lambda low, more: {"kind": "uniform", "min_ms": low, "max_ms": low + more}, _MS, _MS),
    st.builds(lambda ms, sd: {"kind": "normal", "mean_ms": ms, "sd_ms": sd}, _MS, _MS),
    st.builds(lambda ms, sigma: {"kind": "lognormal", "median_ms": ms, "sigma": sigma}, _MS, st.floats(0, 5)),
    st.builds(lambda ms: {"kind": "exponential", "mean_ms": ms}, _MS),
)


@given(_ANY, st.integers())
def test_delay_reads_back_as_written_and_the_same_source_gives_the_same(written: object, seed: int) -> None:
    delay = _delay(written)
    assert to_ms(delay) == (pytest.approx(written) if isinstance(written, float) else written)
    assert draw(delay, Random(seed)) == draw(delay, Random(seed)) >= 0
