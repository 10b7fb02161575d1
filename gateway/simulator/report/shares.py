"""A share as the report tells it: how many of how many, the quotient, and its 95 % Wilson interval.

Pure. A share of nothing is None, with no interval: it is not nought.
"""

from __future__ import annotations

from typing import Any

from gateway.statistics import wilson

_DIGITS = 6


def rounded(value: float | None) -> float | None:
    """Six digits after the point: more is not known, and fewer digits differ between equal runs."""
    return None if value is None else round(value, _DIGITS)


def quotient(value: float, of: float) -> float | None:
    return rounded(value / of) if of else None


def share(count: int, of: int) -> dict[str, Any]:
    """`count` out of `of`. Where more than all are counted (two replies of one person), there is no interval."""
    interval = wilson(count, of) if 0 <= count <= of and of else None
    return {
        "count": count,
        "of": of,
        "share": quotient(count, of),
        "low": None if interval is None else rounded(interval.low),
        "high": None if interval is None else rounded(interval.high),
    }
