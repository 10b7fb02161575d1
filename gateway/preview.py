"""What the texts of a survey look like and cost.

Pure. Each text is shown as the office with the longest name makes it: that is the one that may need another part.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from gateway.model import MessageKind, Office
from gateway.script import Script
from gateway.wording import render
from modem.alphabet import Measure, measure

_A_DAY = datetime(2026, 1, 1, 12, tzinfo=UTC)
_ASKING = frozenset({MessageKind.REPROMPT, MessageKind.REMINDER})


@dataclass(frozen=True, slots=True)
class PreviewLine:
    """One text: its place in the survey, its language, itself, and its length."""

    name: str
    language: str
    text: str
    measure: Measure

    @property
    def is_full(self) -> bool:
        """Whether one more letter costs another part."""
        return self.measure.room == 0

    @property
    def cost(self) -> str:
        """Alphabet, length and parts in words."""
        found = self.measure
        text = f"{found.length} characters of {found.alphabet.label}, parts: {found.parts}"
        return text + ("; one more letter costs another part" if self.is_full else "")


def preview(script: Script, offices: Iterable[Office]) -> Iterator[PreviewLine]:
    """Every text of a script in every language, the questions first."""
    visited = list(offices)
    for language in script.languages:
        for name, kind, asks in _messages(script):
            template = script.template(kind, asks, language)
            named = script.named(asks, language)
            texts = [render(template, _A_DAY, office, named) for office in visited]
            longest = max(texts, key=lambda text: (measure(text).parts, measure(text).length))
            yield PreviewLine(f"{name} ({language})", language, longest, measure(longest))


def _messages(script: Script) -> Iterator[tuple[str, MessageKind, tuple[str, ...]]]:
    for number, asks in enumerate(script.asks):
        yield f"question {number + 1}", MessageKind.QUESTION if number else MessageKind.INVITE, asks
    longest = max(script.asks, key=len)
    if len(longest) > 1:
        yield "missing", MessageKind.QUESTION, longest[1:]
    for kind in MessageKind:
        if kind not in (MessageKind.INVITE, MessageKind.QUESTION):
            yield kind.value, kind, longest if kind in _ASKING else ()
