"""Times that vary, drawn. Pure but for the dice that are given."""

from __future__ import annotations

import math
from collections.abc import Callable

from gateway.simulator.dice import Dice
from gateway.simulator.scenario.model import Lasting


def drawing(lasting: Lasting, dice: Dice) -> Callable[[], float]:
    """What draws a time that varies, in seconds, over and over."""
    median_s, sigma = lasting.median_s, lasting.sigma
    if not median_s or not sigma:
        return lambda: median_s
    mean, draw, exp = math.log(median_s), dice.gauss, math.exp
    return lambda: exp(draw(mean, sigma))


def lasts_s(lasting: Lasting, dice: Dice) -> float:
    """How long something takes this time: the same throw as in the full run."""
    median_s, sigma = lasting.median_s, lasting.sigma
    return dice.lognormvariate(math.log(median_s), sigma) if median_s and sigma else median_s
