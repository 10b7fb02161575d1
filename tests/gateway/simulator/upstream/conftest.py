"""A double in memory at a fixed time, and a client that calls it without a wire."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from gateway.simulator.upstream.app import make_app
from gateway.simulator.upstream.double import Double
from scheduler.clock import SystemClock

NOW = datetime(2017, 9, 15, 3, 0, tzinfo=UTC)


class FixedClock(SystemClock):
    """The system's clock, but the calendar stands still."""

    def now(self) -> datetime:
        return NOW


class Slept:
    """Notes how long somebody would have slept."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


Make = Callable[..., TestClient]


@pytest.fixture
def slept() -> Slept:
    return Slept()


@pytest.fixture
def make(slept: Slept) -> Iterator[Make]:
    """Makes a client of a double with these options."""
    with ExitStack() as stack:

        def made(**options: Any) -> TestClient:
            double = Double(FixedClock(), **options)
            stack.callback(double.close)
            return stack.enter_context(TestClient(make_app(double, sleep=slept)))

        yield made


@pytest.fixture
def client(make: Make) -> TestClient:
    return make()


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "upstream.log"
