"""Whether and when a message is on a citizen's telephone, and whether we hear of it.

Who is off or blocked is thrown by the same dice as in the full run (`gateway.simulator.box.telephones`), when an
invitation is on its way.
"""

from __future__ import annotations

import math

from gateway.simulator.dice import Dice, chance
from gateway.simulator.plan.drawing import drawing, lasts_s
from gateway.simulator.plan.talks import Person
from gateway.simulator.scenario.model import NetworkSection

_DAY_S = 86_400


class Telephones:
    """The telephones of a box's citizens; `seed` is the one of the box."""

    def __init__(self, network: NetworkSection, seed: str) -> None:
        self._network = network
        self._seed = seed
        self._dice = Dice(seed, "plan", "network")
        self._delivery_s = drawing(network.delivery, self._dice)

    def ask(self, person: Person, now: float) -> None:
        """An invitation is on its way: is the telephone on?"""
        if person.off_until > now:
            return
        network = self._network
        if chance(f"{self._seed}:blocked:{person.phone}") < network.blocked:
            person.off_until = math.inf
            return
        day = int(now // _DAY_S)
        if chance(f"{self._seed}:off:{person.phone}:{day}") < network.off:
            person.off_until = now + lasts_s(network.off_for, Dice(self._seed, "off for", person.phone, day))

    def shows_at(self, person: Person, now: float) -> float:
        """When a part that the network takes now is on the telephone; infinite: never."""
        shows_at = now + self._delivery_s()
        return shows_at if shows_at > person.off_until else person.off_until

    def fails_at(self, person: Person, now: float, validity_s: float) -> float:
        """When it is known of a part that is never shown: soon where it is blocked, else when the network gives up."""
        return now + (self._delivery_s() if person.off_until == math.inf else validity_s)

    def is_reported(self) -> bool:
        """Whether the report about a part comes."""
        lost = self._network.reports_lost
        return not lost or self._dice.random() >= lost
