"""The line between terminal and modem: rate, framing, flow control, class of service (V.250 §6.2.10 ff., T.31 §8.2).

A pty has none of these, so they are kept and change nothing.
"""

from modem.emulator.device.commandline import Parameters
from modem.emulator.device.device import Device
from modem.emulator.device.results import Answer, AtError, CommandTable, Verb, says

_RATES = (1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200, 230400, 460800, 921600)


def _rate(modem: Device, values: Parameters) -> Answer:
    rate = values[0]
    if len(values) != 1 or rate not in (0, *_RATES) or not isinstance(rate, int):
        raise AtError
    modem.settings.ipr = rate
    return None


def _pair(name: str, field: str, most: tuple[int, int]) -> Verb:
    """Two numbers; one that is left out stays what it was."""

    def choose(modem: Device, values: Parameters) -> Answer:
        kept = getattr(modem.settings, field)
        given = [*values, None][:2]
        chosen = tuple(old if new is None else new for new, old in zip(given, kept, strict=True))
        if len(values) > 2 or not all(
            isinstance(value, int) and 0 <= value <= high for value, high in zip(chosen, most, strict=True)
        ):
            raise AtError
        setattr(modem.settings, field, chosen)
        return None

    def read(modem: Device, values: Parameters) -> Answer:
        first, second = getattr(modem.settings, field)
        return f"{name}: {first},{second}"

    return Verb(set=choose, read=read, test=says(f"{name}: (0-{most[0]}),(0-{most[1]})"))


def _service_class(modem: Device, values: Parameters) -> Answer:
    """+FCLASS=<n>: 0 is data, the only class without a fax or voice modem."""
    if values != (0,):
        raise AtError
    return None


COMMANDS: CommandTable = {
    "+IPR": Verb(
        set=_rate,
        read=lambda modem, values: f"+IPR: {modem.settings.ipr}",
        test=says(f"+IPR: (0,{','.join(map(str, _RATES))}),({','.join(map(str, _RATES))})"),
    ),
    "+ICF": _pair("+ICF", "icf", (6, 3)),
    "+IFC": _pair("+IFC", "ifc", (2, 2)),
    "+FCLASS": Verb(set=_service_class, read=says("0"), test=says("0")),
}
