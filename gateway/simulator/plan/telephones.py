"""Whether and when a message is on a citizen's telephone, and whether we hear of it."""

from __future__ import annotations

import math
from collections.abc import Callable

from gateway.simulator.dice import Dice
from gateway.simulator.scenario.model import Lasting, NetworkSection


class Telephones:
    """The telephones of a box's citizens; `seed` is the one they have in the full run."""

    def __init__(self, network: NetworkSection, seed: str) -> None:
        self._network = network
        self._seed = seed
        self._dice = Dice(seed, "plan", "network")
        self._delivery_s = drawing(network.delivery, self._dice)

    def shows_at(self, phone: str, now: float) -> float:
        """When a part that the network takes now is on the telephone; infinite: never."""
        network = self._network
        chance = Dice(self._seed, phone, "handset").random()
        shows_at = now + self._delivery_s()
        if chance < network.blocked:
            return math.inf
        if chance < network.blocked + network.off:
            off = Dice(self._seed, phone, "off", int(now))
            return shows_at + drawing(network.off_for, off)()
        return shows_at

    def is_reported(self) -> bool:
        """Whether the report about a part comes."""
        lost = self._network.reports_lost
        return not lost or self._dice.random() >= lost


def drawing(lasting: Lasting, dice: Dice) -> Callable[[], float]:
    """What draws a time that varies, in seconds."""
    median_s, sigma = lasting.median_s, lasting.sigma
    if not median_s or not sigma:
        return lambda: median_s
    mean, draw = math.log(median_s), dice.lognormvariate
    return lambda: draw(mean, sigma)
