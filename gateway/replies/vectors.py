"""Rules for several criteria in one message: by position, by index, by name, or all alike.

Pure. Five marks in a row are the five criteria of the form in its order. Fewer are only understood where the context
says which were asked for; a criterion by its name is understood everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from gateway.model import CRITERIA, Meaning, ReplyClass
from gateway.replies import lexicon
from gateway.replies.reading import Kind, Reading, Token

_INDEXED = {
    count: re.compile(
        r"^\s*1\s?[-.):=]{1,2}\s?([1-5])"
        + "".join(rf"[\s,;]{{1,3}}{i}\s?[-.):=]{{1,2}}\s?([1-5])" for i in range(2, count + 1))
        + r"\s*[.,!]?\s*(?:(?:всем |большое |огромное ){0,2}(?:спасибо|спс|благодарю)[^\d]{0,40})?$"
    )
    for count in range(2, len(CRITERIA) + 1)
}
_POLITE = frozenset(
    "спасибо спс большое огромное вам всем балл балла баллов оценки оценка мои мой моя ответ благодарю все критерии "
    "критериям ставлю ставим ответы б бал мфц".split()
)
_EVERYWHERE = (
    r"(?:(?:за |на |по )?(?:все|всем|всему|каждому|каждый)(?: пунктам| критериям| вопросам| позициям| пункту"
    r"| критерию"
    r"| пункт| критерий| показателям)?|везде|всюду)"
)
_ALIKE = re.compile(
    rf"^(?:{_EVERYWHERE} (?:по |на |- |: |= |ставлю |оценка )?([1-5])|([1-5]) {_EVERYWHERE})(?: балл\w*)?(?: [.!])*$"
)


def indexed_marks(reading: Reading) -> Meaning | None:
    """«1-5 2-4 3-5 4-3 5-5»: question numbers with their marks, as many as the form has or as were asked for."""
    for count, pattern in _INDEXED.items():
        match = pattern.match(reading.sifted)
        if match is not None and count in (len(CRITERIA), len(reading.asked)):
            return _marks(CRITERIA if count == len(CRITERIA) else reading.asked, _values(match), "indexed")
    return None


def _values(match: re.Match[str]) -> list[int]:
    return [int(mark) for mark in match.groups()]


def asked_marks(reading: Reading) -> Meaning | None:
    """Exactly as many marks as criteria are asked for, apart or joined, in the order of the question."""
    count = len(reading.asked)
    numerals = only_numerals(reading)
    if count < 2 or not numerals:
        return None
    values = [token.value for token in numerals]
    joined = len(values) == 1 and numerals[0].kind is Kind.NUMBER
    if joined:
        values = [int(digit) for digit in numerals[0].text]
    if len(values) == 1 or (len(values) == len(CRITERIA) and count != len(CRITERIA)):
        return None
    if not set(values) <= {1, 2, 3, 4, 5}:
        return None
    if len(values) != count:
        return Meaning(ReplyClass.AMBIGUOUS, "other_count")
    if _could_be_something_else(values, joined, reading.sifted):
        return Meaning(ReplyClass.AMBIGUOUS, "asked_marks_unclear")
    return _marks(reading.asked, values, "asked_marks")


_PAIR_AS_ONE = re.compile(r"\d\s?[-/]\s?\d|\b\d[.,]5\b")
"""«4-5» and «4/5» say one thing, and «4,5» may be a half."""


def _could_be_something_else(values: list[int], joined: bool, text: str) -> bool:
    if len(values) == 2:
        return (joined and values[0] == 1) or bool(_PAIR_AS_ONE.search(text))
    return is_scale(values)


def is_scale(values: Sequence[int]) -> bool:
    """Whether marks go up or down by one: a scale somebody counts out, not answers."""
    steps = {after - before for before, after in pairwise(values)}
    return len(values) > 2 and steps in ({1}, {-1})


def marks_alike(reading: Reading) -> Meaning | None:
    """«все 5», «по всем пунктам 5»: the same for everything that is asked for."""
    match = _ALIKE.match(reading.coded())
    if match is None or len(reading.asked) < 2:
        return None
    return _marks(reading.asked, [int(match[1] or match[2])] * len(reading.asked), "marks_alike")


def only_numerals(reading: Reading) -> list[Token]:
    """The numbers and numerals of a text that has nothing besides but politeness; else none."""
    content = [t for t in reading.tokens if t.kind is not Kind.BREAK and t.text not in _POLITE]
    numerals = [t for t in content if t.kind is Kind.NUMBER or t.text in lexicon.NUMERALS]
    labels = [t for t in content if t.kind is Kind.MARK and t.text not in lexicon.NUMERALS]
    if labels == content and len(labels) == len(CRITERIA):
        return labels
    return numerals if len(numerals) == len(content) else []


def vector(values: Sequence[int], rule: str) -> Meaning:
    """A mark for each criterion in the form's order."""
    return _marks(CRITERIA, values, rule)


def _marks(names: Sequence[str], values: Sequence[int], rule: str) -> Meaning:
    marks = dict(zip(names, values, strict=True))
    cls = ReplyClass.VECTOR if len(marks) == len(CRITERIA) else ReplyClass.PARTIAL
    return Meaning(cls, rule, criteria={name: marks[name] for name in CRITERIA if name in marks})


def named_criteria(reading: Reading) -> Meaning | None:
    """Criteria by name, each with its mark: all five are a vector, fewer a part of one."""
    named: dict[str, int] = {}
    taken: dict[int, str] = {}
    tokens = _without_indices([t for t in reading.tokens if t.text not in (":", "-", "=")])
    for index, token in enumerate(tokens):
        name = lexicon.criterion(token.text) if token.kind is Kind.WORD else None
        if name is None or _is_about_place(tokens, index):
            continue
        place = _mark_after(tokens, index)
        if place is None or taken.get(place) == name:
            continue
        mark = tokens[place].value
        if name in named or not 1 <= mark <= 5 or (index and tokens[index - 1].text in lexicon.NEGATIONS):
            return Meaning(ReplyClass.AMBIGUOUS, "criteria_unclear")
        named[name] = mark
        taken[place] = name
    if not named:
        return None
    if sum(t.kind in (Kind.NUMBER, Kind.MARK) for t in tokens) != len(taken) or not _names_first(tokens):
        return Meaning(ReplyClass.AMBIGUOUS, "criteria_unclear")
    if (len(named) == 1 and reading.sifted.startswith(_PERSONS)) or _HOW_MANY.search(reading.sifted):
        return Meaning(ReplyClass.AMBIGUOUS, "criteria_unclear")
    if len(named) == 1 and any(w not in _BESIDE_CRITERION and not lexicon.criterion(w) for w in reading.words()):
        return Meaning(ReplyClass.AMBIGUOUS, "criteria_unclear")
    return _marks(tuple(named), tuple(named.values()), "named_criteria")


def _is_about_place(tokens: Sequence[Token], index: int) -> bool:
    """«в очереди» says where somebody stood."""
    if index == 0 or tokens[index - 1].text != "в":
        return False
    return index == 1 or lexicon.criterion(tokens[index - 2].text) != lexicon.criterion(tokens[index].text)


_HOW_MANY = re.compile(
    r"(?<!за )(?<!от )(?<!у )\b(?:сотрудников|специалистов|операторов|девушек|сотрудник|специалист"
    r"|оператор)\b[ :-]{1,3}\d"
    r"|^(?:(?:ваша )?очередь|сроком) на \d\W*$|\bваша очередь\b|\bвремя приема \d"
)
"""«сотрудников 5», «очередь на 5»: a number of something, or an hour."""
_PERSONS = ("операто", "специалист", "девушк", "сотрудниц", "сотруднику")
_BESIDE_CRITERION = (
    lexicon.FILLERS | lexicon.MARKS.keys() | frozenset(("в", "приема", "обслуживания", "ожидания", "предоставления"))
)


_BETWEEN = frozenset(
    "на и в по ставлю приема обслуживания предоставления оказания услуги услуг персонала компетентность комфортность "
    "информации очереди".split()
)


def _mark_after(tokens: Sequence[Token], index: int) -> int | None:
    """Where the mark of a criterion stands: right after it, or after a few words that belong to its name."""
    for place in range(index + 1, min(index + 5, len(tokens))):
        if tokens[place].kind in (Kind.NUMBER, Kind.MARK):
            return place
        if tokens[place].text not in _BETWEEN:
            return None
    return None


def _without_indices(tokens: list[Token]) -> list[Token]:
    """«1. Время 5 2. Очередь 4»: the numbers of the questions, where at least the first two have theirs."""
    places = [
        place
        for place, (number, dot, word) in enumerate(zip(tokens, tokens[1:], tokens[2:], strict=False))
        if number.kind is Kind.NUMBER and dot.text in (".", ")") and lexicon.criterion(word.text)
    ]
    if len(places) < 2 or [tokens[place].value for place in places] != list(range(1, len(places) + 1)):
        return tokens
    return [token for place, token in enumerate(tokens) if place not in places]


_ALTERNATING = re.compile(r"^(?:[1-5] [а-я]{4,20} ?){2,5}$")
_PAIR = re.compile(r"([1-5]) ([а-я]{4,20})")
_EACH_FOR = re.compile(r"\b([1-5])(?: балл\w*)? (?:за|по) ([а-я]{4,20})")


def marks_for_criteria(reading: Reading) -> Meaning | None:
    """«5 за вежливость, 2 за очередь»: two or more marks, each with the criterion it is for."""
    text = " ".join(word for word in reading.coded().split() if word not in (",", ";", ".", "-", ":"))
    found = [(lexicon.criterion(word), int(mark)) for mark, word in _EACH_FOR.findall(text)]
    if not found and _ALTERNATING.match(text):
        found = [(lexicon.criterion(word), int(mark)) for mark, word in _PAIR.findall(text)]
    names = [name for name, _ in found if name is not None]
    marks = sum(t.kind in (Kind.NUMBER, Kind.MARK, Kind.HEDGED) for t in reading.tokens)
    if len(found) < 2 or len(set(names)) != len(found) or marks != len(found):
        return None
    return _marks(names, [mark for _, mark in found], "marks_for_criteria")


_FOR_A_CRITERION = re.compile(r"\b[1-5](?: бал\w*)? за ([а-я]{4,})|^[1-5] (очередь)\b")


def single_criterion_after(reading: Reading) -> Meaning | None:
    """«5 за вежливость»: a mark for one criterion, or for all with a reason; it cannot be told."""
    match = _FOR_A_CRITERION.search(reading.coded())
    if match is not None and lexicon.criterion(match[1] or match[2]) is not None:
        return Meaning(ReplyClass.AMBIGUOUS, "criteria_unclear")
    return None


def _names_first(tokens: Sequence[Token]) -> bool:
    """Whether names come before marks all along: «5 очередь 2» may be read both ways."""
    first = next((t for t in tokens if t.kind in (Kind.NUMBER, Kind.MARK) or lexicon.criterion(t.text)), None)
    return first is not None and first.kind not in (Kind.NUMBER, Kind.MARK)


RULES = (indexed_marks, asked_marks, marks_alike)
NAMED_RULES = (marks_for_criteria, named_criteria, single_criterion_after)
