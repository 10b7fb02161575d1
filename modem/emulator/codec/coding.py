"""Alphabets and data coding schemes of TS 23.038, as the emulated side understands them.

Owns: which alphabet a TP-DCS octet means, GSM 7-bit text to and from septets, septets to and from octets with
fill bits. Must not know of TPDUs. Septets travel as `bytes` with one septet per byte: that is the form in which
user data is counted, escaped and cut.
"""

from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from modem.tables import GSM7_BASIC, GSM7_EXTENSION

ESC = 0x1B
_CODE_OF: dict[str, bytes] = {char: bytes([code]) for code, char in enumerate(GSM7_BASIC) if code != ESC}
_CODE_OF.update({char: bytes([ESC, code]) for code, char in GSM7_EXTENSION.items()})
_BASIC_BY_CODE: dict[int, str] = dict(enumerate(GSM7_BASIC))


class Alphabet(Enum):
    """How user data is coded."""

    GSM7 = "gsm7"
    BINARY = "8bit"
    UCS2 = "ucs2"


@dataclass(frozen=True, slots=True)
class DataCoding:
    """What one TP-DCS octet says. `message_class` is 0 (flash) to 3, or None; `compressed` is TS 23.042."""

    alphabet: Alphabet
    message_class: int | None = None
    compressed: bool = False


_GENERAL = (Alphabet.GSM7, Alphabet.BINARY, Alphabet.UCS2, Alphabet.GSM7)


@lru_cache(maxsize=256)
def data_coding(dcs: int) -> DataCoding:
    """Read a TP-DCS octet (TS 23.038 §4). Reserved codings mean GSM 7-bit, as §4 demands of a receiver."""
    group = dcs >> 4
    if group < 8:  # 00xx general and 01xx marked for automatic deletion share their lower six bits
        return DataCoding(_GENERAL[dcs >> 2 & 3], dcs & 3 if dcs & 0x10 else None, bool(dcs & 0x20))
    if group == 14:  # message waiting, store, UCS2
        return DataCoding(Alphabet.UCS2)
    if group == 15:
        return DataCoding(Alphabet.BINARY if dcs & 4 else Alphabet.GSM7, dcs & 3)
    return DataCoding(Alphabet.GSM7)


def septets_to_text(septets: bytes) -> str:
    """Decode septets (one per byte). An unknown extension code shows the basic character (§6.2.1.1).

    A lone ESC at the end stands for nothing; ESC ESC is a space, as the table reserves it.
    """
    if ESC not in septets:
        return septets.decode("latin-1").translate(_BASIC_BY_CODE)
    out: list[str] = []
    codes = iter(septets)
    for code in codes:
        if code != ESC:
            out.append(GSM7_BASIC[code])
            continue
        following = next(codes, None)
        if following == ESC:
            out.append(" ")
        elif following is not None:
            out.append(GSM7_EXTENSION.get(following, GSM7_BASIC[following]))
    return "".join(out)


def text_to_septets(text: str) -> bytes:
    """Encode text in GSM 7-bit; UnicodeError if a character is in neither table."""
    try:
        return b"".join([_CODE_OF[char] for char in text])
    except KeyError as missing:
        raise UnicodeError(f"{missing} is not in the GSM 7-bit alphabet") from None


def pack_septets(septets: bytes, fill: int = 0) -> bytes:
    """Pack septets into octets, `fill` zero bits first (§6.1.2.1; fill bits: TS 23.040 §9.2.3.24)."""
    number = 0
    for place, septet in enumerate(septets):
        number |= septet << (7 * place)
    return (number << fill).to_bytes((len(septets) * 7 + fill + 7) // 8, "little")


def unpack_septets(octets: bytes, count: int, fill: int = 0) -> bytes:
    """Take `count` septets out of octets, skipping `fill` bits; missing bits read as zero."""
    number = int.from_bytes(octets, "little") >> fill
    return bytes([number >> shift & 0x7F for shift in range(0, 7 * count, 7)])
