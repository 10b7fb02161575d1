"""PIN, PUK and locks (27.007 §7.4, §7.5, §8.3)."""

from modem.emulator.device.commandline import Parameters
from modem.emulator.device.device import Device
from modem.emulator.device.results import Answer, CmeError, CommandTable, Verb, accepts, incorrect, says


def _enter_pin(modem: Device, values: Parameters) -> Answer:
    raise CmeError(3)  # the card is not waiting for one


COMMANDS: CommandTable = {
    "+CPIN": Verb(set=_enter_pin, read=says("+CPIN: READY"), test=accepts, refusal=incorrect),
}
