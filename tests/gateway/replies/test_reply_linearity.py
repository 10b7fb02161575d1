"""No pattern explodes: each is attacked with pumped pieces of itself, and its time may only grow with the length."""

import importlib
import pkgutil
import re
import time
from collections.abc import Iterator

import pytest

import gateway.replies

SHORT, LONG = 800, 3200
GROWTH = 10
"""Growth allowed while the length grows fourfold: between linear (4) and quadratic (16), with room for noise."""
TOO_SMALL_TO_MEASURE_S = 0.0008
PIECES = (
    "5", "5 ", "1-", "1.", "12:", "(", "8 (", "+7 ", "а", "а ", "не ", "не пишите ", "больше ", "из 5 ", "5 из 5 ",
    "§ ", "очень ", "все ", "время 5 ", "и ", "5, ", "- ", "?", ".", "\n", "\n>", "ставлю ", "бы ", "код ", "баланс ",
    "за 5 ", "не мне ", "ул а", "окно ", "час ", "2 часа ", "минут 5 ", "оцените ", "вы были в ", "абонент ",
    "не хочу ", "хххххххххххххххх ",
)  # fmt: skip


def patterns() -> Iterator[tuple[str, re.Pattern[str]]]:
    """Every compiled pattern of the package, however deep it lies in a constant."""
    for module in pkgutil.iter_modules(gateway.replies.__path__):
        constants = vars(importlib.import_module(f"gateway.replies.{module.name}"))
        for name, value in constants.items():
            for place, pattern in enumerate(_within(value)):
                yield f"{module.name}.{name}[{place}]", pattern


def _within(value: object) -> Iterator[re.Pattern[str]]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, dict):
        yield from _within(tuple(value.values()))
    elif isinstance(value, (tuple, list, frozenset, set)):
        for item in value:
            yield from _within(item)


PATTERNS = dict(patterns())


def _pumps(pattern: re.Pattern[str]) -> Iterator[str]:
    """The pieces, and the words the pattern itself is made of, to lead the engine as deep as it goes."""
    yield from PIECES
    for word in dict.fromkeys(re.findall("[а-я]{2,}", pattern.pattern)[:6]):
        yield f"{word} "


def _seconds(pattern: re.Pattern[str], text: str) -> float:
    started = time.thread_time()
    pattern.sub("", text)
    return time.thread_time() - started


def _explodes(pattern: re.Pattern[str], pump: str) -> bool:
    """Whether four times the length takes much more than four times the time, where a match fails or where not."""
    for end in ("", "\x00"):
        long, short = (pump * LONG)[:LONG] + end, (pump * LONG)[:SHORT] + end
        if _seconds(pattern, long) > TOO_SMALL_TO_MEASURE_S:
            took = [min(_seconds(pattern, text) for _ in range(3)) for text in (long, short)]
            if took[0] > GROWTH * took[1]:
                return True
    return False


def test_patterns_are_found() -> None:
    assert len(PATTERNS) > 150


@pytest.mark.parametrize("module", sorted({name.split(".")[0] for name in PATTERNS}))
def test_no_pattern_takes_more_than_linear_time(module: str) -> None:
    exploding = [
        (name, pump)
        for name, pattern in PATTERNS.items()
        if name.split(".")[0] == module
        for pump in _pumps(pattern)
        if _explodes(pattern, pump)
    ]
    assert not exploding


@pytest.mark.parametrize("quadratic", [r"а+б", r"^\s*>", r"(?:больше )*не пишите", r"код.*пароль"])
def test_attack_finds_what_the_package_must_not_hold(quadratic: str) -> None:
    pattern = re.compile(quadratic, re.MULTILINE)
    assert any(_explodes(pattern, pump) for pump in _pumps(pattern))
