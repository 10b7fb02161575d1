"""One spelling for texts that look the same or were meant the same.

Pure. People send digits as emoji and in other scripts, mix Latin letters into Russian words, forget to switch the
keyboard, or write Russian in Latin letters. Here all of that becomes plain lower-case Russian with ASCII digits, word
by word and only towards words the rules know: a word that cannot be repaired stays as it was written.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

from gateway.replies import lexicon
from gateway.replies.typos import is_one_slip_away, without_typos

_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufe00-\ufe0f\u20e3]"
)
_FRACTION = re.compile("[\u00bc-\u00be\u2150-\u215f\u2189]")
_SUPERSCRIPT = re.compile("[\u00b2\u00b3\u00b9\u2070-\u209c]")
_DASHES = re.compile("[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]")
_APOSTROPHE = re.compile("(?<=п)[\u02bc\u2019'](?=я)")
_QUOTE_MARKS = re.compile('[\u00ab\u00bb\u201c-\u201f\u2039\u203a"`\u2018\u2019]')
_QUOTED_DIGIT = re.compile(r"'(?=\d)|(?<=\d)'")
_KEYCAP_TEN = "\U0001f51f"

_LOOK_ALIKES = str.maketrans("abcehkmoptxyi3", "авсенкмортхуиз")
_KEYS = "qwertyuiop[]asdfghjkl;'zxcvbnm,."
_LAYOUT = str.maketrans(_KEYS, "йцукенгшщзхъфывапролджэячсмитьбю")
_LAYOUT_BACK = str.maketrans("йцукенгшщзхъфывапролджэячсмитьбю", _KEYS)
_DIGIT_LETTERS = str.maketrans("0346", "озчб")
_ROMAN = str.maketrans(
    {
        "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ж": "zh", "з": "z", "и": "i", "й": "i", "к": "k",
        "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "h",
        "ц": "ts", "ч": "ch", "ш": "sh", "щ": "sh", "ъ": "", "ы": "y", "ь": "", "э": "e", "ю": "yu", "я": "ya",
    }
)  # fmt: skip
_ROMAN_VARIANTS = (
    ("shch", "sh"), ("sch", "sh"), ("4", "ch"), ("kh", "h"), ("x", "h"), ("w", "sh"), ("ch", "\x01"), ("c", "ts"),
    ("\x01", "ch"), ("ya", "a"),
    ("ja", "a"), ("ia", "a"), ("yu", "u"), ("ju", "u"), ("iu", "u"), ("y", "i"), ("j", "i"),
    ("'", ""),
)  # fmt: skip
_CYRILLIC = str.maketrans("abdefghijklmnoprstuvxyz", "абдефгхижклмнопрстувхиз")
_ENGLISH = {
    "stop": "стоп",
    "ctop": "стоп",
    "start": "старт",
    "help": "help",
    "info": "инфо",
    "unsubscribe": "отписка",
    "thanks": "спасибо",
    "thank": "спасибо",
    "ok": "ok",
    "ne": "не",
    "vsyo": "все",
    "vsio": "все",
    "vy": "вы",
    "dayu": "даю",
    "na": "на",
    "za": "за",
    "iz": "из",
    "a": "а",
    "star": "звезда",
    "stars": "звезд",
    "point": "балл",
    "points": "баллов",
}
_PLAIN_WORDS = (
    "не больше пишите присылайте стоп хватит кто это вы что оценка балл баллов балла ставлю спасибо все всё очень "
    "отказ отказываюсь отписка помощь инфо за на но и большое супер молодцы ужас мфц очередь хамство услуга время "
    "старт вежливость комфорт информация звоните шлите отстаньте номер смс надо мне меня норм отл хор из по "
    "было там туда был была"
).split()
"""Words worth recovering from another layout or from Latin letters, beside the marks."""


def normalise(text: str) -> str:
    """The text in lower-case Russian with ASCII digits; lines stay lines. Never raises."""
    # NFKC would make "No" of the number sign.
    text = _FRACTION.sub(" 0,5", text.replace(_KEYCAP_TEN, " 10 ").replace("\u2116", "#"))
    text = _SUPERSCRIPT.sub("?", _INVISIBLE.sub("", text))
    text = unicodedata.normalize("NFKC", text).casefold()
    text = _INVISIBLE.sub("", text).replace("ё", "е").replace("\r\n", "\n").replace("\r", "\n")
    text = _APOSTROPHE.sub("", text)
    text = _QUOTE_MARKS.sub(" ", _DASHES.sub("-", text))
    if not text.isascii():
        text = "".join(_ascii_digit(char) for char in text)
    text = _QUOTED_DIGIT.sub(" ", text)
    return "\n".join(" ".join(repair(chunk) for chunk in line.split()) for line in text.split("\n")).strip()


def _ascii_digit(char: str) -> str:
    """The value of a digit in any script or in a circle; other characters as they are."""
    if char.isascii() or char.isalpha():
        return char
    value = unicodedata.numeric(char, None)
    return char if value is None or value != int(value) else str(int(value))


_WORD = re.compile(r"[^\W_]+")
_HAS_LATIN = re.compile("[a-z]")
_HAS_CYRILLIC = re.compile("[а-я]")
_EDGE = ".,!?;:()-*=+"


@lru_cache(maxsize=4096)
def repair(chunk: str) -> str:
    """One run of characters between spaces, its words brought back to Russian where that gives a known word."""
    if len(chunk) > 40:
        return chunk
    latin, cyrillic = _HAS_LATIN.search(chunk), _HAS_CYRILLIC.search(chunk)
    if latin and not cyrillic:
        typed = _from_layout(chunk)
        if typed is not None:
            return typed
        plain = _repair_word(chunk.strip(_EDGE).replace("'", "")) if "'" in chunk else chunk
        if plain in known_words():
            return plain
    if not latin and not cyrillic:
        return chunk
    return _WORD.sub(lambda match: _repair_word(match[0]), chunk)


def _from_layout(chunk: str) -> str | None:
    """The Russian word that the same keys give; brackets, commas and dots may be letters here."""
    for end in (len(chunk), len(chunk.rstrip(_EDGE))):
        word = chunk[:end].translate(_LAYOUT)
        if len(word) >= 2 and word in known_words():
            return word + chunk[end:]
    return None


def _repair_word(word: str) -> str:
    known = known_words()
    if word in known:
        return word
    has_digit = any(char.isdigit() for char in word)
    if has_digit:
        if word[0].isdigit() and len(word) > 1 and word[1:].isalpha() and word[1:] in known:
            return f"{word[0]} {word[1:]}"
        lettered = word.translate(_DIGIT_LETTERS)
        if lettered in lexicon.MARKS:
            return lettered
    if _HAS_LATIN.search(word):
        return _from_latin(word)
    if has_digit:
        return word
    shorter = (_REPEATED if len(word) > 4 else _DRAWN_OUT).sub(r"\1", word)
    if shorter in known:
        return shorter
    latin = word.translate(_LAYOUT_BACK)
    if latin in _ENGLISH:
        return _ENGLISH[latin]
    mended = without_typos(word)
    return mended if mended != word else without_typos(shorter) if without_typos(shorter) in known else word


_REPEATED = re.compile(r"(.)\1+")
_DRAWN_OUT = re.compile(r"(.)\1{2,}")
"""Short words lose a letter only where it is drawn out: «колл» is no «кол»."""


def _from_latin(word: str) -> str:
    if word in _ENGLISH:
        return _ENGLISH[word]
    if _HAS_CYRILLIC.search(word):
        folded = word.translate(_LOOK_ALIKES)
        # A Latin p stands for р by its shape and for п by its sound: «сtop» is стоп.
        return "стоп" if folded == "стор" else without_typos(folded)
    for key in (_roman_key(word), _roman_key(word.replace("ch", "c").replace("c", "ch"))):
        if key in _romanised():
            return _romanised()[key]
    if len(word) >= 8 and is_one_slip_away("excellent", word):
        return "excellent"
    sounded = without_typos(_spelt(word)) if len(word) >= 6 and word.isascii() else word
    return sounded if sounded in lexicon.LABELS else word


def _spelt(word: str) -> str:
    """A Latin word letter by letter in Cyrillic, near enough to hear it."""
    return word.replace("sh", "ш").replace("ch", "ч").translate(_CYRILLIC)


@cache
def known_words() -> frozenset[str]:
    return frozenset((*lexicon.MARKS, *lexicon.BEYOND, *_PLAIN_WORDS, *lexicon.FRAME_AFTER, *lexicon.FILLERS, "очень"))


@cache
def _romanised() -> dict[str, str]:
    """Russian words by the key that all their Latin spellings share."""
    words = sorted(word for word in known_words() if _HAS_CYRILLIC.search(word) and len(word) >= 3)
    return {_roman_key(word.translate(_ROMAN)): word for word in words}


def _roman_key(word: str) -> str:
    for variant, key in _ROMAN_VARIANTS:
        word = word.replace(variant, key)
    return _REPEATED.sub(r"\1", word)
