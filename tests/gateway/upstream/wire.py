"""The network of tests."""

from __future__ import annotations

from collections.abc import Mapping

import httpx2


def replied(status: int, body: bytes = b"", headers: Mapping[str, str] | None = None) -> httpx2.Response:
    """A response whose body is still to be read, as one from the network is."""
    return httpx2.Response(status, headers=headers, content=iter([body]))
