"""Octets and semi-octets read strictly: the ground all fields of TS 23.040 stand on (§9.1.2).

Owns `FieldError`, the one exception every decoder of this package raises. Knows no field and no message.
"""

_SWAP = bytes((octet & 0x0F) << 4 | octet >> 4 for octet in range(256))
_DIGITS = frozenset("0123456789*#abc")
_TO_DIGITS = str.maketrans("abcde", "*#abc")  # §9.1.2.3
_TO_NIBBLES = str.maketrans("*#abc", "abcde")


class FieldError(ValueError):
    """A field is not what TS 23.040 allows; the text says which and why."""


def cut(octets: bytes, at: int, count: int, what: str) -> bytes:
    """`count` octets from `at`; FieldError if the message ends before them."""
    taken = octets[at : at + count]
    if len(taken) < count:
        raise FieldError(f"the message ends before the end of {what}")
    return taken


def swapped(octets: bytes) -> bytes:
    """Octets with their halves changed over: semi-octets come low half first (§9.1.2.3)."""
    return octets.translate(_SWAP)


def encode_digits(digits: str) -> bytes:
    """Semi-octets, low nibble first, an odd count filled with F (§9.1.2.3); FieldError for what is no digit."""
    if not _DIGITS.issuperset(digits):
        raise FieldError(f"{digits!r} is not made of digits, *, #, a, b and c")
    nibbles = digits.translate(_TO_NIBBLES)
    return swapped(bytes.fromhex(nibbles + "f" if len(nibbles) % 2 else nibbles))


def decode_digits(octets: bytes, count: int) -> str:
    """`count` digits out of semi-octets; FieldError on F within them or anything but F after them."""
    nibbles = swapped(octets).hex()
    digits, rest = nibbles[:count], nibbles[count:]
    if "f" in digits or rest.strip("f"):
        raise FieldError("a number has filler where a digit should be")
    return digits.translate(_TO_DIGITS)
