"""+CRSM: files of the card, read directly (27.007 §8.18)."""

from modem.emulator.device.commandline import Parameters
from modem.emulator.device.device import Device
from modem.emulator.device.results import Answer, CmeError, CommandTable, Verb, accepts, incorrect
from modem.emulator.device.sim import SimState
from modem.emulator.device.simfiles import ask_card


def _restricted_access(modem: Device, values: Parameters) -> Answer:
    """+CRSM=<command>[,<fileid>[,<P1>,<P2>,<P3>[,<data>[,<pathid>]]]]: the card's refusal is an answer, no error."""
    command, file, high, low, length = [*values, None, None, None, None][:5]
    octets = [0 if value is None else value for value in (high, low, length)]
    if not isinstance(command, int) or not isinstance(file, int) or len(values) > 7:
        raise CmeError(50)
    if not all(isinstance(value, int) and 0 <= value <= 255 for value in octets):
        raise CmeError(50)
    p1, p2, p3 = (int(value) for value in octets)
    operator = modem.registration.operators[0].long
    is_open = modem.slot.state is SimState.READY
    sw1, sw2, data = ask_card(modem.sim, operator, is_open, command, file, p1 << 8 | p2, p3)
    return f"+CRSM: {sw1},{sw2}" + (f',"{data.hex().upper()}"' if data else "")


COMMANDS: CommandTable = {"+CRSM": Verb(set=_restricted_access, test=accepts, refusal=incorrect)}
