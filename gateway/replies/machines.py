"""Rules for what needs no answer: echoes, automatic replies, operators' texts, signs of nothing.

Pure. Everything here is `noise`, and noise is never answered: a machine at the other end would answer back.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from itertools import pairwise

from gateway.model import Meaning, ReplyClass
from gateway.replies import automatic as automatic_texts
from gateway.replies.reading import Kind, Reading

_NOISE_WORDS = frozenset(
    "ок ok окей okay оке окок k ага угу да не нет неа алло але ало ну хм эм ясно понятно принято ладно лады "
    "хорошо-хорошо привет здравствуйте здрасте здравствуй добрый день вечер утро доброе доброго времени суток "
    "hi hello yes no все понял поняла поняли ау эй пока до свидания спокойной ночи кек хз салам здрасьте тест "
    "test проверка ой ах эх лол lol хаха ха хе ххх".split()
)
_MOJIBAKE = re.compile(
    "[ÐÑÃÂ�][\u0080-\u00bf\u0152-\u017e\u0192\u02c6\u02dc\u2013-\u2122]|\ufffd|[ÃÂÐÑ]{2}"
    "|[РС][\u00a0\u00a4\u00a6\u00a7\u00a9\u00ab-\u00ae\u00b0\u00b1\u00b5-\u00b7\u00bb\u0402-\u040f\u0452-\u045f\u0490\u0491"
    "\u2018-\u201e\u2020-\u2026\u2030\u2039\u203a\u20ac\u2116\u2122]"
    "|[\u00c0-\u00ff]{3}|[\u2550-\u256c][А-Яа-я\u2500-\u259f]"
)
"""UTF-8 read as Latin-1 or as cp1251, cp1251 read as Latin-1, UTF-8 read as cp866."""
_ALL_LATIN1 = re.compile(r"^[\u00c0-\u00ff]{3,40}\W*$")
_ECHO = re.compile(r"^\+?(?:0?919\W{0,3}){1,5}$")
_TEST = re.compile(r"^(?:тест\w*|test\w*|проверка(?: связи)?)\b[\s\d.,!-]*$")
_LAUGH = re.compile(r"^(?:(?:ха|хе|хи|ах|ха-ха|lol|лол)+|х{2,}|(.)\1+|(.)|(..)\3{1,})$")
_MASHED = re.compile(r"йцук|цуке|фыва|ывап|ячсм|qwer|asdf|zxcv|лорп|ъх|длор|прол(?!о|е|и)")
_ROWS = ("йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю", "qwertyuiop", "asdfghjkl", "zxcvbnm")
_NEXT_KEYS = frozenset(pair for row in _ROWS for left, right in pairwise(row) for pair in (left + right, right + left))
_ALL_CONSONANTS = re.compile(r"^[бвгджзйклмнпрстфхцчшщъь]{4,}$|^[bcdfghjklmnpqrstvwxz]{4,}$")


def empty(reading: Reading) -> Meaning | None:
    """Nothing but signs, and none that says anything."""
    plain = reading.plain
    if any(
        char.isalnum() or char in "*♥" or (char > "\u2300" and unicodedata.category(char) == "So") for char in plain
    ):
        return None
    if "?" in plain and not plain.replace("?", "").strip(" !.,\n"):
        return Meaning(ReplyClass.HELP, "question_marks")
    return Meaning(ReplyClass.NOISE, "nothing_said")


def mojibake(reading: Reading) -> Meaning | None:
    """A text decoded by the wrong table; whatever it said cannot be trusted."""
    if len(_MOJIBAKE.findall(reading.raw)) >= 2 or _ALL_LATIN1.match(reading.raw):
        return Meaning(ReplyClass.NOISE, "mojibake")
    return None


def echo(reading: Reading) -> Meaning | None:
    """Our own number or our own words, and nothing besides."""
    if _ECHO.match(reading.plain) or (reading.quoted and not any(char.isalnum() for char in reading.sifted)):
        return Meaning(ReplyClass.NOISE, "echo")
    return None


def automatic(reading: Reading) -> Meaning | None:
    """A telephone or an operator wrote this."""
    if any(pattern.search(reading.plain) for pattern in automatic_texts.PATTERNS):
        return Meaning(ReplyClass.NOISE, "automatic_reply")
    return None


def trial(reading: Reading) -> Meaning | None:
    """Somebody tries whether messages arrive; the numbers in it are no ratings."""
    if _TEST.match(reading.plain):
        return Meaning(ReplyClass.NOISE, "test_message")
    return None


def small_talk(reading: Reading) -> Meaning | None:
    """Acknowledgements and greetings without content."""
    words = reading.words()
    if not words or len(words) != sum(t.kind is not Kind.BREAK for t in reading.tokens):
        return None
    if words != ("все",) and all(word in _NOISE_WORDS or _is_babble(word) for word in words):
        return Meaning(ReplyClass.NOISE, "small_talk")
    return None


def _is_babble(word: str) -> bool:
    """Letters without a word in them: one letter repeated, laughter, a hand laid on the keyboard."""
    if len(word) >= 4 and all(left + right in _NEXT_KEYS for left, right in pairwise(word)):
        return True
    return bool(_LAUGH.match(word) or _MASHED.search(word) or _ALL_CONSONANTS.match(word))


RULES: tuple[Callable[[Reading], Meaning | None], ...] = (empty, mojibake, echo, automatic, trial)
LAST_RULES: tuple[Callable[[Reading], Meaning | None], ...] = (small_talk,)
