"""The mark a citizen has in mind about a visit: his own contentment, the office, the queue, the day.

Pure. Contentment is a normal variable, measured in standard deviations of people's own; the mark is how many of four
thresholds it passes. The thresholds are placed so that over a whole region, with the usual queue, the marks have the
shares that the scenario wants.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache

from gateway.simulator.dice import Dice
from gateway.simulator.scenario.model import CitizensSection

_ROOT = math.sqrt(0.5)
_FARTHEST = 40.0
_STEPS = 60
_QUANTILES = 100


class Marks:
    """How the citizens of a region judge. `weights` is how many visits its offices have against each other."""

    def __init__(self, citizens: CitizensSection, weights: Mapping[str, float], region: int, seed: str) -> None:
        self._queue_effect = citizens.queue_effect / 3600
        drawn = _qualities(weights, citizens.quality_sigma, region, seed)
        known, prefix = citizens.quality, f"R{region}-"
        self.quality = {office: known.get(office.removeprefix(prefix), quality) for office, quality in drawn.items()}
        spread = math.hypot(1, citizens.quality_sigma if len(weights) > 1 else 0, citizens.day_sigma_mark)
        self._thresholds = _thresholds(citizens.scores, spread, self._queue_effect * citizens.usual_queue_s)

    def mark(self, chance: float, office: str, waited_s: float, day: float) -> int:
        """The mark, from 1 to 5; `chance` is the citizen's own, between 0 and 1, `day` how good the office's day is."""
        shift = self.quality[office] + day - self._queue_effect * waited_s
        for mark, threshold in self._thresholds:
            if chance >= 0.5 * math.erfc((shift - threshold) * _ROOT):  # as `_below`
                return mark
        return 1


@lru_cache(maxsize=64)
def _thresholds(scores: tuple[float, ...], spread: float, usual: float) -> tuple[tuple[int, float], ...]:
    """The marks 5, 4, 3, 2 with what contentment must pass for each. `usual` is what the mean wait costs."""
    waits = _usual_waits(usual)
    total = sum(scores)
    found, worse = [], 1.0
    for mark, share in zip((5, 4, 3, 2), scores, strict=False):
        worse -= share / total
        low, high = -_FARTHEST, _FARTHEST
        for _ in range(_STEPS):
            middle = (low + high) / 2
            if sum(_below((middle + wait) / spread) for wait in waits) < worse * len(waits):
                low = middle
            else:
                high = middle
        found.append((mark, high))
    return tuple(found)


def _usual_waits(mean: float) -> list[float]:
    """What a usual queue looks like: half of the people do not wait, the waits of the others are exponential. The
    waits of `gateway.simulator.world.queueing` over a region have this mean and this deviation, 1.7 times it."""
    some = [-2 * mean * math.log((number + 0.5) / _QUANTILES) for number in range(_QUANTILES)]
    return some + [0.0] * _QUANTILES


def _below(contentment: float) -> float:
    """Which share of people is less contented."""
    return 0.5 * math.erfc(-contentment * _ROOT)


def _qualities(weights: Mapping[str, float], sigma: float, region: int, seed: str) -> dict[str, float]:
    """How good each office is: with the mean 0 and the deviation `sigma` over visits, so that a region of few offices
    is as contented as one of many."""
    drawn = {office: Dice(seed, "quality", region, office).gauss(0, 1) for office in weights}
    total = sum(weights.values())
    mean = sum(weights[office] * value for office, value in drawn.items()) / total
    variance = sum(weights[office] * (value - mean) ** 2 for office, value in drawn.items()) / total
    scale = sigma / math.sqrt(variance) if variance > 0 else 0.0
    return {office: (value - mean) * scale for office, value in drawn.items()}
