"""Basic commands of V.250: echo, result codes, S-registers, profiles, identification.

Owns also the ones a pty has no use for but must accept. Calls are in `calls`, the line's own settings in `line`.
"""

from typing import Final

from modem.emulator.device.calls import CallState
from modem.emulator.device.commandline import Parameters
from modem.emulator.device.device import Device
from modem.emulator.device.results import Answer, AtError, CommandTable, Verb
from modem.emulator.device.state import Settings

_REGISTERS: Final = {  # lowest and highest value (V.250 §6.2.1 to §6.2.3, §6.3.8 to §6.3.12)
    0: (0, 255),
    3: (0, 127),
    4: (0, 127),
    5: (0, 127),
    6: (2, 10),
    7: (0, 255),
    8: (0, 255),
    10: (1, 254),
}
_KEPT: Final = {"X": (4, 4), "&C": (1, 1), "&D": (2, 0), "&S": (1, 0), "&K": (6, 0), "L": (3, 0), "M": (2, 0)}
"""Highest value and the one at first of settings without effect here; &D and X are looked at by the telephone."""
_SHOWN: Final = ("X", "&C", "&D")


def _flag(field: str) -> Verb:
    """E, V, Q: a digit 0 or 1, none meaning 0 (V.250 §6.2.4)."""

    def choose(modem: Device, values: Parameters) -> Answer:
        value = values[0] if values else 0
        if value not in (0, 1):
            raise AtError
        setattr(modem.settings, field, value)
        return None

    return Verb(execute=choose, set=choose)


def _kept(name: str) -> Verb:
    highest, _ = _KEPT[name]

    def keep(modem: Device, values: Parameters) -> Answer:
        value = values[0] if values else 0
        if not isinstance(value, int) or value > highest:
            raise AtError
        modem.settings.basic[name] = value
        return None

    return Verb(execute=keep, set=keep)


def _register(modem: Device, values: Parameters) -> Answer:
    """S n = v (V.250 §5.3.2); a register that is not there, or a value out of its range, is an error."""
    if len(values) != 2:  # S5 alone would make 5 the register that = and ? mean; nobody needs it
        raise AtError
    number, value = values[0], values[1] or 0
    if not isinstance(number, int) or not isinstance(value, int) or number not in _REGISTERS:
        raise AtError
    lowest, highest = _REGISTERS[number]
    if not lowest <= value <= highest:
        raise AtError
    modem.settings.registers[number] = value
    return None


def _read_register(modem: Device, values: Parameters) -> Answer:
    number = values[0]
    if not isinstance(number, int) or number not in modem.settings.registers:
        raise AtError
    return f"{modem.settings.registers[number]:03d}"


def _place(values: Parameters) -> int:
    """Which of the two stored profiles is meant."""
    place = values[0] if values else 0
    if not isinstance(place, int) or place > 1:
        raise AtError
    return place


def _restore(modem: Device, values: Parameters) -> Answer:
    """Z[n] (V.250 §6.1.1): the settings of a stored profile. A call ends, one that only rings does not."""
    stored = modem.stored[_place(values)]
    call = modem.telephone.call
    if call is not None and call.state is not CallState.INCOMING:
        modem.telephone.hang_up()
    modem.settings = stored.copy()
    return None


def _store(modem: Device, values: Parameters) -> Answer:
    """&W[n]: keep the settings, for Z and, the first of the two, for the next start."""
    modem.stored[_place(values)] = modem.settings.copy()
    return None


def _factory(modem: Device, values: Parameters) -> Answer:
    """&F (V.250 §6.1.2): the settings as the modem left the factory."""
    _place(values)
    modem.settings = modem.behaviour.profile.settings()
    return None


def _view(modem: Device, values: Parameters) -> Answer:
    """&V: the settings now, and the stored ones."""
    _place(values)
    profiles = {"ACTIVE PROFILE": modem.settings}
    profiles |= {f"STORED PROFILE {place}": stored for place, stored in enumerate(modem.stored)}
    return "\r\n".join(f"{title}:\r\n{_written(settings)}" for title, settings in profiles.items())


def _written(settings: Settings) -> str:
    basic = {name: settings.basic.get(name, _KEPT[name][1]) for name in _SHOWN}
    flags = {"E": settings.echo, "Q": settings.quiet, "V": settings.verbose, **basic}
    letters = " ".join(f"{name}{value}" for name, value in flags.items())
    registers = " ".join(f"S{number:02d}:{settings.registers[number]:03d}" for number in _REGISTERS)
    return f"{letters}\r\n{registers}"


def _identify(modem: Device, values: Parameters) -> Answer:
    """I[n] (V.250 §6.1.3): what each number shows is the manufacturer's; here all show the same."""
    identity = modem.identity
    if values and values[0] not in range(10):
        raise AtError
    return f"{identity.manufacturer}\r\n{identity.model}\r\nRevision: {identity.revision}"


COMMANDS: CommandTable = {
    "E": _flag("echo"),
    "V": _flag("verbose"),
    "Q": _flag("quiet"),
    "S": Verb(set=_register, read=_read_register),
    "Z": Verb(execute=_restore, set=_restore),
    "&F": Verb(execute=_factory, set=_factory),
    "&W": Verb(execute=_store, set=_store),
    "&V": Verb(execute=_view, set=_view),
    "I": Verb(execute=_identify, set=_identify),
    **{name: _kept(name) for name in _KEPT},
}
