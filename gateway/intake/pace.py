"""How many rows go into one transaction: as many as are written in a moment, on whatever machine.

Pure. A transaction keeps the daemon from writing while it lasts, and each one costs a sync of the disk and every page
of an index that it touches: long ones starve the daemon, short ones the import. The sync itself is not counted: fewer
rows would make it no shorter, and a slow disk needs fewer syncs, not more.
"""

from __future__ import annotations

from dataclasses import dataclass

SMALLEST, LARGEST = 100, 4000
AIM_S = 0.03
"""Seconds that the rows of a transaction should take, before its sync: with that, 0.1 s is rarely reached."""


@dataclass(slots=True)
class Pace:
    """`size` is the number of rows for the next transaction."""

    size: int = 250

    def took(self, rows: int, seconds: float) -> None:
        """Tell how long the rows of a transaction took. Too long makes the next smaller at once; room is used slowly,
        for one quick transaction says little about the next."""
        fits = int(rows * AIM_S / seconds) if seconds > 0 else LARGEST
        if fits >= self.size:
            fits = min(fits, self.size + self.size // 4)
        self.size = max(SMALLEST, min(LARGEST, fits))
