"""The double as a web application: the doors ratings come in by, the control, and the public page.

Starlette, all of it on one event loop. `make_app` also serves tests, which call it through Starlette's TestClient.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from email.utils import format_datetime
from http import HTTPStatus

import anyio
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from gateway.simulator.upstream import answers, control, site, xml
from gateway.simulator.upstream.answers import Dialect
from gateway.simulator.upstream.double import Double
from gateway.simulator.upstream.errors import AgainstSchema, NotHere, Refused, TooLarge
from gateway.simulator.upstream.faults import Door, Fault
from gateway.simulator.upstream.silence import Cut, Held

MAX_BODY = 20_000_000
"""Octets of a request; a batch of 10,000 ratings has six million."""

Handler = Callable[[Double, Request, bytes], Response]
Sleep = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class _Endpoint:
    """A way in: what may go wrong there, in which dialect it speaks, and what it does."""

    double: Double
    sleep: Sleep
    door: Door
    dialect: Dialect
    handler: Handler

    async def answer(self, request: Request) -> Response:
        struck = self.double.strikes(self.door)
        if "slow" in struck:
            await self.sleep(struck["slow"].seconds)
        for kind, fault in struck.items():
            answer = self._before(kind, fault)
            if answer is not None:
                return answer
        try:
            body = await _body(request)
            if request.method == "POST":
                self.double.check_signature(request.headers.get("x-otklik-signature"), body)
            if "duplicate" in struck:
                self.handler(self.double, request, body)
            answer = self.handler(self.double, request, body)
        except Refused as problem:
            self.double.refused(str(problem), problem.code, request.headers.get("idempotency-key"))
            answer = answers.refusal(problem, self.dialect)
            if isinstance(problem, TooLarge):
                answer.headers["Connection"] = "close"  # or the rest would have to be read after all
        except ClientDisconnect:
            return Cut()
        return self._after(struck, answer)

    def _before(self, kind: str, fault: Fault) -> Response | None:
        """The answer of a fault that lets nothing take effect, None for another fault."""
        if kind == "down":
            return answers.failure(self.dialect, fault.status or 503, "down", "The system is down.")
        if kind == "http" and not fault.applied:
            return self._failure(fault)
        if kind == "retry_after":
            when = {"Retry-After": f"{fault.seconds:.0f}"}
            if fault.http_date:
                when = {
                    "Retry-After": format_datetime(self.double.now() + timedelta(seconds=fault.seconds), usegmt=True)
                }
            return answers.failure(self.dialect, fault.status or 429, "later", "Come back later.", when)
        if kind == "timeout" and not fault.applied:
            return Held()
        if kind == "garbage" and fault.applied is False:
            return answers.garbage(self.dialect)
        return None

    def _after(self, struck: dict[str, Fault], answer: Response) -> Response:
        """What the sender hears of a request that was dealt with."""
        if "answer_lost" in struck:
            return Cut()
        if "timeout" in struck:
            return Held()
        if "http" in struck:
            return self._failure(struck["http"])
        return answers.garbage(self.dialect) if "garbage" in struck and answer.status_code == HTTPStatus.OK else answer

    def _failure(self, fault: Fault) -> Response:
        status = HTTPStatus(fault.status or HTTPStatus.INTERNAL_SERVER_ERROR)
        return answers.failure(self.dialect, status, "fault", status.phrase)


async def _body(request: Request) -> bytes:
    """The body, of which no more is read than may come. Raises TooLarge."""
    too_large = TooLarge(f"The body is larger than {MAX_BODY} octets; send fewer ratings at once.")
    length = request.headers.get("content-length", "")
    if length.isascii() and length.isdigit() and int(length) > MAX_BODY:
        raise too_large
    octets = bytearray()
    async for chunk in request.stream():
        octets += chunk
        if len(octets) > MAX_BODY:
            raise too_large
    return bytes(octets)


def _rates(double: Double, request: Request, body: bytes) -> Response:
    taken, packet = double.take_xml(body, request.headers.get("idempotency-key"))
    if taken.dialect == "events-xml" or taken.facts:
        return answers.packet(xml.EVENTS, "EventsResponse", packet.id)
    return answers.packet(xml.RATES, "RatesResponse", packet.id)


def _ratings(double: Double, request: Request, body: bytes) -> Response:
    _, packet = double.take_json(body, request.headers.get("idempotency-key"))
    repeated = [one["foreign_id"] for one in packet.forms if one["repeated"]]
    return JSONResponse({"packet": packet.id, "again": packet.again, "repeated": len(repeated)})


def _question(body: bytes, name: str) -> tuple[int, str]:
    """Whose question it is, and its argument: a packet id or the type of a form."""
    root = xml.parse(body)
    xml.validate(root)
    if xml.name(root)[1] != name:
        raise AgainstSchema(f"A {xml.name(root)[1]} does not belong here; {name} does.")
    vendor, argument = root
    return int(vendor.get("id", "")), argument.text or ""


def _packets(double: Double, request: Request, body: bytes) -> Response:
    vendor, packet = _question(body, "PacketsRequest")
    status, _ = double.status(int(packet), vendor)
    return answers.packet(xml.PACKETS, "PacketsResponse", int(packet), status)


def _forms(double: Double, request: Request, body: bytes) -> Response:
    _, kind = _question(body, "FormsRequest")
    if kind.lower() != double.form.type:
        raise NotHere(f"There is no form of the type {kind}; {double.form.type.upper()} there is.")
    return answers.document(double.form.as_xml())


def _check_packet(double: Double, request: Request, body: bytes) -> Response:
    packet = int(request.path_params["packet"])
    return answers.packet(xml.PACKETS, "PacketsResponse", packet, double.status(packet)[0])


def _current_form(double: Double, request: Request, body: bytes) -> Response:
    return answers.document(double.form.as_xml())


def _packet(double: Double, request: Request, body: bytes) -> Response:
    packet = int(request.path_params["packet"])
    status, refused = double.status(packet)
    rejected = [{"rating_id": foreign_id, "reason": reason} for foreign_id, reason in refused]
    return JSONResponse({"packet": packet, "status": status, "rejected": rejected})


def _form(double: Double, request: Request, body: bytes) -> Response:
    return JSONResponse(double.form.as_json())


_DOORS: tuple[tuple[str, str, Door, Dialect, Handler], ...] = (
    ("POST", "/rates", "ratings", "xml", _rates),
    ("POST", "/events", "events", "xml", _rates),
    ("POST", "/packets", "status", "xml", _packets),
    ("POST", "/forms", "form", "xml", _forms),
    ("GET", "/check-packet/{packet:int}", "status", "xml", _check_packet),
    ("GET", "/current-form", "form", "xml", _current_form),
    ("POST", "/ratings", "ratings", "json", _ratings),
    ("GET", "/packets/{packet:int}", "status", "json", _packet),
    ("GET", "/form", "form", "json", _form),
)


def make_app(double: Double, *, sleep: Sleep = anyio.sleep) -> Starlette:
    """The application of a double, which the caller opens and closes."""
    doors = [
        Route(path, _Endpoint(double, sleep, door, dialect, handler).answer, methods=[method])
        for method, path, door, dialect, handler in _DOORS
    ]
    return Starlette(routes=[*doors, *control.routes(double), *site.routes(double)])
