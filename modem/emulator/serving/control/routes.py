"""The one table of what the control port does: method, path, bodies and handler of every operation.

Dispatch and the OpenAPI document are both made from it, so that neither can know what the other does not.
"""

from collections.abc import Callable
from http import HTTPStatus

from modem.emulator.network.changes import NetworkChange, describe
from modem.emulator.serving.control import models
from modem.emulator.serving.control.modems import add_fault, clear_faults, deliver, list_faults, list_modems, show_modem
from modem.emulator.serving.control.operation import Asked, Body, Poll, Route
from modem.emulator.serving.control.problems import Refused
from modem.emulator.serving.control.telephone import answer, call_modem, hang_up, push_ussd, send_keys

# The network.


def _broadcast(asked: Asked, body: models.Broadcast) -> Body:
    try:
        return {"pages": asked.world.broadcast(body.text, body.mid, asked.now)}
    except ValueError as wrong:
        raise Refused(HTTPStatus.BAD_REQUEST, f"This cannot be broadcast: {wrong}.") from None


def _network(asked: Asked, query: models.NoQuery) -> Body:
    return describe(asked.world.centre)


def _change_network(asked: Asked, body: NetworkChange) -> Body:
    try:
        asked.world.change_network(body, asked.now)
    except ValueError as wrong:
        raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, str(wrong)) from None
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


_MODEM = "/v1/modems/{k}"

ROUTES = (
    Route("GET", "/v1/modems", "The modems and where to reach them", list_modems, models.Modems),
    Route("GET", _MODEM, "A modem as it is now", show_modem, models.ModemState),
    Route("POST", f"{_MODEM}/deliver", "A subscriber writes", deliver, models.Parts, models.DeliverBody),
    Route("POST", f"{_MODEM}/fault", "Let a fault happen, or wait", add_fault, models.FaultAdded, models.FaultBody),
    Route("GET", f"{_MODEM}/faults", "The faults that wait", list_faults, models.Faults),
    Route("DELETE", f"{_MODEM}/faults", "Clear them", clear_faults, models.Cleared, query=models.WhichFault),
    Route("POST", f"{_MODEM}/call", "A subscriber calls", call_modem, models.CallMade, models.CallFrom),
    Route("POST", f"{_MODEM}/call/answer", "The subscriber called answers", answer, models.CallNow),
    Route("POST", f"{_MODEM}/call/hangup", "The subscriber hangs up", hang_up, models.CallNow),
    Route("POST", f"{_MODEM}/call/dtmf", "The subscriber presses keys", send_keys, models.CallNow, models.KeysSent),
    Route("POST", f"{_MODEM}/ussd", "The operator shows a text", push_ussd, models.Done, models.UssdPush),
    Route("GET", "/v1/network", "How the network is set", _network, NetworkChange),
    Route("POST", "/v1/network", "Set the network and its phones", _change_network, NetworkChange, NetworkChange),
    Route("POST", "/v1/network/broadcast", "Broadcast to all modems", _broadcast, models.Pages, models.Broadcast),
    Route("GET", "/v1/submits", "What the network took from modems", _submits, models.Submits, query=models.After),
    Route("GET", "/v1/events", "Everything that happened: the log", _events, models.Events, query=models.After),
)
