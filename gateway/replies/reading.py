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
from gateway.replies.phrasing import in_one_phrasing
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


_TOKEN = re.compile(r"(\s*)(\d+|[^\W\d_]+|[^\w]|_)")
_BREAKS = frozenset(".,;:!?()-=/+*\n[]{}…&|_")
CLAUSE_WORDS = frozenset("но а и то хотя потому зато однако или либо".split())


def read(text: str, context: Context = NO_CONTEXT) -> Reading:
    """The reading of a raw text. Never raises."""
    normal = normalise(text)
    plain = without_quotes(normal, context.ours).strip()
    return _reading(text, plain, plain != normal, context.criteria)


def reread(reading: Reading, plain: str) -> Reading:
    """The same text with something taken out of its normalised form."""
    return _reading(reading.raw, plain, reading.quoted, reading.asked)


def _reading(raw: str, plain: str, quoted: bool, asked: tuple[str, ...]) -> Reading:
    sifted = shapes.blank_out(in_one_phrasing(plain))
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
        tokens.append(token)
    return tuple(
        Token(Kind.WORD, token.text, glued=token.glued) if _is_tied_to_a_word(tokens, place) else token
        for place, token in enumerate(tokens)
    )


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


def _is_tied_to_a_word(tokens: list[Token], place: int) -> bool:
    """«раз-два» and «кол-центр» are one word, «мфц-отлично» is a mark with a dash."""
    if tokens[place].kind is not Kind.MARK or tokens[place].text not in lexicon.NUMERALS:
        return False
    for dash, word in ((place - 1, place - 2), (place + 1, place + 2)):
        if not 0 <= word < len(tokens) or tokens[dash].text != "-" or not tokens[max(dash, place)].glued:
            continue
        neighbour = tokens[word]
        talk = neighbour.text in lexicon.FILLERS and len(neighbour.text) > 2
        if tokens[max(dash, word)].glued and neighbour.kind is Kind.WORD and not talk:
            return True
    return False


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
