"""How fingers and telephones change what was to be written: slips of the keyboard, case, what stands at the end.

Pure. Nothing here touches a digit, a sign or a short word: what was meant stays certain to whoever reads it.
"""

from __future__ import annotations

import re
from random import Random

_LONG_WORD = re.compile(r"[а-яё]{5,}", re.IGNORECASE)
_ROWS = ("йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю")
_NEIGHBOURS = {
    letter: row[max(0, place - 1) : place] + row[place + 1 : place + 2]
    for row in _ROWS
    for place, letter in enumerate(row)
}
_ENDS = ("", "", "", "", "", "", ".", ".", "!", "!", "!!", "!!!", " ", ")", "))", " :)", "…", " 👍")


def mistyped(text: str, rng: Random) -> str:
    """One slip in one of the longer words, not in its first letter; a text without such a word is left as it is."""
    words = list(_LONG_WORD.finditer(text))
    if not words:
        return text
    word = rng.choice(words)
    place = rng.randrange(word.start() + 1, word.end())
    letter = text[place]
    match rng.randrange(4):
        case 0:
            slip = ""
        case 1:
            slip = letter * 2
        case 2 if place + 1 < word.end():
            return text[:place] + text[place + 1] + letter + text[place + 2 :]
        case _:
            slip = rng.choice(_NEIGHBOURS.get(letter, "") or letter)
    return text[:place] + slip + text[place + 1 :]


def cased(text: str, rng: Random) -> str:
    """A capital first, as telephones make it, or none, or all of them."""
    chance = rng.random()
    if chance < 0.45:
        return text[:1].upper() + text[1:]
    return text.upper() if chance > 0.93 else text


def ended(text: str, rng: Random) -> str:
    """With what people put at the end."""
    return text + rng.choice(_ENDS)


def written(text: str, rng: Random) -> str:
    """The text as it leaves a telephone."""
    chance = rng.random()
    text = mistyped(text, rng) if chance < 0.08 else text
    text = text.replace(", ", ",") if 0.08 <= chance < 0.12 else text
    return ended(cased(text, rng), rng)
