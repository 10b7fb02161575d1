"""The network between a box and the upstream double in the same process: it can be unplugged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Self

import httpx2
from starlette.testclient import TestClient

from gateway.simulator.box.premises import Premises
from gateway.simulator.upstream.app import make_app
from gateway.simulator.upstream.double import Double
from scheduler.virtual import VirtualClock

_DAY_S = 86_400.0


class Wire(httpx2.BaseTransport):
    """A transport of httpx2 whose other end is the double, while it is `open`.

    It is unplugged while `unplugged` is set or `is_away` says so. `asked` counts requests by their path.
    """

    def __init__(self, double: Double, is_away: Callable[[], bool] = lambda: False) -> None:
        self._client = TestClient(make_app(double), base_url="http://upstream.example")
        self._is_away = is_away
        self.unplugged = False
        self.asked: Counter[str] = Counter()

    @contextmanager
    def open(self) -> Iterator[Self]:
        """Whoever hangs up meanwhile may dial again."""
        with self._client:
            yield self

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Hand a request to the double. Raises ConnectError while it is away."""
        self.asked[request.url.path] += 1
        if self.unplugged or self._is_away():
            raise httpx2.ConnectError("nobody there", request=request)
        answer = self._client.request(
            request.method, request.url.path, content=request.read(), headers=dict(request.headers)
        )
        return httpx2.Response(answer.status_code, headers=answer.headers, content=iter([answer.content]))


@contextmanager
def wire_up(premises: Premises, week: int, clock: VirtualClock) -> Iterator[Wire | None]:
    """The upstream of a box for a week, if it has one, as the scenario says: away on some days, losing some answers."""
    upstream, folder = premises.scenario.upstream, premises.folder
    if upstream is None:
        yield None
        return
    begin, away = premises.start.timestamp(), upstream.away

    def is_away() -> bool:
        day = (clock.monotonic() - begin) / _DAY_S
        return any(since <= day < until for since, until in away)

    seed = f"{premises.seed}:{week}"
    double = Double(clock, database=folder / "upstream.db", log=folder / "upstream.log", seed=seed)
    with closing(double):
        if upstream.lost_answers:
            double.arm({"kind": "answer_lost", "on": "any", "rate": upstream.lost_answers})
        with Wire(double, is_away).open() as wire:
            yield wire
