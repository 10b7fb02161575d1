"""Ways of not answering.

On the wire the connection is held until the other side gives up, or cut. In a test that calls the application directly
there is no wire: the call raises what the client of a wire would have raised.
"""

from __future__ import annotations

import httpx2
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

HANG_UP = "otklik.hang_up"
"""Where a server puts into the scope what cuts the connection (`serving.py`)."""


class NoAnswerInTime(httpx2.ReadTimeout):
    """The request was read and is never answered."""


class HungUp(httpx2.RemoteProtocolError):
    """The connection was cut instead of an answer."""


class Held(Response):
    """No answer for as long as the other side waits."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if HANG_UP not in scope:
            raise NoAnswerInTime("The upstream double does not answer, as it was told.")
        await _gone(receive)


class Cut(Response):
    """The connection is closed without an answer."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if HANG_UP not in scope:
            raise HungUp("The upstream double closed the connection without an answer, as it was told.")
        scope[HANG_UP]()
        await _gone(receive)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
