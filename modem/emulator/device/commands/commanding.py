"""Commands to the service centre about messages sent before: CMGC (27.005 §3.5.5, 23.040 §9.2.2.4)."""

from modem.emulator.codec.address import Address
from modem.emulator.codec.command import Command, decode_command, encode_command
from modem.emulator.codec.octets import FieldError
from modem.emulator.codec.tpdu import MTI_COMMAND
from modem.emulator.device.causes import PDU_MODE, TEXT_MODE
from modem.emulator.device.commandline import Parameters
from modem.emulator.device.commands.composing import announced_length, number_given, pdu_from_terminal
from modem.emulator.device.commands.sending import send_command
from modem.emulator.device.device import Device
from modem.emulator.device.messagelines import tpdu_length
from modem.emulator.device.results import (
    Answer,
    Ask,
    CmsError,
    CommandTable,
    Verb,
    accepts,
    unsupported,
)
from modem.emulator.device.textmode import octets_from_terminal

_NOBODY = Address("", 129)


def _commanded(ref: int) -> str:
    return f"+CMGC: {ref}"


def _cmgc(modem: Device, values: Parameters) -> Answer:
    """+CMGC=<length> or, in text mode, +CMGC=<fo>,<ct>[,<pid>[,<mn>[,<da>[,<toda>]]]]."""
    if modem.settings.cmgf:
        return _ask_for_data(modem, values)
    if len(values) > 1:
        raise CmsError(PDU_MODE)
    length = announced_length(values[0])
    return Ask(lambda device, text: _command_pdu(device, pdu_from_terminal(text), length))


def _ask_for_data(modem: Device, values: Parameters) -> Answer:
    """The text of a command is always octets in hexadecimal (§3.5.5)."""
    fo, kind, *rest = [*values, None, None, None][: max(4, len(values))]
    pid, mn = (0 if value is None else value for value in rest[:2])
    octets = [value for value in (fo, kind, pid, mn) if isinstance(value, int) and 0 <= value <= 255]
    if len(octets) != 4 or len(values) > 6:
        raise CmsError(TEXT_MODE)
    to = number_given(modem, values[4:]) if len(values) > 4 else _NOBODY
    first = octets[0] & ~3 | MTI_COMMAND

    def finish(device: Device, text: bytes) -> Answer:
        try:
            data = octets_from_terminal(text)
            pdu = encode_command(Command(0, octets[1], octets[3], to, octets[2], data, first))
            return send_command(device, decode_command(pdu, tpdu_length(pdu)), _commanded)
        except FieldError:
            raise CmsError(TEXT_MODE) from None

    return Ask(finish)


def _command_pdu(modem: Device, pdu: bytes, length: int) -> Answer:
    try:
        command = decode_command(pdu, length)
    except FieldError:
        raise CmsError(PDU_MODE) from None
    return send_command(modem, command, _commanded)


COMMANDS: CommandTable = {"+CMGC": Verb(set=_cmgc, test=accepts, refusal=unsupported)}
