"""Which office is better, as far as that is known: shares shrunken towards the whole, ranks with their ranges.

Ranked by raw shares, the smallest offices lead and trail every list, by chance alone. So each share is shrunken by
empirical Bayes. The offices' true shares are taken to follow a beta distribution around the overall share (with half a
rating added on either side: 20 good ratings of 20 do not make 100 % certain). Its *weight*, the ratings that it counts
for, comes from the method of moments (Kleinman 1973): the more the offices differ beyond what chance explains, the less
it weighs. An office with n ratings then keeps n / (n + weight) of its distance from the whole. Where the offices do not
differ beyond chance, the weight is as large as all ratings together and no larger: that they are all alike is never
known better than that.

An office with fewer than 30 ratings has a shrunken share but no rank, and so cannot lead; nor is it listed by share.
Of the ranked, the *range* of an office says which ranks it may truly have: all offices whose intervals lie wholly above
it are better, all wholly below are worse, the rest cannot be told apart from it. The intervals behind the ranges are
widened so that all of them hold together with 95 % (Klein, Wright and Wieczorek, "A joint confidence region for an
overall ranking of populations", JRSS C 2020; Šidák). Both are a little too sure where there are few offices: the weight
itself is estimated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.statistics import beta
from gateway.statistics.intervals import Interval
from gateway.statistics.summary import SMALL_SAMPLE


@dataclass(frozen=True, slots=True)
class Sample:
    """An office, or another group, with its ratings and how many of them are 4 or 5."""

    key: str
    positive: int
    total: int


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a group stands.

    `rank` counts from 1, and equal shares have equal ranks; `best` and `worst` are the ends of its range; all three are
    None for a group that is too small. `equal` are the groups with the very same rank, `tied` all that cannot be told
    apart from it, those included.
    """

    key: str
    shrunken: float
    interval: Interval
    rank: int | None = None
    best: int | None = None
    worst: int | None = None
    equal: tuple[str, ...] = ()
    tied: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ranking:
    """Groups, the ranked first and best first, the small ones behind them by key; the overall share, its weight."""

    overall: float
    weight: float
    standings: tuple[Standing, ...]


@dataclass(frozen=True, slots=True)
class _Placed:
    """A sample with its posterior Beta(a, b) and the interval that holds jointly."""

    sample: Sample
    a: float
    b: float
    joint: Interval

    @property
    def shrunken(self) -> float:
        return self.a / (self.a + self.b)


def rank(samples: Sequence[Sample]) -> Ranking | None:
    """The ranking of groups, whatever their order; None while there is no rating at all.

    Raises ValueError for a group with more positive ratings than ratings.
    """
    for sample in samples:
        if not 0 <= sample.positive <= sample.total:
            raise ValueError(f"{sample.key} cannot have {sample.positive} of {sample.total} ratings.")
    everything = sum(sample.total for sample in samples)
    if everything == 0:
        return None
    overall = (sum(sample.positive for sample in samples) + 0.5) / (everything + 1)
    weight = _weight(samples, overall, everything)
    large = sum(sample.total >= SMALL_SAMPLE for sample in samples)
    placed = [_place(sample, overall, weight, large) for sample in samples]
    ranked = [one for one in placed if one.sample.total >= SMALL_SAMPLE]
    ranked.sort(key=lambda one: (-one.shrunken, one.sample.key))
    small = [one for one in placed if one.sample.total < SMALL_SAMPLE]
    small.sort(key=lambda one: one.sample.key)
    standings = [_standing(one, ranked) for one in ranked]
    standings += [Standing(one.sample.key, one.shrunken, _interval(one.a, one.b)) for one in small]
    return Ranking(overall, weight, tuple(standings))


def _weight(samples: Sequence[Sample], overall: float, everything: int) -> float:
    """How many ratings the overall share counts for: method of moments, between 1 and all there are.

    With variance t between the true shares, the sum S of n (p - overall)² is expected to be
    (groups - 1) v + t * sum of (1 - n/N)(n - 1), where v = overall (1 - overall); a beta distribution of weight w has
    t = v / (w + 1).
    """
    variance = overall * (1 - overall)
    rated = [sample for sample in samples if sample.total]
    spread = sum(sample.total * (sample.positive / sample.total - overall) ** 2 for sample in rated)
    between = spread - (len(rated) - 1) * variance
    scale = sum((1 - sample.total / everything) * (sample.total - 1) for sample in rated)
    if between <= 0 or scale <= 0:
        return float(everything)
    return min(float(everything), max(1.0, variance * scale / between - 1))


def _place(sample: Sample, overall: float, weight: float, large: int) -> _Placed:
    a = sample.positive + weight * overall
    b = sample.total - sample.positive + weight * (1 - overall)
    return _Placed(sample, a, b, _interval(a, b, 0.95 ** (1 / max(1, large))))


def _interval(a: float, b: float, level: float = 0.95) -> Interval:
    """The middle `level` of Beta(a, b)."""
    tail = (1 - level) / 2
    return Interval(beta.quantile(tail, a, b), beta.quantile(1 - tail, a, b))


def _standing(one: _Placed, ranked: Sequence[_Placed]) -> Standing:
    others = [other for other in ranked if other is not one]
    better = [other for other in others if other.joint.low > one.joint.high]
    worse = [other for other in others if other.joint.high < one.joint.low]
    tied = [other.sample.key for other in others if other not in better and other not in worse]
    return Standing(
        one.sample.key,
        one.shrunken,
        _interval(one.a, one.b),
        rank=1 + sum(other.shrunken > one.shrunken for other in others),
        best=1 + len(better),
        worst=len(ranked) - len(worse),
        equal=tuple(other.sample.key for other in others if other.shrunken == one.shrunken),
        tied=tuple(tied),
    )
