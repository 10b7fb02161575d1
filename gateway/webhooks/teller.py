"""Tells one hook what happened: chooses and writes down a try, posts it outside of any transaction, settles it.

A try is committed before its first octet leaves. What a crash leaves between the two is told again under the same id.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

import structlog
from sqlite_utils import Database

from gateway.store import tellings
from gateway.store.writer import Writer
from gateway.upstream.outcomes import Answered, Outcome
from gateway.upstreamsettings import WebhookSettings
from gateway.webhooks.telling import Pending, Standing, judged, next_due
from scheduler.clock import Clock
from scheduler.runner import Job

if TYPE_CHECKING:
    import httpx2

_LOG = structlog.get_logger(__name__)
_EVERY_S = 1.0
_MOST = 200
_RUN_S = 5.0
"""A run ends after so many tellings or so long; the next one goes on."""
_JSON = "application/json"


@dataclass(frozen=True, slots=True)
class _Try:
    """A telling that is being tried: how it and its hook stood before, and what is sent under which key."""

    standing: Standing
    pending: Pending
    key: str
    body: str


@dataclass(frozen=True, slots=True)
class _Tried:
    """A try and what came of it."""

    one: _Try
    outcome: Outcome


class Teller:
    """One configured hook. `wire` stands for the network in a simulation; `chance` spreads pauses.

    Raises UpstreamError if its secret or certificates cannot be read.
    """

    def __init__(
        self,
        hook: WebhookSettings,
        writer: Writer,
        clock: Clock,
        chance: Callable[[], float],
        wire: httpx2.BaseTransport | None = None,
    ) -> None:
        from gateway.upstream.transport import (  # here: it takes 50 ms, and most centres have no hook
            ATTEMPTS,
            Transport,
        )

        self._name = hook.name
        self._writer = writer
        self._clock = clock
        self._chance = chance
        self._ending = False
        self._transport = Transport(
            hook.url,
            clock,
            timeout_s=hook.timeout_s,
            tls=hook.tls,
            secret_file=hook.secret_file,
            wire=wire,
            attempts=ATTEMPTS if wire is None else 1,  # seconds that are not simulated are not waited for
        )

    def job(self) -> Job:
        return Job(f"tell {self._name}", _EVERY_S, self.run, f"Tells {self._name} what happened.", apart=True)

    def run(self) -> None:
        """Tell what is due, one after the other, for as long as a run may last."""
        until = self._clock.monotonic() + _RUN_S
        tried: _Tried | None = None
        for _ in range(_MOST):
            one = self._writer.do(partial(self._go_on, tried))
            tried = None
            if one is None:
                return
            tried = _Tried(one, self._transport.post("", one.body.encode(), _JSON, key=one.key))
            if self._ending and not isinstance(tried.outcome, Answered):
                return  # it was we who hung up: it is told again after the next start
            if self._ending or self._clock.monotonic() >= until:
                break
        if tried is not None:
            self._writer.do(partial(self._settle, tried, self._clock.now()))

    def hang_up(self) -> None:
        """End the post under way and begin no other; may be called from another thread."""
        self._ending = True
        self._transport.hang_up()

    def close(self) -> None:
        self._transport.close()

    def _go_on(self, tried: _Tried | None, db: Database) -> _Try | None:
        """Settle what was tried, and have the next one written down as tried."""
        now = self._clock.now()
        if tried is not None:
            self._settle(tried, now, db)
        if self._ending:
            return None
        standing = tellings.standing(db, self._name)
        pending = next_due(standing, tellings.pending(db, self._name), now)
        if pending is None:
            return None
        return _Try(standing, pending, *tellings.begin(db, self._name, pending.event, now))

    def _settle(self, tried: _Tried, now: datetime, db: Database) -> None:
        before = tried.one.standing
        after, verdict = judged(before, tried.one.pending, tried.outcome, now, self._chance())
        tellings.settle(db, self._name, tried.one.pending.event, after, verdict, now)
        if verdict.dead:
            _LOG.warning("an event was given up", hook=self._name, key=tried.one.key, reason=verdict.reason)
        elif after.failures and not before.failures:
            _LOG.warning("a hook is in trouble", hook=self._name, reason=after.trouble)
        elif before.failures and not after.failures:
            _LOG.info("a hook takes events again", hook=self._name)
