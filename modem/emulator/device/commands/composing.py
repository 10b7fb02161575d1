"""From what the terminal gave to a PDU: lengths, hexadecimal, numbers, and what +CSMP and a text make (27.005 §3.1).

Owns the checks a message passes before it is sent or stored. Must not know where it goes.
"""

from binascii import Error as HexError
from binascii import unhexlify
from datetime import UTC, datetime, timedelta

from modem.emulator.codec.address import Address
from modem.emulator.codec.octets import FieldError
from modem.emulator.codec.timestamp import encode_timestamp
from modem.emulator.codec.tpdu import MTI_DELIVER, MTI_SUBMIT, UDHI, Deliver, Submit, decode_submit, encode_submit
from modem.emulator.codec.validity import enhanced_validity
from modem.emulator.device.causes import PDU_MODE, TEXT_MODE
from modem.emulator.device.charset import number_from_terminal
from modem.emulator.device.commandline import Parameters
from modem.emulator.device.device import Device
from modem.emulator.device.messagelines import tpdu_length
from modem.emulator.device.results import CmsError
from modem.emulator.device.textmode import user_data_from_terminal

LONGEST_TPDU = 1 + 1 + 12 + 1 + 1 + 7 + 1 + 140
_ENHANCED, _RELATIVE, _ABSOLUTE = 1, 2, 3  # TP-VPF (23.040 §9.2.3.3)
_VPF = 0x18
_NOTHING_MORE = 0x04  # TP-MMS (23.040 §9.2.3.2)


def announced_length(value: object) -> int:
    """<length> of a PDU to come: octets of the TPDU."""
    if not isinstance(value, int) or not 1 <= value <= LONGEST_TPDU:
        raise CmsError(PDU_MODE)
    return value


def pdu_from_terminal(text: bytes) -> bytes:
    """The octets of a PDU typed in hexadecimal."""
    try:
        return unhexlify(text)
    except HexError:
        raise CmsError(PDU_MODE) from None


def number_given(modem: Device, values: Parameters, named: bool = False) -> Address:
    """<da>[,<toda>]: without a type, + is 145 and everything else 129; `named` lets <oa> be a name (type 208)."""
    if not 1 <= len(values) <= 2 or values[0] is None:
        raise CmsError(TEXT_MODE)
    number = number_from_terminal(str(values[0]), modem.settings.cscs)
    toa = values[1] if len(values) == 2 else None
    if toa is not None and (not isinstance(toa, int) or not 128 <= toa <= 255):
        raise CmsError(TEXT_MODE)
    if isinstance(toa, int) and toa & 0x70 == 0x50 and named:
        return Address(number, toa)
    digits = number.removeprefix("+")
    if not 1 <= len(digits) <= 20 or not set(digits) <= set("0123456789*#abc"):
        raise CmsError(TEXT_MODE)
    return Address(digits, toa if isinstance(toa, int) else 145 if number != digits else 129)


def stamp_from_text(text: str) -> bytes:
    """A time as text mode writes it, yy/MM/dd,hh:mm:ss±zz, as seven octets; FieldError if it is none."""
    try:
        quarters = int(text[17:])
        local = datetime.strptime(text[:17], "%y/%m/%d,%H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        raise FieldError("a time is yy/MM/dd,hh:mm:ss±zz") from None
    if len(text) != 20 or text[17] not in "+-" or abs(quarters) > 79:
        raise FieldError("a time zone is a sign and two digits, quarters of an hour up to 79")
    return encode_timestamp((local - timedelta(minutes=15 * quarters)).timestamp(), quarters)


def _validity(fo: int, vp: int | str) -> bytes:
    """TP-VP of +CSMP; FieldError if <vp> is not of the form <fo> says."""
    form = fo >> 3 & 3
    if form == _RELATIVE and isinstance(vp, int) and 0 <= vp <= 255:
        return bytes([vp])
    if form == _ABSOLUTE and isinstance(vp, str):
        return stamp_from_text(vp)
    if form == _ENHANCED and isinstance(vp, str):
        try:
            octets = unhexlify(vp)
        except ValueError:
            octets = b""
        if len(octets) == 7:
            enhanced_validity(octets)
            return octets
    if form:
        raise FieldError("<vp> is not of the form <fo> says")
    return b""


def suits(fo: int, vp: int | str) -> bool:
    """Whether <vp> is of the form <fo> says. That of a DELIVER may hold the time of +CMGW, or anything unused."""
    try:
        if fo & 3 != MTI_DELIVER:
            _validity(fo, vp)
        elif isinstance(vp, str):
            stamp_from_text(vp)
    except FieldError:
        return False
    return True


def text_submit(modem: Device, to: Address, text: bytes, smsc: str = "") -> Submit:
    """The SUBMIT that +CSMP and a text make."""
    settings = modem.settings
    csmp = settings.csmp
    try:
        ud = user_data_from_terminal(text, csmp.fo, csmp.dcs, settings.cscs)
        validity = _validity(csmp.fo, csmp.vp) if csmp.fo & 3 == MTI_SUBMIT else b""
        first = csmp.fo if csmp.fo & 3 == MTI_SUBMIT else csmp.fo & ~(_VPF | 3) | MTI_SUBMIT
        pdu = encode_submit(Submit(first, 0, to, csmp.pid, validity, ud, smsc))
        return decode_submit(pdu, tpdu_length(pdu))
    except FieldError:
        raise CmsError(TEXT_MODE) from None


def text_deliver(modem: Device, origin: Address, text: bytes) -> Deliver:
    """The DELIVER that +CMGW stores: <fo> of +CSMP if it is one's, <vp> for its time, else the modem's clock."""
    settings = modem.settings
    csmp = settings.csmp
    fo = csmp.fo if csmp.fo & 3 == MTI_DELIVER else csmp.fo & UDHI | _NOTHING_MORE
    try:
        ud = user_data_from_terminal(text, fo, csmp.dcs, settings.cscs)
        if csmp.fo & 3 == MTI_DELIVER and isinstance(csmp.vp, str):
            scts = stamp_from_text(csmp.vp)
        else:
            scts = encode_timestamp(modem.now + modem.clock.shift_s, modem.clock.zone_quarters)
    except FieldError:
        raise CmsError(TEXT_MODE) from None
    return Deliver(origin, scts, ud, csmp.pid, fo, modem.sim.smsc)
