"""What the referees send and get: every alphabet and length that goes a way of its own through a codec."""

from __future__ import annotations

LONG = "The quick brown fox jumps over the lazy dog, number {}. " * 6
LONG_CYRILLIC = "Съешь же ещё этих мягких французских булок, номер {}. " * 4


def texts(count: int) -> list[str]:
    """`count` texts, all different: short, extended characters, Cyrillic, long in both alphabets."""
    kinds = ("Hello {}", "Price {} [10] € ~{{}}", "Привет, номер {}", LONG, LONG_CYRILLIC)
    return [kinds[number % len(kinds)].format(number, *range(10)).strip() for number in range(count)]
