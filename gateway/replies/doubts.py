"""Rules for doubt: a number is named, but not given.

Pure. A hedge, a wish, a denial, two marks against each other, a mood against the digit, praise after hours of waiting:
each of them ends in `ambiguous`, and the citizen is asked once more. These rules stand between the constructions that
settle a doubt by themselves (corrections, vectors) and the rules that take a number at its word.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from gateway.model import Meaning, ReplyClass
from gateway.replies import lexicon, position
from gateway.replies.reading import CLAUSE_WORDS, Kind, Reading, Token, clauses

_HALF = re.compile(r"\b[1-5] с половиной\b")
DECIMAL = re.compile(r"(?<!\d)\d\s?[.,]\d(?!\d)|\b\d (?:с половиной|и 5)")
"""A half mark, which the scale does not have."""
SLIPPED = re.compile(
    r"\b(?:ошиб(?:ся|лась|лись|ка|очка)\b|опечат\w+|перепутала?\b|исправ(?:ляю|ьте|ить|ление)\b|поправк\w+"
    r"|передумал\w*|промахнул\w+)"
)
PAST_SENT = re.compile(r"\b(?:поставил\w?|отправил\w?|написал\w?|нажал\w?|прислал\w?|послал\w?)\b")
_NOT_GIVEN = re.compile(
    r"\b[45] никогда\b|\b(?:ставить|видать|дождетесь|ждите|это много|много для)\b"
    r"|\bне (?:[а-я]{1,12} )?(?:постав|ставлю|ставим"
    r"|тян|дотя|вытя|заслуж|дам|дала?\b|больше|выше|меньше|ниже"
    r"|менее|более|могу|на|по\b|"
    r"пойд|дотян|потян|будет|стоит|достой|угад|ставьте)|\b(?:надо|нужно|следовало|стоило) было\b"
    r"|\b(?:уже|вчера|раньше|сначала|потом)\b.{0,20}\b(?:отвеч|отправ|став|постав|писал|присыл)|\b(?:отправил"
    r"|отправлял|отвечал|отвечала)"
)
_IF_ONLY = re.compile(r"\d[^.!?\n]{0,200}\bесли бы\b|\bесли бы\b[^.!?\n]{0,200}\d")
_POINT_OFF = re.compile(r"\b(?:минус|сним\w+|снял\w?|скину\w+|сниж\w+) (?:\d |один )?бал+")
"""«5 минус балл»: to subtract would be a guess."""
_OR_SO = re.compile(r"\b[1-5] и (?:выше|ниже|больше|меньше|более|менее)\b")
_FOR_WAITING = re.compile(r"\b[45](?: балл\w*| звезд\w*)? за (?:то\b|§)")
_OPPOSING = CLAUSE_WORDS - {"и", "или", "либо"}
_LONG_WAIT = re.compile(
    r"\b(?:\d{1,3}|пол|два|две|три|четыре|пять|шесть|несколько|целый|весь) ?(?:час|дня|дней|день|недел|месяц)"
    r"|\bчасами\b|\bполдня\b"
)


def doubt(reading: Reading) -> Meaning | None:
    """A number or a mark with a hedge, a denial or a question mark to it; half marks; one mark against another."""
    if DECIMAL.search(reading.sifted) or _HALF.search(reading.coded()):
        return Meaning(ReplyClass.AMBIGUOUS, "decimal")
    numbers = {t.value for t in reading.numbers()}
    marks = marks_alone(reading) - _all_is_well(reading, numbers)
    hedged = [t for t in reading.tokens if t.kind is Kind.HEDGED]
    stars = sum(reading.plain.count(star) for star in "★⭐🌟")
    if len(numbers | marks) > 1 or (stars > 1 and (numbers | marks) - {stars}):
        return Meaning(ReplyClass.AMBIGUOUS, "several_ratings")
    if not hedged:
        return None
    if numbers and all(_agrees(next(iter(numbers)), t.value) for t in hedged):
        return None
    denied = any(position.is_denied(reading.tokens, token) for token in hedged)
    only_labels = all(t.text in lexicon.LABELS or t.text == "очень плохо" for t in hedged)
    if denied and only_labels and not numbers and not marks:
        return Meaning(ReplyClass.COMMENT, "label_denied")
    return Meaning(ReplyClass.AMBIGUOUS, "hedged")


_WELL = re.compile(r"\b(?:все|очень)(?: (?:было|прошло|очень))? (хорошо|нормально|норм)\b")


def _all_is_well(reading: Reading, numbers: set[int]) -> set[int]:
    """«всё хорошо» beside a digit that is no lower says how somebody feels; alone it is a label of the scale."""
    return {
        lexicon.LABELS[word]
        for word in _WELL.findall(reading.plain)
        if numbers and min(numbers) >= lexicon.LABELS[word]
    }


def uncertain(reading: Reading) -> Meaning | None:
    """A number that is doubted, wished for or withheld in the same breath, or taken back without a new one."""
    numbers = reading.numbers()
    marks = marks_alone(reading)
    if (numbers and _IF_ONLY.search(reading.sifted)) or any(p.search(reading.sifted) for p in (_OR_SO, _POINT_OFF)):
        return Meaning(ReplyClass.AMBIGUOUS, "uncertain")
    if (numbers or marks) and SLIPPED.search(reading.plain) and PAST_SENT.search(reading.plain):
        return Meaning(ReplyClass.AMBIGUOUS, "taken_back")
    waited = _LONG_WAIT.search(reading.plain)
    if waited and ((marks & {3, 4, 5} and not numbers) or _FOR_WAITING.search(reading.coded())):
        return Meaning(ReplyClass.AMBIGUOUS, "praise_for_waiting")
    for clause in clauses(reading.tokens, _OPPOSING):
        if any(t.kind in (Kind.NUMBER, Kind.MARK) for t in clause):
            words = " ".join(t.text for t in clause)
            if any(t.text in lexicon.DOUBTS for t in clause) or _NOT_GIVEN.search(words):
                return Meaning(ReplyClass.AMBIGUOUS, "uncertain") if numbers or marks else None
    return None


def _agrees(number: int, mark: int) -> bool:
    return (number >= 4) == (mark >= 4) and (number == 3) == (mark == 3)


def _without_reason(clause: list[Token]) -> list[Token]:
    """«двойка за очередь» without its reason; small numerals go with «за» in other senses («один за другим»)."""
    if len(clause) > 2 and clause[1].text == "за" and clause[0].text not in ("один", "два", "три"):
        return clause[:1]
    return clause


def marks_alone(reading: Reading) -> set[int]:
    """The marks that are a whole clause of their own."""
    found = set()
    for clause in map(_without_reason, clauses(reading.tokens)):
        marks = [t for t in clause if t.kind is Kind.MARK]
        if not (len(marks) == 1 or (marks and len({t.text for t in marks}) == 1 and marks[0].text in lexicon.LABELS)):
            continue
        others = [t for t in clause if t.kind is not Kind.MARK and t.kind is not Kind.SIGN]
        if any(t.text == "в" for t in clause[: clause.index(marks[0])]) and not {"целом", "общем"}.intersection(
            t.text for t in others
        ):
            continue
        if marks[0].text == "один" and not _is_a_mark_of_one(reading.tokens, marks[0]):
            continue
        if all(t.kind is Kind.NUMBER or t.text in lexicon.FILLERS for t in others) or _is_work_done(clause):
            found.add(marks[0].value)
    return found


def _is_a_mark_of_one(tokens: Sequence[Token], mark: Token) -> bool:
    """«один» stands for many things, and for a mark only between signs or beside «балл» and «оценка»."""
    place = tokens.index(mark)
    beside = [tokens[at] for at in (place - 1, place + 1) if 0 <= at < len(tokens)]
    return all(t.kind is Kind.BREAK or t.text in ("балл", "бал", "из", "оценка", "ставлю") for t in beside)


def _is_work_done(clause: list[Token]) -> bool:
    """«обслужили на отлично»: a verb of work, and the mark it is worth at the end."""
    texts = [t.text for t in clause]
    return len(texts) in (3, 4, 5) and texts[-2] == "на" and any(text.startswith(lexicon.WORK) for text in texts[:-2])


_UNDONE = re.compile(r"\b5 (?:больше |никому |ничего ){0,2}не (?:приня|совет|рекоменд|сдела|работа|прид|помог)")
"""«5 никому не советую»; after a comma or «но» it is an exception from the mark."""


def contradiction(reading: Reading) -> Meaning | None:
    """Praise beside a bad mark, or anger beside a good one: irony, or a scale turned round."""
    values = {t.value for t in reading.numbers()} | marks_alone(reading)
    mood = position.mood(reading)
    words = reading.words()
    praised = any(word.startswith(lexicon.FIRST_PLACE) for word in words) or "всем" in words
    if values == {1} and mood == 0 and praised and lexicon.NEGATIONS.isdisjoint(words):
        return Meaning(ReplyClass.AMBIGUOUS, "contradiction")
    if 5 in values and _UNDONE.search(reading.coded()):
        return Meaning(ReplyClass.AMBIGUOUS, "contradiction")
    for value in values:
        if (value in (1, 2) and mood > 0) or (value in (4, 5) and mood < 0):
            return Meaning(ReplyClass.AMBIGUOUS, "contradiction")
    return None
