"""Registration, operator and signal (27.007 §7.2, §7.3, §8.5, §8.69, §10.1.20, §10.1.22)."""

from modem.emulator.device.charset import number_from_terminal, to_terminal
from modem.emulator.device.commandline import Parameters
from modem.emulator.device.commands.forms import number_setting
from modem.emulator.device.device import Device
from modem.emulator.device.registration import DOMAINS, Mode, Operator
from modem.emulator.device.results import Answer, CmeError, CommandTable, Verb, incorrect, says

_FORMAT_ONLY = 3
_AVAILABLE, _CURRENT, _FORBIDDEN = 1, 2, 3  # <stat> of a network in +COPS=?
_UNKNOWN = 99


def _registration_setting(name: str) -> Verb:
    field = name[1:].lower()

    def read(modem: Device, values: Parameters) -> Answer:
        n = getattr(modem.settings, field)
        return f"{name}: {n},{modem.registration.fields(name, n)}"

    plain = number_setting(name, field, 2, default=0)
    return Verb(set=plain.set, execute=plain.set, read=read, test=plain.test, refusal=incorrect)


def _choose_operator(modem: Device, values: Parameters) -> Answer:
    """+COPS=[<mode>[,<format>[,<oper>[,<AcT>]]]] (27.007 §7.3); 3 only sets the format of the answer."""
    mode, form, name, act = [*values, None, None, None, None][:4]
    mode = 0 if mode is None else mode
    if len(values) > 4 or not isinstance(mode, int) or mode not in (*Mode, _FORMAT_ONLY) or form not in (None, 0, 1, 2):
        raise CmeError(50)
    if mode == _FORMAT_ONLY and form is None:
        raise CmeError(50)
    if act is not None and (mode not in (Mode.MANUAL, Mode.MANUAL_OR_AUTOMATIC) or act not in range(8)):
        raise CmeError(50)
    if isinstance(form, int):
        modem.settings.cops_format = form
    if mode != _FORMAT_ONLY:
        _register(modem, Mode(mode), None if name is None else number_from_terminal(str(name), modem.settings.cscs))
    return None


def _register(modem: Device, mode: Mode, name: str | None) -> None:
    """Carry a mode out. Modes 1 and 4 need an operator; 4 falls back to automatic if it is not there."""
    registration = modem.registration
    home, *_ = registration.operators
    wanted: Operator | None = home
    if mode in (Mode.MANUAL, Mode.MANUAL_OR_AUTOMATIC):
        if name is None:
            raise CmeError(50)
        wanted = next((each for each in registration.operators if name in (each.long, each.short, each.numeric)), None)
        if (wanted is None or not wanted.allowed) and mode is Mode.MANUAL_OR_AUTOMATIC:
            mode, wanted = Mode.AUTOMATIC, home
    if wanted is None:
        raise CmeError(30)
    registration.mode, registration.chosen = mode, wanted
    modem.registration_changed()
    if not wanted.allowed:
        raise CmeError(32)


def _operator_names(modem: Device, operator: Operator) -> tuple[str, str, str]:
    """<oper> in all three formats. Only names are text in the set of +CSCS: the number stays digits, as the codes of
    +CREG do."""
    cscs = modem.settings.cscs
    return to_terminal(operator.long, cscs), to_terminal(operator.short, cscs), operator.numeric


def _read_operator(modem: Device, values: Parameters) -> Answer:
    registration = modem.registration
    mode = int(registration.mode)
    if not registration.served:
        return f"+COPS: {mode}"
    form = modem.settings.cops_format
    name = _operator_names(modem, registration.chosen)[form]
    return f'+COPS: {mode},{form},"{name}",{registration.act}'


def _networks(modem: Device, values: Parameters) -> Answer:
    """+COPS=?: the networks in sight (27.007 §7.3). How long a modem listens for them is in its profile."""
    if not modem.registration.radio:
        raise CmeError(30)
    registration = modem.registration
    shown = []
    for operator in registration.operators:
        stat = _AVAILABLE if operator.allowed else _FORBIDDEN
        if operator is registration.chosen and registration.served:
            stat = _CURRENT
        long, short, numeric = _operator_names(modem, operator)
        shown.append(f'({stat},"{long}","{short}","{numeric}",{registration.act})')
    return f"+COPS: {','.join(shown)},,(0-4),(0-2)"


def _signal(modem: Device, values: Parameters) -> Answer:
    """+CSQ (27.007 §8.5): <rssi> and <ber>, 99 while there is nothing to measure."""
    if not modem.registration.in_coverage:
        return f"+CSQ: {_UNKNOWN},{_UNKNOWN}"
    return f"+CSQ: {modem.identity.signal},0"


def _extended_signal(modem: Device, values: Parameters) -> Answer:
    """+CESQ (27.007 §8.69): <rxlev> of GSM in steps of 1 dB from -110 dBm; UTRAN and E-UTRAN are not measured."""
    rxlev, ber = _UNKNOWN, _UNKNOWN
    signal = modem.identity.signal
    if modem.registration.in_coverage and signal != _UNKNOWN:
        rxlev, ber = min(63, max(0, 2 * signal - 2)), 0  # <rssi> counts 2 dB from -113 dBm
    return f"+CESQ: {rxlev},{ber},255,255,255,255"


COMMANDS: CommandTable = {
    **{domain: _registration_setting(domain) for domain in DOMAINS},
    "+COPS": Verb(set=_choose_operator, read=_read_operator, test=_networks, refusal=incorrect),
    "+CSQ": Verb(execute=_signal, test=says("+CSQ: (0-31,99),(0-7,99)")),
    "+CESQ": Verb(
        execute=_extended_signal,
        test=says("+CESQ: (0-63,99),(0-7,99),(0-96,255),(0-49,255),(0-34,255),(0-97,255)"),
    ),
}
