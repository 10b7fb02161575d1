"""Citizens: who answers, what, how soon, and whose telephone is off.

Pure. What a citizen does is drawn from streams named by the seed, his phone, the visit he is asked about and what he is
asked: so it does not depend on who else was asked, or when, or in which words. What he decides (`intents`) is apart
from the words he finds for it (`say`): whoever only counts needs no words, and has the same people.

The proportions are published ones: 18 % answer, most with a bare digit, half of those within half an hour; 97.5 % are
contented. A citizen knows what he meant. `Answer.meant` is that truth, so that a test can hold the interpreter to it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from random import Random
from typing import NamedTuple, Self, TypeVar

from gateway.simulator import questions
from gateway.simulator.dice import Dice, chance
from gateway.simulator.intents import Answer, Intent, Shape, text_of
from gateway.simulator.questions import Kind, Question
from gateway.simulator.scenario.model import CitizensSection

_T = TypeVar("_T")

PATIENCE_S = 72 * 3600
"""Nobody answers later than this."""

_MARKS = (5, 4, 3, 2, 1)
_SHAPES = {
    Shape.BARE: 0.700, Shape.FRAMED: 0.100, Shape.WORDED: 0.070, Shape.COMMENTED: 0.050, Shape.ODD_VECTOR: 0.010,
    Shape.COMMENT: 0.020, Shape.HELP: 0.015, Shape.OPT_OUT: 0.009, Shape.OPT_OUT_RATED: 0.001,
    Shape.WRONG_RECIPIENT: 0.003, Shape.AMBIGUOUS: 0.010, Shape.NOISE: 0.008,
}  # fmt: skip
_OF_STRANGERS = {
    Shape.WRONG_RECIPIENT: 0.60, Shape.OPT_OUT: 0.20, Shape.HELP: 0.08, Shape.ABUSE: 0.04, Shape.BARE: 0.08,
}  # fmt: skip
_ASKED_AGAIN = {Shape.BARE: 0.70, Shape.FRAMED: 0.08, Shape.AMBIGUOUS: 0.04, Shape.OPT_OUT: 0.02, None: 0.16}
_STRANGERS_AGAIN = {Shape.WRONG_RECIPIENT: 0.40, Shape.OPT_OUT: 0.20, None: 0.40}
_RATED = frozenset((Shape.BARE, Shape.FRAMED, Shape.WORDED, Shape.COMMENTED))
_HAS_MARK = _RATED | {Shape.OPT_OUT_RATED, Shape.CORRECTION}
_CRITERION_OFFSETS = {"time": -0.10, "queue": -0.25, "staff": 0.05, "comfort": -0.05, "info": -0.05}
"""How criteria differ from the overall mood: people mind the queue and like the staff."""
_GOES_ON = 0.87
"""The share of those who answered one question that answers the next: of six, half of those who began do all."""
_IN_FULL, _IN_PART = 0.80, 0.12
"""Of those who are asked for several marks in one message: all of them, some by name; the others give one digit."""
_FRAMED = 0.1
_APART = 0.2
"""Of those who give a mark and a reason, how many send the reason after it, and how many of the others greet first."""
_GREETS = 0.01
_SLOWER = 3
"""How much longer than a plain digit anything else takes to write."""


class Handset(StrEnum):
    """The state of a citizen's telephone, for as long as the survey lasts."""

    ON = "on"
    OFF = "off"
    BLOCKED = "blocked"


class Occasion(NamedTuple):
    """What a message is about, as far as the citizen knows: the visit (its `foreign_id`), the overall `mark` he has in
    mind about it, None for the one he has in mind about everything, and whether he is a `stranger` who was not there.
    """

    visit: str = ""
    mark: int | None = None
    stranger: bool = False


ANY = Occasion()
"""Nothing is known of the visit."""


@dataclass(frozen=True, slots=True)
class Citizens:
    """All citizens of one seed, with what `CitizensSection` says of them. `response` is the share of those reached who
    answer at all; `abuse` and `automatic` are shares of those."""

    seed: int | str
    response: float = 0.18
    scores: tuple[float, ...] = (0.905, 0.070, 0.012, 0.005, 0.008)
    median_s: float = 1500.0
    sigma: float = 1.6
    next_day: float = 0.15
    twice: float = 0.03
    corrects: float = 0.01
    abuse: float = 0.002
    automatic: float = 0.004

    @classmethod
    def of(cls, section: CitizensSection, seed: int | str) -> Self:
        """The citizens of a scenario; `seed` is the scenario's own, for no two people of it share a phone."""
        return cls(
            seed,
            section.response,
            section.scores,
            section.median_s,
            section.sigma,
            section.next_day,
            section.twice,
            section.corrects,
            section.abuse,
            section.automatic,
        )

    def answers(self, text: str, phone: str, received_at: datetime, occasion: Occasion = ANY) -> list[Answer]:
        """What the citizen sends back after a message from the survey, in the order of time.

        `received_at` is local time: those who put it off answer the next day between 8 and 22. Texts that ask nothing
        (thanks, farewell) get no answer.
        """
        question = questions.read(text)
        if question is None:
            return []
        return [self.say(intent) for intent in self.intents(question, phone, received_at, occasion)]

    def say(self, intent: Intent) -> Answer:
        """An intent in the citizen's words."""
        text = text_of(intent, Dice(self.seed, "words", *intent.words))
        return Answer(intent.delay_s, text, intent.meant, intent.marks)

    def intents(self, question: Question, phone: str, received_at: datetime, occasion: Occasion = ANY) -> list[Intent]:
        """What the citizen sends back when he is asked this, in the order of time, without words."""
        what = question.name
        begins = question.kind in (Kind.INVITE, Kind.REMINDER)
        machine = chance(f"{self.seed}:{phone}:machine") < self.automatic * self.response
        answers = chance(f"{self.seed}:{phone}:{occasion.visit}:{what}") < (self.response if begins else 1)
        if not answers and not machine:
            return []
        name = (phone, occasion.visit, what)
        rng = Dice(self.seed, *name)
        found = [Intent(rng.uniform(2, 20), Shape.MACHINE, 0, (phone, "machine"))] if machine else []
        if answers:
            asked = _Asked(self, question, phone, name, occasion, rng)
            found += asked.first(received_at) if begins else asked.on() if question.criteria else asked.again()
        found.sort(key=lambda intent: intent.delay_s)
        return [intent for intent in found if intent.delay_s <= PATIENCE_S]

    def score(self, phone: str, occasion: Occasion = ANY) -> int:
        """The overall mark this citizen has in mind."""
        if occasion.mark is not None and not occasion.stranger:
            return occasion.mark
        return Dice(self.seed, phone, "score").choices(_MARKS, self.scores)[0]

    def mark(self, phone: str, criterion: str, occasion: Occasion = ANY) -> int:
        """The mark this citizen has in mind for a criterion."""
        wanted = self.score(phone, occasion) + _CRITERION_OFFSETS[criterion]
        return _near(wanted, Dice(self.seed, phone, occasion.visit, criterion))

    def handset(self, phone: str) -> Handset:
        """Whether a message reaches him: 4 % of telephones are off for days, 1 % are blocked for good."""
        state = chance(self.seed, phone, "handset")
        if state < 0.01:
            return Handset.BLOCKED
        return Handset.OFF if state < 0.05 else Handset.ON

    def delay_s(self, shape: Shape, received_at: datetime, rng: Random) -> float:
        """How long somebody takes to answer."""
        if rng.random() < self.next_day:
            morning = datetime.combine(received_at.date() + timedelta(days=1), time(8), tzinfo=received_at.tzinfo)
            return (morning - received_at).total_seconds() + rng.uniform(0, 14 * 3600)
        median = self.median_s if shape is Shape.BARE else self.median_s * _SLOWER
        return rng.lognormvariate(math.log(median), self.sigma)


@dataclass(frozen=True, slots=True)
class _Asked:
    """One citizen who has been asked something and answers; `name` is that of his streams about it."""

    citizens: Citizens
    question: Question
    phone: str
    name: tuple[object, ...]
    occasion: Occasion
    rng: Random

    def first(self, received_at: datetime) -> list[Intent]:
        """The invitation, or a reminder of it."""
        citizens, rng = self.citizens, self.rng
        shape = self._shape()
        delay_s = citizens.delay_s(shape, received_at, rng)
        if self.question.criteria and shape in _RATED | {Shape.ODD_VECTOR} and not self.occasion.stranger:
            return [self._marked(delay_s)]
        score = citizens.score(self.phone, self.occasion)
        first = self._intent(delay_s, shape, score)
        found = [first]
        then = rng.random()
        if shape in _RATED and then < citizens.corrects:
            slip = rng.choice([mark for mark in _MARKS if mark != score])
            mended = self._intent(delay_s + rng.uniform(20, 600), Shape.CORRECTION, score)
            found = [self._intent(delay_s, shape, slip), mended._replace(before=slip)]
        elif citizens.corrects <= then < citizens.corrects + citizens.twice:
            found.append(first._replace(delay_s=delay_s + rng.uniform(5, 3600)))
        elif shape is Shape.COMMENTED and rng.random() < _APART:
            reason = self._intent(delay_s + rng.uniform(10, 120), Shape.REASON, score)
            found = [self._intent(delay_s, Shape.BARE, score), reason]
        elif shape in _RATED and rng.random() < _GREETS:
            found = [self._intent(delay_s, Shape.GREETING, score), first._replace(delay_s=delay_s + rng.uniform(8, 60))]
        return found

    def on(self) -> list[Intent]:
        """The next question, or the same again: most go on, and soon."""
        if self.rng.random() >= _GOES_ON:
            return []
        marks = {key: self._mark(key) for key in self.question.criteria}
        return [Intent(self.rng.lognormvariate(math.log(60), 1.0), Shape.MARKS, 0, self.name, None, marks)]

    def again(self) -> list[Intent]:
        """Asked again or told how it works, most now send the digit, and soon; a few are as unclear as before."""
        shape = _weighted(_STRANGERS_AGAIN if self.occasion.stranger else _ASKED_AGAIN, self.rng)
        if shape is None:
            return []
        delay_s = self.rng.lognormvariate(math.log(180), 1.0)
        return [self._intent(delay_s, shape, self.citizens.score(self.phone, self.occasion))]

    def _shape(self) -> Shape:
        rude = self.rng.random() < self.citizens.abuse
        shape = _weighted(_OF_STRANGERS if self.occasion.stranger else _SHAPES, self.rng)
        return Shape.ABUSE if rude else shape

    def _intent(self, delay_s: float, shape: Shape, score: int) -> Intent:
        if shape is Shape.ODD_VECTOR:
            marks = {key: _near(score + offset, self.rng) for key, offset in _CRITERION_OFFSETS.items()}
            alike = marks["time"] if len(set(marks.values())) == 1 else None
            return Intent(delay_s, shape, score, self.name, alike, marks)
        return Intent(delay_s, shape, score, self.name, score if shape in _HAS_MARK else None)

    def _mark(self, criterion: str) -> int:
        return self.citizens.mark(self.phone, criterion, self.occasion)

    def _marked(self, delay_s: float) -> Intent:
        """Marks for what a message asks for: in its order, some by name, or one for all."""
        rng, criteria = self.rng, self.question.criteria
        marks = {key: self._mark(key) for key in criteria}
        if len(criteria) == 1:
            [mark] = marks.values()
            shape = Shape.FRAMED if rng.random() < _FRAMED else Shape.BARE
            return Intent(delay_s, shape, mark, self.name, None, marks)
        how = rng.random()
        if how < _IN_FULL:
            return Intent(delay_s, Shape.MARKS, 0, self.name, None, marks)
        if how < _IN_FULL + _IN_PART:
            some = {key: marks[key] for key in rng.sample(criteria, len(criteria) - 1)}
            return Intent(delay_s, Shape.BY_NAME, 0, self.name, None, some)
        return self._intent(delay_s, Shape.BARE, self.citizens.score(self.phone, self.occasion))


def _near(wanted: float, rng: Random) -> int:
    """A whole mark around a wanted mean, inside the scale."""
    low = math.floor(wanted)
    return min(5, max(1, low + (rng.random() < wanted - low)))


def _weighted(weights: Mapping[_T, float], rng: Random) -> _T:
    return rng.choices(list(weights), weights=list(weights.values()))[0]
