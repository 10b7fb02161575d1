"""What was asked, and what was found.

Pure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gateway.simulator.running.tasks import COUNTS
from gateway.simulator.scenario.model import Scenario
from gateway.simulator.scenario.vary import Axis
from gateway.simulator.whatif.answers import Answer
from gateway.simulator.whatif.points import Point

PAGE = "whatif.html"
"""The page in the folder."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is varied in `scenario`, whose goal is what is sought if `seeks`; `replications` of each point."""

    scenario: Scenario
    axes: Sequence[Axis]
    seeks: bool
    replications: int
    folder: Path
    processes: int
    resume: bool
    command: str
    program: Sequence[str]


@dataclass(frozen=True, slots=True)
class Result:
    """Every point that was looked at, and the answers, one for each combination of what is varied."""

    question: Question
    points: Sequence[Point]
    answers: Sequence[Answer]
    interrupted: bool
    elapsed_s: float

    @property
    def balanced(self) -> bool:
        """Whether every ledger of every replication balances."""
        return all(point.balanced for point in self.points)

    def summary(self) -> dict[str, Any]:
        """The counts of all replications together, under the names other programs rely on, and the answers."""
        counts: Counter[str] = Counter()
        for point in self.points:
            counts.update(point.counts)
        return {
            **{name: counts[name] for name in COUNTS},
            "balanced": self.balanced,
            "seed": self.question.scenario.seed,
            "elapsed_s": round(self.elapsed_s, 1),
            "mode": self.question.scenario.mode,
            "points": len(self.points),
            "replications": self.question.replications,
            "interrupted": self.interrupted,
            "answers": [answer.as_json() for answer in self.answers],
            "report": str(self.question.folder / PAGE),
        }
