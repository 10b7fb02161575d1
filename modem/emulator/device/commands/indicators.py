"""Indicators and the reports of their changes: CIND and CMER (27.007 §8.9, §8.10)."""

from modem.emulator.device.commandline import Parameters
from modem.emulator.device.device import Device
from modem.emulator.device.indicators import INDICATORS
from modem.emulator.device.results import Answer, CmeError, CommandTable, Verb, incorrect, says

_RANGES = ((0, 1, 2, 3), (0,), (0,), (0, 1), (0, 1))  # <mode>, <keyp>, <disp>, <ind>, <bfr>


def _report(modem: Device, values: Parameters) -> Answer:
    """+CMER=[<mode>[,<keyp>[,<disp>[,<ind>[,<bfr>]]]]]: what is left out becomes 0.

    With <mode> 0 changes are kept back; <bfr> says whether those are told (0) or forgotten (1) when it ends.
    """
    chosen = tuple(value or 0 for value in (*values, *[None] * (5 - len(values))))
    if len(values) > 5 or any(value not in allowed for value, allowed in zip(chosen, _RANGES, strict=True)):
        raise CmeError(50)
    mode, keyp, disp, ind, bfr = (int(value) for value in chosen)
    if bfr or not modem.settings.cmer[3]:
        modem.indicators.forget()
    modem.settings.cmer = (mode, keyp, disp, ind, bfr)
    return None


def _span(most: int) -> str:
    return "0,1" if most == 1 else f"0-{most}"


COMMANDS: CommandTable = {
    "+CIND": Verb(
        read=lambda modem, values: "+CIND: " + ",".join(map(str, modem.indicators.values())),
        test=says("+CIND: " + ",".join(f'("{name}",({_span(most)}))' for name, most in INDICATORS.items())),
        refusal=incorrect,
    ),
    "+CMER": Verb(
        set=_report,
        execute=_report,
        read=lambda modem, values: "+CMER: " + ",".join(map(str, modem.settings.cmer)),
        test=says("+CMER: (0-3),(0),(0),(0,1),(0,1)"),
        refusal=incorrect,
    ),
}
