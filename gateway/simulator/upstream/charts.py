"""The geometry of the page's charts: what is where, in the units of each chart's own box.

Pure. A template draws them as inline SVG, so a chart needs no script and prints as it is seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from gateway.simulator.upstream.figures import Count

WIDTH, HEIGHT = 960, 240
_LEFT, _RIGHT, _TOP, _BOTTOM = 60, 12, 12, 72
_COUNTS = 34
"""Height of the columns under the line, which show how many ratings there are."""
_MOST_LABELS = 12
_MOST_POINTS = 300


@dataclass(frozen=True, slots=True)
class Point:
    """A day or a month: its share at (`x`, `y`), None if there are too few ratings for one, its column below."""

    count: Count
    x: float
    y: float | None
    column: float
    label: str | None


@dataclass(frozen=True, slots=True)
class Trend:
    """A line of shares above columns of counts; `grid` has the height of each round percentage, `most` is the count of
    a column that is `tall`."""

    points: tuple[Point, ...]
    lines: tuple[str, ...]
    grid: tuple[tuple[float, int], ...]
    wide: float
    foot: float
    most: int
    tall: int = _COUNTS
    left: float = _LEFT
    right: float = WIDTH - _RIGHT
    width: int = WIDTH
    height: int = HEIGHT
    base: float = HEIGHT - _BOTTOM


def trend(counts: Sequence[Count]) -> Trend:
    """The shares of days or months in order; the axis begins at a round percentage below the lowest."""
    counts = _in_a_row(counts)
    shares = [one.share for one in counts if one.share is not None]
    low = _axis(min(shares, default=0.0))
    most = max((one.ratings for one in counts), default=1)
    step = (WIDTH - _LEFT - _RIGHT) / max(1, len(counts))
    every = -(-len(counts) // _MOST_LABELS)
    height = HEIGHT - _TOP - _BOTTOM

    def y(share: float) -> float:
        return round(_TOP + height * (1 - share) / (1 - low), 1)

    points = tuple(
        Point(
            one,
            round(_LEFT + step * (index + 0.5), 1),
            None if one.share is None else y(one.share),
            round(_COUNTS * one.ratings / most, 1),
            _label(one.key) if index % every == 0 else None,
        )
        for index, one in enumerate(counts)
    )
    ticks = [low + (1 - low) * part / 4 for part in range(5)]
    grid = tuple((y(tick), round(tick * 100)) for tick in ticks)
    return Trend(points, _lines(points), grid, round(max(1.0, min(36.0, step * 0.7)), 1), HEIGHT - 20, most)


def _in_a_row(counts: Sequence[Count]) -> Sequence[Count]:
    """With the days or months between them that have no rating, unless they are too many to draw."""
    keys = _between(counts[0].key, counts[-1].key) if counts else []
    there = {one.key: one for one in counts}
    return [there.get(key) or Count(key, key, 0, 0, 0) for key in keys] or counts


def _between(first: str, last: str) -> list[str]:
    """The keys of days or of months from `first` to `last`; none if they are more than can be told apart."""
    if len(first) == len("2017-09-12"):
        start, end = date.fromisoformat(first), date.fromisoformat(last)
        count = (end - start).days + 1
        return [(start + timedelta(days=step)).isoformat() for step in range(count)] if count <= _MOST_POINTS else []
    since, until = (int(key[:4]) * 12 + int(key[5:7]) - 1 for key in (first, last))
    months = range(since, until + 1)
    return [f"{month // 12:04}-{month % 12 + 1:02}" for month in months] if len(months) <= _MOST_POINTS else []


def _axis(lowest: float) -> float:
    """Where the axis begins: 80 %, 60 %, 40 %, 20 % or nought, below the lowest share."""
    return max((start / 100 for start in (80, 60, 40, 20) if start / 100 < lowest), default=0.0)


def _lines(points: Sequence[Point]) -> tuple[str, ...]:
    """Where neighbours both have a share they are joined; a gap stays a gap."""
    lines: list[list[str]] = [[]]
    for point in points:
        if point.y is None:
            lines.append([])
        else:
            lines[-1].append(f"{point.x},{point.y}")
    return tuple(" ".join(line) for line in lines if len(line) > 1)


def _label(key: str) -> str:
    """`2017-09-12` as 12.09, `2017-09` as 09.2017."""
    parts = key.split("-")
    return f"{parts[2]}.{parts[1]}" if len(parts) == len("ymd") else f"{parts[1]}.{parts[0]}"
