"""The control of the double: faults, behaviour, clock, and the witness of what was taken. `GET /control` lists it.

It is for whoever runs the double, on the same port as the rest: listen on 127.0.0.1.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any, get_args

from pydantic import TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from gateway.simulator.upstream import answers
from gateway.simulator.upstream.double import Behaviour, Double
from gateway.simulator.upstream.errors import AgainstSchema, NotHere, Refused, Unreadable
from gateway.simulator.upstream.faults import Fault, Kind

_MOST_AT_ONCE = 10_000
_LONGEST_STEP_S = 366 * 86_400
_SMALL_BODY = 1_000_000

_INDEX = {
    "faults": "GET /control/faults; POST one to arm it; DELETE all, or DELETE /control/faults/{id}",
    "kinds": list(get_args(Kind)),
    "fault": Fault.model_json_schema(),
    "settings": "GET /control/settings; POST {dedupe, status_after_s}",
    "clock": "GET /control/clock; POST {advance_s}: time passes for the double alone",
    "forms": "GET /control/forms?after=N&limit=M: each rating that came, in order, and whether it counts",
    "counts": "GET /control/counts: packets, forms, and how many of them count, came again, were refused",
}

_behaviour = TypeAdapter(Behaviour)


def routes(double: Double) -> list[Route]:
    """What stands under /control."""

    async def index(request: Request) -> Response:
        return JSONResponse(_INDEX)

    async def faults(request: Request) -> Response:
        if request.method == "POST":
            armed = double.arm(await _document(request))
            return JSONResponse(armed.as_json(), 201, headers={"Location": f"/control/faults/{armed.number}"})
        if request.method == "DELETE":
            return JSONResponse({"lifted": len(double.weather.lift())})
        return JSONResponse({"faults": [one.as_json() for one in double.weather.in_force(double.seconds)]})

    async def fault(request: Request) -> Response:
        number = int(request.path_params["number"])
        if not double.weather.lift(number):
            raise NotHere(f"There is no fault {number}.")
        return JSONResponse({"lifted": 1})

    async def settings(request: Request) -> Response:
        if request.method == "POST":
            double.behaviour = _behaved(double.behaviour, await _document(request))
        return JSONResponse(asdict(double.behaviour))

    async def clock(request: Request) -> Response:
        if request.method == "POST":
            double.advance(_step(await _document(request)))
        return JSONResponse({"now": double.now().isoformat()})

    async def forms(request: Request) -> Response:
        after = _number(request, "after", 0)
        found = double.kept.forms(after, min(_number(request, "limit", _MOST_AT_ONCE), _MOST_AT_ONCE))
        return JSONResponse({"forms": found, "next": found[-1]["n"] if found else after})

    async def counts(request: Request) -> Response:
        return JSONResponse(double.kept.counts())

    def route(path: str, handler: Callable[[Request], Awaitable[Response]], *methods: str) -> Route:
        return Route(f"/control{path}", _telling(handler), methods=["GET", *methods])

    return [
        route("", index),
        route("/faults", faults, "POST", "DELETE"),
        Route("/control/faults/{number:int}", _telling(fault), methods=["DELETE"]),
        route("/settings", settings, "POST"),
        route("/clock", clock, "POST"),
        route("/forms", forms),
        route("/counts", counts),
    ]


def _telling(handler: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        try:
            return await handler(request)
        except Refused as problem:
            return answers.refusal(problem, "json")

    return answer


async def _document(request: Request) -> Any:
    octets = bytearray()
    async for chunk in request.stream():
        octets += chunk
        if len(octets) > _SMALL_BODY:
            raise Unreadable(f"The control takes no more than {_SMALL_BODY} octets.")
    try:
        return json.loads(octets)
    except (ValueError, RecursionError) as problem:
        raise Unreadable(f"The body is no JSON: {problem}.") from None


def _behaved(now: Behaviour, document: Any) -> Behaviour:
    unknown = sorted(set(document) - set(asdict(now))) if isinstance(document, dict) else ["that"]
    if unknown:
        raise AgainstSchema(f"There is no setting {unknown[0]}; there are {', '.join(asdict(now))}.")
    try:
        found = _behaviour.validate_json(json.dumps(asdict(now) | document), strict=True)
    except ValidationError as problem:
        raise AgainstSchema(f"{problem.errors()[0]['loc'][0]}: {problem.errors()[0]['msg']}.") from None
    if not 0 <= found.status_after_s <= _LONGEST_STEP_S:
        raise AgainstSchema(f"status_after_s is a number of seconds from 0 to {_LONGEST_STEP_S}.")
    return found


def _step(document: Any) -> float:
    step = document.get("advance_s") if isinstance(document, dict) else None
    if isinstance(step, bool) or not isinstance(step, int | float) or not 0 <= step <= _LONGEST_STEP_S:
        raise AgainstSchema(f"Give advance_s, a number of seconds from 0 to {_LONGEST_STEP_S}.")
    return float(step)


def _number(request: Request, name: str, default: int) -> int:
    text = request.query_params.get(name, str(default))
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise AgainstSchema(f"{name} is a whole number from 0 on.")
    return int(text)
