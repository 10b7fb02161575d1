"""Where a number stands in a sentence, and what mood surrounds it.

Pure. A rating stands at the edge of a message or between punctuation («…, 5»), or beside a word that frames it
(«ставлю 5», «5 баллов»). What follows it without a sign between must be known as talk, or be a verb or an adverb: a
noun may be what the number counts. After «ставлю 5» a noun is fine too, unless it has the ending it takes after that
number («3 девушки», «5 справок»).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from gateway.replies import lexicon
from gateway.replies.reading import Kind, Reading, Token

_VERB_OR_ADVERB = re.compile(
    r"(?:[аеиоуыяю]л(?:а|о|и)(?:сь)?|[аеиоуыяю]лся|(?:[аяуе]е|[ую]|я|и|ча)т(?:ся)?|[аеию]ть(?:ся)?"
    r"|[а-я]{3}(?:но|ко|во))$"
    r"|^(?:про|за|по|об|при|от|с)?(?:жд|сто|сид|ход|еха|шел|служ|дел|нима|получ|был|помог)(?:а|я|е|и|у)?л$"
)
_PARTICIPLE = re.compile(r"(?:ен|ан|ян)о$")
_ADVERB = re.compile(r"[а-я]{3}но$")
_MAY_STICK = {word for word in lexicon.TALK | lexicon.FRAME_BEFORE | lexicon.FRAME_AFTER if len(word) > 2} | {"на", "б"}
_MOODS = lexicon.POSITIVE + lexicon.NEGATIVE + lexicon.QUALITIES
_HAPPY_FACE = re.compile(r"[:=;]-?\)|\){2,}")
_SAD_FACE = re.compile(r":-?\(|\({2,}")


def is_rating(tokens: Sequence[Token], index: int) -> bool:
    """Whether the number at `index` stands where people put a rating."""
    left = tokens[index - 1] if index else None
    right = tokens[index + 1] if index + 1 < len(tokens) else None
    if _is_marred(tokens, index):
        return False
    if right is not None and right.text in lexicon.FRAME_AFTER:
        if tokens[index].value == 1 and right.text in ("плюс", "минус"):
            return False
        if right.text.startswith("звезд") and not all(map(_is_talk, (left, *tokens[index + 2 : index + 3]))):
            return False  # a hotel
        return left is None or left.text not in lexicon.PLACE_BEFORE or (left.text in ("в", "за") and right.text != "б")
    if right is not None and right.text == "с" and _is_plus_or_minus(tokens, index + 2):
        return left is None or left.text not in lexicon.PLACE_BEFORE
    if left is not None and left.kind is Kind.WORD and left.text in lexicon.FRAME_BEFORE:
        if left.text in _PREPOSITIONS and not _is_worth(tokens, index - 1):
            return False
        if left.text in _REPORTED and not _is_own(tokens, index - 1):
            return False
        return _may_follow(tokens, index, framed=left.text in lexicon.DECLARATIONS)
    if left is None or left.kind in (Kind.BREAK, Kind.SIGN):
        if left is not None and _goes_on_counting(tokens, index):
            return False
        return _may_follow(tokens, index, framed=False)
    if left.text in ("очереди", "очередь") and index > 1 and tokens[index - 2].text == "в":
        return False
    return _is_edge(right) and _may_precede(left)


def _goes_on_counting(tokens: Sequence[Token], index: int) -> bool:
    """«принесла 5 документов, 1 потеряли»: the second number counts what the first one did."""
    if index + 1 >= len(tokens) or tokens[index - 1].text != "," or tokens[index + 1].kind is not Kind.WORD:
        return False
    word = tokens[index + 1].text
    counted = any(token.kind is Kind.BLANK for token in tokens[:index])
    return counted and (word == "нет" or (bool(_VERB_OR_ADVERB.search(word)) and word.endswith("и")))


_PREPOSITIONS = frozenset(("на", "по"))
_CHANGES = ("исправ", "замен", "помен", "измен", "переправ", "меняю")
_REPORTED = frozenset(("поставил", "поставила", "дал", "дала", "оценил", "оценила"))
_OWN = frozenset("я мы и сразу сама сам вам уже все тоже бы ставлю".split())


def _is_worth(tokens: Sequence[Token], index: int) -> bool:
    """«на 5» alone, after a verb of work or what was rated: not «записали на 5», «сдал на 5»."""
    if index == 0 or tokens[index - 1].kind in (Kind.BREAK, Kind.SIGN):
        return True
    word = tokens[index - 1].text
    if word in ("я", "мы", "тебя"):
        return False
    is_work = word.startswith(lexicon.WORK) and not word.endswith(("йте", "ть", "ться"))
    return is_work or word in lexicon.FILLERS | lexicon.DECLARATIONS or word.startswith(_CHANGES)


def _is_own(tokens: Sequence[Token], index: int) -> bool:
    """Whether the rating told of is the writer's: «поставила 5», not «сосед поставил 5»."""
    return index == 0 or tokens[index - 1].kind is Kind.BREAK or tokens[index - 1].text in _OWN


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
        elif token.kind is not Kind.BREAK and token.text not in lexicon.LABELS:
            denied -= 1
            if denied <= 0:
                good |= token.text.startswith(lexicon.POSITIVE)
                bad |= token.text.startswith(lexicon.NEGATIVE)
            else:
                bad |= token.text.startswith(("понравил", "довол", "рекоменд"))
    good |= bool(_HAPPY_FACE.search(reading.plain))
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
    if right is not None and right.text == "-" and right.glued and _is_ending(tokens, index + 2):
        return True
    if left is None:
        return False
    if tokens[index].glued and left.kind is Kind.WORD and left.text not in _MAY_STICK:
        return True
    if left.text == "?" and index == 1:
        return True
    if left.text == "#" and ((index > 1 and tokens[index - 2].kind is not Kind.BREAK) or not _is_edge(right)):
        return True
    if (
        left.text == "-"
        and index > 1
        and not left.glued
        and tokens[index].glued
        and tokens[index - 2].kind is Kind.WORD
    ):
        return tokens[index - 2].text not in lexicon.FRAME_BEFORE  # «мороз -4»
    if left.text == "+" and index == 1 and tokens[index].value == 1:
        return True  # "+1" agrees with somebody
    if left.text == "-" and (index == 1 or (left.glued and tokens[index].glued)):
        return index < 2 or tokens[index - 2].text not in lexicon.FRAME_BEFORE
    return left.kind is Kind.SIGN and left.text in "~<>%$€₽°@_&^|\\'"


def _is_ending(tokens: Sequence[Token], index: int) -> bool:
    """Whether a word is glued to a number by a hyphen: «5-ти», «2-комнатная»; talk may follow a dash."""
    if index >= len(tokens) or not tokens[index].glued or tokens[index].kind is not Kind.WORD:
        return False
    word = tokens[index].text
    return word not in _MAY_STICK and not word.startswith(_MOODS) and not _VERB_OR_ADVERB.search(word)


def _is_talk(token: Token | None) -> bool:
    """Whether a word is known to stand beside ratings; no word is fine too."""
    if token is None or token.kind is not Kind.WORD:
        return True
    known = token.text in lexicon.TALK | lexicon.FILLERS | lexicon.FRAME_BEFORE
    return known or token.text == "из" or token.text.startswith(_MOODS)


def _is_plus_or_minus(tokens: Sequence[Token], index: int) -> bool:
    return index < len(tokens) and tokens[index].text in ("плюсом", "минусом", "плюсиком", "большим", "плюсами")


def _is_edge(token: Token | None) -> bool:
    return token is None or token.kind in (Kind.BREAK, Kind.SIGN)


def _may_follow(tokens: Sequence[Token], index: int, framed: bool) -> bool:
    """Whether what comes after a number leaves it a rating."""
    value = tokens[index].value
    right = tokens[index + 1] if index + 1 < len(tokens) else None
    if _is_edge(right):
        return True
    assert right is not None
    if right.kind is Kind.MARK or right.kind is Kind.HEDGED:
        return True
    if right.kind is not Kind.WORD or value not in range(1, 6):
        return framed and right.kind is Kind.WORD and right.text in lexicon.TALK
    word = right.text
    if word == "визит" or (value == 1 and word in ("плюс", "минус")):
        return False  # «4 визит», «1 плюс»: things that are counted
    if word == "класс":
        return value == 5  # a school class, but for the highest mark
    if value in (2, 3, 4) and word.startswith(lexicon.NEGATIVE) and word.endswith(("а", "и", "цы", "дуры")):
        return False  # «2 дуры»: two of them
    if right is tokens[-1] and len(word) < 3 and word in ("а", "и", "с", "но", "за", "со"):
        return False  # a letter, or cut short
    if word in lexicon.TALK or word.startswith(_MOODS) or _VERB_OR_ADVERB.search(word):
        return True
    return framed and not _could_be_counted(value, word)


def _could_be_counted(value: int, word: str) -> bool:
    """Whether the word has the ending that a noun takes after this number; unsure counts as yes."""
    if len(word) < 3 or not word.isalpha():
        return True
    if word.endswith(("ых", "их", "ый", "ой", "ий")):
        return True
    if value == 1:
        return not word.endswith(("ы", "и"))
    if value == 5:
        return word[-1] not in "аяоеуюэ" and word[-1] not in "ыи"
    return word[-1] in "аяыи" or word[-1] not in "оеуюйь"


def _may_precede(left: Token) -> bool:
    """Whether a word right before a last number leaves it a rating: praise, blame and adverbs do, nouns may not."""
    if left.kind in (Kind.MARK, Kind.HEDGED, Kind.BLANK):
        return True
    if left.kind is not Kind.WORD or left.text in lexicon.PLACE_BEFORE:
        return False
    word = left.text
    if word in lexicon.TALK or word.startswith(_MOODS):
        return True
    return bool(_ADVERB.search(word)) and not _PARTICIPLE.search(word)
