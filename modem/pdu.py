"""The driver's codec of what comes in: SMS-DELIVER and SMS-STATUS-REPORT (TS 23.040 §9.2), whole and strict.

It shares tables with the emulator and no code: each side has its own codec, so that a mistake in one cannot hide in
the other. What goes out is the business of `modem.submitpdu`. A reply's text travels as *units* until its parts are
joined (septets one per byte, or octets): a surrogate pair or an escape sequence may be cut by a part's end, so text may
only be made from the whole.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from modem.alphabet import Alphabet, text_of, text_of_septets, unpack
from modem.errors import PduError

# Semi-octets come low half first (§9.1.2.3): an octet as two digits in their order, and as the number they make.
_SWAPPED = bytes((octet & 0xF) << 4 | octet >> 4 for octet in range(256))
_NUMBERS = bytes((octet & 0xF) * 10 + (octet >> 4) for octet in range(256))
_DIGITS = str.maketrans("abcde", "*#abc", "f")
_WAP_PUSH_PORTS = (2948, 2949)  # connectionless, plain and secure (WAP-259)
_MMS, _MMS_SHORT = b"application/vnd.wap.mms-message", b"\xbe"  # the content type behind two octets and a length
_TYPE_0, _REPLACE, _FOR_MACHINES = 0x40, range(0x41, 0x48), range(0x7C, 0x80)  # TP-PID (§9.2.3.9)
_WAITING = (0x01, 0x23)  # information elements: special SMS message indication, enhanced voice mail


@dataclass(frozen=True, slots=True)
class Concat:
    """Which part of which message this is (TS 23.040 §9.2.3.24.1 and .8); `bits` is 8 or 16."""

    ref: int
    total: int
    seq: int
    bits: int = 8


@dataclass(frozen=True, slots=True)
class Deliver:
    """A message from a subscriber, or one part of it. `sent_at` is the service centre's time, None if unreadable."""

    sender: str
    sent_at: datetime | None
    alphabet: Alphabet
    units: bytes
    concat: Concat | None = None
    port: int | None = None
    flash: bool = False
    protocol: int = 0
    waiting: bool = False

    @property
    def text(self) -> str:
        return text_of(self.alphabet, [self.units])

    @property
    def service(self) -> str | None:
        """What a message is that nobody wrote to be read: a service of the network or of a machine; None for a text.

        "type 0" (§9.2.3.9: a silent ping), "message waiting" (of a voice mailbox, 23.038 §4 and 23.040 §9.2.3.24.2),
        "mms" (the notification of one), "wap push", "binary" (with its own application, or for the card).
        """
        if self.protocol == _TYPE_0:
            return "type 0"
        if self.waiting:
            return "message waiting"
        if self.port in _WAP_PUSH_PORTS:
            return "mms" if _MMS in self.units or self.units[3:4] == _MMS_SHORT else "wap push"
        if self.alphabet is Alphabet.BINARY or self.port is not None or self.protocol in _FOR_MACHINES:
            return "binary"
        return None


@dataclass(frozen=True, slots=True)
class StatusReport:
    """What became of one submitted part (TS 23.040 §9.2.2.3). `status` is TP-ST, None where a short PDU lacks it."""

    reference: int
    recipient: str
    sent_at: datetime | None
    done_at: datetime | None
    status: int | None


def decode(raw: str) -> Deliver | StatusReport:
    """What an inbound PDU with its service centre address says; `raw` is hexadecimal, as AT+CMGR gives it.

    Raises PduError, and nothing else, for what does not follow TS 23.040. Octets behind the user data are ignored.
    """
    try:
        octets = bytes.fromhex(raw)
    except ValueError:
        raise PduError(raw, "it is not hexadecimal") from None
    try:
        field = _Fields(octets)
        field.take(field.octet())  # service centre address
        kind = octets[field.at] & 0x03
        return _READERS[kind](field)
    except IndexError:
        raise PduError(raw, "it ends too early") from None
    except ValueError as problem:
        raise PduError(raw, str(problem)) from None


def may_be_replaced(raw: str) -> bool:
    """Whether a later message of its kind would take this one's place in a memory (TP-PID 41..47, §9.2.3.9)."""
    try:
        octets = bytes.fromhex(raw[:80])
        at = 1 + octets[0]
        return octets[at] & 0x03 == 0 and octets[at + 3 + (octets[at + 1] + 1) // 2] in _REPLACE
    except (ValueError, IndexError):
        return False


class _Fields:
    """A cursor over octets; reading past the end raises IndexError."""

    def __init__(self, octets: bytes) -> None:
        self.octets = octets
        self.at = 0

    def octet(self) -> int:
        value = self.octets[self.at]
        self.at += 1
        return value

    def take(self, count: int) -> bytes:
        taken = self.octets[self.at : self.at + count]
        if len(taken) < count:
            raise IndexError
        self.at += count
        return taken

    @property
    def left(self) -> int:
        return len(self.octets) - self.at


def _read_deliver(field: _Fields) -> Deliver:
    first = field.octet()
    sender = _read_number(field)
    protocol, dcs = field.octet(), field.octet()
    sent_at = _read_time(field.take(7))
    alphabet, flash = _coding(dcs)
    length = field.octet()
    size = -(-length * 7 // 8) if alphabet is Alphabet.GSM7 else length
    data = field.take(min(size, field.left))
    header: dict[int, bytes] = {}
    skip = 0
    if first & 0x40:
        if not data or data[0] >= len(data):
            raise ValueError("the user data header is longer than the user data")
        skip = 1 + data[0]
        header = _elements(data[1:skip])
    units = unpack(data, length)[-(-skip * 8 // 7) :] if alphabet is Alphabet.GSM7 else data[skip:]
    waiting = dcs >> 4 in (0xC, 0xD, 0xE) or any(name in header for name in _WAITING)
    locking, single = _language(header, 0x25), _language(header, 0x24)
    if alphabet is Alphabet.GSM7 and (locking or single):
        # National tables end with their part (§9.2.3.24.15), so the rest of the box need not know of them.
        alphabet, units = Alphabet.UCS2, text_of_septets(units, locking, single).encode("utf-16-be")
    return Deliver(sender, sent_at, alphabet, units, _concat_of(header), _port_of(header), flash, protocol, waiting)


def _read_report(field: _Fields) -> StatusReport:
    field.octet()
    reference = field.octet()
    recipient = _read_number(field)
    sent_at, done_at = _read_time(field.take(7)), _read_time(field.take(min(7, field.left)))
    return StatusReport(reference, recipient, sent_at, done_at, field.octet() if field.left else None)


def _read_other(field: _Fields) -> Deliver | StatusReport:
    raise ValueError("it is neither a DELIVER nor a STATUS-REPORT")


_READERS: tuple[Callable[[_Fields], Deliver | StatusReport], ...] = (
    _read_deliver,
    _read_other,
    _read_report,
    _read_other,
)


def _read_number(field: _Fields) -> str:
    """An address field (§9.1.2.5): "+" for international, the text for an alphanumeric one."""
    length, kind = field.octet(), field.octet()
    value = field.take((length + 1) // 2)
    if kind & 0x70 == 0x50:
        return text_of_septets(unpack(value, length * 4 // 7))
    digits = value.translate(_SWAPPED).hex().translate(_DIGITS)
    return ("+" if kind & 0x70 == 0x10 else "") + digits[:length]


def _read_time(octets: bytes) -> datetime | None:
    """A service centre time stamp (§9.2.3.11) in UTC; None for what is no time: real centres send all 00 or all FF."""
    if len(octets) < 7:
        return None
    year, month, day, hour, minute, second, _ = octets.translate(_NUMBERS)
    zone = octets[6]
    quarters = (zone & 0x7) * 10 + (zone >> 4)
    offset = timedelta(minutes=15 * (-quarters if zone & 0x8 else quarters))
    try:
        return datetime(2000 + year, month, day, hour, minute, second, tzinfo=UTC) - offset
    except ValueError:
        return None


def _coding(dcs: int) -> tuple[Alphabet, bool]:
    """Alphabet and whether it is a flash message, from TP-DCS (TS 23.038 §4)."""
    group = dcs >> 4
    if group < 0x8:
        if dcs & 0x20:
            raise ValueError("it is compressed (TS 23.042), which no network here uses")
        alphabet = (Alphabet.GSM7, Alphabet.BINARY, Alphabet.UCS2, Alphabet.GSM7)[dcs >> 2 & 3]
        return alphabet, dcs & 0x13 == 0x10
    if group == 0xE:
        return Alphabet.UCS2, False
    if group == 0xF:
        return (Alphabet.BINARY if dcs & 0x04 else Alphabet.GSM7), dcs & 0x03 == 0
    return Alphabet.GSM7, False


def _elements(header: bytes) -> dict[int, bytes]:
    """Information elements by identifier (§9.2.3.24); of repeated ones the last counts, a cut one is left out."""
    elements, at = {}, 0
    while at + 2 <= len(header):
        name, size = header[at], header[at + 1]
        value = header[at + 2 : at + 2 + size]
        if len(value) == size:
            elements[name] = value
        at += 2 + size
    return elements


def _language(header: dict[int, bytes], element: int) -> int:
    """The language identifier of a locking (0x25) or single (0x24) shift table, 0 for the default."""
    value = header.get(element, b"")
    return value[0] if len(value) == 1 else 0


def _concat_of(header: dict[int, bytes]) -> Concat | None:
    short, wide = header.get(0x00), header.get(0x08)
    if wide is not None and len(wide) == 4:
        concat = Concat(int.from_bytes(wide[:2], "big"), wide[2], wide[3], 16)
    elif short is not None and len(short) == 3:
        concat = Concat(short[0], short[1], short[2], 8)
    else:
        return None
    # §9.2.3.24.1: an element with seq 0 or beyond the total is ignored, and so is a message of one part.
    return concat if 0 < concat.seq <= concat.total and concat.total > 1 else None


def _port_of(header: dict[int, bytes]) -> int | None:
    wide, short = header.get(0x05), header.get(0x04)
    if wide is not None and len(wide) == 4:
        return int.from_bytes(wide[:2], "big")
    return short[0] if short is not None and len(short) == 2 else None
