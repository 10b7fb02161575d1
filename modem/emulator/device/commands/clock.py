"""The clock, and what the network may do to it (27.007 §8.15, §8.40, §8.41)."""

from datetime import UTC, datetime

from modem.emulator.device.commandline import Parameters
from modem.emulator.device.commands.forms import number_setting
from modem.emulator.device.device import Device
from modem.emulator.device.results import Answer, CmeError, CommandTable, Verb, accepts, incorrect

_FORM = "%y/%m/%d,%H:%M:%S"
_FORM_LENGTH = len("yy/MM/dd,hh:mm:ss")


def _set_clock(modem: Device, values: Parameters) -> Answer:
    """+CCLK="yy/MM/dd,hh:mm:ss±zz" (27.007 §8.15): local time; without a zone it stays the one it was."""
    text = values[0] if len(values) == 1 else None
    if not isinstance(text, str):
        raise CmeError(50)
    try:
        local = datetime.strptime(text[:_FORM_LENGTH], _FORM).replace(tzinfo=UTC)
        zone = int(text[_FORM_LENGTH:] or modem.clock.zone_quarters)
    except ValueError:
        raise CmeError(50) from None
    if not -96 <= zone <= 96:
        raise CmeError(50)
    modem.clock.set_local(local, zone, modem.now)
    return None


def _read_clock(modem: Device, values: Parameters) -> Answer:
    clock = modem.clock
    return f'+CCLK: "{clock.local(modem.now):{_FORM}}{clock.zone_quarters:+03d}"'


COMMANDS: CommandTable = {
    "+CCLK": Verb(set=_set_clock, read=_read_clock, test=accepts, refusal=incorrect),
    "+CTZU": number_setting("+CTZU", "ctzu", 1),
    "+CTZR": number_setting("+CTZR", "ctzr", 2),
}
