"""Who made the modem, which one it is, which card is in it, and what it can do (27.007 §5, V.250 §6.1)."""

from modem.emulator.device.commands.forms import asked
from modem.emulator.device.device import Device
from modem.emulator.device.results import CommandTable, Verb


def _all_commands(modem: Device) -> str:
    return "\r\n".join(sorted(modem.commands))


def _identity(field: str) -> Verb:
    return asked(lambda modem: str(getattr(modem.identity, field)))


COMMANDS: CommandTable = {
    "+CGMI": _identity("manufacturer"),
    "+GMI": _identity("manufacturer"),
    "+CGMM": _identity("model"),
    "+GMM": _identity("model"),
    "+CGMR": _identity("revision"),
    "+GMR": _identity("revision"),
    "+CGSN": _identity("imei"),
    "+GSN": _identity("imei"),
    "+CIMI": asked(lambda modem: modem.sim.imsi),
    "+CCID": asked(lambda modem: f'+CCID: "{modem.sim.iccid}"'),
    "+ICCID": asked(lambda modem: f"+ICCID: {modem.sim.iccid}"),
    "^ICCID": asked(lambda modem: f"^ICCID: {modem.sim.iccid}"),
    "+CLAC": asked(_all_commands),
}
