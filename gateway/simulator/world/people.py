"""Whose telephone is written down at an office: new people and those who were there before, families and helpers,
numbers that are no numbers or somebody else's.

Pure. A person is his office's count of people so far: nothing is kept but how many there were by the end of each day.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from gateway.simulator.dice import Dice
from gateway.simulator.scenario.model import VisitsSection
from gateway.simulator.world.demand import WRITTEN_WITHOUT_CONSENT
from gateway.simulator.world.numbers import Numbers
from gateway.simulator.world.writing import BAD_PHONES, SPELLINGS, SPELLINGS_SO_FAR

_COMES_AGAIN_AFTER = math.log(10)
_COMES_AGAIN_SIGMA = 1.0
"""Whoever comes again comes after ten days in the median, as to fetch what he had applied for."""
_FAMILY_AMONG = 300
"""Of how many people who came last one may be of the family."""
_HELPED = 0.3
"""Of shared phones, those of paid helpers, of whom there is one for every so many windows: `_WINDOWS_A_HELPER`."""
_WINDOWS_A_HELPER = 6


class Written(NamedTuple):
    """What is written down of one visitor, and whose telephone it is: as in `Arrival`."""

    phone: str | None
    written_phone: str
    consent: bool
    stranger: bool


class People:
    """The people of one office, in the order of its visits. `numbers` are theirs."""

    def __init__(self, numbers: Numbers, windows: int, visits: VisitsSection) -> None:
        self._numbers = numbers
        self._visits = visits
        self._helpers = -(-windows // _WINDOWS_A_HELPER)
        self._strangers = 0
        self._known = self._helpers
        self._by_day: list[int] = []

    def end_day(self) -> None:
        """Nobody comes again on the day he came first."""
        self._by_day.append(self._known)

    def next(self, dice: Dice) -> Written:
        """Who comes next."""
        visits = self._visits
        consent = dice.random() < visits.consent
        if not consent and dice.random() >= WRITTEN_WITHOUT_CONSENT:
            return Written(None, "", False, False)
        if dice.random() >= visits.valid_phone:
            return Written(None, dice.choice(BAD_PHONES)(self._numbers[self._new()]), consent, False)
        stranger = dice.random() < visits.wrong_phone
        digits = self._numbers[self._stranger() if stranger else self._person(dice)]
        spelling = dice.choices(SPELLINGS, cum_weights=SPELLINGS_SO_FAR)[0]
        return Written("+7" + digits, spelling(digits), consent, stranger)

    def _person(self, dice: Dice) -> int:
        chance = dice.random() - self._visits.shared_phone
        if chance < 0:
            if dice.random() < _HELPED or self._known == self._helpers:
                return dice.randrange(self._helpers)
            return self._known - 1 - dice.randrange(min(_FAMILY_AMONG, self._known - self._helpers))
        if chance < self._visits.comes_again:
            ago = 1 + int(dice.lognormvariate(_COMES_AGAIN_AFTER, _COMES_AGAIN_SIGMA))
            person = self._of_day(len(self._by_day) - ago, dice)
            if person is not None:
                return person
        return self._new()

    def _of_day(self, day: int, dice: Dice) -> int | None:
        """Somebody who first came on a day; None if nobody did: who has come before the first day is new to us."""
        if day < 0:
            return None
        before = self._by_day[day - 1] if day else self._helpers
        count = self._by_day[day] - before
        return before + dice.randrange(count) if count else None

    def _new(self) -> int:
        self._known += 1
        return self._known - 1

    def _stranger(self) -> int:
        self._strangers += 1
        return -self._strangers
