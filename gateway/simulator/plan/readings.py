"""What replies mean to the box: read by `gateway.replies`, as long as that tells something new.

A citizen decides what to say (`Intent`) before he finds words for it. The first `ENOUGH` replies of a kind (the same
intent, to the same question) are put into words and read; from then on one of those readings is drawn for each, so that
misunderstandings keep their share and words cost nothing. A small run is read in full.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from gateway.model import Meaning
from gateway.replies import Context, interpret
from gateway.simulator.citizens import Citizens
from gateway.simulator.dice import chance
from gateway.simulator.intents import Intent
from modem.alphabet import split

ENOUGH = 250
_ONE_PART = 70
"""Letters that always fit into one part."""
_WORD = re.compile(r"[^\W\d_]+")


class Reading(NamedTuple):
    """What a reply means, and in how many parts it comes."""

    meaning: Meaning
    parts: int


class Readings:
    """What is known so far of the words of these citizens."""

    def __init__(self, citizens: Citizens) -> None:
        self._citizens = citizens
        self._known: dict[tuple[object, ...], list[Reading]] = {}

    def read(self, intent: Intent, asked: tuple[str, ...], ours: tuple[str, ...]) -> Reading:
        """What a reply means to whom was asked for this, and told `ours`."""
        kind = (intent.shape, intent.score, intent.before, tuple(intent.marks.items()), asked)
        known = self._known.setdefault(kind, [])
        if len(known) >= ENOUGH:
            return known[int(chance(self._citizens.seed, "read", *intent.words) * ENOUGH)]
        words = self._citizens.say(intent).text
        parts = 1 if len(words) <= _ONE_PART else len(split(words))
        reading = Reading(meaning_of(words, asked, ours), parts)
        known.append(reading)
        return reading


def meaning_of(words: str, asked: tuple[str, ...], ours: tuple[str, ...]) -> Meaning:
    """What a text means. Most share no word with what was said: they quote nothing, and are read once for all."""
    mine = _words(words)
    if len(mine) < 2 or all(mine.isdisjoint(_words(text)) for text in ours):
        ours = ()
    return interpret(words, Context(asked, ours))


@lru_cache(maxsize=4096)
def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.casefold()))
