"""What a comparison found, as sentences that name the visit."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Differences:
    """What is missing somewhere, and what stands somewhere more often than it should."""

    lost: list[str] = field(default_factory=list)
    duplicated: list[str] = field(default_factory=list)

    def __add__(self, other: Differences) -> Differences:
        return Differences(self.lost + other.lost, self.duplicated + other.duplicated)
