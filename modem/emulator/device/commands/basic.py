"""V.250 commands: echo, result codes, S-registers, reset, and the ones a pty has no use for but must accept."""

from modem.emulator.device.commandline import Parameters
from modem.emulator.device.device import Device
from modem.emulator.device.results import Answer, AtError, CommandTable, Verb, accepts, says


def _flag(field: str) -> Verb:
    """E, V, Q: a digit 0 or 1, none meaning 0 (V.250 §6.2.4)."""

    def choose(modem: Device, values: Parameters) -> Answer:
        value = values[0] if values else 0
        if value not in (0, 1):
            raise AtError
        setattr(modem.settings, field, value)
        return None

    return Verb(execute=choose, set=choose)


def _kept(name: str, highest: int) -> Verb:
    """A setting that changes nothing here: its range is checked and its value kept."""

    def keep(modem: Device, values: Parameters) -> Answer:
        value = values[0] if values else 0
        if not isinstance(value, int) or value > highest:
            raise AtError
        modem.settings.basic[name] = value
        return None

    return Verb(execute=keep, set=keep)


def _register(modem: Device, values: Parameters) -> Answer:
    """S n = v (V.250 §5.3.2): 0..255, the three that shape the line 0..127."""
    if len(values) != 2:  # S5 alone would make 5 the register that = and ? mean; nobody needs it
        raise AtError
    number, value = values[0], values[1] or 0
    if not isinstance(number, int) or not isinstance(value, int) or number > 255:
        raise AtError
    if value > (127 if number in (3, 4, 5) else 255):
        raise AtError
    modem.settings.registers[number] = value
    return None


def _read_register(modem: Device, values: Parameters) -> Answer:
    number = values[0]
    if not isinstance(number, int) or number not in modem.settings.registers:
        raise AtError
    return f"{modem.settings.registers[number]:03d}"


def _reset(modem: Device, values: Parameters) -> Answer:
    if values and values[0] not in (0, 1):
        raise AtError
    modem.reset_settings()
    return None


def _identify(modem: Device, values: Parameters) -> Answer:
    identity = modem.identity
    if values and values[0] not in range(10):
        raise AtError
    return f"{identity.manufacturer}\r\n{identity.model}\r\nRevision: {identity.revision}"


COMMANDS: CommandTable = {
    "E": _flag("echo"),
    "V": _flag("verbose"),
    "Q": _flag("quiet"),
    "S": Verb(set=_register, read=_read_register),
    "Z": Verb(execute=_reset, set=_reset),
    "&F": Verb(execute=_reset, set=_reset),
    "I": Verb(execute=_identify, set=_identify),
    "&W": _kept("&W", 1),
    "&C": _kept("&C", 1),
    "&D": _kept("&D", 2),
    "&S": _kept("&S", 1),
    "&K": _kept("&K", 6),
    "X": _kept("X", 4),
    "L": _kept("L", 3),
    "M": _kept("M", 2),
    "+GCAP": Verb(execute=says("+GCAP: +CGSM"), test=accepts),
    "+IPR": Verb(set=accepts, read=says("+IPR: 0"), test=says("+IPR: (),(0,9600,19200,38400,57600,115200)")),
    "+IFC": Verb(set=accepts, read=says("+IFC: 0,0"), test=says("+IFC: (0-2),(0-2)")),
}
