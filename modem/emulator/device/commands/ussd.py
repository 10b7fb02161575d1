"""Unstructured supplementary services: +CUSD (27.007 §7.15)."""

from modem.emulator.codec.broadcast import GSM7_DCS
from modem.emulator.codec.octets import FieldError
from modem.emulator.device.commandline import Parameters
from modem.emulator.device.device import Device
from modem.emulator.device.results import Answer, CmeError, CommandTable, Verb, incorrect, says
from modem.emulator.device.ussd import ussd_from_terminal

_CANCEL = 2


def _ussd(modem: Device, values: Parameters) -> Answer:
    """+CUSD=[<n>[,<str>[,<dcs>]]]: <n> 0 or 1 hides or shows answers, 2 ends the session and is not kept."""
    n, typed, dcs = [*values, None, None, None][:3]
    n = 0 if n is None else n
    dcs = GSM7_DCS if dcs is None else dcs
    if n not in (0, 1, _CANCEL) or len(values) > 3 or not isinstance(dcs, int) or not 0 <= dcs <= 255:
        raise CmeError(50)
    if n == _CANCEL:
        modem.ussd.cancel()
        return None
    text = None
    if typed is not None:
        try:
            text = ussd_from_terminal(str(typed), dcs, modem.manner.ussd_form, modem.settings.cscs)
        except FieldError:
            raise CmeError(50) from None
    modem.settings.cusd = int(n)
    if text:
        modem.ussd.send(text)
    return None


COMMANDS: CommandTable = {
    "+CUSD": Verb(
        set=_ussd,
        execute=_ussd,
        read=lambda modem, values: f"+CUSD: {modem.settings.cusd}",
        test=says("+CUSD: (0-2)"),
        refusal=incorrect,
    ),
}
