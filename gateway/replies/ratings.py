"""Rules for ratings: where a number is meant as one, and where it is only near.

Pure. The rules run in order and the first that recognises the text decides. The early ones know whole constructions
(corrections, vectors, criteria by name, another scale); the last one takes a single number that stands where people put
a rating. Between them stand the doubts: two different numbers, a hedge, a mood against the number.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from gateway.model import CRITERIA, Meaning, ReplyClass
from gateway.replies import doubts, lexicon, position
from gateway.replies.reading import Kind, Reading, Token

_OTHER_SCALE = re.compile(
    r"\b\d{1,3}\s?(?:бал\w* )?(?:из|/)\s?(?:10{1,2}|20|12|10-?ти|десяти|ста)\b|\bпо (?:10|12|100|десяти"
    r"|сто)[\s-]{0,3}(?:ти)?[\s-]{0,3}бал"
    r"|\b(?:десяти|сто)бал+ьн|^\d{1,3}\s?(?:из|/)\s?[1-46-9]\W*$"
)
_STARS = frozenset("★⭐🌟*")
_HOLLOW = "☆"
_V = r"([0-9]{1,3})(?: бал+\w*)?"
_SEP = r"[\s,.;:()-]{1,4}"
_CORRECTIONS = tuple(
    (re.compile(pattern), group)
    for pattern, group in (
        (rf"\bне {_V}{_SEP}а {_V}(?![\d])", 2),
        (rf"(?<![\d-]){_V}{_SEP}а не {_V}(?!\d)", 1),
        (
            rf"\b(?:хотел\w*|думал\w*|собирал\w*|планировал\w*|бы|мог\w*)\b[^\d]{{0,60}}?{_V}\b[^\d]{{0,80}}"
            rf"\b(?:но|а|поэтому|однако)\b[^\d]{{0,40}}?{_V}",
            2,
        ),
        (rf"\b(?:исправ|измен|поменя|замен|переправ)\w*[^\d]{{0,40}}?{_V} на {_V}", 2),
        (rf"^вместо {_V}{_SEP}(?:(?:хочу|ставлю|поставьте|надо|будет)\s){{0,2}}{_V}", 2),
    )
)
_PAIRS = re.compile(
    r"^\s*1\s?[-.):=]\s?([1-5])"
    + "".join(rf"[\s,;]{{1,3}}{i}\s?[-.):=]\s?([1-5])" for i in range(2, 6))
    + r"\s*[.!]?\s*$"
)
_POLITE = frozenset(
    "спасибо спс большое огромное вам всем балл балла баллов оценки оценка мои мой моя ответ благодарю все".split()
)


def stars(reading: Reading) -> Meaning | None:
    """Two to five full stars and nothing else; a single one may be an asterisk or praise."""
    text = "".join(reading.plain.split())
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
    text = _coded(reading)
    numbers = re.findall(r"\d+", text)
    if len(numbers) == 2:
        for pattern, group in _CORRECTIONS:
            match = pattern.search(text)
            if match is not None:
                return _in_range(int(match[group]), "correction")
    slipped = doubts.SLIPPED.search(text) and not doubts.PAST_SENT.search(text) and "?" not in text
    if len(numbers) == 1 and slipped and _AT_AN_END.search(text):
        return _in_range(int(numbers[0]), "slip_corrected")
    return None


_AT_AN_END = re.compile(r"^\d{1,3}\W|(?:^|[\s,.:;])(?<!не )\d{1,3}\W*$")


def indexed_vector(reading: Reading) -> Meaning | None:
    """«1-5 2-4 3-5 4-3 5-5»: question numbers with their marks."""
    match = _PAIRS.match(reading.sifted)
    if match is None:
        return None
    return _vector([int(mark) for mark in match.groups()], "indexed_vector")


def bare_numbers(reading: Reading) -> Meaning | None:
    """Several numbers and no words: five marks in a row, one digit hammered in, or nothing clear."""
    content = [t for t in reading.tokens if t.kind is not Kind.BREAK and t.text not in _POLITE]
    numerals = [t for t in content if t.kind is Kind.NUMBER or t.text in lexicon.NUMERALS]
    if not numerals or len(numerals) != len(content):
        return None
    if doubts.DECIMAL.search(reading.sifted) and len(numerals) < 5:
        return Meaning(ReplyClass.AMBIGUOUS, "decimal")
    if len(numerals) == 1:
        return _one_run_of_digits(numerals[0].text, reading) if numerals[0].kind is Kind.NUMBER else None
    values = [t.value for t in numerals]
    if len(values) == 2 and values[0] == values[1] and numerals[0].kind is not numerals[1].kind:
        return _in_range(values[0], "digit_and_word")
    if not all(1 <= value <= 5 for value in values):
        return Meaning(ReplyClass.AMBIGUOUS, "several_numbers")
    return _marks_in_a_row(values)


def _one_run_of_digits(digits: str, reading: Reading) -> Meaning | None:
    """Joined digits; a single digit is left to the rules about its place."""
    if len(digits) == 1 or reading.plain.startswith("-"):
        return None
    if set(digits) <= set("12345"):
        if len(digits) > 2:
            return _marks_in_a_row([int(digit) for digit in digits])
        # A plain number below twenty is more likely a number than two marks; eleven is a digit pressed twice.
        if digits == "11" or digits[0] != "1":
            return Meaning(ReplyClass.AMBIGUOUS, "two_digits")
    return Meaning(ReplyClass.OUT_OF_RANGE, "out_of_range")


def _marks_in_a_row(values: Sequence[int]) -> Meaning:
    same = len(set(values)) == 1
    if len(values) == 5:
        if list(values) in ([1, 2, 3, 4, 5], [5, 4, 3, 2, 1]):
            return Meaning(ReplyClass.AMBIGUOUS, "scale_copied")
        return _vector(values, "vector")
    if same and len(values) >= 3:
        return _rated(values[0], "repeated_digit")
    return Meaning(ReplyClass.AMBIGUOUS, "several_numbers")


def _vector(values: Sequence[int], rule: str) -> Meaning:
    return Meaning(ReplyClass.VECTOR, rule, criteria=dict(zip(CRITERIA, values, strict=True)))


def named_criteria(reading: Reading) -> Meaning | None:
    """Criteria by name, each with its mark: all five are a vector, fewer a part of one."""
    named: dict[str, int] = {}
    taken = 0
    tokens = [t for t in reading.tokens if t.text not in (":", "-", "=")]
    for index, token in enumerate(tokens):
        name = lexicon.criterion(token.text) if token.kind is Kind.WORD else None
        if name is None:
            continue
        mark = _mark_after(tokens, index)
        if mark is None:
            continue
        if name in named or not 1 <= mark <= 5 or (index and tokens[index - 1].text in lexicon.NEGATIONS):
            return Meaning(ReplyClass.AMBIGUOUS, "criteria_unclear")
        named[name] = mark
        taken += 1
    if not named:
        return None
    if len(reading.numbers()) + sum(t.kind is Kind.MARK for t in reading.tokens) != taken or not _names_first(tokens):
        return Meaning(ReplyClass.AMBIGUOUS, "criteria_unclear")
    if len(named) == 1 and reading.sifted.startswith(_PERSONS):
        return Meaning(ReplyClass.AMBIGUOUS, "criteria_unclear")
    if len(named) == 1 and any(w not in _BESIDE_CRITERION and not lexicon.criterion(w) for w in reading.words()):
        return Meaning(ReplyClass.AMBIGUOUS, "criteria_unclear")
    if len(named) == len(CRITERIA):
        return Meaning(ReplyClass.VECTOR, "named_vector", criteria={name: named[name] for name in CRITERIA})
    return Meaning(ReplyClass.PARTIAL, "named_criteria", criteria={n: named[n] for n in CRITERIA if n in named})


_PERSONS = ("операто", "специалист", "девушк", "сотрудниц", "сотруднику")
_BESIDE_CRITERION = (
    lexicon.FILLERS | lexicon.MARKS.keys() | frozenset(("в", "приема", "обслуживания", "ожидания", "предоставления"))
)


def _mark_after(tokens: Sequence[Token], index: int) -> int | None:
    """The mark right after a criterion, or after one small word («очередь на 5»)."""
    for token in tokens[index + 1 : index + 3]:
        if token.kind in (Kind.NUMBER, Kind.MARK):
            return token.value
        if token.text not in ("на", "и", "приема", "обслуживания", "ставлю", "персонала", "в", "компетентность", "по"):
            return None
    return None


_FOR_A_CRITERION = re.compile(r"\b[1-5](?: бал\w*)? за ([а-я]{4,})")


def single_criterion_after(reading: Reading) -> Meaning | None:
    """«5 за вежливость»: a mark for one criterion, or for all with a reason; it cannot be told."""
    match = _FOR_A_CRITERION.search(_coded(reading))
    if match is not None and lexicon.criterion(match[1]) is not None:
        return Meaning(ReplyClass.AMBIGUOUS, "criteria_unclear")
    return None


def _names_first(tokens: Sequence[Token]) -> bool:
    """Whether names come before marks all along: «5 очередь 2» may be read both ways."""
    first = next((t for t in tokens if t.kind in (Kind.NUMBER, Kind.MARK) or lexicon.criterion(t.text)), None)
    return first is not None and first.kind not in (Kind.NUMBER, Kind.MARK)


def placed_number(reading: Reading) -> Meaning | None:
    """Numbers of one value that stand where people put a rating."""
    numbers = reading.numbers()
    if not numbers:
        return None
    value = numbers[0].value
    if all(
        position.is_rating(reading.tokens, index) for index, t in enumerate(reading.tokens) if t.kind is Kind.NUMBER
    ):
        return _in_range(value, "number")
    if value in range(1, 6):
        return Meaning(ReplyClass.AMBIGUOUS, "number_out_of_place")
    return None


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


def below_scale(reading: Reading) -> Meaning | None:
    """Minus one: a dash before a higher digit may be a dash, but nobody writes one before the lowest."""
    if reading.plain.rstrip(" .!") in ("-1", "-0"):
        return Meaning(ReplyClass.OUT_OF_RANGE, "out_of_range")
    return None


def beyond_scale(reading: Reading) -> Meaning | None:
    """A number word outside 1..5 that is the whole message."""
    words = [word for word in reading.words() if word not in lexicon.FILLERS]
    if len(words) == 1 and words[0] in lexicon.BEYOND:
        return Meaning(ReplyClass.OUT_OF_RANGE, "out_of_range")
    return None


def _coded(reading: Reading) -> str:
    """The sifted text with numerals as digits, for patterns about two numbers."""
    return " ".join(
        str(t.value) if t.text in lexicon.NUMERALS and t.kind is not Kind.WORD else t.text for t in reading.tokens
    )


def _in_range(value: int, rule: str) -> Meaning:
    if 1 <= value <= 5:
        return _rated(value, rule)
    return Meaning(ReplyClass.OUT_OF_RANGE, "out_of_range")


def _rated(value: int, rule: str) -> Meaning:
    return Meaning(ReplyClass.RATING, rule, value)


RULES: tuple[Callable[[Reading], Meaning | None], ...] = (
    stars,
    other_scale,
    below_scale,
    correction,
    indexed_vector,
    bare_numbers,
    named_criteria,
    single_criterion_after,
    doubts.doubt,
    doubts.uncertain,
    doubts.contradiction,
    placed_number,
    lone_mark,
    beyond_scale,
)
