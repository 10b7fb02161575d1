"""Citizens: who answers, what, how soon, and whose telephone is off.

Pure. A citizen is his phone and the seed: everything about him is drawn from streams named after both, so his answers
do not depend on who else was asked, or when. The proportions are published ones: 18 % answer, most with a bare digit,
half of those within half an hour; 97.5 % are contented.

A citizen knows what he meant. `Answer.meant` is that truth, so that a test can hold the interpreter to it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import StrEnum
from random import Random
from typing import NamedTuple, Self, TypeVar

from gateway.simulator import questions, speech
from gateway.simulator.dice import Dice
from gateway.simulator.scenario.model import CitizensSection

_T = TypeVar("_T")

PATIENCE_S = 72 * 3600
"""Nobody answers later than this."""

_SCORES = {5: 0.905, 4: 0.070, 3: 0.012, 2: 0.005, 1: 0.008}
_SHAPES = {
    "bare": 0.700, "framed": 0.100, "worded": 0.070, "commented": 0.050, "vector": 0.010, "comment": 0.020,
    "help": 0.015,
    "opt_out": 0.009, "opt_out_rated": 0.001, "wrong_recipient": 0.003, "ambiguous": 0.010, "noise": 0.012,
}  # fmt: skip
_RATING_SHAPES = frozenset(("bare", "framed", "worded", "commented"))
_CRITERION_OFFSETS = {"time": -0.10, "queue": -0.25, "staff": 0.05, "comfort": -0.05, "info": -0.05}
"""How criteria differ from the overall mood: people mind the queue and like the staff."""
_FRAMED = _SHAPES["framed"]
_GOES_ON = 0.87
"""The share of those who answered one question that answers the next: of six, half of those who began do all."""
_IN_FULL, _IN_PART = 0.80, 0.12
"""Of those who are asked for several marks in one message: all of them, some by name; the others give one digit."""

_MEDIAN_S = 25 * 60
_SIGMA = 1.6
_NEXT_DAY = 0.15
_SLOWER = 3
"""How much longer than a plain digit anything else takes to write."""


class Handset(StrEnum):
    """The state of a citizen's telephone, for as long as the survey lasts."""

    ON = "on"
    OFF = "off"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True)
class Answer:
    """A text sent `delay_s` after the message it answers; `meant` is the overall rating in it, if there is one, and
    `marks` are those of single criteria."""

    delay_s: float
    text: str
    meant: int | None
    marks: Mapping[str, int] = field(default_factory=dict)


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
    """All citizens of one seed. `response` is the share of those reached who answer at all."""

    seed: int | str
    response: float = 0.18
    twice: float = 0.03
    corrects: float = 0.01

    @classmethod
    def of(cls, section: CitizensSection, seed: int | str) -> Self:
        """The citizens of a scenario."""
        return cls(seed, section.response, section.twice, section.corrects)

    def answers(self, text: str, phone: str, received_at: datetime, occasion: Occasion = ANY) -> list[Answer]:
        """What the citizen sends back after a message from the survey, in the order of time.

        `received_at` is local time: those who put it off answer the next day between 8 and 22. Texts that ask nothing
        (thanks, farewell) get no answer.
        """
        if not questions.asks(text):
            return []
        criteria = questions.criteria(text)
        if criteria and not questions.is_first(text):
            return self._go_on(text, phone, criteria)
        if questions.asks_again(text):
            return self._again(text, phone)
        rng = Dice(self.seed, phone, text)
        if rng.random() >= self.response:
            return []
        score = self.score(phone)
        shape = _weighted(_SHAPES, rng)
        if criteria and shape in _RATING_SHAPES | {"vector"}:
            return [self._marked(_delay_s(shape, received_at, rng), phone, criteria, rng)]
        first = _answer(shape, score, received_at, rng)
        found = [first]
        chance = rng.random()
        if shape in _RATING_SHAPES and chance < self.corrects:
            other = rng.choice([rating for rating in _SCORES if rating != score])
            found.append(Answer(first.delay_s + rng.uniform(20, 600), speech.correction(score, other, rng), other))
        elif chance < self.corrects + self.twice:
            found.append(Answer(first.delay_s + rng.uniform(5, 3600), first.text, first.meant))
        return [answer for answer in found if answer.delay_s <= PATIENCE_S]

    def score(self, phone: str) -> int:
        """The rating this citizen has in mind."""
        return _weighted(_SCORES, Dice(self.seed, phone, "score"))

    def mark(self, phone: str, criterion: str) -> int:
        """The mark this citizen has in mind for a criterion."""
        return _near(self.score(phone) + _CRITERION_OFFSETS[criterion], Dice(self.seed, phone, criterion))

    def _marked(self, delay_s: float, phone: str, criteria: tuple[str, ...], rng: Random) -> Answer:
        """Marks for what a message asks for: in its order, some by name, or one for all."""
        marks = {criterion: self.mark(phone, criterion) for criterion in criteria}
        if len(criteria) == 1:
            [mark] = marks.values()
            text = speech.framed(mark, rng) if rng.random() < _FRAMED else str(mark)
            return Answer(delay_s, text, None, marks)
        chance = rng.random()
        if chance < _IN_FULL:
            return Answer(delay_s, speech.vector(list(marks.values()), rng), None, marks)
        if chance < _IN_FULL + _IN_PART:
            some = {criterion: marks[criterion] for criterion in rng.sample(criteria, len(criteria) - 1)}
            return Answer(delay_s, speech.by_name(some, rng), None, some)
        score = self.score(phone)
        return Answer(delay_s, str(score), score)

    def _go_on(self, text: str, phone: str, criteria: tuple[str, ...]) -> list[Answer]:
        """The next question, or the same again: most go on, and soon."""
        rng = Dice(self.seed, phone, "on", text)
        if rng.random() >= _GOES_ON:
            return []
        marks = [self.mark(phone, criterion) for criterion in criteria]
        delay_s = rng.lognormvariate(math.log(60), 1.0)
        return [Answer(delay_s, " ".join(map(str, marks)), None, dict(zip(criteria, marks, strict=True)))]

    def handset(self, phone: str) -> Handset:
        """Whether a message reaches him: 4 % of telephones are off for days, 1 % are blocked for good."""
        chance = Dice(self.seed, phone, "handset").random()
        if chance < 0.01:
            return Handset.BLOCKED
        return Handset.OFF if chance < 0.05 else Handset.ON

    def _again(self, text: str, phone: str) -> list[Answer]:
        """Asked again or told how it works, most now send the digit, and soon; a few are as unclear as before."""
        rng = Dice(self.seed, phone, "again", text)
        chance = rng.random()
        score = self.score(phone)
        delay_s = rng.lognormvariate(math.log(180), 1.0)
        if chance < 0.70:
            return [Answer(delay_s, str(score), score)]
        if chance < 0.78:
            return [Answer(delay_s, speech.framed(score, rng), score)]
        if chance < 0.82:
            return [Answer(delay_s, speech.ambiguous(rng), None)]
        if chance < 0.84:
            return [Answer(delay_s, speech.opt_out(rng), None)]
        return []


def _answer(shape: str, score: int, received_at: datetime, rng: Random) -> Answer:
    delay_s = _delay_s(shape, received_at, rng)
    match shape:
        case "bare":
            return Answer(delay_s, str(score), score)
        case "framed":
            return Answer(delay_s, speech.framed(score, rng), score)
        case "worded":
            return Answer(delay_s, speech.worded(score, rng), score)
        case "commented":
            return Answer(delay_s, speech.commented(score, rng), score)
        case "opt_out_rated":
            return Answer(delay_s, speech.opt_out_with_rating(score, rng), score)
        case "vector":
            marks = [_near(score + offset, rng) for offset in _CRITERION_OFFSETS.values()]
            return Answer(delay_s, speech.vector(marks, rng), marks[0] if len(set(marks)) == 1 else None)
        case "comment":
            return Answer(delay_s, speech.comment(score, rng), None)
        case _:
            return Answer(delay_s, _WITHOUT_RATING[shape](rng), None)


_WITHOUT_RATING = {
    "help": speech.question,
    "opt_out": speech.opt_out,
    "wrong_recipient": speech.wrong_recipient,
    "ambiguous": speech.ambiguous,
    "noise": speech.noise,
}


def _delay_s(shape: str, received_at: datetime, rng: Random) -> float:
    if rng.random() < _NEXT_DAY:
        morning = datetime.combine(received_at.date() + timedelta(days=1), time(8), tzinfo=received_at.tzinfo)
        return (morning - received_at).total_seconds() + rng.uniform(0, 14 * 3600)
    median = _MEDIAN_S if shape == "bare" else _MEDIAN_S * _SLOWER
    return rng.lognormvariate(math.log(median), _SIGMA)


def _near(wanted: float, rng: Random) -> int:
    """A whole mark around a wanted mean, inside the scale."""
    low = math.floor(wanted)
    return min(5, max(1, low + (rng.random() < wanted - low)))


def _weighted(weights: Mapping[_T, float], rng: Random) -> _T:
    return rng.choices(list(weights), weights=list(weights.values()))[0]
