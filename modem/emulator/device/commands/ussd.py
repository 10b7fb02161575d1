"""Unstructured supplementary services: +CUSD (27.007 §7.15)."""

from modem.emulator.device.commandline import Parameters
from modem.emulator.device.device import Device
from modem.emulator.device.results import Answer, CmeError, CommandTable, Verb, incorrect, says


def _ussd(modem: Device, values: Parameters) -> Answer:
    """+CUSD=[<n>[,<str>[,<dcs>]]] (27.007 §7.15). This network has no USSD service: <m>=4 to every request."""
    n = 0 if not values or values[0] is None else values[0]
    if n not in (0, 1, 2) or len(values) > 3:
        raise CmeError(50)
    if isinstance(n, int) and n < 2:
        modem.settings.cusd = n
    if len(values) > 1 and modem.settings.cusd:
        modem.notify("+CUSD: 4")
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
