"""Cell broadcast pages of TS 23.041 §9.4.1.2: 88 octets to values and back.

Owns one page, its class, and the cutting of a text into pages; alphabets are `broadcast`'s. A page has no service
centre address in front of it. Must not know who broadcasts or who listens.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from modem.emulator.codec.alphabet import pack_septets, text_to_septets
from modem.emulator.codec.broadcast import GSM7_DCS, UCS2_DCS
from modem.emulator.codec.octets import FieldError

PAGE_OCTETS = 88
CONTENT_OCTETS = 82
CONTENT_SEPTETS = 93
MAX_PAGES = 15
_CR = b"\r"  # fills what a text leaves of a page


@dataclass(frozen=True, slots=True)
class Page:
    """One page: `serial` tells an update from a repetition, `mid` is the message identifier (the channel)."""

    serial: int
    mid: int
    dcs: int
    number: int
    total: int
    content: bytes


def page_class(dcs: int) -> int | None:
    """The message class of a broadcast's data coding (23.038 §5); 00 in group 1111 is none, other than in SMS."""
    group = dcs >> 4
    if group in (5, 7, 9):
        return dcs & 3
    return dcs & 3 or None if group == 15 else None


def encode_page(page: Page) -> bytes:
    """The 88 octets of a page."""
    head = page.serial.to_bytes(2, "big") + page.mid.to_bytes(2, "big")
    return head + bytes([page.dcs, page.number << 4 | page.total]) + page.content


def decode_page(octets: bytes) -> Page:
    """Read a page; FieldError if it has not the length of one. A page parameter of 0 means page 1 of 1 (§9.4.1.2.4)."""
    if len(octets) != PAGE_OCTETS:
        raise FieldError(f"a cell broadcast page has {PAGE_OCTETS} octets, not {len(octets)}")
    number, total = octets[5] >> 4, octets[5] & 0x0F
    if not number or not total:
        number = total = 1
    return Page(
        int.from_bytes(octets[:2], "big"), int.from_bytes(octets[2:4], "big"), octets[4], number, total, octets[6:]
    )


def compose_pages(text: str, mid: int, serial: int) -> list[Page]:
    """Cut a text into pages: GSM 7-bit if every character fits, else UCS-2.

    FieldError if it needs more than 15 pages, or `mid` or `serial` more than two octets.
    """
    if not (0 <= mid <= 0xFFFF and 0 <= serial <= 0xFFFF):
        raise FieldError("message identifier and serial number are 0 to 65535")
    try:
        units, dcs = [text_to_septets(char) for char in text], GSM7_DCS
        bodies = [pack_septets(part + _CR * (CONTENT_SEPTETS - len(part))) for part in _filled(units, CONTENT_SEPTETS)]
    except UnicodeError:
        units, dcs = [char.encode("utf-16-be", "surrogatepass") for char in text], UCS2_DCS
        filler = _CR.decode().encode("utf-16-be")
        bodies = [part + filler * ((CONTENT_OCTETS - len(part)) // 2) for part in _filled(units, CONTENT_OCTETS)]
    if len(bodies) > MAX_PAGES:
        raise FieldError(f"a broadcast has at most {MAX_PAGES} pages")
    return [Page(serial, mid, dcs, number, len(bodies), body) for number, body in enumerate(bodies, 1)]


def _filled(units: list[bytes], room: int) -> Iterator[bytes]:
    """Join characters into parts of at most `room` septets or octets; no character is torn apart."""
    part = b""
    for unit in units:
        if len(part) + len(unit) > room:
            yield part
            part = b""
        part += unit
    yield part
