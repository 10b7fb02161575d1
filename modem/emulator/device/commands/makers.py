"""Commands of makers about calls: other names for what the generic modem does by the standard's.

No modem has them unless its profile takes them in.
"""

from modem.emulator.device.commandline import Parameters
from modem.emulator.device.commands.calls import send_tones
from modem.emulator.device.commands.forms import number_setting
from modem.emulator.device.device import Device
from modem.emulator.device.results import Answer, CmeError, CommandTable, Verb, incorrect


def _tone_in_call(modem: Device, values: Parameters) -> Answer:
    """^DTMF=<call>,<key> of Huawei modems: one tone in the call of that number."""
    if len(values) != 2 or values[0] != 1:
        raise CmeError(50)
    return send_tones(modem, values[1:])


MAKERS: CommandTable = {
    "^DTMF": Verb(set=_tone_in_call, refusal=incorrect),  # github.com/babca/python-gsmmodem sends it to Huawei modems
    "+QTONEDET": number_setting("+QTONEDET", "ddet", 1),  # Quectel: tones received, as {code} in the notice
}
