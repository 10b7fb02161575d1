"""Packet domain: what programs that want a data connection ask first (27.007 §5.9, §10.1.1, §10.1.9, §10.1.10).

Contexts can be defined and activated; there is no way to enter data state.
"""

from modem.emulator.device.charset import number_from_terminal, to_terminal
from modem.emulator.device.commandline import Parameters
from modem.emulator.device.device import Device
from modem.emulator.device.packet import MAX_CONTEXTS, TYPES, Context
from modem.emulator.device.registration import E_UTRAN
from modem.emulator.device.results import Answer, CmeError, CommandTable, Verb, incorrect, says

_GSM_ONLY, _E_UTRAN_ONLY = 12, 28  # <n> of +WS46


def _attach(modem: Device, values: Parameters) -> Answer:
    """+CGATT=<state> (27.007 §10.1.9): detaching ends every context."""
    if values not in ((0,), (1,)):
        raise CmeError(50)
    if values == (1,) and not modem.attached:
        raise CmeError(30)
    modem.registration.packet = values == (1,)
    if values == (0,):
        for context in modem.contexts.values():
            context.active = False
    modem.registration_changed()
    return None


def _cid(value: int | str | None) -> int:
    if not isinstance(value, int) or not 1 <= value <= MAX_CONTEXTS:
        raise CmeError(50)
    return value


def _define(modem: Device, values: Parameters) -> Answer:
    """+CGDCONT=<cid>[,<PDP_type>[,<APN>[,…]]] (27.007 §10.1.1): a <cid> alone undefines."""
    cid = _cid(values[0])
    if len(values) == 1:
        modem.contexts.pop(cid, None)
        return None
    pdp_type = number_from_terminal(str(values[1] or "IP"), modem.settings.cscs)
    if pdp_type not in TYPES:
        raise CmeError(50)
    apn = "" if len(values) < 3 or values[2] is None else number_from_terminal(str(values[2]), modem.settings.cscs)
    modem.contexts[cid] = Context(pdp_type, apn)
    return None


def _read_contexts(modem: Device, values: Parameters) -> Answer:
    cscs = modem.settings.cscs
    lines = [
        f'+CGDCONT: {cid},"{to_terminal(context.pdp_type, cscs)}","{to_terminal(context.apn, cscs)}","",0,0'
        for cid, context in sorted(modem.contexts.items())
    ]
    return "\r\n".join(lines) or None


def _activate(modem: Device, values: Parameters) -> Answer:
    """+CGACT=[<state>[,<cid>…]] (27.007 §10.1.10): without a <cid> all that are defined."""
    state = values[0]
    if state not in (0, 1):
        raise CmeError(50)
    cids = [_cid(value) for value in values[1:]] or list(modem.contexts)
    if any(cid not in modem.contexts for cid in cids):
        raise CmeError(50)
    if state == 1:
        if not modem.attached:
            raise CmeError(30)
        modem.registration.packet = True
    for cid in cids:
        modem.contexts[cid].active = state == 1
    return None


def _read_active(modem: Device, values: Parameters) -> Answer:
    lines = [f"+CGACT: {cid},{int(context.active)}" for cid, context in sorted(modem.contexts.items())]
    return "\r\n".join(lines) or None


def _radio(modem: Device) -> int:
    return _E_UTRAN_ONLY if modem.registration.act == E_UTRAN else _GSM_ONLY


def _choose_radio(modem: Device, values: Parameters) -> Answer:
    """+WS46=<n> (27.007 §5.9): the one technology there is."""
    if values != (_radio(modem),):
        raise CmeError(50)
    return None


COMMANDS: CommandTable = {
    "+CGATT": Verb(
        set=_attach,
        read=lambda modem, values: f"+CGATT: {int(modem.registration.served and modem.registration.packet)}",
        test=says("+CGATT: (0,1)"),
        refusal=incorrect,
    ),
    "+CGDCONT": Verb(
        set=_define,
        read=_read_contexts,
        test=says("\r\n".join(f'+CGDCONT: (1-{MAX_CONTEXTS}),"{pdp_type}",,,(0),(0)' for pdp_type in TYPES)),
        refusal=incorrect,
    ),
    "+CGACT": Verb(set=_activate, read=_read_active, test=says("+CGACT: (0,1)"), refusal=incorrect),
    "+WS46": Verb(
        set=_choose_radio,
        read=lambda modem, values: f"+WS46: {_radio(modem)}",
        test=lambda modem, values: f"+WS46: ({_radio(modem)})",
        refusal=incorrect,
    ),
}
