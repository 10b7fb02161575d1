"""How much of the modem is switched on, and how it does (27.007 §8.1, §8.2, §8.4)."""

from modem.emulator.device.commandline import Parameters
from modem.emulator.device.device import Device
from modem.emulator.device.results import Answer, CmeError, CommandTable, Verb, incorrect, says

_LEVELS = (0, 1, 4)


def _functionality(modem: Device, values: Parameters) -> Answer:
    """+CFUN=[<fun>[,<rst>]] (27.007 §8.2): 0 minimum, 1 full, 4 radio off. The card keeps its power in all three."""
    fun = 1 if values[0] is None else values[0]
    reset = values[1] if len(values) > 1 else 0
    if fun not in _LEVELS or not isinstance(fun, int) or reset not in (0, 1) or len(values) > 2:
        raise CmeError(50)
    if reset:
        modem.later(0.0, lambda then: _restart(modem, fun))  # once OK is out
    else:
        modem.set_functionality(fun)
    return None


def _restart(modem: Device, fun: int) -> None:
    modem.restart()
    modem.set_functionality(fun)


COMMANDS: CommandTable = {
    "+CFUN": Verb(
        set=_functionality,
        read=lambda modem, values: f"+CFUN: {modem.cfun}",
        test=says("+CFUN: (" + ",".join(map(str, _LEVELS)) + "),(0,1)"),
        refusal=incorrect,
    ),
    "+CBC": Verb(
        execute=lambda modem, values: f"+CBC: 0,{modem.battery_percent}",
        test=says("+CBC: (0-3),(0-100)"),
    ),
}
