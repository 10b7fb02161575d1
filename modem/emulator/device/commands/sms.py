"""Settings of 27.005: format, memories, service centre, text mode parameters, notices and their acknowledgement."""

from modem.emulator.codec.address import Address
from modem.emulator.device.charset import number_from_terminal, to_terminal
from modem.emulator.device.commandline import Parameters
from modem.emulator.device.commands.forms import number_setting
from modem.emulator.device.device import Device
from modem.emulator.device.reception import acknowledge
from modem.emulator.device.results import Answer, CmsError, CommandTable, Verb, says, unsupported

_READABLE = ("SM", "ME", "MT", "SR")
_WRITABLE = ("SM", "ME", "MT")
_CNMI_VALUES = ((0, 1, 2, 3), (0, 1, 2, 3), (0, 2, 3), (0, 1, 2), (0, 1))


def _choose_memories(modem: Device, values: Parameters) -> Answer:
    """+CPMS=<mem1>[,<mem2>[,<mem3>]] (27.005 §3.2.2); the answer counts what the memories hold now."""
    if not 1 <= len(values) <= 3:
        raise CmsError(303)
    for place, name in enumerate(values):
        if name not in (_READABLE if place == 0 else _WRITABLE):
            raise CmsError(303)
    modem.cpms[: len(values)] = [str(name) for name in values]
    modem.may_receive()
    chosen = [modem.memories[name] for name in modem.cpms]
    return "+CPMS: " + ",".join(f"{memory.used},{memory.capacity}" for memory in chosen)


def _read_memories(modem: Device, values: Parameters) -> Answer:
    chosen = [modem.memories[name] for name in modem.cpms]
    return "+CPMS: " + ",".join(f'"{memory.name}",{memory.used},{memory.capacity}' for memory in chosen)


def _memory_test(modem: Device, values: Parameters) -> Answer:
    readable, writable = (",".join(f'"{name}"' for name in names) for names in (_READABLE, _WRITABLE))
    return f"+CPMS: ({readable}),({writable}),({writable})"


def _service_centre(modem: Device, values: Parameters) -> Answer:
    """+CSCA=<sca>[,<tosca>] (27.005 §3.3.1)."""
    if len(values) not in (1, 2) or values[0] is None:
        raise CmsError(304 + modem.settings.cmgf)
    number = number_from_terminal(str(values[0]), modem.settings.cscs)
    if len(values) == 2 and values[1] == 145:
        number = "+" + number.removeprefix("+")
    if not number.removeprefix("+").isdecimal() or len(number) > 21:
        raise CmsError(304 + modem.settings.cmgf)
    modem.sim.smsc = number
    return None


def _read_service_centre(modem: Device, values: Parameters) -> Answer:
    number = modem.sim.smsc
    if not number:
        raise CmsError(330)
    return f'+CSCA: "{to_terminal(number, modem.settings.cscs)}",{Address.of(number).toa}'


def _text_parameters(modem: Device, values: Parameters) -> Answer:
    """+CSMP=[<fo>[,<vp>[,<pid>[,<dcs>]]]] (27.005 §3.3.2). <vp> is a number, or quoted if <fo> has it absolute."""
    settings = modem.settings
    given = [*values, None, None, None][:4]
    fo, vp, pid, dcs = (
        kept if value is None else value
        for value, kept in zip(given, (settings.fo, settings.vp, settings.pid, settings.dcs), strict=True)
    )
    octets = [value for value in (fo, pid, dcs) if isinstance(value, int) and 0 <= value <= 255]
    if len(values) > 4 or len(octets) != 3 or (isinstance(vp, int) and not 0 <= vp <= 255):
        raise CmsError(305)
    settings.fo, settings.pid, settings.dcs = octets
    settings.vp = vp
    return None


def _read_text_parameters(modem: Device, values: Parameters) -> Answer:
    settings = modem.settings
    vp = settings.vp if isinstance(settings.vp, int) else f'"{settings.vp}"'
    return f"+CSMP: {settings.fo},{vp},{settings.pid},{settings.dcs}"


def _service(modem: Device, values: Parameters) -> Answer:
    """+CSMS=<service> (27.005 §3.2.1): 0 phase 2, 1 phase 2+ with acknowledgement by +CNMA."""
    if values not in ((0,), (1,)):
        raise CmsError(303)
    modem.settings.csms = 1 if values == (1,) else 0
    return "+CSMS: 1,1,1"


def _notices(modem: Device, values: Parameters) -> Answer:
    """+CNMI=[<mode>[,<mt>[,<bm>[,<ds>[,<bfr>]]]]] (27.005 §3.4.1). Parameters left out become 0."""
    if len(values) > 5:
        raise CmsError(303)
    mode, mt, bm, ds, bfr = chosen = [value or 0 for value in (*values, *[None] * (5 - len(values)))]
    for value, allowed in zip(chosen, _CNMI_VALUES, strict=True):
        if value not in allowed:
            raise CmsError(303)
    modem.settings.cnmi = (int(mode), int(mt), int(bm), int(ds), int(bfr))
    if mode:
        if bfr:
            modem.notices.forget()
        else:
            modem.notices.release()
    modem.may_receive()
    return None


def _read_notices(modem: Device, values: Parameters) -> Answer:
    return "+CNMI: " + ",".join(map(str, modem.settings.cnmi))


def _acknowledge(modem: Device, values: Parameters) -> Answer:
    """+CNMA[=<n>] (27.005 §3.4.4): 0 or 1 taken, 2 not taken; 340 if nothing waits for it."""
    n = values[0] if values else 0
    if n not in (0, 1, 2) or (n and modem.settings.cmgf):
        raise CmsError(303)
    if modem.ack_due is None:
        raise CmsError(340)
    acknowledge(modem, ok=n != 2)
    return None


COMMANDS: CommandTable = {
    "+CMGF": number_setting("+CMGF", "cmgf", 1, unsupported, default=0),
    "+CSDH": number_setting("+CSDH", "csdh", 1, unsupported, default=0),
    "+CMMS": number_setting("+CMMS", "cmms", 2, unsupported, default=0),
    "+CSMS": Verb(
        set=_service,
        read=lambda modem, values: f"+CSMS: {modem.settings.csms},1,1,1",
        test=says("+CSMS: (0,1)"),
        refusal=unsupported,
    ),
    "+CPMS": Verb(set=_choose_memories, read=_read_memories, test=_memory_test, refusal=unsupported),
    "+CSCA": Verb(set=_service_centre, read=_read_service_centre, test=lambda modem, values: None, refusal=unsupported),
    "+CSMP": Verb(set=_text_parameters, read=_read_text_parameters, test=lambda modem, values: None),
    "+CNMI": Verb(
        set=_notices,
        execute=_notices,
        read=_read_notices,
        test=says("+CNMI: " + ",".join(f"({','.join(map(str, values))})" for values in _CNMI_VALUES)),
        refusal=unsupported,
    ),
    "+CNMA": Verb(execute=_acknowledge, set=_acknowledge, test=says("+CNMA: (0-2)"), refusal=unsupported),
}
