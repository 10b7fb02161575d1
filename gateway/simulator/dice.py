"""Chance that can be repeated, one stream per question.

Pure. A simulated person's choices must not depend on who was asked before him, or one more message would change
everybody's answers. So nobody shares a generator: each question draws from a stream of its own, named by the seed, the
person and the question.
"""

from __future__ import annotations

from hashlib import blake2b
from random import Random

_EVERY = 2.0**53


class Dice(Random):
    """A generator seeded by its name: equal parts give equal throws, on every platform and in every process."""

    def __init__(self, *parts: object) -> None:
        super().__init__(":".join(str(part) for part in parts))


def chance(*parts: object) -> float:
    """One throw between 0 and 1 from the stream of this name: all that most people need, at a sixth of the price."""
    name = ":".join([str(part) for part in parts]).encode()
    return (int.from_bytes(blake2b(name, digest_size=8).digest(), "little") >> 11) / _EVERY
