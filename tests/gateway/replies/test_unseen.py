"""Texts the rules were not written from.

The labels of `unseen.tsv` come from the domain alone and were given before the rules were read. `no_number.txt` is an
attack written with the rules in hand: nobody in it gives a rating, but there is a number, a numeral or a label in it.
"""

from pathlib import Path

from gateway.replies import interpret
from tests.gateway.replies.test_reply_corpus import label, load

UNSEEN = load(Path(__file__).with_name("unseen.tsv"))
NO_NUMBER = [
    line.replace("\\n", "\n")
    for line in Path(__file__).with_name("no_number.txt").read_text(encoding="utf-8").split("\n")[:-1]
]
FLOOR = 0.96
"""The share of exact labels that must not be lost again."""
WRONG_NUMBERS = 1
NUMBERS_FROM_NOWHERE = 171
"""How many wrong numbers are still known in the two files: these may only go down, to none."""


def misses() -> list[tuple[str, str, str, str]]:
    """Text, what it may be (`a|b` where the domain leaves both open), what it was read as, and by which rule."""
    read = [(text, allowed, interpret(text)) for text, allowed in UNSEEN]
    return [
        (text, allowed, label(meaning), meaning.rule)
        for text, allowed, meaning in read
        if label(meaning) not in allowed.split("|")
    ]


def test_unseen_texts_are_many_and_none_stands_twice() -> None:
    texts = [text for text, _ in UNSEEN]
    assert len(set(texts)) == len(texts) >= 400


def test_unseen_texts_get_no_new_wrong_number() -> None:
    wrong = [miss for miss in misses() if miss[2].startswith(("rating", "vector", "partial"))]
    assert len(wrong) <= WRONG_NUMBERS, wrong


def test_class_of_unseen_texts_is_exact_at_least_as_often_as_before() -> None:
    assert len(misses()) <= (1 - FLOOR) * len(UNSEEN), misses()


def test_texts_without_a_rating_get_no_new_number() -> None:
    read = [(text, interpret(text)) for text in NO_NUMBER]
    found = [(text, label(meaning)) for text, meaning in read if meaning.rating is not None or meaning.criteria]
    assert len(found) <= NUMBERS_FROM_NOWHERE, found
