"""A text as the rules see it: cleaned, without what it quotes, numbers that are no ratings blanked out, in tokens.

Pure. What a citizen copies into his answer must not be read as his: `quotes` takes it out, and the rules are told that
something was taken.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from gateway.replies import lexicon, shapes
from gateway.replies.context import NO_CONTEXT, Context
from gateway.replies.normalise import normalise
from gateway.replies.quotes import without_quotes


class Kind(Enum):
    """What a token is: a number, a word that is a mark, another word, a separator, a blank, any other sign."""

    NUMBER = "number"
    MARK = "mark"
    HEDGED = "hedged"
    WORD = "word"
    BREAK = "break"
    BLANK = "blank"
    SIGN = "sign"


@dataclass(frozen=True, slots=True)
class Token:
    """`value` is the number of a NUMBER or a MARK; `glued` says that no space stands before it."""

    kind: Kind
    text: str
    value: int = -1
    glued: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """One text in all its stages; `plain` is normalised and unquoted, `sifted` also without scales and blanked out.

    `quoted` says that something of ours was taken away, `asked` which criteria the last question asks for.
    """

    raw: str
    plain: str
    sifted: str
    tokens: tuple[Token, ...]
    quoted: bool
    asked: tuple[str, ...]

    def words(self) -> tuple[str, ...]:
        """The words, marks included."""
        return tuple(t.text for t in self.tokens if t.kind in (Kind.WORD, Kind.MARK, Kind.HEDGED))

    def coded(self) -> str:
        """The tokens with numerals as digits, for patterns about numbers."""
        return " ".join(
            str(t.value) if t.text in lexicon.NUMERALS and t.kind is not Kind.WORD else t.text for t in self.tokens
        )

    def numbers(self) -> tuple[Token, ...]:
        return tuple(t for t in self.tokens if t.kind is Kind.NUMBER)


_MERGES = (
    (re.compile(r"\bоч\.(?=\s?[а-я])"), "очень "),
    (re.compile(r"(?<![\w.,])([0-9])\s?-?\s?(?:ка|ку|ки|чка|чку|очка|ерка|ерочка)\b"), r"\1 балл"),
    (re.compile(r"(?<![\w.,-])([0-9])-?(?:й|ый|я|ю)\b(?!\s?[а-я])"), r"\1"),
    (re.compile(r"(?<!\d)([0-5])\s?(?:\+\s?){1,5}(?!\s?\d)"), r"\1 с плюсом "),
    (
        re.compile(
            r"^из (?:5|пяти)(?: бал\w+)?(?: возможных)?,?\s(?!окон|окош|специал|сотрудн|операт|девуш|касс)(?=.*\d)"
        ),
        "",
    ),
    (re.compile(r"\bпо (?:5|пяти)[\s-]{0,3}(?:ти|и)?[\s-]{0,3}бал+ь?н\w+(?: шкале| системе)?(?:\s?[-:,]\s)?"), " "),
    (re.compile(r"\b(?:по )?пятибал+ь?н\w+(?: шкале| системе)?(?:\s?[-:,]\s)?"), " "),
    (re.compile(r"\bиз ?-? ?за\b"), "потому"),
    (re.compile(r"\bне плохо\b"), "неплохо"),
    (re.compile(r"\b(?:очень[\s,-]{1,3}){2,9}"), "очень "),
    (
        re.compile(
            r"\bмфц (?:г(?:ород)?\.? ?[а-я]{3,15}(?:-на-оби)?|барнаул\w?|бийск\w?|рубцовск\w?"
            r"|новоалтайск\w?)"
        ),
        "мфц",
    ),
    (re.compile(r"\bоценива(ю|ем) в (?=\d)"), "оцениваю "),
    (re.compile(r"\bголосу(ю|ем) за (?=\d)"), "голосую "),
    (
        re.compile(
            r"\b(?:во? |по )?(?:всем|каждому)(?: вашим)? (?:пункт|критери|показател|вопрос|позици"
            r"|параметр)\w+"
        ),
        "все",
    ),
    (re.compile(r"(?<=\d )во всем\b"), "все"),
)
_SCALE = re.compile(r"\(?(?:по шкале )?\bот (?:1|одного) до (?:5|пяти)\b\)?(?:\s?[-:,]\s)?")
_OF_FIVE = re.compile(
    r"(?<![\d/.,])([0-9]{1,2})(?:\s?-?(?:ка)?| ?бал+\w{0,3})\s?(?:из|/)\s?(?:5|пяти)(?:-?ти)?(?![\d/]"
    r"|[.,]\d)\b(?=\s*(?:$"
    r"|[^\w\s]|бал|возм|спас|за |но ))"
)
_WORD_OF_FIVE = re.compile(r"\b(пять|четыре|три|два|один) из (?:5|пяти)(?=\s*(?:$|[^\w\s]|бал|возм|спас|за |но ))")
_TOKEN = re.compile(r"(\s*)(\d+|[^\W\d_]+|[^\w]|_)")
_BREAKS = frozenset(".,;:!?()-=/+*\n[]{}…&|_")
CLAUSE_WORDS = frozenset("но а и хотя потому зато однако или либо".split())


def read(text: str, context: Context = NO_CONTEXT) -> Reading:
    """The reading of a raw text. Never raises."""
    normal = normalise(text)
    plain = without_quotes(normal, context.ours).strip()
    return _reading(text, plain, plain != normal, context.criteria)


def reread(reading: Reading, plain: str) -> Reading:
    """The same text with something taken out of its normalised form."""
    return _reading(reading.raw, plain, reading.quoted, reading.asked)


def _reading(raw: str, plain: str, quoted: bool, asked: tuple[str, ...]) -> Reading:
    sifted = _OF_FIVE.sub(r"\1 балл", plain)
    sifted = _WORD_OF_FIVE.sub(r"\1 балл", sifted)
    for pattern, instead in _MERGES:
        sifted = pattern.sub(instead, sifted)
    scaled = _SCALE.sub(" ", sifted)
    # The scale alone says nothing; kept, it is seen to hold two numbers.
    if any(char.isdigit() for char in scaled) or any(word in lexicon.MARKS for word in scaled.split()):
        sifted = scaled
    sifted = shapes.blank_out(sifted)
    return Reading(raw, plain, sifted.strip(), _tokens(sifted), quoted, asked)


def _tokens(text: str) -> tuple[Token, ...]:
    tokens: list[Token] = []
    for match in _TOKEN.finditer(text.strip()):
        space, body = match[1], match[2]
        if "\n" in space:
            tokens.append(Token(Kind.BREAK, "\n"))
        token = _token(body, glued=not space and bool(tokens))
        if token.kind is Kind.MARK and tokens and tokens[-1].kind is Kind.WORD:
            token = _with_hedge(tokens, token)
        if token.kind is Kind.MARK and _is_tied_to_a_word(tokens, token):
            token = Token(Kind.WORD, body, glued=True)
        tokens.append(token)
    return tuple(tokens)


def _token(body: str, glued: bool) -> Token:
    if body.isdecimal():
        # int() of a very long run would be slow and means nothing more than "too big".
        return Token(Kind.NUMBER, body, int(body) if len(body) <= 9 else 10**9, glued)
    if body in lexicon.MARKS:
        return Token(Kind.MARK, body, lexicon.MARKS[body], glued)
    if body == shapes.BLANK:
        return Token(Kind.BLANK, body, glued=glued)
    if body.isalpha():
        return Token(Kind.WORD, body, glued=glued)
    return Token(Kind.BREAK if body in _BREAKS else Kind.SIGN, body, glued=glued)


def _is_tied_to_a_word(tokens: list[Token], mark: Token) -> bool:
    """«раз-два» is one word, «мфц-отлично» a mark with a dash."""
    if len(tokens) < 2 or mark.text not in lexicon.NUMERALS or not (mark.glued and tokens[-1].glued):
        return False
    word = tokens[-2]
    return tokens[-1].text == "-" and word.kind is Kind.WORD and word.text not in lexicon.FILLERS


def _with_hedge(tokens: list[Token], mark: Token) -> Token:
    """«очень плохо» is a label of its own; any other word of degree or denial before a mark makes it unsure."""
    before = tokens[-1].text
    if before in ("очень", "оч") and mark.text in ("плохо", "плоха"):
        tokens.pop()
        denied = bool(tokens) and tokens[-1].text in lexicon.NEGATIONS
        return Token(Kind.HEDGED if denied else Kind.MARK, "очень плохо", 1, mark.glued)
    if before in lexicon.HEDGES or before in lexicon.NEGATIONS:
        return Token(Kind.HEDGED, mark.text, mark.value, mark.glued)
    return mark


def clauses(tokens: tuple[Token, ...], joints: frozenset[str] = CLAUSE_WORDS) -> list[list[Token]]:
    """The tokens cut at punctuation and at the words that join sentences."""
    found: list[list[Token]] = [[]]
    for token in tokens:
        if token.kind is Kind.BREAK or token.text in joints:
            found.append([])
        else:
            found[-1].append(token)
    return [clause for clause in found if clause]
