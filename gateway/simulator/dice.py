"""Chance that can be repeated, one stream per question.

Pure. A simulated person's choices must not depend on who was asked before him, or one more message would change
everybody's answers. So nobody shares a generator: each question draws from a stream of its own, named by the seed, the
person and the question.
"""

from __future__ import annotations

from random import Random


class Dice(Random):
    """A generator seeded by its name: equal parts give equal throws, on every platform and in every process."""

    def __init__(self, *parts: object) -> None:
        super().__init__(":".join(str(part) for part in parts))
