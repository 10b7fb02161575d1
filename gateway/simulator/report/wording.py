"""Numbers as an engineer reads them. Pure; None is a dash."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

NONE = "–"
_SMALL_SHARE = 0.01
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


def count(value: float | None) -> str:
    return NONE if value is None else f"{value:,.0f}"


def several(number: float, what: str) -> str:
    """`1 modem`, `2 modems`."""
    return f"{count(number)} {what}{'' if number == 1 else 's'}"


def percent(value: float | None, digits: int = 1) -> str:
    return NONE if value is None else f"{100 * value:.{digits}f} %"


def between(low: float | None, high: float | None, scale: float = 100, digits: int = 1) -> str:
    """An interval in the unit of `scale`: per cent, unless told otherwise."""
    return NONE if low is None or high is None else f"{scale * low:.{digits}f}–{scale * high:.{digits}f}"


def with_interval(one: Mapping[str, Any]) -> str:
    """A share with what is known of it: `15.6 % (15.4–15.8)`, and `0.21 % (0.18–0.24)` where it is small."""
    digits = 2 if one["share"] and one["share"] < _SMALL_SHARE else 1
    said = percent(one["share"], digits)
    return said if one["low"] is None else f"{said} ({between(one['low'], one['high'], 100, digits)})"


def duration(seconds: float | None) -> str:
    """In the unit a person would choose: `45 s`, `12 min`, `3.4 h`, `2.5 days`."""
    if seconds is None:
        return NONE
    if seconds < 2 * _MINUTE:
        return f"{seconds:.3g} s"
    if seconds < 2 * _HOUR:
        return f"{seconds / _MINUTE:.3g} min"
    return f"{seconds / _HOUR:.3g} h" if seconds < 2 * _DAY else f"{seconds / _DAY:.3g} days"


def roubles(value: float | None, digits: int = 0) -> str:
    return NONE if value is None else f"{value:,.{digits}f} ₽"


def of_unit(value: float | None, unit: str) -> str:
    """A figure in its unit: share, mark, min or count."""
    match unit:
        case "share":
            return percent(value)
        case "mark":
            return NONE if value is None else f"{value:.3f}"
        case "min":
            return NONE if value is None else f"{value:.4g} min"
        case _:
            return count(value)
