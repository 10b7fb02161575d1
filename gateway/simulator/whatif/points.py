"""A variant of a scenario, and what its replications came to.

Pure.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from gateway.simulator.whatif.figures import Figures


@dataclass(frozen=True, slots=True)
class Replication:
    """One run of a variant: its figures, and the counts that other programs rely on."""

    figures: Figures
    counts: Mapping[str, int]
    balanced: bool


@dataclass(slots=True)
class Point:
    """The scenario with these changes, key by key; `replications` by seed."""

    changes: Mapping[str, str]
    replications: dict[str, Replication] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """A name for a file: equal changes have equal ones."""
        told = json.dumps(dict(sorted(self.changes.items())), ensure_ascii=False)
        return hashlib.sha256(told.encode()).hexdigest()[:16]

    @property
    def figures(self) -> list[Figures]:
        """The figures of each replication."""
        return list(self.figures_by_seed.values())

    @property
    def figures_by_seed(self) -> dict[str, Figures]:
        """The figures of each replication, by its seed."""
        return {seed: one.figures for seed, one in self.replications.items()}

    @property
    def counts(self) -> Counter[str]:
        """The counts of all replications together."""
        total: Counter[str] = Counter()
        for one in self.replications.values():
            total.update(one.counts)
        return total

    @property
    def balanced(self) -> bool:
        """Whether every ledger balances."""
        return all(one.balanced for one in self.replications.values())

    def only(self, seeds: list[str]) -> Point:
        """The point with the replications of these seeds, in this order."""
        return Point(self.changes, {seed: self.replications[seed] for seed in seeds if seed in self.replications})

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        replications = {
            seed: {"figures": dict(one.figures), "counts": dict(one.counts), "balanced": one.balanced}
            for seed, one in self.replications.items()
        }
        return {"changes": dict(self.changes), "replications": replications}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """The other way."""
        replications = {
            seed: Replication(one["figures"], one["counts"], one["balanced"])
            for seed, one in value["replications"].items()
        }
        return cls(value["changes"], replications)
