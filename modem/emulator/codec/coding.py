"""What a TP-DCS octet means, every coding group of TS 23.038 §4.

Owns the meaning of 256 octets as values and the way back. Must not know how an alphabet is coded.
"""

from dataclasses import dataclass
from enum import Enum
from functools import lru_cache


class Alphabet(Enum):
    """How user data is coded."""

    GSM7 = "gsm7"
    BINARY = "8bit"
    UCS2 = "ucs2"


class Group(Enum):
    """The coding groups of §4."""

    GENERAL = "general data coding"
    AUTOMATIC_DELETION = "marked for automatic deletion"
    RESERVED = "reserved"
    WAITING_DISCARD = "message waiting, discard"
    WAITING_STORE = "message waiting, store"
    WAITING_STORE_UCS2 = "message waiting, store, UCS2"
    CODING_AND_CLASS = "data coding and message class"


class Indication(Enum):
    """What waits for the subscriber; the numbers are those of §4 and of 23.040 §9.2.3.24.2."""

    VOICEMAIL = 0
    FAX = 1
    EMAIL = 2
    OTHER = 3


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message waiting indication to be set (`active`) or cleared; `store` keeps the message that brings it."""

    indication: Indication
    active: bool
    store: bool


@dataclass(frozen=True, slots=True)
class DataCoding:
    """What one TP-DCS octet says. `message_class` is 0 (flash) to 3, or None; `compressed` is TS 23.042."""

    alphabet: Alphabet
    message_class: int | None = None
    compressed: bool = False
    group: Group = Group.GENERAL
    waiting: Waiting | None = None

    @property
    def packed(self) -> bool:
        """Whether TP-UDL counts septets: GSM 7-bit, not compressed (23.040 §9.2.3.16)."""
        return self.alphabet is Alphabet.GSM7 and not self.compressed

    @property
    def octet(self) -> int:
        """The TP-DCS octet that says this; reserved ones have become 00, as their receiver reads them."""
        if self.waiting is not None:
            return _WAITING_NIBBLE[self.group] | self.waiting.active << 3 | self.waiting.indication.value
        if self.group is Group.CODING_AND_CLASS:
            return 0xF0 | (self.alphabet is Alphabet.BINARY) << 2 | (self.message_class or 0)
        if self.group is Group.RESERVED:
            return 0
        octet = 0x40 if self.group is Group.AUTOMATIC_DELETION else 0
        octet |= self.compressed << 5 | _GENERAL.index(self.alphabet) << 2
        return octet if self.message_class is None else octet | 0x10 | self.message_class


_GENERAL = (Alphabet.GSM7, Alphabet.BINARY, Alphabet.UCS2)
_WAITING_NIBBLE = {Group.WAITING_DISCARD: 0xC0, Group.WAITING_STORE: 0xD0, Group.WAITING_STORE_UCS2: 0xE0}
_WAITING = {nibble >> 4: group for group, nibble in _WAITING_NIBBLE.items()}


@lru_cache(maxsize=256)
def data_coding(dcs: int) -> DataCoding:
    """Read a TP-DCS octet (§4). Reserved codings are read as 00, GSM 7-bit without a class, as §4 demands.

    A reserved bit within a coding that has a meaning is passed over (23.040 §9.2.2).
    """
    group = dcs >> 4
    if group < 8:  # 00xx general and 01xx marked for automatic deletion share their lower six bits
        if dcs >> 2 & 3 == 3:
            return DataCoding(Alphabet.GSM7, group=Group.RESERVED)
        message_class = dcs & 3 if dcs & 0x10 else None
        kind = Group.AUTOMATIC_DELETION if dcs & 0x40 else Group.GENERAL
        return DataCoding(_GENERAL[dcs >> 2 & 3], message_class, bool(dcs & 0x20), kind)
    if group < 12:
        return DataCoding(Alphabet.GSM7, group=Group.RESERVED)
    if group == 15:
        alphabet = Alphabet.BINARY if dcs & 4 else Alphabet.GSM7
        return DataCoding(alphabet, dcs & 3, group=Group.CODING_AND_CLASS)
    alphabet = Alphabet.UCS2 if group == 14 else Alphabet.GSM7
    waiting = Waiting(Indication(dcs & 3), bool(dcs & 8), group != 12)
    return DataCoding(alphabet, group=_WAITING[group], waiting=waiting)
