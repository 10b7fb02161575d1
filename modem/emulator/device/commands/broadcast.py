"""Which cell broadcasts the modem listens to: CSCB (27.005 §3.3.4)."""

from modem.emulator.device.causes import NOT_SUPPORTED
from modem.emulator.device.charset import number_from_terminal, to_terminal
from modem.emulator.device.commandline import Parameters
from modem.emulator.device.device import Device
from modem.emulator.device.results import Answer, CmsError, CommandTable, Verb, says, unsupported
from modem.emulator.device.selection import Selection


def _choose(modem: Device, values: Parameters) -> Answer:
    """+CSCB=[<mode>[,<mids>[,<dcss>]]]; a list left out is empty."""
    mode, *lists = [*values, None, None][: max(3, len(values))]
    if len(lists) != 2 or mode not in (None, 0, 1) or any(isinstance(listed, int) for listed in lists):
        raise CmsError(NOT_SUPPORTED)
    mids, dcss = (number_from_terminal(str(listed or ""), modem.settings.cscs) for listed in lists)
    try:
        modem.settings.cscb = Selection(int(mode or 0), mids, dcss)
    except ValueError:
        raise CmsError(NOT_SUPPORTED) from None
    return None


def _chosen(modem: Device, values: Parameters) -> Answer:
    cscb, cscs = modem.settings.cscb, modem.settings.cscs
    return f'+CSCB: {cscb.mode},"{to_terminal(cscb.mids, cscs)}","{to_terminal(cscb.dcss, cscs)}"'


COMMANDS: CommandTable = {
    "+CSCB": Verb(set=_choose, read=_chosen, test=says("+CSCB: (0,1)"), refusal=unsupported),
}
