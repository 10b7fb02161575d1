"""What goes wrong with modems and network, when and for how long: the outages of the full run, by the same dice.

A modem that hangs leaves the part it has in hand in doubt: the network has it, and nobody has said so. One without a
network ends the dialogue it is in. What a citizen writes meanwhile comes in when the modem is back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from gateway.simulator.dice import Dice
from gateway.simulator.plan.drawing import lasts_s
from gateway.simulator.plan.events import Events
from gateway.simulator.plan.sending import Modem, Sending
from gateway.simulator.scenario.model import OutageSection, Scenario

_EVERY_MODEM = -1


class _Trouble(NamedTuple):
    """The how manieth trouble of a kind, at a modem or at all."""

    kind: str
    section: OutageSection
    modem: int
    number: int


class Troubles:
    """Everything that goes wrong in a box until a moment; `seed` is the one of the box. `on_back` is told of each modem
    that can be reached again, `on_away` of each one that cannot, and until when."""

    def __init__(
        self,
        events: Events,
        scenario: Scenario,
        seed: str,
        until: float,
        sending: Sending,
        modems: Sequence[Modem],
        on_away: Callable[[Modem, float], None],
        on_back: Callable[[Modem], None],
    ) -> None:
        self._events = events
        self._seed = seed
        self._until = until
        self._sending = sending
        self._modems = modems
        self._on_away = on_away
        self._on_back = on_back
        for kind, section in (("hang", scenario.modems.hangs), ("no_network", scenario.modems.no_network)):
            for modem in range(len(modems)):
                self._plan(kind, section, modem, 1, events.now)
        self._plan("away", scenario.network.away, _EVERY_MODEM, 1, events.now)

    def _plan(self, kind: str, section: OutageSection | None, modem: int, number: int, since: float) -> None:
        """Put the next trouble of a kind down."""
        if section is None:
            return
        dice = Dice(self._seed, kind, modem, number, "comes")
        at = since + dice.expovariate(1 / (section.every_h * 3600))
        if at < self._until:
            self._events.at(at, self._strike, _Trouble(kind, section, modem, number))

    def _strike(self, trouble: _Trouble) -> None:
        kind, section, number = trouble.kind, trouble.section, trouble.modem
        over_at = self._events.now + lasts_s(section.lasts, Dice(self._seed, kind, number, trouble.number, "lasts"))
        for modem in self._modems if number == _EVERY_MODEM else (self._modems[number],):
            self._sending.stop(modem, breaks=kind == "hang")
            self._on_away(modem, over_at)
            self._events.at(over_at, self._end, modem)
        self._plan(kind, section, number, trouble.number + 1, over_at)

    def _end(self, modem: Modem) -> None:
        self._sending.resume(modem)
        if not modem.down:
            self._on_back(modem)
