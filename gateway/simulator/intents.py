"""What a citizen is about to send: what it means, before and after he has found words for it.

Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random
from typing import NamedTuple

from gateway.model import CRITERIA
from gateway.simulator import speech

_NO_MARKS: Mapping[str, int] = {}


class Shape(StrEnum):
    """What kind of text it is."""

    BARE = "bare"
    FRAMED = "framed"
    WORDED = "worded"
    COMMENTED = "commented"
    ODD_VECTOR = "odd_vector"
    """Five marks where one was asked for."""
    MARKS = "marks"
    """Marks in the order they were asked for."""
    BY_NAME = "by_name"
    COMMENT = "comment"
    REASON = "reason"
    """A second message after a mark, that says why."""
    GREETING = "greeting"
    """A first message before a mark."""
    CORRECTION = "correction"
    HELP = "help"
    OPT_OUT = "opt_out"
    OPT_OUT_RATED = "opt_out_rated"
    WRONG_RECIPIENT = "wrong_recipient"
    AMBIGUOUS = "ambiguous"
    ABUSE = "abuse"
    NOISE = "noise"
    MACHINE = "machine"
    """What a telephone sends by itself."""


class Intent(NamedTuple):
    """Something to be sent `delay_s` after the message it answers.

    `score` is the overall mark in mind, `meant` that mark if it is in the text, and `marks` are those of single
    criteria in it; `before` is the mark that a correction takes back. Equal `words` make equal texts.
    """

    delay_s: float
    shape: Shape
    score: int
    words: tuple[object, ...]
    meant: int | None = None
    marks: Mapping[str, int] = _NO_MARKS
    before: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """A text sent `delay_s` after the message it answers; `meant` is the overall rating in it, if there is one, and
    `marks` are those of single criteria."""

    delay_s: float
    text: str
    meant: int | None
    marks: Mapping[str, int] = field(default_factory=dict)


def text_of(intent: Intent, rng: Random) -> str:
    """Words for an intent."""
    score, marks = intent.score, list(intent.marks.values())
    match intent.shape:
        case Shape.BARE:
            return str(score)
        case Shape.FRAMED:
            return speech.framed(score, rng)
        case Shape.WORDED:
            return speech.worded(score, rng)
        case Shape.COMMENTED:
            return speech.commented(score, rng)
        case Shape.OPT_OUT_RATED:
            return speech.opt_out_with_rating(score, rng)
        case Shape.CORRECTION:
            return speech.correction(intent.before, score, rng)
        case Shape.COMMENT:
            return speech.comment(score, rng)
        case Shape.REASON:
            return speech.reason(score, rng)
        case Shape.BY_NAME:
            return speech.by_name(intent.marks, rng)
        case Shape.MARKS | Shape.ODD_VECTOR:
            return speech.vector(marks, rng) if len(marks) == len(CRITERIA) else " ".join(map(str, marks))
        case _:
            return _WITHOUT_MARK[intent.shape](rng)


_WITHOUT_MARK = {
    Shape.HELP: speech.question,
    Shape.OPT_OUT: speech.opt_out,
    Shape.WRONG_RECIPIENT: speech.wrong_recipient,
    Shape.AMBIGUOUS: speech.ambiguous,
    Shape.ABUSE: speech.abuse,
    Shape.GREETING: speech.greeting,
    Shape.NOISE: speech.noise,
    Shape.MACHINE: speech.machine,
}
