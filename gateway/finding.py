"""What a check has found."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at; `fault` is False where it is fine."""

    what: str
    text: str
    fault: bool = False
