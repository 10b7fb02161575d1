"""The seeds of replications.

Pure. The first is that of the scenario, so that one replication is the run that `otklik simulate` makes. Each point of
a grid has the same ones: the same people come to all of them, and what differs is what was varied (common random
numbers).
"""

from __future__ import annotations


def seeds(seed: str, count: int) -> list[str]:
    """So many seeds made of one."""
    return [seed, *(f"{seed}/{number}" for number in range(2, count + 1))]
