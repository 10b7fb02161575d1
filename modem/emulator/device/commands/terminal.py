"""What the terminal chooses about the dialogue: character set of strings (27.007 §5.5) and form of errors (§9.1)."""

from modem.emulator.device.charset import to_terminal
from modem.emulator.device.commandline import Parameters
from modem.emulator.device.commands.forms import number_setting
from modem.emulator.device.device import Device
from modem.emulator.device.results import Answer, CmeError, CommandTable, Verb, incorrect, says


def _charset(modem: Device, values: Parameters) -> Answer:
    if len(values) != 1 or values[0] not in ("GSM", "IRA", "UCS2", "HEX"):
        raise CmeError(50)
    modem.settings.cscs = str(values[0])
    return None


COMMANDS: CommandTable = {
    "+CMEE": number_setting("+CMEE", "cmee", 2, default=0),
    "+CSCS": Verb(
        set=_charset,
        read=lambda modem, values: f'+CSCS: "{to_terminal(modem.settings.cscs, modem.settings.cscs)}"',
        test=says('+CSCS: ("GSM","IRA","UCS2","HEX")'),
        refusal=incorrect,
    ),
}
