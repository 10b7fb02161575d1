"""The driver's codec of what goes out: one part as SMS-SUBMIT (TS 23.040 §9.2.2.2).

What comes in is read by `modem.pdu`. The emulator reads a SUBMIT by a codec of its own, so that a mistake here cannot
hide there. How a text is cut into parts is decided before: a part that does not fit is an error of the caller.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from modem.alphabet import Alphabet, alphabet_of, pack, septets_of
from modem.pdu import Concat

_DIGITS = frozenset("0123456789*#")
_NIBBLES = str.maketrans("*#", "ab")
# TP-VP relative: seconds per step, where the steps begin, the value before the first, the last value (§9.2.3.12.1)
_VALIDITY_STEPS = (
    (300, 0, -1, 143),
    (1800, 43200, 143, 167),
    (86400, 0, 166, 196),
    (604800, 0, 192, 255),
)


@dataclass(frozen=True, slots=True)
class Submit:
    """A SUBMIT ready for AT+CMGS: `hex` has the service centre's length octet (00: use the SIM's), `length` has not."""

    length: int
    hex: str


def encode_submit(
    destination: str,
    text: str,
    *,
    alphabet: Alphabet | None = None,
    concat: Concat | None = None,
    report: bool = True,
    validity_s: int | None = None,
) -> Submit:
    """One part as SMS-SUBMIT (TS 23.040 §9.2.2.2).

    `destination` is "+" and digits (international) or digits alone (short code; type of number unknown). `alphabet`
    is that of the whole message, so that all its parts are coded alike. Raises ValueError for a destination that is no
    number and for text that does not fit into one part.
    """
    alphabet = alphabet or alphabet_of(text)
    header = b"" if concat is None else _concat_header(concat)
    if alphabet is Alphabet.UCS2:
        body = header + text.encode("utf-16-be")
        length, fits = len(body), len(body) <= 140
    else:
        septets = septets_of(text)
        head = -(-len(header) * 8 // 7)
        body = header + pack(septets, fill=head * 7 - len(header) * 8)
        length, fits = head + len(septets), head + len(septets) <= 160
    if not fits:
        raise ValueError("The text does not fit into one part; split it first.")
    first = 0x01 | (0x20 if report else 0) | (0x40 if header else 0) | (0x10 if validity_s is not None else 0)
    validity = b"" if validity_s is None else bytes([_relative_validity(validity_s)])
    tpdu = (
        bytes([first, 0]) + _encode_number(destination) + bytes([0, alphabet.dcs]) + validity + bytes([length]) + body
    )
    return Submit(len(tpdu), "00" + tpdu.hex().upper())


def _concat_header(concat: Concat) -> bytes:
    if concat.bits == 16:
        return bytes([6, 0x08, 4, *concat.ref.to_bytes(2, "big"), concat.total, concat.seq])
    return bytes([5, 0x00, 3, concat.ref, concat.total, concat.seq])


def _encode_number(number: str) -> bytes:
    """An address field (§9.1.2.5): "+" makes it international, anything else has an unknown type of number."""
    digits = number.removeprefix("+")
    if not digits or len(digits) > 20 or not set(digits) <= _DIGITS:
        raise ValueError(f"{number!r} is no number an SMS can go to: digits, with + for an international one.")
    codes = digits.translate(_NIBBLES) + "f" * (len(digits) % 2)
    pairs = bytes.fromhex("".join(map(str.__add__, codes[1::2], codes[::2])))
    return bytes([len(digits), 0x91 if number.startswith("+") else 0x81]) + pairs


@cache
def _relative_validity(seconds: int) -> int:
    """TP-VP relative format, rounded up to what it can say (§9.2.3.12.1); 63 weeks is the most."""
    for step_s, offset_s, base, last in _VALIDITY_STEPS:
        value = max(base + -(-(seconds - offset_s) // step_s), 0)
        if value <= last:
            return value
    return 255
