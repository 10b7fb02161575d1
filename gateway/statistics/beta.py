"""The beta distribution, from which intervals, binomial tails and shrunken shares come.

Pure Python: the tests hold it against SciPy, which the box need not have.
"""

from __future__ import annotations

import math

_TINY = 1e-300
_CLOSE = 1e-15
_NEAR = 1e-6
"""A step of Newton's that is smaller, in parts of the way to the nearer end, is the last: it doubles the digits."""
_MOST_TERMS = 100_000
"""The continued fraction needs about the root of the larger parameter; a hundred million ratings stay below this."""


def cdf(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function I_x(a, b): the probability of at most `x` under Beta(a, b).

    The continued fraction of DLMF 8.17.22, on the side where it converges quickly. Raises ValueError unless a, b > 0.
    """
    if a <= 0 or b <= 0:
        raise ValueError(f"There is no Beta({a}, {b}); both parameters are above 0.")
    if x <= 0 or x >= 1:
        return 0.0 if x <= 0 else 1.0
    log_front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    if x < (a + 1) / (a + b + 2):
        return min(1.0, math.exp(log_front) * _fraction(x, a, b) / a)
    return max(0.0, 1 - math.exp(log_front) * _fraction(1 - x, b, a) / b)


def quantile(probability: float, a: float, b: float) -> float:
    """The x with I_x(a, b) = probability. Newton's steps inside a bracket that halves whenever one would leave it."""
    if not 0 < probability < 1:
        raise ValueError(f"{probability} is no probability between 0 and 1.")
    low, high, x = 0.0, 1.0, a / (a + b)
    log_scale = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    while high - low > _CLOSE and 0 < x < 1:
        miss = cdf(x, a, b) - probability
        low, high = (low, x) if miss > 0 else (x, high)
        log_density = log_scale + (a - 1) * math.log(x) + (b - 1) * math.log1p(-x)
        step = miss * math.exp(-log_density) if log_density > -700 else math.inf
        if abs(step) < _NEAR * min(x, 1 - x):
            return x - step
        x = x - step if low < x - step < high else (low + high) / 2
    return x


def at_most(successes: float, total: float, share: float) -> float:
    """The probability of at most `successes` out of `total` where each succeeds with probability `share`.

    Numbers that are not whole are taken as the beta function takes them: between those of their neighbours.
    """
    if successes < 0:
        return 0.0
    return 1.0 if successes >= total else cdf(1 - share, total - successes, successes + 1)


def _fraction(x: float, a: float, b: float) -> float:
    """Lentz's method for the continued fraction."""
    c, d = 1.0, 1 - (a + b) * x / (a + 1)
    d = 1 / (d if abs(d) > _TINY else _TINY)
    value = d
    for m in range(1, _MOST_TERMS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        change = 1.0
        for term in (even, odd):
            d, c = 1 + term * d, 1 + term / c
            d = 1 / (d if abs(d) > _TINY else _TINY)
            c = c if abs(c) > _TINY else _TINY
            change = d * c
            value *= change
        if abs(change - 1) < _CLOSE:
            break
    return value
