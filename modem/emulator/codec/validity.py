"""TP-Validity-Period in its three forms, both ways (TS 23.040 §9.2.3.12)."""

from dataclasses import dataclass
from math import ceil

from modem.emulator.codec.octets import FieldError, decode_digits, encode_digits
from modem.emulator.codec.timestamp import decode_timestamp

ENHANCED_OCTETS = 7
_EXTENDED, _SINGLE_SHOT = 0x80, 0x40
_RELATIVE, _SECONDS, _CLOCK = 1, 2, 3
# TP-VP relative: the last octet of a range, seconds at octet 0 of its line, seconds per step (§9.2.3.12.1)
_RANGES = ((143, 300, 300), (167, 43200 - 143 * 1800, 1800), (196, -166 * 86400, 86400), (255, -192 * 604800, 604800))


def relative_validity(octet: int) -> float:
    """TP-VP in relative form, in seconds (§9.2.3.12.1)."""
    start, step = next((start, step) for last, start, step in _RANGES if octet <= last)
    return float(start + octet * step)


def relative_octet(seconds: float) -> int:
    """The shortest relative TP-VP that lasts `seconds`; 63 weeks is the most there is."""
    for last, start, step in _RANGES:
        octet = max(0, ceil((seconds - start) / step))
        if octet <= last:
            return octet
    return 255


@dataclass(frozen=True, slots=True)
class Enhanced:
    """TP-VP in enhanced form (§9.2.3.12.3). `period_s` None leaves the period to the service centre.

    `single_shot` asks for one try only. `extensions` are further functionality indicators, none of which the standard
    has given a meaning yet.
    """

    period_s: float | None
    single_shot: bool = False
    form: int = 0
    extensions: bytes = b""


def decode_enhanced(octets: bytes) -> Enhanced:
    """Read the seven octets; FieldError for a reserved form, a period of 0 s, or what is no time of day."""
    first, at = octets[0], 1
    while octets[at - 1] & _EXTENDED:
        if at == ENHANCED_OCTETS:
            raise FieldError("the enhanced validity period is all functionality indicators")
        at += 1
    form, value = first & 0x07, octets[at:]
    if len(value) < (0, 1, 1, 3)[form & 3]:
        raise FieldError("the enhanced validity period has no room for its value")
    return Enhanced(_period(form, value), bool(first & _SINGLE_SHOT), form, octets[1:at])


def _period(form: int, value: bytes) -> float | None:
    if form == _RELATIVE:
        return relative_validity(value[0])
    if form == _SECONDS:
        if value[0] == 0:
            raise FieldError("a validity period of 0 seconds is undefined")
        return float(value[0])
    if form == _CLOCK:
        digits = decode_digits(value[:3], 6)
        if not digits.isdecimal() or digits[:2] > "23" or digits[2:4] > "59" or digits[4:] > "59":
            raise FieldError("the enhanced validity period is no time of day")
        return int(digits[:2]) * 3600.0 + int(digits[2:4]) * 60.0 + int(digits[4:])
    if form:
        raise FieldError("the enhanced validity period has a reserved form")
    return None


def encode_enhanced(validity: Enhanced) -> bytes:
    """The seven octets, unused ones zero. FieldError for a period the form cannot say exactly or has no room for."""
    indicators = bytearray([validity.form | validity.single_shot * _SINGLE_SHOT, *validity.extensions])
    for at in range(len(indicators)):
        indicators[at] = indicators[at] & ~_EXTENDED | (at + 1 < len(indicators)) * _EXTENDED
    octets = (bytes(indicators) + _value(validity)).ljust(ENHANCED_OCTETS, b"\x00")
    if len(octets) != ENHANCED_OCTETS or decode_enhanced(octets).period_s != validity.period_s:
        raise FieldError("the enhanced validity period cannot be said in its form")
    return octets


def _value(validity: Enhanced) -> bytes:
    seconds = int(validity.period_s or 0)
    if validity.form == _RELATIVE:
        return bytes([relative_octet(seconds)])
    if validity.form == _SECONDS:
        return bytes([min(seconds, 255)])
    if validity.form == _CLOCK:
        return encode_digits(f"{seconds // 3600 % 24:02d}{seconds // 60 % 60:02d}{seconds % 60:02d}")
    return b""


def enhanced_validity(octets: bytes) -> float | None:
    """TP-VP in enhanced form, in seconds, or None if it gives no period; FieldError as `decode_enhanced`."""
    return decode_enhanced(octets).period_s


def absolute_validity(octets: bytes) -> float:
    """TP-VP in absolute form, as seconds since the epoch (§9.2.3.12.2); FieldError if it is no time.

    Reading a half-wrong time as if its digits were 0 is for TP-SCTS; an end that nobody meant would lose messages.
    """
    end = decode_timestamp(octets)
    plain = octets[:6] + bytes([octets[6] & 0xF7])
    if end is None or any(octet & 0x0F > 9 or octet > 0x9F for octet in plain):
        raise FieldError("the absolute validity period is not a time")
    return end
