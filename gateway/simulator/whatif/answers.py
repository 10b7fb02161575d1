"""How many modems are enough, in a sentence.

Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from gateway.simulator.scenario.model import GoalSection
from gateway.simulator.scenario.vary import short_name
from gateway.simulator.whatif.goals import duration
from gateway.simulator.whatif.search import Found
from gateway.statistics.student import Estimate

MODEMS = "modems.count"
MOST = 64
"""As many modems as a box can have."""
_NEXT_TO_NOTHING = 0.01


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found with `changes`; `shares` has what goes out in time, by the number of modems that was looked at."""

    changes: Mapping[str, str]
    goal: GoalSection
    found: Found
    shares: Mapping[int, Estimate] = field(default_factory=dict)

    @property
    def sentences(self) -> list[str]:
        """The answer, and what it is worth while a modem is away."""
        found = self.found
        return self._unreachable() if found.fewest is None else [self._enough(found.fewest), self._spare(found.fewest)]

    @property
    def told(self) -> str:
        """The sentences, and what they are about where something was varied."""
        where = ", ".join(f"{short_name(key)} {value}" for key, value in self.changes.items())
        return (f"With {where}: " if where else "") + " ".join(self.sentences)

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "changes": dict(self.changes),
            "share": self.goal.share,
            "within_s": self.goal.within_s,
            "fewest": self.found.fewest,
            "looked_at": {str(count): asdict(found) for count, found in sorted(self.shares.items())},
            "told": self.told,
        }

    def _enough(self, count: int) -> str:
        fewer = "" if count == 1 else f"; {_are(count - 1)} not: {self._share(count - 1)}"
        return (
            f"{_modems(count)} per box {'is' if count == 1 else 'are'} enough: {self._share(count)} of the invitations"
            f" go out within {duration(self.goal.within_s)}{fewer}."
        )

    def _spare(self, count: int) -> str:
        if self.found.contradicted is not None:
            more = self.found.contradicted
            return (
                f"But with {more} it is {self._share(more)}, whose lower end is below the goal: chance decides here;"
                " ask again with more --replications."
            )
        while_away = (
            "While it is away nothing goes out"
            if count == 1
            else f"While one of {count} is away all the time it is as with {count - 1}, which is not enough"
        )
        if count == self.found.most:
            return f"{while_away}; a box takes no more modems."
        return f"{while_away}; with {count + 1} one may be away."

    def _unreachable(self) -> list[str]:
        most = self.found.most
        told = [f"Not reachable with {most} modems per box: {self._share(most)} go out within"
                f" {duration(self.goal.within_s)}, the goal is {self.goal.share * 100:g} %."]  # fmt: skip
        half = self.shares.get(most // 2)
        if half is not None and self.shares[most].mean - half.mean < _NEXT_TO_NOTHING:
            told.append(
                f"With {most // 2} it is {self._share(most // 2)}: modems are not what is missing; look at the window,"
                " the limits of SIMs, the network and when offices send their lists."
            )
        return told

    def _share(self, count: int) -> str:
        return share(self.shares[count])


def share(estimate: Estimate) -> str:
    """`97.1 % (96.4..97.8)`."""
    if estimate.low is None or estimate.high is None:
        return f"{estimate.mean * 100:.1f} %"
    return f"{estimate.mean * 100:.1f} % ({estimate.low * 100:.1f}..{estimate.high * 100:.1f})"


def _modems(count: int) -> str:
    return f"{count} modem" if count == 1 else f"{count} modems"


def _are(count: int) -> str:
    return f"{count} is" if count == 1 else f"{count} are"
