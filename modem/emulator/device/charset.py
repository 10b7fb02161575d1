"""Strings in the character set the terminal chose with +CSCS (27.007 §5.5), both ways.

Owns GSM, IRA, UCS2 and HEX as they look on the line. Must not know which command a string belongs to.
"""

import re
from binascii import unhexlify

from modem.emulator.codec.alphabet import septets_to_text, text_to_septets
from modem.emulator.codec.octets import FieldError

_NO_SEPTETS = bytes(range(0x80, 0x100))
_NUMBER_IN_HEX = re.compile(r"(2B)?(2[3A]|3[0-9])+", re.IGNORECASE)  # +, #, *, digits: the same in GSM 7-bit and ASCII


def to_terminal(text: str, cscs: str) -> str:
    """Text as the terminal's character set wants it (27.007 §5.5). What it lacks becomes a question mark."""
    if cscs == "UCS2":
        return text.encode("utf-16-be", "surrogatepass").hex().upper()
    if cscs == "IRA":
        return text.encode("ascii", "replace").decode("ascii")
    try:
        septets = text_to_septets(text)
    except UnicodeError:
        septets = b"".join(_septets_of(char) or b"?" for char in text)
    return septets.hex().upper() if cscs == "HEX" else septets.decode("latin-1")


def _septets_of(char: str) -> bytes:
    """One character in GSM 7-bit; empty if the alphabet has none."""
    try:
        return text_to_septets(char)
    except UnicodeError:
        return b""


def from_terminal(text: bytes, cscs: str, lossy: bool = False) -> bytes:
    """Text the terminal typed, as GSM septets; FieldError if it is not in its character set.

    A character that GSM 7-bit lacks is a FieldError too, or is left out if `lossy`, as 27.005 Annex A recommends.
    """
    try:
        if cscs == "UCS2":
            return _septets(unhexlify(text.translate(None, b"\r\n")).decode("utf-16-be"), lossy)
        if cscs == "IRA":
            return _septets(text.decode("ascii", "ignore" if lossy else "strict"), lossy)
        septets = unhexlify(text.translate(None, b"\r\n")) if cscs == "HEX" else text
    except ValueError:
        raise FieldError(f"the text is not {cscs}, or not in the GSM 7-bit alphabet") from None
    if lossy and cscs == "GSM":
        return septets.translate(None, _NO_SEPTETS)
    if any(septet > 0x7F for septet in septets):
        raise FieldError("the text has octets that are no septets")
    return septets


def _septets(text: str, lossy: bool) -> bytes:
    return b"".join(map(_septets_of, text)) if lossy else text_to_septets(text)


def number_from_terminal(text: str, cscs: str) -> str:
    """A number the terminal gave, or with UCS2 a word; with UCS2 or HEX it may be coded or plain: modems take both."""
    if cscs == "UCS2" and len(text) % 4 == 0 and text.startswith("00"):
        try:
            return unhexlify(text).decode("utf-16-be")
        except ValueError:
            return text
    if cscs == "HEX" and _NUMBER_IN_HEX.fullmatch(text):
        return unhexlify(text).decode("ascii")
    return text


def secret_from_terminal(value: int | str | None, cscs: str, least: int) -> str:
    """A PIN or password. Terminals send it plain or in UCS2, which no PIN is long enough to be mistaken for.

    Typed without quotes it came as a number: the noughts at its front are put back, up to the `least` digits.
    """
    if isinstance(value, int):
        return str(value).zfill(least)
    if value is not None and cscs == "UCS2" and len(value) >= 16:
        return number_from_terminal(value, cscs)
    return value or ""


def text_from_terminal(value: int | str | None, cscs: str) -> str:
    """A string parameter as text; FieldError if it is not in the character set. A missing one is empty."""
    if value is None or value == "":
        return ""
    octets = str(value).encode("latin-1", "replace")
    if cscs == "UCS2":
        try:
            return unhexlify(octets).decode("utf-16-be")
        except ValueError:
            raise FieldError("the text is not UCS2") from None
    return septets_to_text(from_terminal(octets, cscs))
