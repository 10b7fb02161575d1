"""Whether a week differs from chance: a p-chart of the share of 4 and 5 with limits, and two rules.

The centre is the share of all weeks together. A week's *limits* are those of the binomial distribution for its number
of ratings: below and above lies a probability of at most 0.135 % each, as three sigma have it for a normal one. The
usual three-sigma limits themselves are not used: near 100 %, where this trade lives, the distribution is lopsided, and
they would give five times the false alarms.

Weeks differ by more than chance when something else differs too (who came, what was asked for). Laney's p'-chart (2002)
sees it from the weeks themselves: `spread` is the mean moving range of the weeks' standardised shares over 1.128, which
is 1 where the binomial distribution explains all. Above 1, ratings are worth 1 / spread² each, and the limits are those
of so many fewer (p' itself multiplies three sigma by the spread; this keeps the lopsidedness). Below 1 it is chance.

The rules: a week beyond its limits; four weeks in a row, taken as one, beyond the limits of that many ratings (a moving
average, for a shift that is small and stays). No other rule is used, since each adds false alarms. Of a hundred half
years in which nothing happens but chance, fewer than five show a signal; where the weeks differ by more than chance,
for no reason anyone could find, fewer than fifteen. A share of 95 % that falls to 85 % at 60 ratings a week is seen
within six weeks nine times in ten.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from gateway.statistics import beta
from gateway.statistics.intervals import Interval

FEWEST_WEEKS = 8
"""With fewer weeks that have ratings there are no limits: a centre of less is as uncertain as a week."""
WEEKS_TOGETHER = 4
_TAIL = 0.00135
_RANGE_TO_SIGMA = 1.128
"""The expected range of two standard normal values (d2 of the control chart's tables)."""
_HAIR = 1e-12
"""Floating point's share in a comparison."""


@dataclass(frozen=True, slots=True)
class Week:
    """Ratings of a week that begins on the Monday `start`, and how many of them are 4 or 5."""

    start: date
    positive: int
    total: int


@dataclass(frozen=True, slots=True)
class Point:
    """A week in the chart. `share` is None without ratings, `limits` also where there are too few weeks.

    `signals` says what was found: `below`, `above`, or the same of the last four weeks, `falling` and `rising`.
    """

    week: Week
    share: float | None
    limits: Interval | None
    signals: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """Weeks in order; `centre` is None without ratings, `spread` 1 where chance explains everything."""

    centre: float | None
    spread: float
    points: tuple[Point, ...]


def chart(weeks: Sequence[Week]) -> Chart:
    """The chart of weeks that follow each other, those without ratings included.

    Raises ValueError for a week with more positive ratings than ratings.
    """
    for week in weeks:
        if not 0 <= week.positive <= week.total:
            raise ValueError(f"The week of {week.start} cannot have {week.positive} of {week.total} ratings.")
    rated = [week for week in weeks if week.total]
    if not rated:
        return Chart(None, 1.0, tuple(Point(week, None, None, ()) for week in weeks))
    centre = sum(week.positive for week in rated) / sum(week.total for week in rated)
    spread = _spread(rated, centre)
    known = len(rated) >= FEWEST_WEEKS
    points = []
    for index, week in enumerate(weeks):
        share = week.positive / week.total if week.total else None
        limits = _limits(centre, spread, week.total) if known and week.total else None
        signals = _signals(weeks, index, centre, spread) if known else ()
        points.append(Point(week, share, limits, signals))
    return Chart(centre, spread, tuple(points))


def _spread(rated: Sequence[Week], centre: float) -> float:
    """Laney's sigma of the standardised shares, at least 1."""
    variance = centre * (1 - centre)
    if variance == 0 or len(rated) < 2:
        return 1.0
    scores = [(week.positive / week.total - centre) / math.sqrt(variance / week.total) for week in rated]
    ranges = [abs(after - before) for before, after in pairwise(scores)]
    return max(1.0, sum(ranges) / len(ranges) / _RANGE_TO_SIGMA)


def _signals(weeks: Sequence[Week], index: int, centre: float, spread: float) -> tuple[str, ...]:
    """What the rules say of a week and of the four that end with it."""
    found = []
    alone = _beyond(weeks[index].positive, weeks[index].total, centre, spread)
    if alone:
        found.append("below" if alone < 0 else "above")
    if index + 1 >= WEEKS_TOGETHER:
        last = weeks[index + 1 - WEEKS_TOGETHER : index + 1]
        together = _beyond(sum(week.positive for week in last), sum(week.total for week in last), centre, spread)
        if together:
            found.append("falling" if together < 0 else "rising")
    return tuple(found)


def _beyond(positive: int, total: int, centre: float, spread: float) -> int:
    """-1 below the limits, 1 above, 0 between them or without ratings."""
    if total == 0:
        return 0
    limits = _limits(centre, spread, total)
    share = positive / total
    return (share > limits.high + _HAIR) - (share < limits.low - _HAIR)


def _limits(centre: float, spread: float, total: int) -> Interval:
    """The lowest and the highest share of `total` ratings that chance explains."""
    return Interval(_lowest(centre, spread, total) / total, 1 - _lowest(1 - centre, spread, total) / total)


def _lowest(share: float, spread: float, total: int) -> int:
    """The smallest number of successes that is not too unlikely: fewer have a probability of at most `_TAIL`."""
    worth = 1 / (spread * spread)

    def unlikely(successes: int) -> bool:
        return beta.at_most(successes * worth, total * worth, share) <= _TAIL

    sigma = spread * math.sqrt(share * (1 - share) * total)
    lowest = min(total, max(0, math.floor(share * total - 3 * sigma)))
    while lowest > 0 and not unlikely(lowest - 1):
        lowest -= 1
    while lowest < total and unlikely(lowest):
        lowest += 1
    return lowest
