"""Words of ours inside a citizen's text: quoted lines, and our own texts sent back whole, in part or with an answer.

Pure. A prompt that comes back must not be read as the citizen's: «5-отлично» in it is ours. The texts we ship with are
known by their wording; what else was sent lately comes from the context and is recognised word by word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from gateway.replies import lexicon
from gateway.replies.normalise import normalise

_QUOTED_LINE = re.compile(r"^ ?>.*$", re.MULTILINE)
_LEFT_OVER = re.compile(r"\n\s{0,5}[-:,.]\s{1,5}(?=\w)")
"""What joined an answer to the passage that is gone."""
_FORWARDED = re.compile(r"^(?:fwd?|re|0919|пересланное сообщение)\s?:\s?")
_PROMPTS = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?:\d\d\.\d\d\.\d{4},?\s)?вы были в [^\n]{1,60}?\.?\s?(?=оцените)",
        r"оцените (?:по (?:5|пяти)-?балльной шкале )?качество [^\n]{0,60}? в мфц(?: ?г\.? ?[а-я-]{3,20})?(?:\.|$)",
        r"не поняли ответ\.?",
        r"пришлите одну цифру(?: от 1 до 5)?\.?",
        r"(?:пожалуйста,? )?оцените [^\n\d]{0,60}от 1 до 5(?:\s?\(?5(?:\s?-\s?|\s)отлично\)?)?",
        r"отправьте в ответ цифру от 1 до 5\.?",
        r"ответ бесплатный\.?",
        r"спасибо,? ваша оценка принята\.?",
        r"опрос о качестве услуг мфц\.?(?:\sпришлите 1-5 или стоп\.?)?",
        r"вы исключены из опроса\.?(?: больше сообщений не будет\.?)?",
    )
)
_TOKEN = re.compile(r"\d+|[^\W\d_]+|[^\w\s]|_")
_RUN = 4
"""Tokens in a row, signs included, that must be the same before a passage counts as ours."""
_RUN_WORDS = 2
"""Words in it that are no marks: «5 - отлично, 4 - хорошо» may be an answer, however we put it ourselves."""


def without_quotes(plain: str, ours: tuple[str, ...] = ()) -> str:
    """The normalised text without what is ours in it; a line feed stands where something was taken away."""
    text = _FORWARDED.sub("", _QUOTED_LINE.sub("", plain))
    if not text.strip():
        # A lone ">5" quotes nothing.
        text = plain
    for own in ours:
        text = _without_passages(text, own)
    for prompt in _PROMPTS:
        text = prompt.sub("\n", text)
    return text if text == plain else _LEFT_OVER.sub("\n", text)


def _without_passages(text: str, own: str) -> str:
    """The text without the passages it shares with `own`."""
    places = list(_TOKEN.finditer(text))
    tokens = [place[0] for place in places]
    known = _own_tokens(own)
    if _is_beginning(tokens, known):
        return "\n"
    runs = _own_runs(own)
    shared = [False] * len(tokens)
    for start in range(len(tokens) - _RUN + 1):
        if tuple(tokens[start : start + _RUN]) in runs:
            shared[start : start + _RUN] = [True] * _RUN
    if not any(shared):
        return text
    if shared[-2:] == [True, False] and _is_cut_short(tokens, known):
        shared[-1] = True
    return _cut(text, places, shared)


def _is_beginning(tokens: list[str], known: tuple[str, ...]) -> bool:
    """Whether the text is our own, whole or as much as came through."""
    if not 0 < len(tokens) <= len(known) or not _says_something(tokens):
        return False
    return tuple(tokens[:-1]) == known[: len(tokens) - 1] and known[len(tokens) - 1].startswith(tokens[-1])


def _cut(text: str, places: list[re.Match[str]], shared: list[bool]) -> str:
    kept, since = [], 0
    start = 0
    while start < len(shared):
        end = start
        while end < len(shared) and shared[end]:
            end += 1
        if _says_something(place[0] for place in places[start:end]):
            kept.append(text[since : places[start].start()])
            since = places[end - 1].end()
        start = max(end, start + 1)
    return "\n".join((*kept, text[since:]))


def _says_something(tokens: Iterable[str]) -> bool:
    """Whether a passage is long enough not to be the citizen's own words by chance."""
    return sum(token.isalpha() and token not in lexicon.MARKS for token in tokens) >= _RUN_WORDS


def _is_cut_short(tokens: list[str], known: tuple[str, ...]) -> bool:
    """Whether the last word is the beginning of the word that stands there in our own text."""
    before, last = tuple(tokens[-_RUN:-1]), tokens[-1]
    return any(
        known[place : place + _RUN - 1] == before and known[place + _RUN - 1].startswith(last)
        for place in range(len(known) - _RUN + 1)
    )


@lru_cache(maxsize=256)
def _own_tokens(own: str) -> tuple[str, ...]:
    return tuple(_TOKEN.findall(normalise(own)))


@lru_cache(maxsize=256)
def _own_runs(own: str) -> frozenset[tuple[str, ...]]:
    tokens = _own_tokens(own)
    return frozenset(tokens[start : start + _RUN] for start in range(len(tokens) - _RUN + 1))
