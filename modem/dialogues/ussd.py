"""USSD: a code to the network, its answer some seconds later as a notice (27.007 §7.15).

The standard wants the text of an answer in the character set of +CSCS, or as UCS2 in hexadecimal where its data coding
scheme says so. Firmwares also give UCS2 under a GSM coding scheme, and the packed septets of the air interface in
hexadecimal (older Huawei, which want the code so too). `parse` tells them apart by what makes sense as text.

Seen in public: https://github.com/gammu/gammu/issues/358 (UCS2 under 15),
https://github.com/wdoekes/asterisk-chan-dongle/issues/38 (packed septets), https://github.com/gammu/gammu/issues/150
(text cut off, its quotes never closed).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from modem.alphabet import Alphabet, pack, septets_of, text_of_septets, unpack
from modem.link import Link

DONE, ASKS, ENDED, ELSEWHERE, NOT_SUPPORTED, TIMED_OUT = range(6)
"""<m>: no more to do; a reply is wanted; ended by the network; another client has answered; not supported; time-out."""

_NOTICE = re.compile(r"\+CUSD:\s*(\d+)\s*(?:,(.*))?", re.DOTALL)
_CSCS = re.compile(r'\+CSCS:\s*"?([A-Za-z0-9-]+)')
_IN_ITSELF = {name.encode(code).hex().upper(): name for name, code in (("HEX", "ascii"), ("UCS2", "utf-16-be"))}
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2})+")
_TEXT = re.compile(r"[\x20-\x7e\r\n]+")
_SENSE = re.compile(r"[\r\n\x20-\x7e\xa0-\xff\u0400-\u04ff\u2010-\u2030\u20ac\u20bd\u2116]{2,}")
_ROWS = frozenset({0x00, 0x04, 0x20, 0x21})  # of Unicode: Latin, Cyrillic, dashes and currencies, №
_GSM_DCS, _CR = 15, 0x0D
_GENERAL = (Alphabet.GSM7, Alphabet.BINARY, Alphabet.UCS2, Alphabet.GSM7)


class Form(StrEnum):
    """How a modem wants a code: as it is typed, as packed septets, or as UCS2, both in hexadecimal."""

    TYPED = "typed"
    PACKED = "packed"
    UCS2 = "UCS2"


@dataclass(frozen=True, slots=True)
class Said:
    """What the network said; `text` is None where it came without one, as in `+CUSD: 4`."""

    m: int
    text: str | None


def charset(link: Link) -> str:
    """The character set of strings (AT+CSCS?, 27.007 §5.5); "" where the modem does not tell."""
    reply = link.exchange("AT+CSCS?")
    found = _CSCS.search("\n".join(reply.lines)) if reply.ok else None
    name = found[1].upper() if found else ""
    return _IN_ITSELF.get(name, name)


def request(code: str, form: Form) -> str:
    """The command that sends a code, or replies within a session."""
    if form is Form.PACKED:
        code = _packed(code)
    elif form is Form.UCS2:
        code = code.encode("utf-16-be").hex().upper()
    return f'AT+CUSD=1,"{code}",{_GSM_DCS}'


def forms(cscs: str) -> Iterator[Form]:
    """The forms to try, the likeliest first; a modem refuses those it does not take."""
    yield from (Form.UCS2, Form.TYPED, Form.PACKED) if cscs == "UCS2" else (Form.TYPED, Form.PACKED, Form.UCS2)


def parse(text: str, cscs: str) -> Said | None:
    """What a +CUSD notice says, with strings in the set `cscs`; None if it is none."""
    found = _NOTICE.fullmatch(text.strip())
    if found is None:
        return None
    if found[2] is None or not found[2].strip():
        return Said(int(found[1]), None)
    string, dcs = _string_and_dcs(found[2])
    return Said(int(found[1]), _decoded(string, dcs, cscs) or None)


def _string_and_dcs(rest: str) -> tuple[str, int]:
    """`"text",15` with any quotes inside; quotes may be missing or never end."""
    if '"' in rest:
        _, _, rest = rest.partition('"')
        string, _, tail = rest.rpartition('"') if '"' in rest else (rest, "", "")
        dcs = tail.strip(" ,")
    else:
        string, _, dcs = rest.rpartition(",") if re.search(r",\s*\d+\s*$", rest) else (rest, "", "")
        string, dcs = string.strip(), dcs.strip()
    return string, int(dcs) if dcs.isdecimal() else _GSM_DCS


def _decoded(string: str, dcs: int, cscs: str) -> str:
    alphabet = _alphabet(dcs)
    if _HEX.fullmatch(string):
        decoded = _from_hex(bytes.fromhex(string), alphabet, cscs, is_number=string.isdecimal())
        if decoded is not None:
            return decoded
    try:
        octets = string.encode("latin-1")  # as the line reader has it: a character an octet
    except UnicodeEncodeError:
        return string
    if cscs == "GSM" and alphabet is Alphabet.GSM7 and octets.isascii():
        return text_of_septets(octets)
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        return string


def _from_hex(octets: bytes, alphabet: Alphabet, cscs: str, *, is_number: bool) -> str | None:
    """The text in octets that were given in hexadecimal; None if they were none but the text itself."""
    if len(octets) % 2 == 0:
        text = octets.decode("utf-16-be", "replace")
        if alphabet is Alphabet.UCS2 or cscs == "UCS2" or (_ROWS.issuperset(octets[::2]) and _SENSE.fullmatch(text)):
            return text
    if alphabet is Alphabet.BINARY:
        return octets.decode("utf-8", "replace")
    if cscs == "HEX" and octets.isascii():
        return text_of_septets(octets)
    if is_number:
        return None  # an amount in digits would make sense as septets too
    text = text_of_septets(_unpacked(octets))
    return text if _TEXT.fullmatch(text) else None


def _alphabet(dcs: int) -> Alphabet:
    """The alphabet of a data coding scheme of cell broadcast, which USSD uses (TS 23.038 §5)."""
    group = dcs >> 4
    if dcs == 0x11:
        return Alphabet.UCS2
    if group in (4, 5, 6, 7, 9):
        return _GENERAL[dcs >> 2 & 3]
    return Alphabet.BINARY if group == 15 and dcs & 4 else Alphabet.GSM7


def _packed(text: str) -> str:
    """Septets in hexadecimal; seven bits to spare would read as @ and are filled with a CR (TS 23.038 §6.1.2.3)."""
    septets = septets_of(text)
    if len(septets) % 8 == 7:
        septets += bytes([_CR])
    return pack(septets, 0).hex().upper()


def _unpacked(octets: bytes) -> bytes:
    septets = unpack(octets, len(octets) * 8 // 7)
    return septets[:-1] if len(octets) % 7 == 0 and septets[-1:] == bytes([_CR]) else septets
