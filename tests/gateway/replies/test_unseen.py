"""Texts the rules were not written from.

The labels of `unseen.tsv` come from the domain alone and were given before the texts were run. `attack.tsv` was written
with the rules in hand, to make them see a rating where nobody gives one: `none` forbids every number, anything else is
the only number allowed; to see none is never wrong there. `a|b` is a text that the domain leaves open.
"""

from pathlib import Path

from gateway.replies import interpret
from tests.gateway.replies.test_reply_corpus import label, load

UNSEEN = load(Path(__file__).with_name("unseen.tsv"))
ATTACK = load(Path(__file__).with_name("attack.tsv"))
FLOOR = 0.98
"""The share of exact labels that must not be lost again."""
WRONG_NUMBERS = 0
"""How many wrong numbers are still known in `unseen.tsv`: this may only go down, to none."""
WRONG_NUMBERS_UNDER_ATTACK = 7
"""The same for `attack.tsv`."""


def misses(rows: list[tuple[str, str]]) -> list[tuple[str, str, str, str]]:
    """Text, what it may be, what it was read as, and by which rule, for every text read as something else."""
    read = [(text, allowed, interpret(text)) for text, allowed in rows]
    return [
        (text, allowed, label(meaning), meaning.rule)
        for text, allowed, meaning in read
        if label(meaning) not in allowed.split("|")
    ]


def wrong_numbers(rows: list[tuple[str, str]]) -> list[tuple[str, str, str, str]]:
    return [miss for miss in misses(rows) if miss[2].startswith(("rating", "vector", "partial"))]


def test_unseen_texts_are_many_and_none_stands_twice() -> None:
    texts = [text for text, _ in UNSEEN + ATTACK]
    assert len(set(texts)) == len(texts) >= 3000


def test_unseen_texts_get_no_new_wrong_number() -> None:
    wrong = wrong_numbers(UNSEEN)
    assert len(wrong) <= WRONG_NUMBERS, wrong


def test_class_of_unseen_texts_is_exact_at_least_as_often_as_before() -> None:
    missed = misses(UNSEEN)
    assert len(missed) <= (1 - FLOOR) * len(UNSEEN), missed


def test_attacked_rules_give_no_new_wrong_number() -> None:
    wrong = wrong_numbers(ATTACK)
    assert len(wrong) <= WRONG_NUMBERS_UNDER_ATTACK, wrong


def test_counts_before_a_declared_mark_never_change_it() -> None:
    texts = [text for text, allowed in ATTACK if allowed == "none"]
    changed = [text for text in texts if interpret(f"{text}. Ставлю 4").rating not in (None, 4)]
    assert changed == []
