"""Whose telephone is off when he is asked, for how long, and whose does not take our messages at all.

Each telephone has dice of its own, thrown when the day's first invitation goes out to it: so it is the same whoever
else is asked. What it comes to is plain data.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable
from dataclasses import dataclass, field

from gateway.simulator import questions
from gateway.simulator.dice import Dice, chance
from gateway.simulator.scenario.model import Lasting, NetworkSection
from modem.emulator.journal import Record, Submitted
from modem.emulator.network.handsets import Handset

_DAY_S = 86_400
SetHandset = Callable[[str, Handset | None, float], None]


@dataclass(slots=True)
class Off:
    """Telephones that are off: when each is on again."""

    until: list[tuple[float, str]] = field(default_factory=list)
    phones: set[str] = field(default_factory=set)
    blocked: set[str] = field(default_factory=set)


class Telephones:
    """A `World` of the virtual clock, and an observer of the network's journal."""

    def __init__(self, network: NetworkSection, seed: str, off: Off, set_handset: SetHandset) -> None:
        self._network = network
        self._seed = seed
        self._off = off
        self._set = set_handset

    def restore(self, now: float) -> None:
        """Tell a new network whose telephone is off, or blocked."""
        for phone in sorted(self._off.phones):
            self._set(phone, Handset.OFF, now)
        for phone in sorted(self._off.blocked):
            self._set(phone, Handset.BLOCKED, now)

    def hear(self, record: Record) -> None:
        """A message is on its way: is the telephone it goes to on?"""
        if not isinstance(record, Submitted) or not self._network.off + self._network.blocked:
            return
        phone, off = record.to, self._off
        if phone in off.phones or phone in off.blocked or not questions.is_first(record.ud.text):
            return
        network, day = self._network, int(record.at // _DAY_S)
        if chance(self._seed, "blocked", phone) < network.blocked:
            off.blocked.add(phone)
            self._set(phone, Handset.BLOCKED, record.at)
            return
        if chance(self._seed, "off", phone, day) < network.off:
            off.phones.add(phone)
            for_s = lasts_s(network.off_for, Dice(self._seed, "off for", phone, day))
            heapq.heappush(off.until, (record.at + for_s, phone))
            self._set(phone, Handset.OFF, record.at)

    def next_at(self) -> float | None:
        """When a telephone is switched on again."""
        return self._off.until[0][0] if self._off.until else None

    def advance(self, to: float) -> None:
        """Switch on those whose time has come."""
        off = self._off
        while off.until and off.until[0][0] <= to:
            until, phone = heapq.heappop(off.until)
            off.phones.discard(phone)
            self._set(phone, None, until)


def lasts_s(lasting: Lasting, dice: Dice) -> float:
    """How long something takes this time."""
    if not lasting.sigma or not lasting.median_s:
        return lasting.median_s
    return dice.lognormvariate(math.log(lasting.median_s), lasting.sigma)
