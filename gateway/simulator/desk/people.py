"""Those who are called back: how long they stay interested, whether they answer, how long they talk, what comes of it.

Pure. Each call-back and each try has dice of its own, named by the seed and the call-back, so that the same people are
met whoever calls them, when, and in which mode of the simulation. The proportions of outcomes and causes are assumed:
nothing is published about them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

from gateway.callbacks import WITH_A_CAUSE, Cause, Outcome
from gateway.simulator.dice import Dice
from gateway.simulator.scenario.model import DeskSection, Lasting

_OUTCOMES = {Outcome.RESOLVED: 0.35, Outcome.EXPLAINED: 0.45, Outcome.PASSED_ON: 0.20}
_CAUSES = {
    Cause.TIME: 0.15, Cause.QUEUE: 0.35, Cause.STAFF: 0.20, Cause.COMFORT: 0.05, Cause.INFO: 0.10, Cause.OTHER: 0.10,
    Cause.MISTAKE: 0.05,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Try:
    """What a call comes to. `outcome` None: nobody took it."""

    lasts_s: float
    outcome: Outcome | None = None
    cause: Cause | None = None


class People(Protocol):
    """Whoever is called, each by the key of the call-back."""

    def patience_s(self, key: str) -> float:
        """How long this person stays interested, from the opening of the call-back."""

    def answers(self, key: str, number: int, interested: bool) -> Try:
        """What the try `number` (from 1) comes to, of a person who is still `interested` or not any more."""


@dataclass(frozen=True, slots=True)
class Citizens:
    """The people of a scenario."""

    settings: DeskSection
    seed: str

    def patience_s(self, key: str) -> float:
        return _lasts_s(self.settings.patience, self._dice(key, "patience"))

    def answers(self, key: str, number: int, interested: bool) -> Try:
        settings = self.settings
        dice = self._dice(key, number)
        if dice.random() >= settings.answers:
            return Try(settings.no_answer_s)
        if self._dice(key, "wrong").random() < settings.wrong_number:
            return Try(settings.hang_up_s, Outcome.WRONG_NUMBER)
        chance = dice.random()
        if not interested or chance < settings.refused:
            return Try(settings.hang_up_s, Outcome.REFUSED)
        if chance < settings.refused + settings.opted_out:
            return Try(settings.hang_up_s, Outcome.OPTED_OUT)
        outcome = dice.choices(list(_OUTCOMES), list(_OUTCOMES.values()))[0]
        assert outcome in WITH_A_CAUSE, "these are talks about what was wrong"
        cause = dice.choices(list(_CAUSES), list(_CAUSES.values()))[0]
        return Try(_lasts_s(settings.talk, dice), outcome, cause)

    def _dice(self, *question: object) -> Dice:
        return Dice(self.seed, "call-back", *question)


def _lasts_s(lasting: Lasting, dice: Dice) -> float:
    if not lasting.sigma or not lasting.median_s:
        return lasting.median_s
    return dice.lognormvariate(math.log(lasting.median_s), lasting.sigma)
