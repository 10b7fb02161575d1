"""Operations on a modem: what it is now, messages for it, and its faults."""

from http import HTTPStatus

from modem.emulator.faults.events import inflict
from modem.emulator.serving.control import models
from modem.emulator.serving.control.operation import Asked, Body
from modem.emulator.serving.control.problems import Refused
from modem.emulator.serving.control.telephone import shown_call


def list_modems(asked: Asked, query: models.NoQuery) -> Body:
    """All of them."""
    return {"modems": [port.describe() for port in asked.ports]}


def show_modem(asked: Asked, query: models.NoQuery) -> Body:
    """One, with what can be seen from outside."""
    device = asked.modem.device
    return {
        **asked.port.describe(),
        "profile": device.behaviour.profile.name,
        "open": device.link_open,
        "registered": device.attached,
        "signal": device.identity.signal,
        "memories": {
            name: {"used": memory.used, "capacity": memory.capacity} for name, memory in device.memories.items()
        },
        "call": shown_call(asked),
        "faults": device.faults.listed(),
    }


def deliver(asked: Asked, body: models.DeliverBody) -> Body:
    """A message from a subscriber."""
    centre, message = asked.world.centre, body.root
    try:
        if isinstance(message, models.DeliverTpdu):
            centre.deliver_tpdu(asked.modem, bytes.fromhex(message.pdu), asked.now)
            return {"parts": 1}
        parts = centre.deliver(asked.modem, message.sender, message.text, asked.now, message.message_class)
    except ValueError as wrong:
        raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, f"This cannot be sent: {wrong}.") from None
    return {"parts": parts}


def add_fault(asked: Asked, body: models.FaultBody) -> Body:
    """Let a fault happen, or wait for its opportunity."""
    try:
        return {"number": inflict(asked.world, asked.modem, body.root, asked.now)}
    except ValueError as wrong:
        raise Refused(HTTPStatus.CONFLICT, f"This fault cannot be now: {wrong}.") from None


def list_faults(asked: Asked, query: models.NoQuery) -> Body:
    """Those that wait."""
    return {"faults": asked.modem.device.faults.listed()}


def clear_faults(asked: Asked, query: models.WhichFault) -> Body:
    """Disarm one or all."""
    return {"cleared": asked.modem.device.faults.clear(query.number)}
