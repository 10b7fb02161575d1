"""How fast a run goes, and when it will be over."""

from __future__ import annotations

import pytest

from gateway.simulator.running.meter import Meter, clock
from gateway.simulator.running.progress import Progress


def test_rates_are_of_what_has_been_lived() -> None:
    meter = Meter(["box1", "box2"], 100, now=10.0)
    assert (meter.left_s(11.0), meter.line(11.0)) == (None, "day 0 of 100 (0%), 0 days/s")
    meter.hear("box1", Progress("box1", 10, 100, 3000))
    meter.hear("box1", Progress("box1", 20, 100, 6000))
    meter.hear("box2", Progress("box2", 10, 100, 2000))
    assert meter.share == pytest.approx(0.15)
    assert meter.messages_per_s(20.0) == pytest.approx(800)
    assert meter.days_per_s(20.0) == pytest.approx(1.5)
    assert meter.left_s(20.0) == pytest.approx(10 / 0.15 * 0.85)
    assert meter.line(20.0) == "day 15 of 100 (15%), 800 messages/s, 1.5 days/s, 0:57 left"

    meter.hear("box1", Progress("box1", 100, 100, 6000))
    meter.hear("box2", Progress("box2", 100, 100, 6000))
    assert meter.line(30.0) == "day 100 of 100: what has begun comes to its end"


def test_what_was_lived_before_is_no_speed() -> None:
    meter = Meter(["box1", "box2"], 10, now=0.0)
    meter.take_up("box1", Progress("box1", 8, 10, 4000))
    assert (meter.share, meter.days_per_s(1.0), meter.left_s(1.0)) == (0.4, 0.0, None)
    meter.hear("box1", Progress("box1", 10, 10, 5000))
    assert meter.line(2.0) == "day 5 of 10 (50%), 500 messages/s, 0.5 days/s, 0:10 left"


def test_many_boxes_are_counted_when_they_are_over() -> None:
    meter = Meter([f"region{number:02}-box1" for number in range(1, 86)], 2, now=0.0)
    meter.hear("region03-box1", Progress("region03-box1", 2, 2, 0))
    meter.hear("region04-box1", Progress("region04-box1", 1, 2, 0))
    assert meter.line(1.0).startswith("1 of 85 boxes (2%), 0.0353 days/s, ")


@pytest.mark.parametrize(
    ("seconds", "told"), [(0.4, "0:00"), (59.6, "1:00"), (245, "4:05"), (3723, "1:02:03"), (90_000, "25:00:00")]
)
def test_time_left_is_told_as_a_clock_does(seconds: float, told: str) -> None:
    assert clock(seconds) == told
