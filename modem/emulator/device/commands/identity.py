"""Who made the modem, which one it is, which card is in it, and what it can do (27.007 §5, V.250 §6.1)."""

from modem.emulator.device.commandline import Parameters
from modem.emulator.device.commands.forms import asked
from modem.emulator.device.device import Device
from modem.emulator.device.results import Answer, CmeError, CommandTable, Verb, incorrect, says


def _all_commands(modem: Device) -> str:
    return "\r\n".join(sorted(modem.commands))


def _identity(field: str) -> Verb:
    return asked(lambda modem: str(getattr(modem.identity, field)))


def _serial_number(modem: Device, values: Parameters) -> Answer:
    """+CGSN[=<snt>] (27.007 §5.4): 0 the serial number, which is the IMEI; 1 IMEI, 2 IMEISV, 3 its SVN."""
    snt = values[0] if values else 0
    imei, version = modem.identity.imei, modem.identity.software_version
    if len(values) > 1 or snt not in (0, 1, 2, 3):
        raise CmeError(50)
    if not isinstance(snt, int) or snt == 0:
        return imei
    return f'+CGSN: "{(imei, imei[:-1] + version, version)[snt - 1]}"'  # the IMEISV has no check digit (23.003 §6.2.2)


COMMANDS: CommandTable = {
    "+CGMI": _identity("manufacturer"),
    "+GMI": _identity("manufacturer"),
    "+CGMM": _identity("model"),
    "+GMM": _identity("model"),
    "+CGMR": _identity("revision"),
    "+GMR": _identity("revision"),
    "+CGSN": Verb(execute=_serial_number, set=_serial_number, test=says("+CGSN: (0-3)"), refusal=incorrect),
    "+GSN": _identity("imei"),
    "+GCAP": asked(lambda modem: f"+GCAP: {modem.identity.capabilities}"),
    "+CIMI": asked(lambda modem: modem.sim.imsi),
    "+CCID": asked(lambda modem: f'+CCID: "{modem.sim.iccid}"'),
    "+ICCID": asked(lambda modem: f"+ICCID: {modem.sim.iccid}"),
    "^ICCID": asked(lambda modem: f"^ICCID: {modem.sim.iccid}"),
    "+CLAC": asked(_all_commands),
}
