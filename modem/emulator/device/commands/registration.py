"""Registration, operator and signal (27.007 §7.2, §7.3, §8.5, §10.1.20, §10.1.22)."""

from modem.emulator.device.charset import to_terminal
from modem.emulator.device.commandline import Parameters
from modem.emulator.device.commands.forms import number_setting
from modem.emulator.device.device import Device
from modem.emulator.device.results import Answer, CmeError, CommandTable, Verb, incorrect, says

OPERATOR = ("Otklik Mobile", "Otklik", "25099")  # long, short, numeric; MNC 99 of MCC 250 is nobody's
_LAC, _CELL = "1F40", "00A1B2C3"
_REGISTERED, _NOT_SEARCHING = 1, 0


def registration(modem: Device, field: str) -> str:
    """<stat> and, with n=2, where (27.007 §7.2, §10.1.20, §10.1.22)."""
    if not modem.attached:
        return str(_NOT_SEARCHING)
    return f'{_REGISTERED},"{_LAC}","{_CELL}"' if getattr(modem.settings, field) == 2 else str(_REGISTERED)


def _registration_setting(name: str, field: str) -> Verb:
    def read(modem: Device, values: Parameters) -> Answer:
        return f"{name}: {getattr(modem.settings, field)},{registration(modem, field)}"

    plain = number_setting(name, field, 2, default=0)
    return Verb(set=plain.set, execute=plain.set, read=read, test=plain.test, refusal=incorrect)


def _operator(modem: Device, values: Parameters) -> Answer:
    """+COPS=<mode>[,<format>[,<oper>]] (27.007 §7.3); 3 only sets the format of the answer."""
    mode, form = values[0], values[1] if len(values) > 1 else None
    if mode not in (0, 1, 2, 3, 4) or form not in (None, 0, 1, 2) or len(values) > 4:
        raise CmeError(50)
    if isinstance(form, int):
        modem.settings.cops_format = form
    elif mode == 3:
        raise CmeError(50)
    if mode in (1, 4) and (len(values) < 3 or values[2] not in OPERATOR):
        raise CmeError(30)
    return None


def _read_operator(modem: Device, values: Parameters) -> Answer:
    if not modem.attached:
        return "+COPS: 0"
    form = modem.settings.cops_format
    return f'+COPS: 0,{form},"{to_terminal(OPERATOR[form], modem.settings.cscs)}",0'


COMMANDS: CommandTable = {
    "+CREG": _registration_setting("+CREG", "creg"),
    "+CGREG": _registration_setting("+CGREG", "cgreg"),
    "+CEREG": _registration_setting("+CEREG", "cereg"),
    "+COPS": Verb(
        set=_operator,
        read=_read_operator,
        test=says(f'+COPS: (2,"{OPERATOR[0]}","{OPERATOR[1]}","{OPERATOR[2]}",0),,(0-4),(0-2)'),
        refusal=incorrect,
    ),
    "+CSQ": Verb(
        execute=lambda modem, values: f"+CSQ: {modem.identity.signal if modem.attached else 99},0",
        test=says("+CSQ: (0-31,99),(0-7,99)"),
    ),
}
