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

_AGAIN_AFTER_DAYS = 10
_AGAIN_SIGMA = 1.0
"""Who comes again comes after so many days in the median, as to fetch what he had applied for."""
_FAMILY_AMONG = 300
"""A telephone of the family is that of one of the people who came last: of so many."""
_HELPED = 0.3
"""Of the visitors who share a telephone, those who leave that of a paid helper."""
_WINDOWS_A_HELPER = 6
"""An office has a helper for every so many windows."""


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
        spelling = dice.pick(SPELLINGS, SPELLINGS_SO_FAR)
        return Written("+7" + digits, spelling(digits), consent, stranger)

    def _person(self, dice: Dice) -> int:
        chance = dice.random() - self._visits.shared_phone
        if chance < 0:
            if dice.random() < _HELPED or self._known == self._helpers:
                return dice.randrange(self._helpers)
            return self._known - 1 - dice.randrange(min(_FAMILY_AMONG, self._known - self._helpers))
        if chance < self._visits.comes_again:
            ago = 1 + int(dice.lognormvariate(math.log(_AGAIN_AFTER_DAYS), _AGAIN_SIGMA))
            person = self._of_day(len(self._by_day) - ago, dice)
            if person is not None:
                return person
        return self._new()

    def _of_day(self, day: int, dice: Dice) -> int | None:
        """Somebody who first came on a day, or the last before it on which somebody did; None if that is before the
        first of all: then he is new to us."""
        while day >= 0:
            before = self._by_day[day - 1] if day else self._helpers
            if self._by_day[day] > before:
                return before + dice.randrange(self._by_day[day] - before)
            day -= 1
        return None

    def _new(self) -> int:
        self._known += 1
        return self._known - 1

    def _stranger(self) -> int:
        self._strangers += 1
        return -self._strangers
