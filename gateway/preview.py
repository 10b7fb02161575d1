"""What the texts of a survey look like and cost.

Pure. Each text is shown as the office that makes it longest makes it: that is the one that may need another part.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from itertools import chain, product

from gateway.model import MessageKind, Office
from gateway.script import Script
from gateway.survey import Send, SurveySettings
from gateway.survey.cost import most_parts
from gateway.wording import render
from modem.alphabet import Measure, measure

_A_DAY = datetime(2026, 1, 1, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class PreviewLine:
    """One text: its place in the survey, its language, the office it is filled in for, itself, and its length."""

    name: str
    language: str
    office: Office
    text: str
    measure: Measure

    @property
    def is_full(self) -> bool:
        """Whether one more letter costs another part."""
        return self.measure.room == 0

    @property
    def cost(self) -> str:
        """Alphabet, length, parts and what is left in words."""
        found = self.measure
        text = f"{found.length} characters of {found.alphabet.label}, parts: {found.parts}; "
        return text + ("one more letter costs another part" if self.is_full else f"{found.room} more fit in")


@dataclass(frozen=True, slots=True)
class PreviewCost:
    """Parts of a whole conversation in one language: if nobody answers, if each question is answered as it is asked,
    and the most there can be, whatever is answered."""

    language: str
    silent: int
    answered: int
    most: int


class Preview:
    """A script as these offices would say it."""

    def __init__(self, script: Script, offices: Iterable[Office]) -> None:
        self._script = script
        # Of those with one name, one; the longest name first, so that it is shown where the office makes no difference.
        named = {office.short_name: office for office in reversed(list(offices))}
        self._offices = sorted(named.values(), key=lambda office: _weight(office.short_name), reverse=True)

    def lines(self) -> Iterator[PreviewLine]:
        """Every text in every language, the questions first."""
        for language in self._script.languages:
            for name, sends in self._messages():
                found = (self._line(name, language, send) for send in sends)
                yield max(found, key=lambda line: _weight(line.text))

    def costs(self, settings: SurveySettings) -> Iterator[PreviewCost]:
        """What conversations that are held so cost in each language."""
        for language in self._script.languages:
            yield self._cost(language, settings)

    def _cost(self, language: str, settings: SurveySettings) -> PreviewCost:
        @cache
        def parts(send: Send) -> int:
            return self._line("", language, send).measure.parts

        first, *others = self._script.asks
        silent = parts(Send(MessageKind.INVITE, first))
        answered = silent + sum(parts(Send(MessageKind.QUESTION, asks)) for asks in others)
        if settings.thanks:
            answered += parts(Send(MessageKind.THANKS))
        return PreviewCost(language, silent, answered, most_parts(settings, parts))

    def _line(self, name: str, language: str, send: Send) -> PreviewLine:
        template = self._script.template(send.kind, send.asks, language)
        asked = self._script.named(send.asks, language)
        texts = [(office, render(template, _A_DAY, office, asked)) for office in self._offices]
        office, text = max(texts, key=lambda found: _weight(found[1]))
        return PreviewLine(name, language, office, text, measure(text))

    def _messages(self) -> Iterator[tuple[str, list[Send]]]:
        """The name of each text, and what it may have to ask for."""
        questions = self._script.asks
        for number, asks in enumerate(questions):
            kind = MessageKind.QUESTION if number else MessageKind.INVITE
            yield f"question {number + 1}", [Send(kind, asks)]
        left_out = list(_left_out(questions))
        if left_out:
            yield "missing", [Send(MessageKind.QUESTION, asks) for asks in left_out]
        yield MessageKind.REPROMPT.value, [Send(MessageKind.REPROMPT, asks) for asks in (*questions, *left_out)]
        yield MessageKind.REMINDER.value, [Send(MessageKind.REMINDER, questions[0])]
        for kind in (MessageKind.THANKS, MessageKind.HELP, MessageKind.FAREWELL):
            yield kind.value, [Send(kind)]


def _left_out(questions: tuple[tuple[str, ...], ...]) -> Iterator[tuple[str, ...]]:
    """The most that can be left when each question has been answered in part: all but one thing of each."""
    rests = [[[key for key in asks if key != given] for given in asks] for asks in questions if len(asks) > 1]
    for rest in product(*rests) if rests else ():
        yield tuple(chain.from_iterable(rest))


def _weight(text: str) -> tuple[int, int]:
    found = measure(text)
    return found.parts, found.length
