"""What a random message is: octets and what they say; the characters such messages are made of."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

from modem.emulator.codec.userdata import UserData
from modem.tables import GSM7_BASIC, GSM7_EXTENSION

BASIC = GSM7_BASIC.replace("\x1b", "")
EXTENSION = "".join(GSM7_EXTENSION.values())
CYRILLIC = "абвгдежзийклмнопрстуфхцчшщъыьэюяАБВГДЕЖЗИЙ «»—№ 0123456789"
EMOJI = "😀👍❤🙏🇷"
DIGITS = "0123456789"
NOON = 1_700_000_000

Truth = dict[str, Any]


@dataclass(frozen=True)
class Message:
    """One PDU and what it says. `truth` has the fields that are there: number, text, time, concat and so on."""

    case: str
    pdu: bytes
    truth: Truth
    ud: UserData | None = None
    quarters: int = 0
    marks: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True)
class Draft:
    """A text to be composed by somebody else, and read here."""

    case: str
    number: str
    text: str
    validity_s: float | None


def random_text(rng: random.Random, characters: str, most: int, least: int = 1) -> str:
    """Between `least` and `most` of these characters."""
    return "".join(rng.choices(characters, k=rng.randint(least, most)))
