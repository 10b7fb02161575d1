"""From a request to its answer: finds the operation, checks what it was given, carries it out.

A pure function of request, world and time. Also owns who may ask: the port is for programs on this machine, so a page
in a browser, whose requests name another origin or another host (DNS rebinding), is turned away.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from pydantic import BaseModel, ConfigDict, ValidationError

from modem.emulator.serving.control.models import NoQuery, Shown
from modem.emulator.serving.control.openapi import document
from modem.emulator.serving.control.operation import Asked, Body, Poll, Route
from modem.emulator.serving.control.problems import Refused, invalid, problem
from modem.emulator.serving.control.routes import ROUTES
from modem.emulator.serving.http1 import Request
from modem.emulator.serving.ports import Port
from modem.emulator.world import World

_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})
_JSON_ENOUGH = frozenset(
    {"", "application/json", "application/x-www-form-urlencoded"}
)  # what curl -d sends is the last


class Document(Shown):
    """An OpenAPI document."""

    model_config = ConfigDict(extra="allow")

    openapi: str


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the control port acts on."""

    world: World
    ports: list[Port]
    now: Callable[[], float]


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: status, body, its media type, methods allowed (405 only)."""

    status: HTTPStatus
    body: bytes
    media_type: str = "application/json"
    allow: str = ""


@dataclass(frozen=True, slots=True)
class Waiting:
    """An answer that is not there yet: ask `look(last)` again whenever something has happened, until `until`."""

    look: Callable[[bool], Reply | None]
    until: float


def handle(request: Request, around: Surroundings) -> Reply | Waiting:
    """Carry a request out. Every refusal is a status of 4xx with problem details."""
    try:
        _check_sender(request)
        route, name = _find(request)
        now = around.now()
        asked = Asked(around.world, around.ports, now, None if name is None else _port(name, around.ports))
        answer = route.handler(asked, _given(route, request))
    except Refused as refused:
        return refusal(refused)
    if not isinstance(answer, Poll):
        return _reply(answer)
    poll = answer
    first = poll.look(poll.wait_s == 0)
    if first is not None:
        return _reply(first)

    def look(last: bool) -> Reply | None:
        found = poll.look(last)
        return None if found is None else _reply(found)

    return Waiting(look, now + poll.wait_s)


def refusal(refused: Refused) -> Reply:
    """A refusal in the port's own form."""
    body = problem(refused.status, str(refused), refused.mistakes)
    return Reply(refused.status, _encode(body), "application/problem+json", refused.allow)


def _reply(body: Body) -> Reply:
    return Reply(HTTPStatus.OK, _encode(body))


def _encode(body: Body) -> bytes:
    value = body.model_dump(by_alias=True, exclude_none=True) if isinstance(body, BaseModel) else body
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace") + b"\n"


def _check_sender(request: Request) -> None:
    if not _is_here(f"//{request.host}"):
        raise Refused(HTTPStatus.MISDIRECTED_REQUEST, "This port answers to 127.0.0.1 and localhost only.")
    if request.origin is not None and not _is_here(request.origin):
        raise Refused(HTTPStatus.FORBIDDEN, "Pages of other sites have no business here.")


def _is_here(address: str) -> bool:
    try:
        return urlsplit(address).hostname in _HOSTS
    except ValueError:
        return False


def _find(request: Request) -> tuple[Route, str | None]:
    """The operation asked for, and the modem its path names."""
    path = request.target.partition("?")[0]
    steps = path.split("/")
    allowed = []
    for route in _table():
        named = _match(route.path.split("/"), steps)
        if named is None:
            continue
        if request.method == route.method or (request.method, route.method) == ("HEAD", "GET"):
            return route, named or None
        allowed.append(route.method)
    if allowed:
        allow = ", ".join(allowed + ["HEAD"] * ("GET" in allowed))
        raise Refused(HTTPStatus.METHOD_NOT_ALLOWED, f"Use {' or '.join(allowed)} here.", allow=allow)
    raise Refused(HTTPStatus.NOT_FOUND, f"There is nothing at {path}; see /openapi.json.")


def _match(template: list[str], steps: list[str]) -> str | None:
    """None if the path is another one, else the modem it names, or '' if it names none."""
    if len(template) != len(steps):
        return None
    named = ""
    for wanted, step in zip(template, steps, strict=True):
        if wanted == "{k}" and step:
            named = unquote(step)
        elif wanted != step:
            return None
    return named


def _port(name: str, ports: list[Port]) -> Port:
    if name.isascii() and name.isdecimal() and len(name) < 7 and int(name) < len(ports):
        return ports[int(name)]
    for port in ports:
        if port.name == name:
            return port
    raise Refused(HTTPStatus.NOT_FOUND, f"There is no modem {name}; give its number, counted from 0, or its name.")


def _given(route: Route, request: Request) -> Any:
    """The checked body, or for an operation without one, the checked query."""
    query = _checked_query(route, request)
    if route.body is None:
        return query
    if request.media_type not in _JSON_ENOUGH:
        raise Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Send JSON, as application/json.")
    value, text = _one_kind_of_number(request.body)
    try:
        return route.body.model_validate_json(text, strict=True)
    except ValidationError as error:
        raise invalid("body", value, error) from None


def _one_kind_of_number(body: bytes) -> tuple[object, str]:
    """The body with 28.0 as 28, for JSON does not tell them apart: what it says, and as JSON again."""
    try:
        value = json.loads(body, parse_float=_number)
        return value, json.dumps(value)
    except (ValueError, RecursionError):
        raise Refused(HTTPStatus.BAD_REQUEST, "The body is not JSON.") from None


def _number(digits: str) -> float:
    value = float(digits)
    return int(value) if value.is_integer() else value


def _checked_query(route: Route, request: Request) -> BaseModel:
    pairs = parse_qsl(request.target.partition("?")[2], keep_blank_values=True)
    if len({name for name, _ in pairs}) < len(pairs):
        raise Refused(HTTPStatus.BAD_REQUEST, "A query parameter is given twice.")
    try:
        return route.query.model_validate(dict(pairs))
    except ValidationError as error:
        raise invalid("query", dict(pairs), error) from None


def _describe(asked: Asked, query: NoQuery) -> Body:
    return _document()


@cache
def _table() -> tuple[Route, ...]:
    own = Route("GET", "/openapi.json", "This document (OpenAPI 3.1)", _describe, Document)
    return (*ROUTES, own)


@cache
def _document() -> dict[str, Any]:
    return document(_table())
