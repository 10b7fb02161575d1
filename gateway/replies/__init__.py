"""What a citizen's reply means.

Pure. A text goes through three stations, each a module of its own:

    normalise   one spelling for what looks the same: scripts, emoji digits, look-alike letters, keyboard layout,
                translit, typing errors
    quotes      what is ours in it is taken away
    shapes      numbers that are something else (times, dates, money, phones, rooms, people) are taken away
    rules       a list of named rules; the first that recognises the text decides and leaves its name

The rules are made for one asymmetry: a wrong rating is worse than asking again. A number becomes a rating only where
people put ratings; whatever could be read in two ways is `ambiguous`, and no mood is ever turned into a number.
"""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from functools import lru_cache

from gateway.model import Meaning, ReplyClass
from gateway.replies import consent, machines, people, ratings
from gateway.replies.context import NO_CONTEXT, Context
from gateway.replies.reading import Reading, read

__all__ = ["LONGEST", "NO_CONTEXT", "Context", "interpret"]

LONGEST = 1600
"""Characters looked at: ten GSM-7 parts. A longer text is kept as a comment, unread."""

_BEFORE = (*machines.RULES, *consent.RULES, *people.RULES)
_RATINGS = ratings.RULES
_AFTER = machines.LAST_RULES


@lru_cache(maxsize=1024)
def interpret(text: str, context: Context = NO_CONTEXT) -> Meaning:
    """The meaning of one reply, with the name of the rule that decided. Never raises, whatever the text.

    Most replies are one of a few hundred texts, so the last ones are remembered; a Meaning is not to be changed.

    An opt-out is heard beside a rating: the meaning is then the rating's, with `opt_out` set. Where the context says
    that several criteria are asked for, that many marks in a row are theirs, all five a vector, fewer a part of one;
    a single mark stays a `rating`, whatever was asked.
    """
    text = text if len(text) <= LONGEST else text.strip()
    # Compatibility forms of some scripts unfold to eighteen letters each.
    if len(text) > LONGEST or len(unicodedata.normalize("NFKC", text)) > LONGEST:
        return Meaning(ReplyClass.COMMENT, "too_long", confidence=0.5)
    reading = read(text, context)
    for rule in _BEFORE:
        meaning = rule(reading)
        if meaning is not None:
            return meaning
    rest = consent.without_opt_out(reading)
    if rest is None:
        return _rating(reading) or _last(reading)
    rated = _rating(rest)
    if rated is not None and (rated.rating is not None or rated.criteria):
        return replace(rated, opt_out=True, rule=f"{rated.rule}+opt_out")
    return Meaning(ReplyClass.OPTOUT, "opt_out", opt_out=True)


def _rating(reading: Reading) -> Meaning | None:
    for rule in _RATINGS:
        meaning = rule(reading)
        if meaning is not None:
            return meaning
    return None


def _last(reading: Reading) -> Meaning:
    for rule in _AFTER:
        meaning = rule(reading)
        if meaning is not None:
            return meaning
    return Meaning(ReplyClass.COMMENT, "free_text", confidence=0.9)
