"""Supplementary services of calls: numbers shown or withheld, forms of RING, waiting and forwarding (27.007 §7)."""

from modem.emulator.codec.address import Address
from modem.emulator.device.charset import number_from_terminal, to_terminal
from modem.emulator.device.commandline import Parameters
from modem.emulator.device.commands.forms import number_setting
from modem.emulator.device.device import Device
from modem.emulator.device.results import Answer, CmeError, CommandTable, Verb, incorrect, says
from modem.emulator.device.subscription import Forwarding

_PROVISIONED = 1
_TEMPORARY_ALLOWED = 4  # <m> of +CLIR: withheld only when asked for, call by call
_ALL_CLASSES = 7  # <class>: voice, data and fax
_DISABLE, _ENABLE, _QUERY, _REGISTER, _ERASE = range(5)  # <mode>
_REASONS = {0: (0,), 1: (1,), 2: (2,), 3: (3,), 4: (0, 1, 2, 3), 5: (1, 2, 3)}  # 4 all, 5 all conditional
_NO_REPLY = 2


def _with_state(name: str, field: str, highest: int, state: int) -> Verb:
    """A setting whose read form adds what the network says of the service."""
    plain = number_setting(name, field, highest)

    def read(modem: Device, values: Parameters) -> Answer:
        return f"{name}: {getattr(modem.settings, field)},{state}"

    return Verb(set=plain.set, read=read, test=plain.test, refusal=incorrect)


def _one_of(name: str, field: str, allowed: tuple[int, ...]) -> Verb:
    """A setting with single values."""

    def choose(modem: Device, values: Parameters) -> Answer:
        if len(values) != 1 or values[0] not in allowed:
            raise CmeError(50)
        setattr(modem.settings, field, values[0])
        return None

    return Verb(
        set=choose,
        read=lambda modem, values: f"{name}: {getattr(modem.settings, field)}",
        test=says(f"{name}: ({','.join(map(str, allowed))})"),
        refusal=incorrect,
    )


def _classes(value: int | str | None) -> int:
    if value is None:
        return _ALL_CLASSES
    if not isinstance(value, int) or not 0 < value <= 255:
        raise CmeError(50)
    return value


def _call_waiting(modem: Device, values: Parameters) -> Answer:
    """+CCWA=[<n>[,<mode>[,<class>]]] (27.007 §7.12). Kept by the network, which offers no second call."""
    n, mode, classes = [*values, None, None, None][:3]
    if len(values) > 3 or n not in (None, 0, 1) or mode not in (None, _DISABLE, _ENABLE, _QUERY):
        raise CmeError(50)
    chosen = _classes(classes)
    if mode is not None and not modem.attached:
        raise CmeError(30)
    if isinstance(n, int):
        modem.settings.ccwa = n
    sim = modem.sim
    if mode == _QUERY:
        active = [bit for bit in (1, 2, 4, 8, 16, 32, 64, 128) if bit & sim.waiting_classes & chosen]
        return "\r\n".join(f"+CCWA: 1,{bit}" for bit in active) or f"+CCWA: 0,{chosen}"
    if mode is not None:
        sim.waiting_classes = sim.waiting_classes | chosen if mode == _ENABLE else sim.waiting_classes & ~chosen
    return None


def _forward(modem: Device, values: Parameters) -> Answer:
    """+CCFC=<reason>,<mode>[,<number>[,<type>[,<class>[,<subaddr>[,<satype>[,<time>]]]]]] (27.007 §7.11)."""
    reason, mode, number, toa, classes, _, _, time_s = [*values, *[None] * 8][:8]
    if not 2 <= len(values) <= 8 or reason not in _REASONS or mode not in range(5):
        raise CmeError(50)
    reasons = _REASONS[int(reason)]
    chosen = _classes(classes)
    if not modem.attached:
        raise CmeError(30)
    if mode == _QUERY:
        if len(reasons) > 1:
            raise CmeError(50)
        return _forwarding_line(modem, reasons[0], chosen)
    if mode == _REGISTER:
        to = number_from_terminal(str(number or ""), modem.settings.cscs)
        if toa == 145:
            to = "+" + to.removeprefix("+")
        if not to.removeprefix("+").isdecimal() or time_s not in (None, *range(1, 31)):
            raise CmeError(50)
        for each in reasons:
            modem.sim.forwarding[each] = Forwarding(to, True, int(time_s or 20))
    elif mode == _ERASE:
        for each in reasons:
            modem.sim.forwarding.pop(each, None)
    else:
        known = [each for each in reasons if each in modem.sim.forwarding]
        if mode == _ENABLE and not known:
            raise CmeError(3)  # nothing registered to be activated
        for each in known:
            modem.sim.forwarding[each].active = mode == _ENABLE
    return None


def _forwarding_line(modem: Device, reason: int, classes: int) -> str:
    forwarding = modem.sim.forwarding.get(reason)
    if forwarding is None:
        return f"+CCFC: 0,{classes}"
    number = forwarding.number
    line = f'+CCFC: {int(forwarding.active)},1,"{to_terminal(number, modem.settings.cscs)}",{Address.of(number).toa}'
    return f"{line},,,{forwarding.no_reply_s}" if reason == _NO_REPLY else line


COMMANDS: CommandTable = {
    "+CLIP": _with_state("+CLIP", "clip", 1, _PROVISIONED),
    "+CLIR": _with_state("+CLIR", "clir", 2, _TEMPORARY_ALLOWED),
    "+COLP": _with_state("+COLP", "colp", 1, _PROVISIONED),
    "+CRC": number_setting("+CRC", "crc", 1, default=0),
    "+CR": number_setting("+CR", "cr", 1, default=0),
    "+CVHU": number_setting("+CVHU", "cvhu", 2, default=0),
    "+CMOD": _one_of("+CMOD", "cmod", (0,)),
    "+CSTA": _one_of("+CSTA", "csta", (129, 145)),
    "+CCWA": Verb(
        set=_call_waiting,
        execute=_call_waiting,
        read=lambda modem, values: f"+CCWA: {modem.settings.ccwa}",
        test=says("+CCWA: (0,1)"),
        refusal=incorrect,
    ),
    "+CCFC": Verb(set=_forward, test=says("+CCFC: (0-5)"), refusal=incorrect),
}
