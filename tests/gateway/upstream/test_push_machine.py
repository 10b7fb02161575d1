"""Whatever happens, in whatever order: in the end each rating is there once, or is a dead letter for a reason."""

from __future__ import annotations

import tempfile
from pathlib import Path

import httpx2
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from gateway.store.database import transaction
from gateway.upstream import desk
from tests.gateway.upstream.box import Box, Fake
from tests.gateway.upstream.wire import replied

FAILURES = (401, 404, 408, 429, 500, 502, 503, 504)


class Crash(Exception):
    """The process is gone."""


class WayUp(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.fake = Fake()
        self.box = Box(Path(self.folder.name) / "otklik.db", self.fake, batch=4, status_codes={})
        self.expected: set[str] = set()

    def teardown(self) -> None:
        try:
            self._heal()
            assert self.box.rejected() == self.fake.poisoned
            assert dict(self.fake.took) == dict.fromkeys(self.expected - self.fake.poisoned, 1)
            assert set(self.box.states()) <= {"accepted", "rejected"}
        finally:
            self.box.close()
            self.folder.cleanup()

    def _heal(self) -> None:
        """The network is well again, and a person goes on whenever the upstream was stopped."""
        self.fake.status = 2
        self.box.boundary = lambda: None
        self.fake.before = lambda _: None
        self.fake.after = lambda response: response
        for _ in range(60):
            self.box.run()
            self.box.later(hours=7)
            self._resume()
            if set(self.box.states()) <= {"accepted", "rejected"} and sum(self.box.states().values()) == len(
                self.expected
            ):
                return

    def _resume(self) -> None:
        with transaction(self.box.db):
            desk.resume(self.box.db, "up", self.box.clock.now())

    @rule(count=st.integers(1, 6), poisoned=st.booleans())
    def ratings_come(self, count: int, poisoned: bool) -> None:
        before = self.box.visits
        self.box.rate(count)
        names = [f"v{before + 1 + k}" for k in range(count)]
        self.expected.update(names)
        if poisoned:
            self.fake.poisoned.add(names[count // 2])

    @rule(status=st.sampled_from(FAILURES))
    def upstream_fails(self, status: int) -> None:
        self.fake.before = lambda _: replied(status)

    @rule()
    def upstream_is_away(self) -> None:
        def away(request: httpx2.Request) -> httpx2.Response:
            raise httpx2.ConnectError("away", request=request)

        self.fake.before = away

    @rule(unreadable=st.booleans())
    def answers_are_lost(self, unreadable: bool) -> None:
        def lose(_: httpx2.Response) -> httpx2.Response:
            if unreadable:
                return replied(200, b"<html>")
            raise httpx2.ReadError("cut")

        self.fake.before = lambda _: None
        self.fake.after = lose

    @rule()
    def upstream_is_well(self) -> None:
        self.fake.before = lambda _: None
        self.fake.after = lambda response: response

    @rule(status=st.sampled_from((1, 2)))
    def statuses_are(self, status: int) -> None:
        self.fake.status = status

    @rule(minutes=st.integers(1, 600))
    def time_passes(self, minutes: int) -> None:
        self.box.later(minutes=minutes)

    @rule()
    def the_daemon_runs(self) -> None:
        self.box.run()

    @rule()
    def a_person_goes_on(self) -> None:
        self._resume()

    @rule(boundary=st.integers(1, 15))
    def the_daemon_dies(self, boundary: int) -> None:
        left = iter(range(boundary))

        def crash() -> None:
            if next(left, None) is None:
                raise Crash

        self.box.boundary = crash
        try:
            self.box.run()
        except Crash:
            self.box.reopen()
        self.box.boundary = lambda: None

    @invariant()
    def nothing_is_there_twice(self) -> None:
        assert set(self.fake.took.values()) <= {1}
        assert not set(self.fake.took) & self.fake.poisoned


TestWayUp = WayUp.TestCase
TestWayUp.settings = settings(max_examples=15, stateful_step_count=25, deadline=None)
