"""What a citizen's reply means.

Pure. A text goes through these stations, each a module of its own:

    abridging   of a long text the parts worth reading
    normalise   one spelling for what looks the same: scripts, emoji digits, look-alike letters, keyboard layout,
                translit, typing errors
    quotes      what is ours in it is taken away
    phrasing    one phrasing for what is said in several ways
    shapes      numbers that are something else (times, dates, money, phones, rooms, people) are taken away
    rules       lists of named rules (machines, consent, people, ratings with vectors and doubts); the first that
                recognises the text decides and leaves its name; docs/replies.md has them all

The rules are made for one asymmetry: a wrong rating is worse than asking again. A number becomes a rating only where
people put ratings; whatever could be read in two ways is `ambiguous`, and no mood is ever turned into a number.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import lru_cache

from gateway.model import Meaning, ReplyClass
from gateway.replies import consent, machines, people, ratings
from gateway.replies.abridging import WHOLE, abridged
from gateway.replies.context import NO_CONTEXT, Context
from gateway.replies.normalise import repair
from gateway.replies.reading import Reading, read

__all__ = ["LONGEST", "NO_CONTEXT", "Context", "forget", "interpret"]

LONGEST = 1600
"""Characters looked at: ten GSM-7 parts. A longer text is kept as a comment, unread."""

Rule = Callable[[Reading], Meaning | None]
_BEFORE = (*machines.RULES, *consent.RULES, *people.RULES)


def interpret(text: str, context: Context = NO_CONTEXT) -> Meaning:
    """The meaning of one reply, with the name of the rule that decided. Never raises, whatever the text.

    An opt-out is heard beside a rating: the meaning is then the rating's, with `opt_out` set. Where the context says
    that several criteria are asked for, that many marks in a row are theirs, all five a vector, fewer a part of one;
    a single mark stays a `rating`, whatever was asked.

    Most replies are one of a few hundred texts, so the last ones are remembered; a Meaning is not to be changed.
    """
    text = text if len(text) <= LONGEST else text.strip()
    if len(text) > LONGEST:
        return Meaning(ReplyClass.COMMENT, "too_long", confidence=0.5)
    if context.ours and " " not in text and "\n" not in text:
        # One word quotes nothing; what was sent to whom must not make a thousand fives of one.
        context = Context(context.asked)
    return _interpret(text, context)


def forget() -> None:
    """Read the next text as if it and its words were new; for measuring."""
    _interpret.cache_clear()
    repair.cache_clear()


@lru_cache(maxsize=1024)
def _interpret(text: str, context: Context) -> Meaning:
    excerpt, marks_unread = abridged(text)
    # Compatibility forms of some scripts unfold to eighteen letters each.
    if len(unicodedata.normalize("NFKC", excerpt)) > 2 * WHOLE:
        return Meaning(ReplyClass.COMMENT, "too_long", confidence=0.5)
    meaning = _meaning(read(excerpt, context))
    if marks_unread and (meaning.rating is not None or meaning.criteria):
        return Meaning(ReplyClass.AMBIGUOUS, "marks_apart", opt_out=meaning.opt_out)
    return meaning


def _meaning(reading: Reading) -> Meaning:
    rest = consent.without_opt_out(reading)
    if rest is None:
        return _first(_BEFORE, reading) or _first(ratings.rules_for(reading), reading) or _last(reading)
    apart = _first(machines.RULES, reading)
    if apart is not None:
        return apart
    rated = _first(ratings.rules_for(rest), rest)
    if rated is not None and (rated.rating is not None or rated.criteria):
        return replace(rated, opt_out=True, rule=f"{rated.rule}+opt_out")
    return Meaning(ReplyClass.OPTOUT, "opt_out", opt_out=True)


def _first(rules: Iterable[Rule], reading: Reading) -> Meaning | None:
    """What the first rule says that recognises the text."""
    for rule in rules:
        meaning = rule(reading)
        if meaning is not None:
            return meaning
    return None


def _last(reading: Reading) -> Meaning:
    return _first(machines.LAST_RULES, reading) or Meaning(ReplyClass.COMMENT, "free_text", confidence=0.9)
