"""Fields of TS 23.040 that several TPDUs share: addresses, time stamps, validity, user data with its header.

Owns: the octets of one field to and from a value. Every reader is strict and raises `FieldError`: what a modem
would refuse with "invalid PDU mode parameter" must not get through here. Knows nothing of message types.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from modem.emulator.codec.coding import (
    Alphabet,
    data_coding,
    pack_septets,
    septets_to_text,
    text_to_septets,
    unpack_septets,
)


class FieldError(ValueError):
    """A field is not what TS 23.040 allows; the text says which and why."""


_SWAP = bytes((octet & 0x0F) << 4 | octet >> 4 for octet in range(256))
_TO_DIGITS = str.maketrans("abcde", "*#abc")  # §9.1.2.3
_TO_NIBBLES = str.maketrans("*#abc", "abcde")
INTERNATIONAL, UNKNOWN, ALPHANUMERIC = 0x91, 0x81, 0xD0
MAX_UD_OCTETS = 140


@dataclass(frozen=True, slots=True)
class Address:
    """A number or name with its type-of-address octet (§9.1.2.5). `value` has no plus sign."""

    value: str
    toa: int

    @classmethod
    def of(cls, text: str) -> "Address":
        """Read an address as people write it: +7… is 91, digits are 81, anything else is a name."""
        if text.startswith("+") and text[1:].isdecimal():
            return cls(text[1:], INTERNATIONAL)
        if text and all(char in "0123456789*#" for char in text):
            return cls(text, UNKNOWN)
        return cls(text, ALPHANUMERIC)

    @property
    def text(self) -> str:
        """The address as people write it: with a plus sign if it is international."""
        return "+" + self.value if self.toa & 0x70 == 0x10 else self.value


def encode_address(address: Address) -> bytes:
    """TP-OA, TP-DA, TP-RA: length in useful semi-octets, type, value (§9.1.2.5). Names are cut to 11 characters."""
    if address.toa & 0x70 == 0x50:
        septets = text_to_septets(address.value)[:11]
        return bytes([(len(septets) * 7 + 3) // 4, address.toa]) + pack_septets(septets)
    return bytes([len(address.value), address.toa]) + encode_digits(address.value)


def encode_digits(digits: str) -> bytes:
    """Semi-octets, low nibble first, an odd count filled with F (§9.1.2.3)."""
    nibbles = digits.translate(_TO_NIBBLES)
    return bytes.fromhex(nibbles + "f" if len(nibbles) % 2 else nibbles).translate(_SWAP)


def decode_digits(octets: bytes, count: int) -> str:
    """`count` digits out of semi-octets; FieldError on F within them or anything but F after them."""
    nibbles = octets.translate(_SWAP).hex()
    digits, rest = nibbles[:count], nibbles[count:]
    if "f" in digits or rest.strip("f"):
        raise FieldError("a number has filler where a digit should be")
    return digits.translate(_TO_DIGITS)


def decode_address(pdu: bytes, at: int) -> tuple[Address, int]:
    """Read an address at `at`; return it and the place behind it. FieldError if it is not one."""
    if at + 2 > len(pdu):
        raise FieldError("the message ends before an address")
    count, toa = pdu[at], pdu[at + 1]
    end = at + 2 + (count + 1) // 2
    if count > 20 or end > len(pdu) or not toa & 0x80:
        raise FieldError("an address is longer than 20 digits or the message, or its type is wrong")
    octets = pdu[at + 2 : end]
    if toa & 0x70 == 0x50:
        return Address(septets_to_text(unpack_septets(octets, count * 4 // 7)), toa), end
    return Address(decode_digits(octets, count), toa), end


def encode_smsc(number: str) -> bytes:
    """The service centre address in front of a PDU (27.005 §3.1 <pdu>): its length counts octets, with the type."""
    if not number:
        return b"\x00"
    address = Address.of(number)
    digits = encode_digits(address.value)
    return bytes([len(digits) + 1, address.toa]) + digits


def decode_smsc(pdu: bytes) -> tuple[str, int]:
    """Read the service centre address; '' means the one the modem has set. Returns it and the TPDU's place."""
    if not pdu or pdu[0] + 1 > len(pdu) or pdu[0] == 1 or pdu[0] > 12:
        raise FieldError("the service centre address has a wrong length")
    if pdu[0] == 0:
        return "", 1
    octets = pdu[2 : pdu[0] + 1]
    filled = bool(octets) and octets[-1] >> 4 == 0x0F
    return Address(decode_digits(octets, len(octets) * 2 - filled), pdu[1]).text, pdu[0] + 1


def encode_timestamp(now: float, quarters: int) -> bytes:
    """TP-SCTS: local time at `now` (s since the epoch) in a zone of `quarters` quarter-hours (§9.2.3.11)."""
    local = datetime.fromtimestamp(now, UTC) + timedelta(minutes=15 * quarters)
    zone = abs(quarters)
    digits = f"{local:%y%m%d%H%M%S}{zone:02d}"
    octets = bytearray(bytes.fromhex(digits).translate(_SWAP))
    if quarters < 0:
        octets[6] |= 0x08  # the sign is bit 3 of the octet: the top bit of the first digit after swapping
    return bytes(octets)


def timestamp_text(octets: bytes) -> str:
    """TP-SCTS as text mode shows it: yy/MM/dd,hh:mm:ss±zz (27.005 §3.1 <scts>)."""
    sign = "-" if octets[6] & 0x08 else "+"
    digits = (octets[:6] + bytes([octets[6] & 0xF7])).translate(_SWAP).hex()
    pairs = [digits[i : i + 2] for i in range(0, 14, 2)]
    return f"{'/'.join(pairs[:3])},{':'.join(pairs[3:6])}{sign}{pairs[6]}"


def relative_validity(octet: int) -> float:
    """TP-VP in relative form, in seconds (§9.2.3.12.1)."""
    if octet <= 143:
        return (octet + 1) * 300.0
    if octet <= 167:
        return 43200.0 + (octet - 143) * 1800.0
    if octet <= 196:
        return (octet - 166) * 86400.0
    return (octet - 192) * 604800.0


def enhanced_validity(octets: bytes) -> float | None:
    """TP-VP in enhanced form, in seconds, or None if it gives no period (§9.2.3.12.3)."""
    form = octets[0] & 0x07
    if form == 1:
        return relative_validity(octets[1])
    if form == 2:
        return float(octets[1])
    if form == 3:
        digits = decode_digits(octets[1:4], 6)
        if not digits.isdecimal():
            raise FieldError("the enhanced validity period is no time of day")
        return int(digits[:2]) * 3600.0 + int(digits[2:4]) * 60.0 + int(digits[4:])
    if form:
        raise FieldError("the enhanced validity period has a reserved form")
    return None


def absolute_validity(octets: bytes) -> float:
    """TP-VP in absolute form, as seconds since the epoch (§9.2.3.12.2); FieldError if it is no time."""
    text = timestamp_text(octets)
    try:
        local = datetime.strptime(text[:17], "%y/%m/%d,%H:%M:%S").replace(tzinfo=UTC)
        return (local - timedelta(minutes=15 * int(text[17:]))).timestamp()
    except ValueError:
        raise FieldError("the absolute validity period is not a time") from None


@dataclass(frozen=True, slots=True)
class Concat:
    """One part's place in a long message (§9.2.3.24.1 and .8)."""

    ref: int
    total: int
    seq: int


@dataclass(frozen=True, slots=True)
class UserData:
    """TP-UD with what is needed to read it. `length` is TP-UDL: septets for GSM 7-bit, else octets."""

    octets: bytes
    length: int
    dcs: int
    has_header: bool

    def check(self) -> None:
        """FieldError unless length, octets and header agree (§9.2.3.16, §9.2.3.24)."""
        coding = data_coding(self.dcs)
        septets = coding.alphabet is Alphabet.GSM7 and not coding.compressed
        expected = (self.length * 7 + 7) // 8 if septets else self.length
        if len(self.octets) != expected or expected > MAX_UD_OCTETS:
            raise FieldError("the user data is not as long as TP-UDL says")
        if self.has_header:
            for _ in self.elements():
                pass

    @property
    def header_octets(self) -> int:
        """Octets taken by the header, its length octet included."""
        return self.octets[0] + 1 if self.has_header and self.octets else 0

    def elements(self) -> Iterator[tuple[int, bytes]]:
        """Information elements of the header; FieldError where they run over its end."""
        end = self.header_octets
        if not 1 <= end <= len(self.octets):
            raise FieldError("the user data header is longer than the user data")
        at = 1
        while at < end:
            if at + 2 > end or at + 2 + self.octets[at + 1] > end:
                raise FieldError("an information element runs over the end of the header")
            yield self.octets[at], self.octets[at + 2 : at + 2 + self.octets[at + 1]]
            at += 2 + self.octets[at + 1]

    @property
    def concat(self) -> Concat | None:
        """Place in a long message, from the last such element that makes sense (§9.2.3.24.1: others are void)."""
        found = None
        for kind, data in self.elements() if self.has_header else ():
            if kind == 0x00 and len(data) == 3 and 0 < data[2] <= data[1]:
                found = Concat(data[0], data[1], data[2])
            elif kind == 0x08 and len(data) == 4 and 0 < data[3] <= data[2]:
                found = Concat(data[0] << 8 | data[1], data[2], data[3])
        return found

    @property
    def septets(self) -> bytes:
        """The text of GSM 7-bit user data as septets, header and fill bits left out."""
        taken = (self.header_octets * 8 + 6) // 7
        return unpack_septets(self.octets, self.length, 0)[taken:]

    @property
    def text(self) -> str:
        """The text of this part. 8-bit data reads as Latin-1, surrogate halves at an edge as U+FFFD."""
        coding = data_coding(self.dcs)
        if coding.alphabet is Alphabet.GSM7 and not coding.compressed:
            return septets_to_text(self.septets)
        body = self.octets[self.header_octets :]
        if coding.alphabet is Alphabet.UCS2 and not coding.compressed:
            return body.decode("utf-16-be", "replace")
        return body.decode("latin-1")
