"""Addresses of TS 23.040 §9.1.2.5 and the service centre's of TS 24.011, octets to values and back.

Every reader is strict and raises `FieldError`: what a modem would refuse must not get through here. Knows nothing of
message types or of which numbers exist.
"""

from dataclasses import dataclass

from modem.emulator.codec.alphabet import pack_septets, septets_to_text, text_to_septets, unpack_septets
from modem.emulator.codec.octets import FieldError, cut, decode_digits, encode_digits

INTERNATIONAL, UNKNOWN, ALPHANUMERIC = 0x91, 0x81, 0xD0
MAX_DIGITS, MAX_NAME = 20, 11


@dataclass(frozen=True, slots=True)
class Address:
    """A number or name with its type-of-address octet. `value` has no plus sign."""

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
    def ton(self) -> int:
        """Type of number: 0 unknown, 1 international, 2 national, 3 network, 4 subscriber, 5 name, 6 abbreviated."""
        return self.toa >> 4 & 7

    @property
    def npi(self) -> int:
        """Numbering plan: 1 is E.164; it means something for types 0, 1 and 2 only."""
        return self.toa & 0x0F

    @property
    def alphanumeric(self) -> bool:
        """Whether the value is a name in the GSM 7-bit default alphabet."""
        return self.ton == 5

    @property
    def text(self) -> str:
        """The address as people write it: with a plus sign if it is international."""
        return "+" + self.value if self.ton == 1 else self.value


def encode_address(address: Address) -> bytes:
    """TP-OA, TP-DA, TP-RA: length in useful semi-octets, type, value. Names are cut to 11 characters.

    FieldError for more than 20 digits or what is no digit, UnicodeError for a name not in GSM 7-bit.
    """
    if address.alphanumeric:
        septets = text_to_septets(address.value)[:MAX_NAME]
        return bytes([(len(septets) * 7 + 3) // 4, address.toa]) + pack_septets(septets)
    if len(address.value) > MAX_DIGITS:
        raise FieldError("a number has more than 20 digits")
    return bytes([len(address.value), address.toa]) + encode_digits(address.value)


def decode_address(pdu: bytes, at: int) -> tuple[Address, int]:
    """Read an address at `at`; return it and the place behind it. FieldError if it is not one."""
    if at + 2 > len(pdu):
        raise FieldError("the message ends before an address")
    count, toa = pdu[at], pdu[at + 1]
    end = at + 2 + (count + 1) // 2
    if count > MAX_DIGITS or end > len(pdu) or not toa & 0x80:
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
    if not pdu or pdu[0] == 1 or pdu[0] > 12:
        raise FieldError("the service centre address has a wrong length")
    if pdu[0] == 0:
        return "", 1
    octets = cut(pdu, 2, pdu[0] - 1, "the service centre address")
    if not pdu[1] & 0x80:
        raise FieldError("the type of the service centre address is wrong")
    filled = octets[-1] >> 4 == 0x0F
    return Address(decode_digits(octets, len(octets) * 2 - filled), pdu[1]).text, pdu[0] + 1
