"""Looks at those who are told what happens: files that can be used, certificates that last, somebody at the address.

Nothing is told to them.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

from gateway.errors import GatewayError
from gateway.finding import Finding
from gateway.upstream.transport import read_secret, tls_context
from gateway.upstreamchecks import examine_certificates
from gateway.upstreamsettings import WebhookSettings
from scheduler.clock import Clock

_WAIT_S = 5.0


def connect(host: str, port: int) -> None:
    """Reach somebody, and say nothing. Raises OSError."""
    socket.create_connection((host, port), _WAIT_S).close()


def examine_webhook(
    hook: WebhookSettings, clock: Clock, reach: Callable[[str, int], None] = connect
) -> Iterator[Finding]:
    """Everything about one hook."""
    what = f"webhook {hook.name}"
    certificates = list(examine_certificates(what, (hook.tls.cert_file, hook.tls.ca_file), clock.now()))
    yield from certificates
    try:
        read_secret(hook.secret_file)
        tls_context(hook.tls)
    except GatewayError as problem:
        if str(problem) not in [finding.text for finding in certificates]:
            yield Finding(what, str(problem), fault=True)
        return
    parts = urlsplit(hook.url)
    place = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
    try:
        reach(parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80))
    except OSError as problem:
        yield Finding(what, f"{place} cannot be reached: {problem}; check url and the network", fault=True)
    else:
        yield Finding(what, f"{place} is told of {', '.join(hook.events)}")
