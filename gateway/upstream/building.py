"""Puts the way up together from the configuration."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from gateway import formfiles
from gateway.errors import ConfigError, UpstreamError
from gateway.settings import Settings
from gateway.upstream.push import Do, Push
from gateway.upstream.spool import Spool
from gateway.upstream.targets import HttpTarget, SpoolTarget, Target
from gateway.upstreamsettings import UpstreamSettings
from scheduler.clock import Clock

if TYPE_CHECKING:
    import httpx2

    from gateway.upstream.transport import Transport


def transport_to(
    settings: UpstreamSettings, clock: Clock, wire: httpx2.BaseTransport | None = None, attempts: int | None = None
) -> Transport:
    """The way to an upstream's address, on which a request is made so often within seconds, as usual where that is
    not said. On a simulated `wire` nobody waits for seconds.

    Raises UpstreamError if its files cannot be used, or if it has no address.
    """
    if settings.url is None:
        raise UpstreamError(f"The upstream {settings.name} is a folder and has no address.")
    from gateway.upstream.transport import ATTEMPTS, Transport  # here: it takes 50 ms, and most commands go nowhere

    return Transport(
        settings.url,
        clock,
        timeout_s=settings.timeout_s,
        tls=settings.tls,
        secret_file=settings.secret_file,
        wire=wire,
        attempts=1 if wire is not None else attempts or ATTEMPTS,
    )


def target_of(settings: UpstreamSettings, clock: Clock, wire: httpx2.BaseTransport | None = None) -> Target:
    """The upstream as configured. Raises UpstreamError if its files cannot be used."""
    if settings.spool is not None:
        return SpoolTarget(Spool(settings.spool))
    return HttpTarget(settings, transport_to(settings, clock, wire), clock)


def push_of(
    settings: Settings,
    upstream: UpstreamSettings,
    do: Do,
    clock: Clock,
    chance: Callable[[], float] = random.random,
    wire: httpx2.BaseTransport | None = None,
) -> Push:
    """The way up of one upstream of the configuration. Raises ConfigError if its form cannot be read."""
    return Push(
        upstream,
        formfiles.load(upstream.form),
        partial(target_of, upstream, clock, wire),
        settings.database,
        ZoneInfo(settings.routing.zone),
        do,
        clock,
        chance,
    )


def chosen(settings: Settings, name: str | None) -> Sequence[UpstreamSettings]:
    """All upstreams, or the one that is named. Raises ConfigError if there is none of this name."""
    found = [upstream for upstream in settings.upstream if name in (None, upstream.name)]
    if name is not None and not found:
        known = ", ".join(upstream.name for upstream in settings.upstream) or "none"
        raise ConfigError(f"There is no upstream {name} in the configuration; there are: {known}.")
    return found
