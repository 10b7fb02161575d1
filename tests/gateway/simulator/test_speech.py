"""How people word things: ever new texts, and slips that leave certain what was meant."""

import re
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from gateway.simulator import slips, speech

TEXTS = st.text("абвгдеёжзийклмнопрстуфхцчшщъыьэюя АБВ012345,.!-", max_size=40)
SEEDS = st.integers(0, 10_000)


@given(TEXTS, SEEDS)
def test_slip_leaves_digits_signs_and_short_words_as_they_are(text: str, seed: int) -> None:
    slipped = slips.mistyped(text, Random(seed))
    assert re.sub("[а-яё]", "", slipped, flags=re.I) == re.sub("[а-яё]", "", text, flags=re.I)
    short = re.compile(r"(?<![а-яё])[а-яё]{1,4}(?![а-яё])", re.I)
    changed = [word for word in re.findall("[а-яё]+", text, re.I) if len(word) > 4]
    assert all(word in short.findall(slipped) or changed for word in short.findall(text))
    assert changed or slipped == text


@given(TEXTS, SEEDS)
def test_what_is_written_keeps_the_digits_in_their_order(text: str, seed: int) -> None:
    assert re.findall(r"\d", slips.written(text, Random(seed))) == re.findall(r"\d", text)


def test_two_runs_see_few_of_the_same_longer_texts() -> None:
    first, second = ({speech.commented(5, Random(f"{run}:{n}")) for n in range(1000)} for run in "ab")
    assert len(first) > 950
    assert len(first & second) < 150


def test_texts_of_a_mark_hold_that_digit_and_no_lone_other() -> None:
    for seed in range(300):
        text = speech.framed(4, Random(seed))
        lone = re.findall(r"(?<![\d.:])[1-5](?![\d.:])", re.sub("от 1 до 5|из 5|/5", "", text, flags=re.I))
        assert lone in (["4"], []), text


def test_some_reasons_take_two_parts() -> None:
    lengths = [len(speech.commented(2, Random(seed))) for seed in range(1000)]
    assert 0.03 < sum(length > 70 for length in lengths) / len(lengths) < 0.3
