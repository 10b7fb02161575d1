"""Many servers, arrivals by chance, exponential service times, endless patience: M/M/c.

Pure. The formulas of A. K. Erlang (1917) for the share that finds all servers busy: of those who then go away (B) and
of those who then wait (C). B is worked out by its recursion, where every term is positive, so nothing overflows and no
digit is lost with thousands of servers.
"""

from __future__ import annotations

import math
from dataclasses import dataclass


def erlang_b(servers: int, load: float) -> float:
    """The share of arrivals that is lost where nobody can wait; `load` in erlangs.

    Raises ValueError for a load below zero or fewer than no servers.
    """
    if servers < 0 or load < 0 or not math.isfinite(load):
        raise ValueError(f"There is no queue with {servers} servers and a load of {load} erlangs.")
    lost = 1.0
    for server in range(1, servers + 1):
        lost = load * lost / (server + load * lost)
    return lost


def erlang_c(servers: int, load: float) -> float:
    """The share of arrivals that has to wait; all of them where the load is as large as the servers or larger."""
    if load >= servers:
        return 1.0
    lost = erlang_b(servers, load)
    return lost / (1 - load / servers * (1 - lost))


@dataclass(frozen=True, slots=True)
class Endless:
    """M/M/c: `arrivals` per second to `servers` that need `service_s` on average, exponentially distributed.

    Where the load reaches the servers the queue grows for ever: waits are infinite.
    """

    arrivals: float
    service_s: float
    servers: int

    @property
    def load(self) -> float:
        """In erlangs: how many servers are busy on average."""
        return self.arrivals * self.service_s

    @property
    def waiting_share(self) -> float:
        """The share that does not begin at once."""
        return erlang_c(self.servers, self.load)

    @property
    def mean_wait_s(self) -> float:
        """The mean wait before service, of all arrivals, those that do not wait among them."""
        return self.waiting_share * self._clearing_s

    @property
    def mean_queue(self) -> float:
        """How many wait on average, by Little's law."""
        return self.arrivals * self.mean_wait_s

    def within(self, wait_s: float) -> float:
        """The share that waits for no longer than `wait_s`."""
        if self.load >= self.servers:
            return 0.0
        return 1 - self.waiting_share * math.exp(-max(0.0, wait_s) / self._clearing_s)

    def quantile_s(self, share: float) -> float:
        """The wait that `share` of the arrivals does not exceed; zero where fewer than that have to wait."""
        if not 0 <= share < 1:
            raise ValueError(f"A quantile is that of a share from 0 to less than 1, not of {share}.")
        if self.load >= self.servers:
            return math.inf
        waiting = self.waiting_share
        return self._clearing_s * math.log(waiting / (1 - share)) if waiting > 1 - share else 0.0

    @property
    def _clearing_s(self) -> float:
        """The mean wait of those who wait: what is free of the servers serves one in this time."""
        free = self.servers - self.load
        return self.service_s / free if free > 0 else math.inf
