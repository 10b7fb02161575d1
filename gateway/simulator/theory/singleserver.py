"""One server: M/G/1 by its mean, M/D/1 (every service takes the same time) by its whole distribution.

Pure. The mean is Pollaczek's and Khinchine's. The distribution of the wait in M/D/1 is summed as G. J. Franx does
("A simple solution for the M/D/c waiting time distribution", 2001), from the probabilities of the queue: every term is
positive, where Erlang's series of changing signs loses all digits in a long queue.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

_NEAR = 1e-9
"""How near a quantile is worked out, as a share of itself."""


def mean_wait_s(arrivals: float, service_s: float, spread: float) -> float:
    """The mean wait before service in M/G/1: `spread` is the coefficient of variation of the service time (its standard
    deviation by its mean): 1 for exponential, 0 for constant. Infinite where the load is one or more."""
    load = arrivals * service_s
    return load * service_s * (1 + spread**2) / (2 * (1 - load)) if load < 1 else math.inf


def spread_of_lognormal(sigma: float) -> float:
    """The coefficient of variation of a lognormal time."""
    return math.sqrt(math.expm1(sigma**2))


@dataclass(slots=True)
class Constant:
    """M/D/1: `arrivals` per second to one server that needs `service_s`, with a load below one.

    Raises ValueError for another load: the queue would grow for ever.
    """

    arrivals: float
    service_s: float
    _states: list[float] = field(default_factory=list)
    """The probabilities of 0, 1, 2... in the system, as many as were asked for so far."""
    _beyond: list[float] = field(default_factory=list)
    """The probabilities that more than 0, 1, 2... arrive in one service."""

    def __post_init__(self) -> None:
        if not 0 < self.load < 1:
            raise ValueError(f"The load must lie between 0 and 1, and is {self.load:g}.")

    @property
    def load(self) -> float:
        """In erlangs: the share of the time in which the server is busy."""
        return self.arrivals * self.service_s

    @property
    def mean_wait_s(self) -> float:
        return mean_wait_s(self.arrivals, self.service_s, 0.0)

    @property
    def mean_queue(self) -> float:
        return self.arrivals * self.mean_wait_s

    def within(self, wait_s: float) -> float:
        """The share that waits for no longer than `wait_s`."""
        if wait_s < 0:
            return 0.0
        services = math.floor(wait_s / self.service_s) + 1
        early = self.arrivals * (services * self.service_s - wait_s)
        # At most `services - 1` wait now who were there, and came, before the last of those times began.
        queue = self._queue_up_to(services)
        total, weight = 0.0, math.exp(-early)
        for came in range(services):
            total += queue[services - 1 - came] * weight
            weight *= early / (came + 1)
        return min(1.0, total)

    def quantile_s(self, share: float) -> float:
        """The wait that `share` of the arrivals does not exceed."""
        if not 0 <= share < 1:
            raise ValueError(f"A quantile is that of a share from 0 to less than 1, not of {share}.")
        if self.within(0.0) >= share:
            return 0.0
        low, high = 0.0, self.service_s
        while self.within(high) < share:
            low, high = high, 2 * high
        while high - low > _NEAR * high:
            middle = (low + high) / 2
            low, high = (middle, high) if self.within(middle) < share else (low, middle)
        return high

    def _queue_up_to(self, count: int) -> list[float]:
        """How probably at most 0, 1, 2... wait: one more than that is in the system."""
        states = self._system_up_to(count + 1)
        found, total = [], states[0]
        for waiting in range(count):
            total += states[waiting + 1]
            found.append(total)
        return found

    def _system_up_to(self, count: int) -> list[float]:
        """The probabilities of up to `count` in the system, each from those before it (H. C. Tijms, M/G/1)."""
        states, beyond = self._states, self._beyond
        if not states:
            states.append(1 - self.load)
        while len(beyond) < count:
            beyond.append(_more_than(len(beyond), self.load))
        for number in range(len(states), count + 1):
            inflow = beyond[number - 1] * states[0]
            inflow += math.fsum(beyond[number - k] * states[k] for k in range(1, number))
            states.append(inflow / (1 - beyond[0]))
        return states


def _more_than(count: int, mean: float) -> float:
    """The probability that a Poisson variable is larger than `count`, summed from its small end."""
    term = math.exp(-mean + (count + 1) * math.log(mean) - math.lgamma(count + 2))
    total, number = 0.0, count + 1
    while term > 0 and term > total * 1e-18:
        total += term
        number += 1
        term *= mean / number
    return total
