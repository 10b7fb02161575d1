"""The control port's verbs: what a request does to the world, as a pure function from request to answer.

Owns paths, methods, the check of every value that comes in, and the sentence that says what was wrong. Sockets
are `serve`'s, the form of HTTP is `http1`'s.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import parse_qs

from modem.emulator.network.changes import apply
from modem.emulator.network.changes import describe as describe_network
from modem.emulator.serving.http1 import Request
from modem.emulator.world import World

Describe = Callable[[], list[dict[str, object]]]


class _Refused(Exception):
    def __init__(self, status: HTTPStatus, sentence: str, allow: str = "") -> None:
        super().__init__(sentence)
        self.status = status
        self.allow = allow


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: status, JSON body, methods allowed (405 only)."""

    status: HTTPStatus
    body: bytes
    allow: str = ""


def handle(request: Request, world: World, describe: Describe, now: float) -> Reply:
    """Carry a request out. Every refusal is a status of 4xx and a JSON object with one sentence."""
    try:
        return Reply(HTTPStatus.OK, _encode(_dispatch(request, world, describe, now)))
    except _Refused as refused:
        return error(refused.status, str(refused), refused.allow)


def error(status: HTTPStatus, sentence: str, allow: str = "") -> Reply:
    """A refusal in the port's own form."""
    return Reply(status, _encode({"error": sentence}), allow)


def _encode(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace") + b"\n"


def _dispatch(request: Request, world: World, describe: Describe, now: float) -> object:
    path, _, query = request.target.partition("?")
    match path.strip("/").split("/"):
        case ["v1", "modems"]:
            _only(request, "GET")
            return {"modems": describe()}
        case ["v1", "submits"]:
            _only(request, "GET")
            lines, following = world.journal.submits(_after(query))
            return {"submits": lines, "next": following}
        case ["v1", "modems", number, "deliver"]:
            _only(request, "POST")
            return _deliver(world, number, _object(request.body), now)
        case ["v1", "network"]:
            _only(request, "POST")
            return _network(world, _object(request.body), now)
    raise _Refused(HTTPStatus.NOT_FOUND, f"There is nothing at {path}.")


def _only(request: Request, method: str) -> None:
    if request.method != method:
        raise _Refused(HTTPStatus.METHOD_NOT_ALLOWED, f"Use {method} here.", method)


def _after(query: str) -> int:
    given = parse_qs(query).get("after", ["0"])[-1]
    if not given.isascii() or not given.isdecimal() or len(given) > 15:
        raise _Refused(HTTPStatus.BAD_REQUEST, "after is a whole number, 0 or more.")
    return int(given)


def _object(body: bytes) -> dict[str, object]:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        raise _Refused(HTTPStatus.BAD_REQUEST, "The body is not JSON.") from None
    if not isinstance(value, dict):
        raise _Refused(HTTPStatus.BAD_REQUEST, "The body is not a JSON object.")
    return value


def _deliver(world: World, number: str, body: dict[str, object], now: float) -> object:
    if not number.isascii() or not number.isdecimal() or len(number) > 6 or int(number) >= len(world.modems):
        raise _Refused(HTTPStatus.NOT_FOUND, f"There is no modem {number}; they count from 0.")
    sender, text = body.get("from"), body.get("text")
    if not isinstance(sender, str) or not isinstance(text, str) or body.keys() - {"from", "text"}:
        raise _Refused(HTTPStatus.BAD_REQUEST, 'Send {"from": "+79…", "text": "…"} and nothing else.')
    try:
        parts = world.centre.deliver(world.modems[int(number)], sender, text, now)
    except ValueError as wrong:
        raise _Refused(HTTPStatus.BAD_REQUEST, f"This cannot be sent: {wrong}.") from None
    return {"parts": parts}


def _network(world: World, body: dict[str, object], now: float) -> object:
    try:
        apply(world.centre, body, now)
    except ValueError as wrong:
        raise _Refused(HTTPStatus.BAD_REQUEST, str(wrong)) from None
    return describe_network(world.centre)
