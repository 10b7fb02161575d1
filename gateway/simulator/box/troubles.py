"""What goes wrong with the modems of a box and with its network: how often, for how long, at whom."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from gateway.simulator.box.telephones import lasts_s
from gateway.simulator.dice import Dice
from gateway.simulator.scenario.model import OutageSection, Scenario
from modem.emulator.faults.kinds import AnyArmed, AnyEvent, Error, Freeze, Registration

Kind = Literal["hang", "no_network", "away"]
Inflict = Callable[[int, AnyArmed | AnyEvent, float], None]
"""Lets a fault happen at the modem of this number, at this time."""
_CONGESTION = 42
_SEARCHING = 2


@dataclass(slots=True)
class Ahead:
    """Troubles to come: when, of which kind, at which modem (-1: at all), and the how manieth of its kind there; and
    when the last of those that have come is over."""

    due: list[tuple[float, Kind, int, int]] = field(default_factory=list)
    over_at: float = 0.0


class Troubles:
    """A `World` of the virtual clock. Each kind at each modem has dice of its own; nothing begins after `until`."""

    def __init__(self, scenario: Scenario, seed: str, ahead: Ahead, until: float, inflict: Inflict) -> None:
        self._sections: dict[Kind, OutageSection | None] = {
            "hang": scenario.modems.hangs,
            "no_network": scenario.modems.no_network,
            "away": scenario.network.away,
        }
        self._modems = range(scenario.modems.count)
        self._refused = scenario.network.refused
        self._seed = seed
        self._ahead = ahead
        self._until = until
        self._inflict = inflict

    def begin(self, now: float) -> None:
        """Plan the first trouble of each kind."""
        for modem in self._modems:
            self._plan("hang", modem, 1, now)
            self._plan("no_network", modem, 1, now)
        self._plan("away", -1, 1, now)

    def arm(self, now: float) -> None:
        """Have a share of submits refused from now on."""
        if self._refused:
            for modem in self._modems:
                self._inflict(modem, Error(code=_CONGESTION, rate=self._refused, times=None), now)

    def are_over(self, now: float) -> bool:
        """Whether all modems have a network and answer."""
        return self._ahead.over_at < now

    def next_at(self) -> float | None:
        """When the next trouble comes."""
        return self._ahead.due[0][0] if self._ahead.due else None

    def advance(self, to: float) -> None:
        """Let come what is due."""
        due = self._ahead.due
        while due and due[0][0] <= to:
            at, kind, modem, number = heapq.heappop(due)
            over_at = at + self._strike(kind, modem, number, at)
            self._ahead.over_at = max(self._ahead.over_at, over_at)
            self._plan(kind, modem, number + 1, over_at)

    def _plan(self, kind: Kind, modem: int, number: int, since: float) -> None:
        section = self._sections[kind]
        if section is None:
            return
        at = since + Dice(self._seed, kind, modem, number, "comes").expovariate(1 / (section.every_h * 3600))
        if at < self._until:
            heapq.heappush(self._ahead.due, (at, kind, modem, number))

    def _strike(self, kind: Kind, modem: int, number: int, at: float) -> float:
        """Let a trouble begin; how long it lasts."""
        section = self._sections[kind]
        assert section is not None, "what is not in the scenario was not planned"
        for_s = lasts_s(section.lasts, Dice(self._seed, kind, modem, number, "lasts"))
        fault = Freeze(for_s=for_s, deaf=True) if kind == "hang" else Registration(stat=_SEARCHING, for_s=for_s)
        for one in self._modems if modem < 0 else (modem,):
            self._inflict(one, fault, at)
        return for_s
