"""Operations on the telephone: calls from outside subscribers, what they do in a call, and USSD from the operator."""

from functools import partial
from http import HTTPStatus

from modem.emulator.device.effects import Cause
from modem.emulator.network.exchange import Call, Party, Phase
from modem.emulator.network.subscribers import KEY_PAUSE_S, Subscriber
from modem.emulator.serving.control import models
from modem.emulator.serving.control.operation import Asked, Body
from modem.emulator.serving.control.problems import Refused


def shown_call(asked: Asked) -> dict[str, object] | None:
    """The call a modem is in."""
    call = asked.world.exchange.call_of(asked.modem)
    if call is None:
        return None
    outgoing = call.caller is asked.modem
    other = call.dialled if outgoing else None if call.withheld else call.caller.number
    return {"number": other, "outgoing": outgoing, "phase": call.phase.value}


def call_modem(asked: Asked, body: models.CallFrom) -> Body:
    """A subscriber dials the number of the modem."""
    try:
        cause = asked.world.exchange.call(asked.modem, body.sender, asked.now, body.behaviour())
    except ValueError as wrong:
        raise Refused(HTTPStatus.CONFLICT, f"There can be no such call now: {wrong}.") from None
    return {"rings": cause is None, "cause": None if cause is None else cause.name.lower()}


def answer(asked: Asked, query: models.NoQuery) -> Body:
    """The subscriber whom the modem calls takes the call."""
    _, other = _outside(asked)
    if not asked.world.exchange.answer(other, asked.now):
        raise Refused(HTTPStatus.CONFLICT, "It does not ring at the other end.")
    return {"call": shown_call(asked)}


def hang_up(asked: Asked, query: models.NoQuery) -> Body:
    """The subscriber ends the call, or rejects it."""
    call, other = _outside(asked)
    rejects = other is call.called and call.phase is Phase.ALERTING
    asked.world.exchange.hang_up(other, Cause.REJECTED if rejects else Cause.NORMAL, asked.now)
    return {"call": shown_call(asked)}


def send_keys(asked: Asked, body: models.KeysSent) -> Body:
    """The subscriber presses keys, one every quarter of a second."""
    call, other = _outside(asked)
    if call.phase is not Phase.ACTIVE:
        raise Refused(HTTPStatus.CONFLICT, "Nobody has answered yet.")
    exchange = asked.world.exchange
    for place, key in enumerate(body.keys):
        asked.world.agenda.at(asked.now + place * KEY_PAUSE_S, partial(exchange.key, other, key))
    return {"call": shown_call(asked)}


def push_ussd(asked: Asked, body: models.UssdPush) -> Body:
    """The operator begins a USSD session."""
    try:
        asked.world.ussd.push(asked.modem, body.text, body.wants_reply, asked.now)
    except ValueError as wrong:
        raise Refused(HTTPStatus.CONFLICT, f"This cannot be shown now: {wrong}.") from None
    return {}


def _outside(asked: Asked) -> tuple[Call, Party]:
    """The call of the modem, and the outside subscriber at its other end."""
    call = asked.world.exchange.call_of(asked.modem)
    other = None if call is None else call.other(asked.modem)
    if call is None:
        raise Refused(HTTPStatus.CONFLICT, f"{asked.modem.name} has no call.")
    if not isinstance(other, Subscriber):
        raise Refused(HTTPStatus.CONFLICT, "No outside subscriber is at the other end: it is a modem, or none yet.")
    return call, other
