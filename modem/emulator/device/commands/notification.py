"""How the terminal hears of what the network brings, and how it answers: CNMI CNMA (27.005 §3.4.1, §3.4.4)."""

from modem.emulator.codec.octets import FieldError
from modem.emulator.codec.reports import decode_deliver_report
from modem.emulator.device.acknowledgement import acknowledge
from modem.emulator.device.causes import NO_ACK_EXPECTED, NOT_SUPPORTED, PDU_MODE
from modem.emulator.device.commandline import Parameters
from modem.emulator.device.commands.composing import announced_length, pdu_from_terminal
from modem.emulator.device.device import Device
from modem.emulator.device.results import Answer, Ask, CmsError, CommandTable, Verb, unsupported

_ALL = (0, 1, 2, 3)
_WITHOUT_BROADCAST_MEMORY = (0, 2, 3)


def _ranges(modem: Device) -> tuple[tuple[int, ...], ...]:
    """What <mode>, <mt>, <bm>, <ds> and <bfr> may be in this device."""
    return (_ALL, _ALL, _ALL if "BM" in modem.memories else _WITHOUT_BROADCAST_MEMORY, (0, 1, 2), (0, 1))


def _choose(modem: Device, values: Parameters) -> Answer:
    """+CNMI=[<mode>[,<mt>[,<bm>[,<ds>[,<bfr>]]]]]. Parameters left out become 0."""
    if len(values) > 5:
        raise CmsError(NOT_SUPPORTED)
    mode, mt, bm, ds, bfr = chosen = [value or 0 for value in (*values, *[None] * (5 - len(values)))]
    for value, allowed in zip(chosen, _ranges(modem), strict=True):
        if value not in allowed:
            raise CmsError(NOT_SUPPORTED)
    modem.settings.cnmi = (int(mode), int(mt), int(bm), int(ds), int(bfr))
    if mode and bfr:  # else what was kept back goes out behind the OK
        modem.notices.forget()
    modem.may_receive()
    return None


def _chosen(modem: Device, values: Parameters) -> Answer:
    return "+CNMI: " + ",".join(map(str, modem.settings.cnmi))


def _choice(modem: Device, values: Parameters) -> Answer:
    return "+CNMI: " + ",".join(f"({','.join(map(str, allowed))})" for allowed in _ranges(modem))


def _acknowledge(modem: Device, values: Parameters) -> Answer:
    """+CNMA, in PDU mode also +CNMA=<n>[,<length>]: 0 or 1 taken, 2 not taken; 1 and 2 may bring a DELIVER-REPORT."""
    n = values[0] if values else 0
    length = values[1] if len(values) > 1 else None
    if n not in (0, 1, 2) or len(values) > 2 or (values and modem.settings.cmgf):
        raise CmsError(NOT_SUPPORTED)
    ok = n != 2
    if length in (None, 0):
        _answer_network(modem, ok)
        return None
    if n == 0:
        raise CmsError(PDU_MODE)
    if not modem.notices.awaits_terminal:
        raise CmsError(NO_ACK_EXPECTED)
    announced = announced_length(length)
    return Ask(lambda device, text: _answer_with_report(device, pdu_from_terminal(text), announced, ok))


def _answer_with_report(modem: Device, tpdu: bytes, length: int, ok: bool) -> Answer:
    """<ackpdu> is a bare TPDU: no service centre address is in front of it."""
    try:
        if len(tpdu) != length:
            raise FieldError("the length is not the one announced")
        decode_deliver_report(tpdu, error=not ok)
    except FieldError:
        raise CmsError(PDU_MODE) from None
    _answer_network(modem, ok)
    return None


def _answer_network(modem: Device, ok: bool) -> None:
    if not acknowledge(modem, ok):
        raise CmsError(NO_ACK_EXPECTED)


def _acknowledgements(modem: Device, values: Parameters) -> Answer:
    return None if modem.settings.cmgf else "+CNMA: (0-2)"


COMMANDS: CommandTable = {
    "+CNMI": Verb(set=_choose, execute=_choose, read=_chosen, test=_choice, refusal=unsupported),
    "+CNMA": Verb(execute=_acknowledge, set=_acknowledge, test=_acknowledgements, refusal=unsupported),
}
