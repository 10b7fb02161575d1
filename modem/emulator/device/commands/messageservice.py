"""Settings of the message service: CSMS CMGF CSDH CSCA CSMP, and CSAS CRES that keep and restore them (27.005 §3)."""

from modem.emulator.codec.address import Address
from modem.emulator.device.causes import CENTRE_UNKNOWN, NOT_SUPPORTED, TEXT_MODE, wrong_parameter
from modem.emulator.device.charset import number_from_terminal, to_terminal
from modem.emulator.device.commandline import Parameters
from modem.emulator.device.commands.composing import suits
from modem.emulator.device.commands.forms import number_setting
from modem.emulator.device.device import Device
from modem.emulator.device.results import Answer, CmsError, CommandTable, Verb, accepts, says, unsupported
from modem.emulator.device.selection import Selection
from modem.emulator.device.state import MessageProfile, TextParameters

PROFILES = range(4)
_RELATIVE = 2  # <vp> as a number (23.040 §9.2.3.3)


def _service(modem: Device, values: Parameters) -> Answer:
    """+CSMS=<service> (27.005 §3.2.1): 0 phase 2, 1 phase 2+ with acknowledgement by +CNMA."""
    if values not in ((0,), (1,)):
        raise CmsError(NOT_SUPPORTED)
    modem.settings.csms = 1 if values == (1,) else 0
    return "+CSMS: 1,1,1"


def _service_centre(modem: Device, values: Parameters) -> Answer:
    """+CSCA=<sca>[,<tosca>] (27.005 §3.3.1)."""
    if len(values) not in (1, 2) or values[0] is None:
        raise wrong_parameter(modem)
    number = number_from_terminal(str(values[0]), modem.settings.cscs)
    tosca = values[1] if len(values) == 2 else None
    if tosca is not None and (not isinstance(tosca, int) or not 128 <= tosca <= 255):
        raise wrong_parameter(modem)
    digits = number.removeprefix("+")
    if not digits.isascii() or not digits.isdecimal() or len(digits) > 20:
        raise wrong_parameter(modem)
    modem.sim.smsc = f"+{digits}" if number != digits or tosca == 145 else digits
    return None


def _read_service_centre(modem: Device, values: Parameters) -> Answer:
    number = modem.sim.smsc
    if not number:
        raise CmsError(CENTRE_UNKNOWN)
    return f'+CSCA: "{to_terminal(number, modem.settings.cscs)}",{Address.of(number).toa}'


def _text_parameters(modem: Device, values: Parameters) -> Answer:
    """+CSMP=[<fo>[,<vp>[,<pid>[,<dcs>]]]] (27.005 §3.3.2). <vp> is of the form <fo> says; what is left out stays."""
    kept = modem.settings.csmp
    given = [*values, None, None, None][:4]
    fo, vp, pid, dcs = (
        before if value is None else value
        for value, before in zip(given, (kept.fo, kept.vp, kept.pid, kept.dcs), strict=True)
    )
    octets = [value for value in (fo, pid, dcs) if isinstance(value, int) and 0 <= value <= 255]
    if len(values) > 4 or len(octets) != 3:
        raise CmsError(TEXT_MODE)
    if given[1] is None and not suits(octets[0], vp) and octets[0] >> 3 & 3 == _RELATIVE:
        vp = TextParameters().vp
    if not suits(octets[0], vp):
        raise CmsError(TEXT_MODE)
    modem.settings.csmp = TextParameters(octets[0], vp, octets[1], octets[2])
    return None


def _read_text_parameters(modem: Device, values: Parameters) -> Answer:
    csmp = modem.settings.csmp
    vp = csmp.vp if isinstance(csmp.vp, int) else f'"{csmp.vp}"'
    return f"+CSMP: {csmp.fo},{vp},{csmp.pid},{csmp.dcs}"


def _profile(values: Parameters) -> int:
    profile = values[0] if values and values[0] is not None else 0
    if len(values) > 1 or not isinstance(profile, int) or profile not in PROFILES:
        raise CmsError(NOT_SUPPORTED)
    return profile


def _save(modem: Device, values: Parameters) -> Answer:
    """+CSAS[=<profile>] (27.005 §3.3.5)."""
    settings = modem.settings
    modem.message_profiles[_profile(values)] = MessageProfile(modem.sim.smsc, settings.csmp, settings.cscb)
    return None


def _restore(modem: Device, values: Parameters) -> Answer:
    """+CRES[=<profile>] (27.005 §3.3.6); a profile nobody saved has the factory's values and the card's centre."""
    fresh = MessageProfile(modem.sim.smsc, TextParameters(), Selection())
    saved = modem.message_profiles.get(_profile(values), fresh)
    modem.sim.smsc, modem.settings.csmp, modem.settings.cscb = saved.smsc, saved.csmp, saved.cscb
    return None


_SPAN = f"({PROFILES[0]}-{PROFILES[-1]})"

COMMANDS: CommandTable = {
    "+CMGF": number_setting("+CMGF", "cmgf", 1, unsupported, default=0),
    "+CSDH": number_setting("+CSDH", "csdh", 1, unsupported, default=0),
    "+CSMS": Verb(
        set=_service,
        read=lambda modem, values: f"+CSMS: {modem.settings.csms},1,1,1",
        test=says("+CSMS: (0,1)"),
        refusal=unsupported,
    ),
    "+CSCA": Verb(set=_service_centre, read=_read_service_centre, test=accepts, refusal=unsupported),
    "+CSMP": Verb(set=_text_parameters, read=_read_text_parameters, test=accepts, refusal=unsupported),
    "+CSAS": Verb(execute=_save, set=_save, test=says(f"+CSAS: {_SPAN}"), refusal=unsupported),
    "+CRES": Verb(execute=_restore, set=_restore, test=says(f"+CRES: {_SPAN}"), refusal=unsupported),
}
