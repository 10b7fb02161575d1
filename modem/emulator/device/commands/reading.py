"""Reading what the memories hold: CMGR CMGL (27.005 §3.4.2, §3.4.3), from <mem1>."""

from modem.emulator.device.causes import INVALID_INDEX, wrong_parameter
from modem.emulator.device.charset import number_from_terminal
from modem.emulator.device.commandline import Parameters
from modem.emulator.device.device import Device
from modem.emulator.device.memory import Entry, State
from modem.emulator.device.messagelines import list_lines, read_lines
from modem.emulator.device.results import Answer, CmsError, CommandTable, Verb, accepts, unsupported

LABELS = {state.label: state for state in State}
_ALL = 4  # <stat> of PDU mode for every state


def _read(modem: Device, values: Parameters) -> Answer:
    """+CMGR=<index>; reading makes an unread message read."""
    index = values[0]
    if len(values) != 1 or not isinstance(index, int):
        raise wrong_parameter(modem)
    entry = modem.memory(0).get(index)
    if entry is None:
        raise CmsError(INVALID_INDEX)
    shown = read_lines(entry, modem.view)
    _mark_read(entry)
    return f"+CMGR: {shown}"


def _mark_read(entry: Entry) -> None:
    if entry.state is State.REC_UNREAD:
        entry.state = State.REC_READ


def _list(modem: Device, values: Parameters) -> Answer:
    """+CMGL[=<stat>]: unread ones if nothing is asked for."""
    wanted = _wanted(modem, values)
    view = modem.view
    lines: list[str] = []
    for index, entry in modem.memory(0).items():
        if wanted is not None and entry.state is not wanted:
            continue
        lines.append(f"+CMGL: {list_lines(index, entry, view)}")
        _mark_read(entry)
    return "\r\n".join(lines) if lines else None


def _wanted(modem: Device, values: Parameters) -> State | None:
    """The state +CMGL asks for; None is all."""
    asked = values[0] if values else None
    if len(values) > 1:
        raise wrong_parameter(modem)
    if asked is None:
        return State.REC_UNREAD
    if modem.settings.cmgf:
        label = number_from_terminal(str(asked), modem.settings.cscs)
        if label == "ALL":
            return None
        if label in LABELS:
            return LABELS[label]
    elif asked == _ALL:
        return None
    elif asked in tuple(State):
        return State(int(asked))
    raise wrong_parameter(modem)


def _states(modem: Device, values: Parameters) -> Answer:
    if modem.settings.cmgf:
        return "+CMGL: (" + ",".join(f'"{label}"' for label in (*LABELS, "ALL")) + ")"
    return "+CMGL: (0-4)"


COMMANDS: CommandTable = {
    "+CMGR": Verb(set=_read, test=accepts, refusal=unsupported),
    "+CMGL": Verb(set=_list, execute=_list, test=_states, refusal=unsupported),
}
