"""The GSM 7-bit alphabet with its extension and national tables: text to septets, septets to octets (TS 23.038 §6).

Must not know of headers or TPDUs: which tables count is the caller's to say. Septets travel as `bytes` with one
septet per byte: that is the form in which user data is counted, escaped and cut.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from modem.national import LOCKING_SHIFT, SINGLE_SHIFT
from modem.tables import GSM7_BASIC, GSM7_EXTENSION

ESC = 0x1B
_SPACE = 0x20


@dataclass(frozen=True, slots=True)
class Tables:
    """A locking table of 128 characters and the single shift table behind ESC, ready for both directions."""

    locking: str
    single: Mapping[int, str]
    by_code: Mapping[int, str]
    codes: Mapping[str, bytes]

    @classmethod
    def of(cls, locking: str, single: Mapping[int, str]) -> "Tables":
        """Index two tables. A character that stands twice is sent by its first code, an empty place never."""
        codes = {char: bytes([ESC, code]) for code, char in sorted(single.items(), reverse=True)}
        for code, char in enumerate(locking):
            if code != ESC and (char != " " or code == _SPACE):
                codes[char] = bytes([code])
        return cls(locking, single, dict(enumerate(locking)), codes)


@lru_cache(maxsize=256)
def tables(locking: int = 0, single: int = 0) -> Tables:
    """The tables two language identifiers mean; 0 and reserved ones mean the default (23.038 §6.2.1.2.4)."""
    return Tables.of(LOCKING_SHIFT.get(locking, GSM7_BASIC), SINGLE_SHIFT.get(single, GSM7_EXTENSION))


DEFAULT = tables()


def septets_to_text(septets: bytes, using: Tables = DEFAULT) -> str:
    """Decode septets (one per byte). A code the table behind ESC lacks shows the locking table's character.

    §6.2.1.1 and A.1. A lone ESC at the end stands for nothing; ESC ESC is a space until somebody defines a third table.
    """
    if ESC not in septets:
        return septets.decode("latin-1").translate(using.by_code)
    out: list[str] = []
    codes = iter(septets)
    for code in codes:
        if code != ESC:
            out.append(using.locking[code])
            continue
        following = next(codes, None)
        if following == ESC:
            out.append(" ")
        elif following is not None:
            out.append(using.single.get(following, using.locking[following]))
    return "".join(out)


def text_to_septets(text: str, using: Tables = DEFAULT) -> bytes:
    """Encode text in GSM 7-bit; UnicodeError if a character is in neither table."""
    try:
        return b"".join([using.codes[char] for char in text])
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
