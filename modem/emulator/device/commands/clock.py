"""The clock (27.007 §8.15)."""

from datetime import UTC, datetime, timedelta

from modem.emulator.device.commandline import Parameters
from modem.emulator.device.device import Device
from modem.emulator.device.results import Answer, CmeError, CommandTable, Verb, accepts, incorrect

ZONE_QUARTERS = 28  # UTC+7


def _clock(modem: Device, values: Parameters) -> Answer:
    """+CCLK="yy/MM/dd,hh:mm:ss±zz" (27.007 §8.15)."""
    text = values[0] if len(values) == 1 else None
    try:
        if not isinstance(text, str) or not -96 <= int(text[17:] or "0") <= 96:
            raise CmeError(50)
        local = datetime.strptime(text[:17], "%y/%m/%d,%H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        raise CmeError(50) from None
    shown = datetime.fromtimestamp(modem.now, UTC) + timedelta(minutes=15 * ZONE_QUARTERS)
    modem.clock_shift_s = (local - shown).total_seconds()
    return None


def _read_clock(modem: Device, values: Parameters) -> Answer:
    shown = datetime.fromtimestamp(modem.now + modem.clock_shift_s, UTC) + timedelta(minutes=15 * ZONE_QUARTERS)
    return f'+CCLK: "{shown:%y/%m/%d,%H:%M:%S}{ZONE_QUARTERS:+03d}"'


COMMANDS: CommandTable = {
    "+CCLK": Verb(set=_clock, read=_read_clock, test=accepts, refusal=incorrect),
}
