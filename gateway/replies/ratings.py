"""Rules for ratings: where a number is meant as one, and where it is only near.

Pure. The rules run in order and the first that recognises the text decides. The early ones know whole constructions
(corrections, vectors, criteria by name, another scale); the last one takes a single number that stands where people put
a rating. Between them stand the doubts: two different numbers, a hedge, a mood against the number.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import pairwise

from gateway.model import Meaning, ReplyClass
from gateway.replies import doubts, lexicon, position, vectors
from gateway.replies.reading import Kind, Reading, Token

_OTHER_SCALE = re.compile(
    r"\b\d{1,3}\s?(?:бал\w* )?(?:из|/)\s?(?:10{1,2}|20|12|10-?ти|десяти|ста)\b|\bпо (?:10|12|100|десяти"
    r"|сто)[\s-]{0,3}(?:ти)?[\s-]{0,3}бал"
    r"|\bот [01] до (?:[2-46-9]|\d{2,3})\b|\bиз (?:[2-46-9]|\d{2,3}) (?:бал\w* )?(?:ставлю|оценка|поставлю|\d)"
    r"|\b(?:десяти|сто)бал+ьн|^\d{1,3}\s?(?:из|/)\s?[1-46-9]\W*$"
)
_STARS = frozenset("★⭐🌟*")
_HOLLOW = "☆"
_V = r"([0-9]{1,3})(?: бал+\w*)?"
_SEP = r"[\s,.;:()-]{1,4}"
_CORRECTIONS = tuple(
    (re.compile(pattern), group)
    for pattern, group in (
        (rf"\bне {_V}{_SEP}а {_V}(?!\d| (?!за|потому|с|спас|из|и|ошиб|перепут|опеч|балл)[а-я])", 2),
        (rf"(?<![\d-]){_V}{_SEP}а не {_V}(?!\d)", 1),
        (
            rf"\b(?:хотел\w*|думал\w*|собирал\w*|планировал\w*|бы|мог\w*|должн\w+)\b[^\d]{{0,60}}?{_V}\b[^\d]{{0,80}}"
            rf"\b(?:но|а|поэтому|однако|так что)\b(?:[^\d]{{0,40}}?[-.,:;!]|[^\d]{{0,40}}?\b(?:ставлю|поставлю"
            rf"|оценка))? ?"
            rf"(?:(?:увы|так|только|пока|получите|поэтому|будет|всего|лишь|на|это) ){{0,3}}{_V}\b",
            2,
        ),
        (rf"\b(?:исправ|измен|поменя|меня|замен|переправ)\w*[^\d]{{0,40}}?{_V} на {_V}", 2),
        (rf"^вместо {_V}{_SEP}(?:(?:хочу|ставлю|поставьте|надо|будет)\s){{0,2}}{_V}", 2),
    )
)


_POLITE_TAIL = re.compile(r"(?<=[★⭐🌟])[.,!]{0,3}(?:(?:большое)?(?:спасибо|спс)(?:большое|вам)?)?[.,!)]{0,3}$")


def stars(reading: Reading) -> Meaning | None:
    """Two to five full stars and nothing else; a single one may be an asterisk or praise."""
    text = _POLITE_TAIL.sub("", "".join(reading.plain.split()))
    if not text or any(char not in _STARS and char != _HOLLOW for char in text):
        return None
    full = len(text) - text.count(_HOLLOW)
    if 2 <= full <= 5 and (full == len(text) or len(text) == 5):
        return _rated(full, "stars")
    return Meaning(ReplyClass.AMBIGUOUS, "stars_unclear")


def other_scale(reading: Reading) -> Meaning | None:
    """A mark out of ten or a hundred; to convert it would be a guess."""
    if _OTHER_SCALE.search(reading.plain):
        return Meaning(ReplyClass.AMBIGUOUS, "other_scale")
    return None


def correction(reading: Reading) -> Meaning | None:
    """«не 5, а 3», «была бы 5, но 4», «ошибся, 5»: the number that is meant, out of those that are named."""
    text = reading.coded()
    numbers = re.findall(r"\d+", text)
    if len(numbers) == 2:
        for pattern, group in _CORRECTIONS:
            match = pattern.search(text)
            if match is not None:
                return _in_range(int(match[group]), "correction")
    declared = _DECLARED.findall(text)
    if (
        len(numbers) > 1
        and len(declared) == 1
        and text.rfind(f" {declared[0]}") == text.rfind(f" {numbers[-1]}")
        and _is_declared_last(reading)
    ):
        return _in_range(int(numbers[-1]), "declared")
    slipped = doubts.SLIPPED.search(text) and not doubts.PAST_SENT.search(text) and "?" not in text
    if len(numbers) == 1 and slipped and _AT_AN_END.search(text):
        return _in_range(int(numbers[0]), "slip_corrected")
    return None


_DECLARED = re.compile(
    r"\b(?:ставлю|ставим|моя оценка|общая оценка|оценка|итого"
    r"|итог)(?: [:=-])? ([0-9]{1,3})\b"
)


def _is_declared_last(reading: Reading) -> bool:
    """Whether the numbers before the declared one are nobody's marks: none framed, none beside a criterion."""
    tokens = reading.tokens
    places = [place for place, token in enumerate(tokens) if token.kind is Kind.NUMBER]
    if any(_stands_alone(tokens, place) for place in places[:-1]):
        return False
    beside = [tokens[place + step] for place in places[:-1] for step in (-1, 1) if 0 <= place + step < len(tokens)]
    if (
        len(places) > 3
        or "?" in reading.plain
        or any(lexicon.criterion(t.text) or t.text in lexicon.FRAME_AFTER for t in beside)
    ):
        return False
    return not any(token.kind in (Kind.MARK, Kind.HEDGED) for token in tokens)


def _stands_alone(tokens: Sequence[Token], place: int) -> bool:
    """Whether a number is a sentence: «5. … Ставлю 3» says two things."""
    after = tokens[place + 1].text if place + 1 < len(tokens) else "."
    return after in (".", "!", "\n") and (place == 0 or tokens[place - 1].kind is Kind.BREAK)


_AT_AN_END = re.compile(
    r"^\d{1,3} ?(?:[^\w\s]|ошиб)|(?:^|[-,.:;!\n(]|\b(?:на|ставлю|оценка|ошибся|ошиблась|опечатка|исправляю|надо"
    r"|ой)) ?\d{1,3}\W*$"
)


def bare_numbers(reading: Reading) -> Meaning | None:
    """Several numbers and no words: five marks in a row, one digit hammered in, or nothing clear."""
    numerals = vectors.only_numerals(reading)
    if not numerals:
        return None
    if doubts.DECIMAL.search(reading.sifted) and len(numerals) < 5:
        return Meaning(ReplyClass.AMBIGUOUS, "decimal")
    if len(numerals) == 1:
        return _one_run_of_digits(numerals[0].text, reading) if numerals[0].kind is Kind.NUMBER else None
    values = [t.value for t in numerals]
    if len(values) == 2 and values[0] == values[1] and numerals[0].kind is not numerals[1].kind:
        return _in_range(values[0], "digit_and_word")
    if "+" in reading.plain and len(values) != 5:
        return Meaning(ReplyClass.AMBIGUOUS, "several_numbers")
    if not all(1 <= value <= 5 for value in values):
        return Meaning(ReplyClass.AMBIGUOUS, "several_numbers")
    return _marks_in_a_row(values)


def _one_run_of_digits(digits: str, reading: Reading) -> Meaning | None:
    """Joined digits; a single digit is left to the rules about its place."""
    if len(digits) == 1 or reading.plain.startswith("-"):
        return None
    if set(digits) <= set("12345") and "бал" not in reading.plain:
        if len(digits) > 2:
            return _marks_in_a_row([int(digit) for digit in digits])
        # A plain number below twenty is more likely a number than two marks; eleven is a digit pressed twice.
        if digits == "11" or digits[0] != "1":
            return Meaning(ReplyClass.AMBIGUOUS, "two_digits")
    return Meaning(ReplyClass.OUT_OF_RANGE, "out_of_range")


def _marks_in_a_row(values: Sequence[int]) -> Meaning:
    same = len(set(values)) == 1
    if len(values) == 5:
        if vectors.is_scale(values):
            return Meaning(ReplyClass.AMBIGUOUS, "scale_copied")
        return vectors.vector(values, "vector")
    if same and len(values) >= 3:
        return _rated(values[0], "repeated_digit")
    return Meaning(ReplyClass.AMBIGUOUS, "several_numbers")


def placed_number(reading: Reading) -> Meaning | None:
    """Numbers of one value that stand where people put a rating."""
    numbers = reading.numbers()
    if not numbers:
        return None
    value = numbers[0].value
    if len(numbers) > 1 and _without_a_word_between(reading):
        return Meaning(ReplyClass.AMBIGUOUS, "several_numbers")
    if all(
        position.is_rating(reading.tokens, index) for index, t in enumerate(reading.tokens) if t.kind is Kind.NUMBER
    ):
        return _in_range(value, "number")
    if value in range(1, 6):
        return Meaning(ReplyClass.AMBIGUOUS, "number_out_of_place")
    return None


def _without_a_word_between(reading: Reading) -> bool:
    """Whether two numbers have only signs between them: «5 × 5» is a sum, not a mark said twice."""
    said = [t.kind for t in reading.tokens if t.kind not in (Kind.BREAK, Kind.SIGN)]
    return (Kind.NUMBER, Kind.NUMBER) in pairwise(said)


def lone_mark(reading: Reading) -> Meaning | None:
    """An official label, a numeral or a school mark that is a clause of its own."""
    marks = doubts.marks_alone(reading)
    if len(marks) != 1:
        return None
    if any(t.text in lexicon.LABELS and t.value not in marks for t in reading.tokens):
        return Meaning(ReplyClass.AMBIGUOUS, "several_ratings")
    words = set(reading.words())
    if words & lexicon.ACKNOWLEDGEMENTS or position.ends_in_doubt(reading.tokens):
        return Meaning(ReplyClass.AMBIGUOUS, "mark_unclear")
    return _rated(marks.pop(), "mark")


_ROMAN = re.compile(r"^(?:i{2,3}|i?v)\W*$")


def roman_numeral(reading: Reading) -> Meaning | None:
    """A Roman numeral may be a mark, a letter or a tick; nobody can say."""
    if _ROMAN.match(reading.plain):
        return Meaning(ReplyClass.AMBIGUOUS, "roman_numeral")
    return None


_BELOW = re.compile(r"^-(?:[01]|\d{2,9})[ .!]{0,5}$")


def below_scale(reading: Reading) -> Meaning | None:
    """Minus one: a dash before a higher digit may be a dash, but nobody writes one before the lowest."""
    if _BELOW.match(reading.plain):
        return Meaning(ReplyClass.OUT_OF_RANGE, "out_of_range")
    return None


def beyond_scale(reading: Reading) -> Meaning | None:
    """A number word outside 1..5 that is the whole message."""
    words = [word for word in reading.words() if word not in lexicon.FILLERS]
    if len(words) == 1 and words[0] in lexicon.BEYOND:
        return Meaning(ReplyClass.OUT_OF_RANGE, "out_of_range")
    return None


def _in_range(value: int, rule: str) -> Meaning:
    if 1 <= value <= 5:
        return _rated(value, rule)
    return Meaning(ReplyClass.OUT_OF_RANGE, "out_of_range")


def _rated(value: int, rule: str) -> Meaning:
    return Meaning(ReplyClass.RATING, rule, value)


RULES: tuple[Callable[[Reading], Meaning | None], ...] = (
    stars,
    roman_numeral,
    other_scale,
    below_scale,
    correction,
    *vectors.RULES,
    bare_numbers,
    *vectors.NAMED_RULES,
    doubts.doubt,
    doubts.uncertain,
    doubts.contradiction,
    placed_number,
    lone_mark,
    beyond_scale,
)
_WITHOUT_A_MARK = (stars, roman_numeral, other_scale, beyond_scale)


def rules_for(reading: Reading) -> tuple[Callable[[Reading], Meaning | None], ...]:
    """The rules that have something to look at: most of them want a number or a word of the scale."""
    kinds = {token.kind for token in reading.tokens}
    return _WITHOUT_A_MARK if kinds.isdisjoint((Kind.NUMBER, Kind.MARK, Kind.HEDGED)) else RULES
