"""Commands of 27.007 that SMS software uses: identity, SIM, registration, signal, clock, error form, call settings.

Owns their forms and checks. Most are one number with a range; `_number` makes those from a row.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from modem.emulator.codec.fields import INTERNATIONAL, UNKNOWN
from modem.emulator.device.commandline import Parameters
from modem.emulator.device.device import Device
from modem.emulator.device.results import (
    Answer,
    AtError,
    CmeError,
    CommandTable,
    Verb,
    accepts,
    incorrect,
    says,
)
from modem.emulator.device.textmode import to_terminal

OPERATOR = ("Otklik Mobile", "Otklik", "25099")  # long, short, numeric; MNC 99 of MCC 250 is nobody's
_LAC, _CELL = "1F40", "00A1B2C3"
_REGISTERED, _NOT_SEARCHING = 1, 0
ZONE_QUARTERS = 28  # UTC+7


def number_setting(
    name: str, field: str, highest: int, refusal: Callable[[], AtError] = incorrect, default: int | None = None
) -> Verb:
    """A command that is one number from 0 to `highest`; `default` stands for a missing one, if that is allowed."""

    def choose(modem: Device, values: Parameters) -> Answer:
        value = values[0] if values and values[0] is not None else default
        if len(values) > 1 or not isinstance(value, int) or not 0 <= value <= highest:
            raise refusal()
        setattr(modem.settings, field, value)
        return None

    def read(modem: Device, values: Parameters) -> Answer:
        return f"{name}: {getattr(modem.settings, field)}"

    span = f"(0-{highest})" if highest > 1 else "(0,1)"
    return Verb(set=choose, read=read, test=says(f"{name}: {span}"), refusal=refusal)


def _asked(answer: Callable[[Device], str]) -> Verb:
    """An execution command that only tells; its test form is an empty OK (27.007 §5)."""
    return Verb(execute=lambda modem, values: answer(modem), test=accepts)


def _charset(modem: Device, values: Parameters) -> Answer:
    if len(values) != 1 or values[0] not in ("GSM", "IRA", "UCS2", "HEX"):
        raise CmeError(50)
    modem.settings.cscs = str(values[0])
    return None


def _own_number(modem: Device) -> str:
    number = modem.sim.number
    toa = INTERNATIONAL if number.startswith("+") else UNKNOWN
    return f'+CNUM: "","{to_terminal(number, modem.settings.cscs)}",{toa}'


def _enter_pin(modem: Device, values: Parameters) -> Answer:
    raise CmeError(3)  # the card is not waiting for one


def _functionality(modem: Device, values: Parameters) -> Answer:
    """+CFUN=<fun>[,<rst>] (27.007 §8.2): 0 off, 1 full, 4 no radio."""
    fun, reset = values[0], values[1] if len(values) > 1 else 0
    if fun not in (0, 1, 4) or reset not in (0, 1) or len(values) > 2:
        raise CmeError(50)
    was_attached = modem.attached
    if reset:
        modem.reset_settings()
    modem.cfun = fun if isinstance(fun, int) else 1
    if modem.attached != was_attached:
        for name, n in (("+CREG", "creg"), ("+CGREG", "cgreg"), ("+CEREG", "cereg")):
            if getattr(modem.settings, n):
                modem.notify(f"{name}: {_registration(modem, n)}")
    if modem.attached:
        modem.may_receive()
    return None


def _registration(modem: Device, field: str) -> str:
    """<stat> and, with n=2, where (27.007 §7.2, §10.1.20, §10.1.22)."""
    if not modem.attached:
        return str(_NOT_SEARCHING)
    return f'{_REGISTERED},"{_LAC}","{_CELL}"' if getattr(modem.settings, field) == 2 else str(_REGISTERED)


def _registration_setting(name: str, field: str) -> Verb:
    def read(modem: Device, values: Parameters) -> Answer:
        return f"{name}: {getattr(modem.settings, field)},{_registration(modem, field)}"

    plain = number_setting(name, field, 2, default=0)
    return Verb(set=plain.set, execute=plain.set, read=read, test=plain.test, refusal=incorrect)


def _operator(modem: Device, values: Parameters) -> Answer:
    """+COPS=<mode>[,<format>[,<oper>]] (27.007 §7.3); 3 only sets the format of the answer."""
    mode, form = values[0], values[1] if len(values) > 1 else None
    if mode not in (0, 1, 2, 3, 4) or form not in (None, 0, 1, 2) or len(values) > 4:
        raise CmeError(50)
    if isinstance(form, int):
        modem.settings.cops_format = form
    elif mode == 3:
        raise CmeError(50)
    if mode in (1, 4) and (len(values) < 3 or values[2] not in OPERATOR):
        raise CmeError(30)
    return None


def _read_operator(modem: Device, values: Parameters) -> Answer:
    if not modem.attached:
        return "+COPS: 0"
    form = modem.settings.cops_format
    return f'+COPS: 0,{form},"{to_terminal(OPERATOR[form], modem.settings.cscs)}",0'


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


def _ussd(modem: Device, values: Parameters) -> Answer:
    """+CUSD=[<n>[,<str>[,<dcs>]]] (27.007 §7.15). This network has no USSD service: <m>=4 to every request."""
    n = 0 if not values or values[0] is None else values[0]
    if n not in (0, 1, 2) or len(values) > 3:
        raise CmeError(50)
    if isinstance(n, int) and n < 2:
        modem.settings.cusd = n
    if len(values) > 1 and modem.settings.cusd:
        modem.notify("+CUSD: 4")
    return None


def _all_commands(modem: Device) -> str:
    return "\r\n".join(sorted(modem.commands))


def _identity(field: str) -> Verb:
    return _asked(lambda modem: str(getattr(modem.identity, field)))


def _read_clip(modem: Device, values: Parameters) -> Answer:
    return f"+CLIP: {modem.settings.clip},1"  # provisioned (27.007 §7.6)


_CLIP = number_setting("+CLIP", "clip", 1)

COMMANDS: CommandTable = {
    "+CGMI": _identity("manufacturer"),
    "+GMI": _identity("manufacturer"),
    "+CGMM": _identity("model"),
    "+GMM": _identity("model"),
    "+CGMR": _identity("revision"),
    "+GMR": _identity("revision"),
    "+CGSN": _identity("imei"),
    "+GSN": _identity("imei"),
    "+CIMI": _asked(lambda modem: modem.sim.imsi),
    "+CCID": _asked(lambda modem: f'+CCID: "{modem.sim.iccid}"'),
    "+ICCID": _asked(lambda modem: f"+ICCID: {modem.sim.iccid}"),
    "^ICCID": _asked(lambda modem: f"^ICCID: {modem.sim.iccid}"),
    "+CNUM": _asked(_own_number),
    "+CLAC": _asked(_all_commands),
    "+CMEE": number_setting("+CMEE", "cmee", 2, default=0),
    "+CSCS": Verb(
        set=_charset,
        read=lambda modem, values: f'+CSCS: "{to_terminal(modem.settings.cscs, modem.settings.cscs)}"',
        test=says('+CSCS: ("GSM","IRA","UCS2","HEX")'),
        refusal=incorrect,
    ),
    "+CPIN": Verb(set=_enter_pin, read=says("+CPIN: READY"), test=accepts, refusal=incorrect),
    "+CFUN": Verb(
        set=_functionality,
        read=lambda modem, values: f"+CFUN: {modem.cfun}",
        test=says("+CFUN: (0,1,4),(0,1)"),
        refusal=incorrect,
    ),
    "+CPAS": Verb(execute=says("+CPAS: 0"), test=says("+CPAS: (0,3,4)")),
    "+CSQ": Verb(
        execute=lambda modem, values: f"+CSQ: {modem.identity.signal if modem.attached else 99},0",
        test=says("+CSQ: (0-31,99),(0-7,99)"),
    ),
    "+CREG": _registration_setting("+CREG", "creg"),
    "+CGREG": _registration_setting("+CGREG", "cgreg"),
    "+CEREG": _registration_setting("+CEREG", "cereg"),
    "+COPS": Verb(
        set=_operator,
        read=_read_operator,
        test=says(f'+COPS: (2,"{OPERATOR[0]}","{OPERATOR[1]}","{OPERATOR[2]}",0),,(0-4),(0-2)'),
        refusal=incorrect,
    ),
    "+CCLK": Verb(set=_clock, read=_read_clock, test=accepts, refusal=incorrect),
    "+CLIP": Verb(set=_CLIP.set, read=_read_clip, test=_CLIP.test, refusal=incorrect),
    "+CRC": number_setting("+CRC", "crc", 1, default=0),
    "+CVHU": number_setting("+CVHU", "cvhu", 2, default=0),
    "+CUSD": Verb(
        set=_ussd,
        execute=_ussd,
        read=lambda modem, values: f"+CUSD: {modem.settings.cusd}",
        test=says("+CUSD: (0-2)"),
        refusal=incorrect,
    ),
}
