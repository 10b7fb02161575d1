"""Where a number stands in a sentence, and what mood surrounds it.

Pure. A rating stands at the edge of a message or between punctuation («…, 5»), or beside a word that frames it
(«ставлю 5», «5 баллов»). A number followed by a noun in the counting form («3 девушки», «5 справок») counts things: in
Russian the noun's ending depends on the number, which tells counting from talking without knowing the noun.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from gateway.replies import lexicon
from gateway.replies.reading import Kind, Reading, Token

_VERB_OR_ADVERB = re.compile(r"(?:[аеиоуыяю]л(?:а|о|и)?(?:сь|ся)?|[еиую]т(?:ся)?|[аеию]ть(?:ся)?|[а-я]{3,}о)$")
_PRAISING_ADJECTIVE = re.compile(r"(?:ые|ие|ый|ий|ая|яя|ое|ее|ого|ен|на|ны|но|ло)$")
_MAY_STICK = {word for word in lexicon.TALK | lexicon.FRAME_BEFORE | lexicon.FRAME_AFTER if len(word) > 2} | {"на", "б"}
_SAD_FACE = re.compile(r":-?\(|\({2,}")


def is_rating(tokens: Sequence[Token], index: int) -> bool:
    """Whether the number at `index` stands where people put a rating."""
    left = tokens[index - 1] if index else None
    right = tokens[index + 1] if index + 1 < len(tokens) else None
    if _is_marred(tokens, index):
        return False
    if right is not None and right.text in lexicon.FRAME_AFTER:
        return left is None or left.text not in lexicon.PLACE_BEFORE or left.text in ("в", "за")
    if right is not None and right.text == "с" and _is_plus_or_minus(tokens, index + 2):
        return left is None or left.text not in lexicon.PLACE_BEFORE
    if left is not None and left.kind is Kind.WORD and left.text in lexicon.FRAME_BEFORE:
        return _may_follow(tokens[index].value, right, framed=True)
    if left is None or left.kind in (Kind.BREAK, Kind.SIGN):
        return _may_follow(tokens[index].value, right, framed=False)
    return _is_edge(right) and _may_precede(left)


def is_denied(tokens: Sequence[Token], token: Token) -> bool:
    """Whether a denial stands among the two words before a hedged mark."""
    index = tokens.index(token)
    return any(t.text in lexicon.NEGATIONS for t in tokens[max(0, index - 2) : index])


def ends_in_doubt(tokens: Sequence[Token]) -> bool:
    """Whether a message is a question, or trails off into one."""
    return any(t.text == "?" for t in tokens)


def mood(reading: Reading) -> int:
    """1 for praise, -1 for anger, 0 for neither or both; what is denied or conceded after «но» does not count."""
    good = bad = False
    denied = 0
    for token in reading.tokens:
        if token.text in lexicon.CONCESSIONS:
            break
        if token.text in lexicon.NEGATIONS:
            denied = 3
        elif token.kind is not Kind.BREAK:
            denied -= 1
            if denied <= 0:
                good |= token.text.startswith(lexicon.POSITIVE)
                bad |= token.text.startswith(lexicon.NEGATIVE)
            else:
                bad |= token.text.startswith(("понравил", "довол", "рекоменд"))
    bad |= bool(_SAD_FACE.search(reading.plain))
    return int(good) - int(bad)


def _is_marred(tokens: Sequence[Token], index: int) -> bool:
    """Signs that make a number something else or a doubt: -5, ~5, 5?, 5%, a hyphen that ties it to a word."""
    left = tokens[index - 1] if index else None
    right = tokens[index + 1] if index + 1 < len(tokens) else None
    if right is not None and right.kind is Kind.SIGN and right.text in "%$€₽°@_&<>~^|\\§":
        return True
    if any(t.text == "?" for t in tokens[index + 1 : index + 3]):
        return True
    if right is not None and right.glued and right.kind is Kind.WORD and right.text not in _MAY_STICK:
        return True
    if left is None:
        return False
    if tokens[index].glued and left.kind is Kind.WORD and left.text not in _MAY_STICK:
        return True
    if left.text == "?" and index == 1:
        return True
    if left.text == "#" and index > 1 and tokens[index - 2].text not in lexicon.FRAME_BEFORE:
        return True
    if left.text == "-" and (index == 1 or (left.glued and tokens[index].glued)):
        return True
    return left.kind is Kind.SIGN and left.text in "~<>%$€₽°@_&^|\\'"


def _is_plus_or_minus(tokens: Sequence[Token], index: int) -> bool:
    return index < len(tokens) and tokens[index].text in ("плюсом", "минусом", "плюсиком", "большим", "плюсами")


def _is_edge(token: Token | None) -> bool:
    return token is None or token.kind in (Kind.BREAK, Kind.SIGN)


def _may_follow(value: int, right: Token | None, framed: bool) -> bool:
    """Whether what comes after a number leaves it a rating."""
    if _is_edge(right):
        return True
    assert right is not None
    if right.kind is Kind.MARK or right.kind is Kind.HEDGED:
        return True
    if right.kind is not Kind.WORD or value not in range(1, 6):
        return framed and right.kind is Kind.WORD and right.text in lexicon.TALK
    word = right.text
    if word in lexicon.TALK or word.startswith(lexicon.POSITIVE + lexicon.NEGATIVE):
        return True
    return not _could_be_counted(value, word)


def _could_be_counted(value: int, word: str) -> bool:
    """Whether the word has the ending that a noun takes after this number; unsure counts as yes."""
    if len(word) < 3 or not word.isalpha():
        return True
    if _VERB_OR_ADVERB.search(word):
        return False
    if word.endswith(("ых", "их", "ый", "ой", "ий")):
        return True
    if value == 1:
        return not word.endswith(("ы", "и"))
    if value == 5:
        return word[-1] not in "аяоеуюэ" and word[-1] not in "ыи"
    return word[-1] in "аяыи" or word[-1] not in "оеуюйь"


def _may_precede(left: Token) -> bool:
    """Whether a word right before a last number leaves it a rating: praise, blame and adjectives do, nouns may "
    "not."""
    if left.kind in (Kind.MARK, Kind.HEDGED, Kind.BLANK):
        return True
    if left.kind is not Kind.WORD or left.text in lexicon.PLACE_BEFORE:
        return False
    word = left.text
    if word in lexicon.TALK or word.startswith(lexicon.POSITIVE + lexicon.NEGATIVE):
        return True
    return bool(_PRAISING_ADJECTIVE.search(word))
