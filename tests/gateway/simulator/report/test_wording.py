"""Numbers as the page says them."""

from __future__ import annotations

import pytest

from gateway.simulator.report.shares import share
from gateway.simulator.report.wording import between, duration, of_unit, percent, roubles, several, with_interval


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (None, "–"),
        (0, "0 s"),
        (4.254, "4.25 s"),
        (119, "119 s"),
        (120, "2 min"),
        (1800, "30 min"),
        (7200, "2 h"),
        (86_400, "24 h"),
        (259_200, "3 days"),
    ],
)
def test_durations_are_in_the_unit_a_person_would_choose(seconds: float | None, said: str) -> None:
    assert duration(seconds) == said


def test_share_has_its_interval_and_a_small_one_another_digit() -> None:
    assert with_interval(share(155, 1000)) == "15.5 % (13.4–17.9)"
    assert with_interval(share(2, 1000)) == "0.20 % (0.05–0.73)"
    assert with_interval(share(0, 0)) == "–"
    assert with_interval(share(3, 2)) == "150.0 %", "two replies of one person"


def test_numbers_have_their_units() -> None:
    assert (percent(0.97536), between(4.8, 4.91, 1, 2), roubles(1234.5, 2)) == ("97.5 %", "4.80–4.91", "1,234.50 ₽")
    assert [of_unit(value, unit) for value, unit in ((0.5, "share"), (4.86, "mark"), (29, "min"), (1e5, "count"))] == [
        "50.0 %", "4.860", "29 min", "100,000",
    ]  # fmt: skip
    assert (several(1, "modem"), several(1200, "day")) == ("1 modem", "1,200 days")
