"""Texts the rules were not written from: their labels come from the domain alone, before the rules were read."""

from pathlib import Path

from gateway.replies import interpret
from tests.gateway.replies.test_reply_corpus import label, load

UNSEEN = load(Path(__file__).with_name("unseen.tsv"))
FLOOR = 0.93
"""The share of exact labels that must not be lost again."""
WRONG_NUMBERS = 1
"""How many wrong numbers are still known here: this may only go down, to none."""


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
