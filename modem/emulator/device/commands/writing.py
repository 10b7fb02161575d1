"""Messages the terminal stores: CMGW (27.005 §3.5.3), into <mem2>."""

from modem.emulator.codec.address import Address
from modem.emulator.codec.command import decode_command
from modem.emulator.codec.octets import FieldError
from modem.emulator.codec.reports import decode_status_report
from modem.emulator.codec.tpdu import (
    MTI_COMMAND,
    MTI_DELIVER,
    decode_deliver,
    decode_submit,
    encode_deliver,
    encode_submit,
)
from modem.emulator.device.causes import MEMORY_FULL, PDU_MODE, TEXT_MODE
from modem.emulator.device.charset import number_from_terminal
from modem.emulator.device.commandline import Parameters
from modem.emulator.device.commands.composing import (
    announced_length,
    number_given,
    pdu_from_terminal,
    text_deliver,
    text_submit,
)
from modem.emulator.device.commands.reading import LABELS
from modem.emulator.device.device import Device
from modem.emulator.device.memory import Entry, State
from modem.emulator.device.messagelines import tpdu_length
from modem.emulator.device.results import Answer, Ask, CmsError, CommandTable, Verb, accepts, unsupported
from modem.emulator.device.textmode import is_typed_as_lines

_NOBODY = Address("", 129)  # a message without a destination is given one when it is sent


def _cmgw(modem: Device, values: Parameters) -> Answer:
    """+CMGW=<length>[,<stat>] or, in text mode, +CMGW[=<oa/da>[,<tooa/toda>[,<stat>]]]."""
    if modem.settings.cmgf:
        return _write_text(modem, values)
    if len(values) > 2:
        raise CmsError(PDU_MODE)
    length = announced_length(values[0])
    stat = values[1] if len(values) == 2 else None
    if stat is not None and stat not in tuple(State):
        raise CmsError(PDU_MODE)
    state = None if stat is None else State(int(stat))
    return Ask(lambda device, text: _write_pdu(device, pdu_from_terminal(text), length, state))


def _write_text(modem: Device, values: Parameters) -> Answer:
    settings = modem.settings
    stat = values[2] if len(values) > 2 and values[2] is not None else State.STO_UNSENT.label
    state = LABELS.get(number_from_terminal(str(stat), settings.cscs))
    if state is None or len(values) > 3:
        raise CmsError(TEXT_MODE)
    number = values[:2] if values and values[0] is not None else ()
    address = number_given(modem, number, named=state.received) if number else _NOBODY
    if state.received and not number:
        raise CmsError(TEXT_MODE)

    def finish(device: Device, text: bytes) -> Answer:
        if state.received:
            pdu = encode_deliver(text_deliver(device, address, text))
        else:
            pdu = encode_submit(text_submit(device, address, text, device.sim.smsc))
        return _store(device, Entry(state, pdu))

    return Ask(finish, is_typed_as_lines(settings.csmp, settings.cscs))


def _write_pdu(modem: Device, pdu: bytes, length: int, state: State | None) -> Answer:
    """Store a PDU: with a state of reception a DELIVER or STATUS-REPORT, else a SUBMIT or COMMAND.

    Without a state a DELIVER was read and all else is to be sent.
    """
    try:
        if len(pdu) < 2 or len(pdu) < pdu[0] + 2 or tpdu_length(pdu) != length:
            raise FieldError("the length is not the one announced")
        kind = pdu[pdu[0] + 1] & 3
        if state is None:
            state = State.REC_READ if kind == MTI_DELIVER else State.STO_UNSENT
        if not state.received and kind == MTI_COMMAND:
            decode_command(pdu, length)
        elif not state.received:
            decode_submit(pdu, length)
        elif kind == MTI_DELIVER:
            decode_deliver(pdu)
        else:
            decode_status_report(pdu)
    except FieldError:
        raise CmsError(PDU_MODE) from None
    return _store(modem, Entry(state, pdu))


def _store(modem: Device, entry: Entry) -> Answer:
    index = modem.memory(1).put(entry)
    if index is None:
        raise CmsError(MEMORY_FULL)
    return f"+CMGW: {index}"


def _cmgw_bare(modem: Device, values: Parameters) -> Answer:
    """+CMGW alone: only text mode can store a message without a destination."""
    if not modem.settings.cmgf:
        raise CmsError(PDU_MODE)
    return _cmgw(modem, ())


COMMANDS: CommandTable = {
    "+CMGW": Verb(set=_cmgw, execute=_cmgw_bare, test=accepts, refusal=unsupported),
}
