"""The files of a card that programs read directly: who it is, whose it is, how it counts (TS 51.011 §10).

Owns their octets, and the status words a card answers with. Must not know commands.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from modem.emulator.codec.alphabet import text_to_septets
from modem.emulator.device.sim import Sim

READ_BINARY, GET_RESPONSE = 176, 192  # instruction codes (TS 51.011 §9.2)
_OTHER_INSTRUCTIONS: Final = {178: "READ RECORD", 214: "UPDATE BINARY", 220: "UPDATE RECORD"}
_DONE, _NO_ACCESS, _NO_FILE, _NOT_THIS_KIND = (144, 0), (152, 4), (148, 4), (148, 8)  # status words (§9.4)
_WRONG_PLACE, _WRONG_INSTRUCTION = (107, 0), (109, 0)
_SPN_LENGTH: Final = 16
_ALWAYS, _WITH_PIN, _NEVER = 0x0, 0x1, 0xF  # access conditions (§9.3)

Reply = tuple[int, int, bytes]
"""SW1, SW2 and what the card gives."""


def _swapped(digits: str) -> bytes:
    """Digits two to an octet, the first in the lower half, F where there is none."""
    padded = digits + "F" * (len(digits) % 2)
    return bytes(int(padded[place + 1] + padded[place], 16) for place in range(0, len(padded), 2))


def _imsi(card: Sim, operator: str) -> bytes:
    """§10.3.2: the length, then the digits behind a half octet that says whether they are odd in number."""
    odd = len(card.imsi) % 2
    octets = _swapped(f"{9 if odd else 1}{card.imsi}")
    return bytes([len(octets)]) + octets.ljust(8, b"\xff")


def _operator_name(card: Sim, operator: str) -> bytes:
    """§10.3.11: not to be shown beside the network's name, then the name in GSM 7-bit."""
    return b"\x01" + text_to_septets(operator)[:_SPN_LENGTH].ljust(_SPN_LENGTH, b"\xff")


@dataclass(frozen=True, slots=True)
class _File:
    content: Callable[[Sim, str], bytes]
    read: int = _ALWAYS


_FILES: Final = {
    0x2FE2: _File(lambda card, operator: _swapped(card.iccid).ljust(10, b"\xff")),  # ICCID, §10.1.1
    0x6F07: _File(_imsi, _WITH_PIN),
    0x6F46: _File(_operator_name),
    0x6FAD: _File(lambda card, operator: bytes([0, 0, 0, card.mnc_digits])),  # administrative data, §10.3.18
    0x6FAE: _File(lambda card, operator: b"\x03"),  # phase 2 with profile download, §10.3.16
}


def ask_card(card: Sim, operator: str, is_open: bool, instruction: int, file: int, place: int, length: int) -> Reply:
    """What the card answers to an instruction about a file; `place` is where to read from, `length` 0 reads all."""
    found = _FILES.get(file)
    if instruction not in (READ_BINARY, GET_RESPONSE, *_OTHER_INSTRUCTIONS):
        return *_WRONG_INSTRUCTION, b""
    if found is None:
        return *_NO_FILE, b""
    octets = found.content(card, operator)
    if instruction == GET_RESPONSE:
        return *_DONE, _described(file, len(octets), found.read)
    if instruction != READ_BINARY:
        return *(_NO_ACCESS if "UPDATE" in _OTHER_INSTRUCTIONS[instruction] else _NOT_THIS_KIND), b""
    if found.read == _WITH_PIN and not is_open:
        return *_NO_ACCESS, b""
    if place + (length or 1) > len(octets):
        return *_WRONG_PLACE, b""
    return *_DONE, octets[place : place + length if length else None]


def _described(file: int, size: int, read: int) -> bytes:
    """The answer to GET RESPONSE about an elementary file (§9.2.1): transparent, and never to be written."""
    access = bytes([read << 4 | _NEVER, _NEVER << 4 | _NEVER, _NEVER << 4 | _NEVER])
    return bytes(2) + size.to_bytes(2, "big") + file.to_bytes(2, "big") + b"\x04\x00" + access + b"\x01\x02\x00\x00"
