"""How far a box has come, as it tells whoever waits for it.

Pure.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """`day` of `days` are over in the box of this name, and `messages` have passed in it since the beginning."""

    box: str
    day: int
    days: int
    messages: int
