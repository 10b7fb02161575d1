"""Choosing the memories, and freeing their slots: CPMS (27.005 §3.2.2) and CMGD (§3.5.4)."""

from modem.emulator.device.causes import INVALID_INDEX, NOT_SUPPORTED, wrong_parameter
from modem.emulator.device.charset import number_from_terminal
from modem.emulator.device.commandline import Parameters
from modem.emulator.device.device import Device
from modem.emulator.device.memory import State
from modem.emulator.device.results import Answer, CmsError, CommandTable, Verb, unsupported

_READ_ONLY = ("SR", "BM")  # by +CPMS, in most devices: only the network writes there
# <delflag> of 27.005 §3.5.4: which states go
_DELETED = {
    1: {State.REC_READ},
    2: {State.REC_READ, State.STO_SENT},
    3: {State.REC_READ, State.STO_SENT, State.STO_UNSENT},
    4: set(State),
}


def _writable(modem: Device) -> list[str]:
    return [name for name in modem.memories if name not in _READ_ONLY or modem.layout.all_writable]


def _choose(modem: Device, values: Parameters) -> Answer:
    """+CPMS=<mem1>[,<mem2>[,<mem3>]]; the answer counts what the memories hold now."""
    if not 1 <= len(values) <= 3:
        raise CmsError(NOT_SUPPORTED)
    names = [number_from_terminal(str(value), modem.settings.cscs) for value in values]
    for place, name in enumerate(names):
        if name not in (modem.memories if place == 0 else _writable(modem)):
            raise CmsError(NOT_SUPPORTED)
    modem.cpms[: len(names)] = names
    modem.may_receive()
    chosen = [modem.memories[name] for name in modem.cpms]
    return "+CPMS: " + ",".join(f"{memory.used},{memory.capacity}" for memory in chosen)


def _chosen(modem: Device, values: Parameters) -> Answer:
    chosen = [modem.memories[name] for name in modem.cpms]
    return "+CPMS: " + ",".join(f'"{memory.name}",{memory.used},{memory.capacity}' for memory in chosen)


def _choice(modem: Device, values: Parameters) -> Answer:
    readable, writable = (",".join(f'"{name}"' for name in names) for names in (modem.memories, _writable(modem)))
    return f"+CPMS: ({readable}),({writable}),({writable})"


def _delete(modem: Device, values: Parameters) -> Answer:
    """+CMGD=<index>[,<delflag>], in <mem1>; with a flag the index does not count."""
    index, flag = values[0], values[1] if len(values) > 1 else 0
    if len(values) > 2 or not isinstance(index, int) or flag not in (None, 0, 1, 2, 3, 4):
        raise wrong_parameter(modem)
    memory = modem.memory(0)
    if not isinstance(flag, int) or flag == 0:
        if not memory.remove(index):
            raise CmsError(INVALID_INDEX)
    else:
        for place, entry in list(memory.items()):
            if entry.state in _DELETED[flag]:
                memory.remove(place)
    modem.may_receive()
    return None


def _deletable(modem: Device, values: Parameters) -> Answer:
    taken = ",".join(str(index) for index, _ in modem.memory(0).items())
    return f"+CMGD: ({taken}),(0-4)"


COMMANDS: CommandTable = {
    "+CPMS": Verb(set=_choose, read=_chosen, test=_choice, refusal=unsupported),
    "+CMGD": Verb(set=_delete, test=_deletable, refusal=unsupported),
}
