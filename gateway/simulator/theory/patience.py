"""Many servers and people who give up: M/M/c+M, "Erlang A" after Palm.

Pure. Whoever waits goes away after an exponential time, so the queue is always stable, however large the load. The
states are a chain of births and deaths; its probabilities are summed outward from the state in which all servers are
busy, in logarithms where they could overflow, and every term is positive.

Where `j` wait before somebody, his wait for a server is the sum of `j + 1` exponential times with the rates cμ, cμ + θ,
..., cμ + jθ. Its distribution is a finite sum of positive terms (that of a beta variable: exp(-θV) is one).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

from gateway.simulator.theory.erlang import erlang_b

_ENOUGH = 1e-15
"""A term of a sum that has less than this share of it, behind the largest, ends it."""
_NEAR = 1e-9
"""How near a quantile is worked out, as a share of itself."""


@dataclass(slots=True)
class Impatient:
    """M/M/c+M: `arrivals` per second (above zero) to `servers` that need `service_s` on average; who waits gives up
    after `patience_s` on average. All times are exponential. The work grows with the queue: a million are seconds.
    """

    arrivals: float
    service_s: float
    servers: int
    patience_s: float
    _states: list[float] = field(default_factory=list)
    """What `_full_states` has found."""

    @property
    def waiting_share(self) -> float:
        """The share that finds all servers busy."""
        return sum(self._full_states())

    @property
    def mean_queue(self) -> float:
        """How many wait on average."""
        return sum(waiting * share for waiting, share in enumerate(self._full_states()))

    @property
    def mean_wait_s(self) -> float:
        """The mean wait of all arrivals, to the service or to giving up."""
        return self.mean_queue / self.arrivals

    @property
    def abandoned_share(self) -> float:
        """The share that gives up: in equilibrium as many as the mean queue loses."""
        return self.mean_wait_s / self.patience_s

    @property
    def utilisation(self) -> float:
        """The share of the servers' time that is used."""
        return self.arrivals * self.service_s * (1 - self.abandoned_share) / self.servers

    def within(self, wait_s: float) -> float:
        """The share whose wait, to the service or to giving up, is no longer than `wait_s`."""
        if wait_s < 0:
            return 0.0
        stays = math.exp(-wait_s / self.patience_s)
        later = sum(
            share * longer for share, longer in zip(self._full_states(), self._offered_beyond(wait_s), strict=False)
        )
        return 1 - stays * later

    def quantile_s(self, share: float) -> float:
        """The wait that `share` of the arrivals does not exceed."""
        if not 0 <= share < 1:
            raise ValueError(f"A quantile is that of a share from 0 to less than 1, not of {share}.")
        if self.within(0.0) >= share:
            return 0.0
        low, high = 0.0, self.patience_s
        while self.within(high) < share:
            low, high = high, 2 * high
        while high - low > _NEAR * high:
            middle = (low + high) / 2
            low, high = (middle, high) if self.within(middle) < share else (low, middle)
        return high

    # -- inside -------------------------------------------------------------------------------------------------

    def _full_states(self) -> list[float]:
        """The probabilities of the states in which all servers are busy and 0, 1, 2... wait."""
        if self._states:
            return self._states
        logs = [0.0]
        service, give_up = self.servers / self.service_s, 1 / self.patience_s
        most = 0.0
        while True:
            ratio = self.arrivals / (service + len(logs) * give_up)
            logs.append(logs[-1] + math.log(ratio))
            most = max(most, logs[-1])
            if ratio < 1 and logs[-1] - most < math.log(_ENOUGH * (1 - ratio)):
                break
        # 1/B says how many times the state with just all servers busy is contained in all states up to it.
        fewer = 1 / erlang_b(self.servers, self.arrivals * self.service_s) - 1
        weights = [math.exp(log - most) for log in logs]
        total = math.fsum(weights) + fewer * math.exp(-most)
        self._states = [weight / total for weight in weights]
        return self._states

    def _offered_beyond(self, wait_s: float) -> Iterator[float]:
        """For 0, 1, 2... who wait before somebody: how probably no server is free for him within `wait_s`."""
        log_x = -wait_s / self.patience_s
        if log_x == 0:  # also of a wait too short to be told from none
            while True:
                yield 1.0
        rate = self.servers * self.patience_s / self.service_s
        log_rest = math.log(-math.expm1(log_x))
        beyond, waiting = 0.0, 0
        while True:
            log_term = rate * log_x + math.lgamma(rate + waiting) - math.lgamma(rate) - math.lgamma(waiting + 1)
            beyond += math.exp(log_term + waiting * log_rest)
            yield min(1.0, beyond)
            waiting += 1
