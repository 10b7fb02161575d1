"""The one table of what the control port does: method, path, bodies and handler of every operation.

Dispatch and the OpenAPI document are both made from it, so that neither can know what the other does not. A handler
gets what it is asked and gives the answer, a `Poll` if the answer may have to be waited for, or raises `Refused`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel

from modem.emulator.network.changes import NetworkChange, apply, describe
from modem.emulator.serving.control import models
from modem.emulator.serving.control.problems import Refused
from modem.emulator.serving.ports import Port
from modem.emulator.world import World

Body = BaseModel | Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Poll:
    """An answer to wait for: `look(last)` gives it, or None if there is none yet and this is not the last look."""

    look: Callable[[bool], Body | None]
    wait_s: float


@dataclass(frozen=True, slots=True)
class Asked:
    """What a handler may look at and change. `port` is the modem named in the path."""

    world: World
    ports: list[Port]
    now: float
    named: Port | None

    @property
    def port(self) -> Port:
        """The modem named in the path of this operation."""
        assert self.named is not None
        return self.named


@dataclass(frozen=True, slots=True)
class Route:
    """One operation. Handlers take what is asked, and the body or else the query."""

    method: str
    path: str
    summary: str
    handler: Callable[[Asked, Any], Body | Poll]
    answer: type[BaseModel]
    body: type[BaseModel] | None = None
    query: type[BaseModel] = models.NoQuery


# Modems.


def _modems(asked: Asked, query: models.NoQuery) -> Body:
    return {"modems": [port.describe() for port in asked.ports]}


def _modem(asked: Asked, query: models.NoQuery) -> Body:
    device = asked.port.modem.device
    return {
        **asked.port.describe(),
        "open": device.link_open,
        "registered": device.attached,
        "signal": device.identity.signal,
        "memories": {
            name: {"used": memory.used, "capacity": memory.capacity} for name, memory in device.memories.items()
        },
    }


def _deliver(asked: Asked, body: models.Deliver) -> Body:
    try:
        return {"parts": asked.world.centre.deliver(asked.port.modem, body.sender, body.text, asked.now)}
    except ValueError as wrong:
        raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, f"This cannot be sent: {wrong}.") from None


# The network.


def _network(asked: Asked, query: models.NoQuery) -> Body:
    return describe(asked.world.centre)


def _change_network(asked: Asked, body: NetworkChange) -> Body:
    apply(asked.world.centre, body, asked.now)
    return describe(asked.world.centre)


# What has happened.


def _submits(asked: Asked, query: models.After) -> Poll:
    return _lines("submits", asked.world.journal.submits_after, query)


def _events(asked: Asked, query: models.After) -> Poll:
    return _lines("events", asked.world.journal.events_after, query)


def _lines(key: str, read: Callable[[int], tuple[list[dict[str, object]], int, int]], query: models.After) -> Poll:
    def look(last: bool) -> Body | None:
        lines, following, missed = read(query.after)
        return {key: lines, "next": following, "missed": missed} if lines or last else None

    return Poll(look, query.wait_ms / 1000)


ROUTES = (
    Route("GET", "/v1/modems", "The modems and where to reach them", _modems, models.Modems),
    Route("GET", "/v1/modems/{k}", "A modem as it is now", _modem, models.ModemState),
    Route(
        "POST",
        "/v1/modems/{k}/deliver",
        "A subscriber writes to the modem",
        _deliver,
        models.Parts,
        body=models.Deliver,
    ),
    Route("GET", "/v1/network", "How the network is set", _network, NetworkChange),
    Route(
        "POST",
        "/v1/network",
        "Set the network and its subscribers' phones",
        _change_network,
        NetworkChange,
        body=NetworkChange,
    ),
    Route("GET", "/v1/submits", "What the network took from modems", _submits, models.Submits, query=models.After),
    Route("GET", "/v1/events", "Everything that happened: the log", _events, models.Events, query=models.After),
)
