"""The mark that a misspelt word was meant to be.

Pure. A word is corrected only towards the marks, only when it is long enough to be hardly anything else, and never when
it has the ending of an adjective: «отличное» praises something and rates nothing.
"""

from __future__ import annotations

import re
from functools import cache

_NOT_TYPOS = frozenset(
    "хороша хороши хороше хорош формально стройка стройку двойня мять опять пядь отличка нормальна нормальны "
    "нормален "
    "плохова пятка пятку пятью пятый пятая пятые пятую пятно пятна пядью поять сплохо неплохо нехорошо "
    "ненормально".split()
)
_TYPED = tuple(
    "отлично хорошо нормально удовлетворительно плохо неудовлетворительно пятерка пятерочка четыре четверка "
    "четверочка тройка троечка двойка двоечка единица".split()
)
_FRAMES = ("оценка", "ставлю", "спасибо", "баллов", "балла")
"""Words that stand beside a mark more often than any others."""
_NEIGHBOURS = {"п": "акреим", "я": "чфы", "т": "иьоп", "ь": "тблой"}
_SOUNDS = str.maketrans({"о": "а", "е": "и", "э": "и", "ы": "и", "ъ": "", "ь": ""})
_ADJECTIVE = re.compile(r"(?:[оыиеу]й|[оеая]е|ие|ые|ая|яя|ую|юю|[оые]м|[ыи]х|[ыи]ми|[ое]го|[ое]му|[ое]ю)$")


@cache
def _by_sound() -> dict[str, str]:
    return {word.translate(_SOUNDS): word for word in (*_TYPED, *_FRAMES)}


def without_typos(word: str) -> str:
    """The mark a Cyrillic word was meant to be: the same sound, or one slip of the finger away; else the word itself.

    Long words only: among short ones a slip gives another word of the language. «пять» alone is worth the care of
    looking at the keyboard.
    """
    if word in _NOT_TYPOS or not 4 <= len(word) <= 20 or _ADJECTIVE.search(word):
        return word
    if len(word) == 4:
        if word == "плхо":
            return "плохо"
        return "пять" if word == "пяьт" or _is_slip_of_five(word) else word
    if len(word) == 5 and word[0] == "п" and is_one_slip_away("пять", word):
        return "пять"
    sound = _by_sound().get(word.translate(_SOUNDS))
    if sound is not None:
        return sound
    for mark in (*_TYPED, *_FRAMES):
        if abs(len(mark) - len(word)) <= 1 and _begins_alike(mark, word) and is_one_slip_away(mark, word):
            return mark
    return word


def _begins_alike(mark: str, word: str) -> bool:
    """A slip in the first letter is believed where all others are right, of labels only: «зорошо», but not «кройка»."""
    return mark[0] == word[0] or (mark.endswith("о") and mark[1:] == word[1:])


def _is_slip_of_five(word: str) -> bool:
    differing = [(right, typed) for right, typed in zip("пять", word, strict=True) if right != typed]
    return len(differing) == 1 and differing[0][1] in _NEIGHBOURS[differing[0][0]]


def is_one_slip_away(a: str, b: str) -> bool:
    """Whether one letter put in, left out, changed or swapped with the next turns `a` into `b`."""
    start = 0
    while start < min(len(a), len(b)) and a[start] == b[start]:
        start += 1
    rest_a, rest_b = a[start:], b[start:]
    if rest_a[1:] == rest_b[1:] or rest_a[1:] == rest_b or rest_a == rest_b[1:]:
        return True
    return rest_a[:2] == rest_b[1::-1] and rest_a[2:] == rest_b[2:]
