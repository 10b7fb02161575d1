"""The double on a port: uvicorn, one process, one event loop, TLS if there is a certificate."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from gateway.simulator.upstream.errors import UpstreamDoubleError
from gateway.simulator.upstream.silence import HANG_UP

_GRACE_S = 1
"""How long requests in flight may take at the end; those that are never answered would hold it up for ever."""


@dataclass(frozen=True, slots=True)
class Tls:
    """Our certificate with its key, and the authority whose certificates clients must show, if any."""

    cert: Path
    key: Path
    client_ca: Path | None = None


class _Line(H11Protocol):
    """A connection that the application can cut."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # TCP, or TLS over it
        super().connection_made(transport)
        self.app = _with(self.app, transport.abort)


def _with(app: ASGIApp, hang_up: Callable[[], None]) -> ASGIApp:
    async def told(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, HANG_UP: hang_up}, receive, send)

    return told


class Server:
    """Listens from the moment it is made; `run` serves until `stop`, which any thread and a signal may call."""

    def __init__(self, app: Starlette, host: str, port: int, tls: Tls | None = None) -> None:
        self._socket = _listen(host, port)
        try:
            config = uvicorn.Config(
                app,
                http=_Line,
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=_GRACE_S,
                ssl_certfile=tls.cert if tls else None,
                ssl_keyfile=tls.key if tls else None,
                ssl_ca_certs=str(tls.client_ca) if tls and tls.client_ca else None,
                ssl_cert_reqs=ssl.CERT_REQUIRED if tls and tls.client_ca else ssl.CERT_NONE,
            )
            config.load()
        except (OSError, ssl.SSLError) as problem:
            self._socket.close()
            raise UpstreamDoubleError(f"The certificate or its key cannot be used: {problem}.") from None
        self._server = uvicorn.Server(config)
        shown = f"[{host}]" if ":" in host else host
        self.url = f"http{'s' if tls else ''}://{shown}:{self._socket.getsockname()[1]}"

    def run(self) -> None:
        """Serve; in the main thread SIGTERM and SIGINT end it."""
        try:
            asyncio.run(self._server.serve([self._socket]))
        finally:
            self._socket.close()

    def stop(self) -> None:
        """End soon: requests in flight get a moment."""
        self._server.should_exit = True


def _listen(host: str, port: int) -> socket.socket:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0][0]
        listening = socket.create_server((host, port), family=family, backlog=2048)
    except OSError as problem:
        raise UpstreamDoubleError(
            f"The double cannot listen on {host}:{port}: {problem.strerror}. Give another --listen."
        ) from None
    # Connections inherit it; asyncio does it only for sockets of its own. Without it the body of an answer waits until
    # its head is acknowledged: 40 ms for each request on a connection that is kept.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening
