"""Points side by side: as rows for people, and as columns of numbers for programs.

Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gateway.simulator.scenario.vary import short_name
from gateway.simulator.whatif.figures import KINDS, Kind, differences, estimates
from gateway.simulator.whatif.points import Point
from gateway.statistics.student import Estimate

SHOWN = ("in_time", "wait_p95_s", "queue_most", "use", "rated", "cost_per_rating")
"""The figures that are seen first."""
_NOTHING = "–"


def keys_of(points: Sequence[Point]) -> list[str]:
    """The keys in which points differ from the scenario, in the order in which they come."""
    return list(dict.fromkeys(key for point in points for key in point.changes))


def rows(points: Sequence[Point], shown: Sequence[str]) -> tuple[list[str], list[list[str]]]:
    """Headings and a row for each point: what was changed, and means with their intervals."""
    keys, kinds = keys_of(points), [kind for kind in KINDS if kind.key in shown]
    headings = [*map(short_name, keys), *(heading(kind) for kind in kinds)]
    return headings, [[*_changes(point, keys), *_cells(point, kinds)] for point in points]


def difference_rows(points: Sequence[Point], shown: Sequence[str]) -> tuple[list[str], list[list[str]]]:
    """As `rows`, with what each point differs in from the first one, run by run: the same people came to both."""
    keys, kinds = keys_of(points), [kind for kind in KINDS if kind.key in shown]
    headings = [*map(short_name, keys), *(heading(kind) for kind in kinds)]
    cells = []
    for point in points[1:]:
        found = differences(points[0].figures_by_seed, point.figures_by_seed)
        cells.append([*_changes(point, keys), *(_cell(found[kind.key], kind, "+") for kind in kinds)])
    return headings, cells


def heading(kind: Kind) -> str:
    """A figure's title with its unit."""
    return f"{kind.title}, {kind.unit}" if kind.unit else kind.title


def csv_rows(points: Sequence[Point]) -> Iterator[list[str]]:
    """A heading and a line for each point: the keys as they are written in a scenario, how many replications, and of
    each figure, in its own unit, mean, low and high."""
    keys = keys_of(points)
    yield [
        *keys,
        "replications",
        *(name for kind in KINDS for name in (kind.key, f"{kind.key}_low", f"{kind.key}_high")),
    ]
    for point in points:
        found = estimates(point.figures)
        numbers = [_numbers(found[kind.key]) for kind in KINDS]
        yield [*_changes(point, keys), str(len(point.replications)), *(one for three in numbers for one in three)]


def _changes(point: Point, keys: Sequence[str]) -> list[str]:
    return [point.changes.get(key, _NOTHING) for key in keys]


def _cells(point: Point, kinds: Sequence[Kind]) -> Iterator[str]:
    found = estimates(point.figures)
    for kind in kinds:
        yield _cell(found[kind.key], kind)


def _cell(one: Estimate | None, kind: Kind, sign: str = "") -> str:
    if one is None:
        return _NOTHING
    mean, low, high = (
        None if value is None else f"{value * kind.factor:{sign},.{kind.digits}f}"
        for value in (one.mean, one.low, one.high)
    )
    return str(mean) if low is None else f"{mean} ({low}..{high})"


def _numbers(one: Estimate | None) -> list[str]:
    return (
        ["", "", ""]
        if one is None
        else ["" if value is None else f"{value:.6g}" for value in (one.mean, one.low, one.high)]
    )
