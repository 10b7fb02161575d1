"""What is good enough, as a person writes it: `95%/30m`.

Pure.
"""

from __future__ import annotations

import re

from gateway.errors import ScenarioError
from gateway.simulator.scenario.model import GoalSection

_GOAL = re.compile(r"(\d{1,3}(?:\.\d{1,4})?)\s*%\s*/\s*(\d{1,6}(?:\.\d{1,3})?)\s*([smhd])")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


def goal(text: str) -> GoalSection:
    """The goal that is written so: a share, and within how long. Raises ScenarioError."""
    found = _GOAL.fullmatch(text.strip())
    if found is None or not 0 < float(found[1]) <= 100:
        raise ScenarioError(
            f"{text!r} is no goal: write a share and within how long, such as 95%/30m; units are s, m, h and d."
        )
    return GoalSection(share=float(found[1]) / 100, within_s=float(found[2]) * _UNITS[found[3]])


def told(aim: GoalSection) -> str:
    """`95 % within 30 min`."""
    return f"{aim.share * 100:g} % within {duration(aim.within_s)}"


def duration(seconds: float) -> str:
    """`45 s`, `30 min`, `2 h` or `3 days`: the largest unit that divides it."""
    for unit, length in (("days", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= length and seconds % length == 0:
            return f"{seconds / length:g} {unit}" if (unit, seconds) != ("days", 86_400) else "1 day"
    return f"{seconds:g} s"
