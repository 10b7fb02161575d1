"""Texts as an SMS carries them: which alphabet, how many parts, which septets (TS 23.038; TS 23.040 §9.2.3.24).

Pure. The driver's side only; the emulator has an alphabet of its own, so that a mistake in one cannot hide in the
other.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from modem.national import LOCKING_SHIFT, SINGLE_SHIFT
from modem.tables import GSM7_BASIC, GSM7_EXTENSION

_ESC = 0x1B
_BASIC_CODE = {char: code for code, char in enumerate(GSM7_BASIC) if code != _ESC}
_EXTENSION_CODE = {char: code for code, char in GSM7_EXTENSION.items()}


class Alphabet(Enum):
    """How user data is coded (TS 23.038 §4); `whole` and `part` are what fits without and with a part header."""

    GSM7 = ("gsm7", 0x00, 160, 153)
    BINARY = ("binary", 0x04, 140, 134)
    UCS2 = ("ucs2", 0x08, 140, 134)

    def __init__(self, label: str, dcs: int, whole: int, part: int) -> None:
        self.label = label
        self.dcs = dcs
        self.whole = whole
        self.part = part


@dataclass(frozen=True, slots=True)
class Measure:
    """What a text costs: `length` and `room` count characters of the alphabet (UCS-2: UTF-16 units)."""

    alphabet: Alphabet
    length: int
    parts: int
    room: int


def alphabet_of(text: str) -> Alphabet:
    """GSM-7 where every character is in the default alphabet or its extension table, else UCS-2."""
    for char in text:
        if char not in _BASIC_CODE and char not in _EXTENSION_CODE:
            return Alphabet.UCS2
    return Alphabet.GSM7


def split(text: str) -> list[str]:
    """`text` as the parts it goes out in; neither an escape sequence nor a surrogate pair is cut.

    Raises ValueError for more than 255 parts (the part header counts in one octet).
    """
    alphabet = alphabet_of(text)
    if _length(text, alphabet) <= alphabet.whole:
        return [text]
    size = _septets if alphabet is Alphabet.GSM7 else _octets
    parts, start, used = [], 0, 0
    for at, char in enumerate(text):
        cost = size(char)
        if used + cost > alphabet.part:
            parts.append(text[start:at])
            start, used = at, 0
        used += cost
    parts.append(text[start:])
    if len(parts) > 255:
        raise ValueError(f"The text needs {len(parts)} parts; an SMS has at most 255. Shorten it.")
    return parts


def measure(text: str) -> Measure:
    """What `text` costs and how much more fits into its last part."""
    alphabet = alphabet_of(text)
    parts = split(text)
    capacity = alphabet.whole if len(parts) == 1 else alphabet.part
    unit = 2 if alphabet is Alphabet.UCS2 else 1
    used = _length(parts[-1], alphabet)
    return Measure(alphabet, _length(text, alphabet) // unit, len(parts), (capacity - used) // unit)


def text_of(alphabet: Alphabet, units: Iterable[bytes]) -> str:
    """The text of a whole message from the units of its parts in order.

    Half a surrogate pair becomes U+FFFD: SQLite and every encoder would refuse it. Bytes of a binary message are
    shown as latin-1.
    """
    whole = b"".join(units)
    if alphabet is Alphabet.UCS2:
        return whole.decode("utf-16-be", errors="replace")
    if alphabet is Alphabet.BINARY:
        return whole.decode("latin-1")
    return text_of_septets(whole)


def _length(text: str, alphabet: Alphabet) -> int:
    """What `_septets` or `_octets` of its characters add up to."""
    if alphabet is Alphabet.UCS2:
        return len(text.encode("utf-16-be", "surrogatepass"))
    return len(text) + sum(map(text.count, _EXTENSION_CODE))


def _septets(char: str) -> int:
    return 1 if char in _BASIC_CODE else 2


def _octets(char: str) -> int:
    return 2 if ord(char) < 0x10000 else 4


def text_of_septets(septets: bytes, locking: int = 0, single: int = 0) -> str:
    """Septets, one per byte, as text; the language identifiers name the national tables (TS 23.038 §6.2.1.2.4).

    0 and reserved identifiers mean the default tables.
    """
    basic = LOCKING_SHIFT.get(locking, GSM7_BASIC)
    if _ESC not in septets:
        return "".join([basic[septet] for septet in septets])
    extension = SINGLE_SHIFT.get(single, GSM7_EXTENSION)
    chars, codes = [], iter(septets)
    for code in codes:
        if code != _ESC:
            chars.append(basic[code])
            continue
        # §6.2.1.1: an unknown extension code shows as the locking table's character, ESC alone as a space.
        after = next(codes, None)
        if after is None or after == _ESC:
            chars.append(" ")
        else:
            chars.append(extension.get(after, basic[after]))
    return "".join(chars)


def septets_of(text: str) -> bytes:
    codes = bytearray()
    for char in text:
        code = _BASIC_CODE.get(char)
        if code is None:
            codes += bytes([_ESC, _EXTENSION_CODE[char]])
        else:
            codes.append(code)
    return bytes(codes)


def pack(septets: bytes, fill: int) -> bytes:
    """Septets into octets, lowest bit first, after `fill` bits that bring them to a septet boundary (§9.2.3.24)."""
    value = 0
    for septet in reversed(septets):
        value = value << 7 | septet
    bits = fill + 7 * len(septets)
    return (value << fill).to_bytes((bits + 7) // 8, "little")


def unpack(data: bytes, count: int) -> bytes:
    """Octets into `count` septets, one per byte; fewer where the octets end earlier."""
    value = int.from_bytes(data, "little")
    count = min(count, len(data) * 8 // 7)
    return bytes((value >> 7 * at) & 0x7F for at in range(count))
