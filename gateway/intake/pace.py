"""How many rows go into one transaction: as many as are written in a moment, on whatever disk.

Pure. A transaction keeps the daemon from writing while it lasts, and each one costs a sync of the disk and every page
of an index that it touches: long ones starve the daemon, short ones the import.
"""

from __future__ import annotations

from dataclasses import dataclass

SMALLEST, LARGEST = 50, 5000
AIM_S = 0.05
"""Seconds that a transaction should take: some will take twice that, and 0.1 s is not felt at a modem."""


@dataclass(slots=True)
class Pace:
    """`size` is the number of rows for the next transaction."""

    size: int = 250

    def took(self, rows: int, seconds: float) -> None:
        """Tell how long a transaction with `rows` took. Too long makes the next smaller at once; room is used slowly,
        for one quick commit says little about the next."""
        fits = int(rows * AIM_S / seconds) if seconds > 0 else LARGEST
        if fits >= self.size:
            fits = min(fits, self.size + self.size // 4)
        self.size = max(SMALLEST, min(LARGEST, fits))
