"""What the terminal chooses about the dialogue: character set of strings (27.007 §5.5) and form of errors (§9.1)."""

from modem.emulator.device.charset import to_terminal
from modem.emulator.device.commandline import Parameters
from modem.emulator.device.commands.forms import number_setting
from modem.emulator.device.device import Device
from modem.emulator.device.results import Answer, CmeError, CommandTable, Verb, incorrect, says

_CHARSETS = ("GSM", "IRA", "UCS2", "HEX")


def _charset(modem: Device, values: Parameters) -> Answer:
    """+CSCS=<chset> (27.007 §5.5). The name is a string too: it is taken plain, and in the set that is in force."""
    for name in _CHARSETS:
        if values in ((name,), (to_terminal(name, modem.settings.cscs),)):
            modem.settings.cscs = name
            return None
    raise CmeError(50)


COMMANDS: CommandTable = {
    "+CMEE": number_setting("+CMEE", "cmee", 2, default=0),
    "+CSCS": Verb(
        set=_charset,
        read=lambda modem, values: f'+CSCS: "{to_terminal(modem.settings.cscs, modem.settings.cscs)}"',
        test=says('+CSCS: ("GSM","IRA","UCS2","HEX")'),
        refusal=incorrect,
    ),
}
