"""How much of the modem is switched on, and how it does (27.007 §8)."""

from modem.emulator.device.commandline import Parameters
from modem.emulator.device.commands.registration import registration
from modem.emulator.device.device import Device
from modem.emulator.device.results import Answer, CmeError, CommandTable, Verb, incorrect, says


def _functionality(modem: Device, values: Parameters) -> Answer:
    """+CFUN=<fun>[,<rst>] (27.007 §8.2): 0 off, 1 full, 4 no radio."""
    fun, reset = values[0], values[1] if len(values) > 1 else 0
    if fun not in (0, 1, 4) or reset not in (0, 1) or len(values) > 2:
        raise CmeError(50)
    was_attached = modem.attached
    if reset:
        modem.reset_settings()
    modem.cfun = fun if isinstance(fun, int) else 1
    if not modem.attached:
        modem.leave_network()
    if modem.attached != was_attached:
        for name, n in (("+CREG", "creg"), ("+CGREG", "cgreg"), ("+CEREG", "cereg")):
            if getattr(modem.settings, n):
                modem.notify(f"{name}: {registration(modem, n)}")
    if modem.attached:
        modem.may_receive()
    return None


COMMANDS: CommandTable = {
    "+CFUN": Verb(
        set=_functionality,
        read=lambda modem, values: f"+CFUN: {modem.cfun}",
        test=says("+CFUN: (0,1,4),(0,1)"),
        refusal=incorrect,
    ),
}
