"""The SIM card: its state and its number (27.007 §8.3; 23.003 §2.2 the IMSI; ITU-T E.118 the ICCID)."""

from __future__ import annotations

import re

from modem.causes import cause_of, refusal
from modem.errors import SimBusy, SimNotReady
from modem.link import Link
from modem.tables import CauseClass

_ICCID = re.compile(r"\b(89\d{16,18})[Ff]?\b")
_IMSI = re.compile(r"\b(\d{14,15})\b")
_IMEI = re.compile(r"\b(\d{14,17})\b")
_OWN = re.compile(r'\+CNUM:\s*(?:"[^"]*")?\s*,\s*"([+0-9A-Fa-f]+)"\s*,\s*(\d+)')
_NUMBER = re.compile(r"\+?[0-9]{3,15}")
_INTERNATIONAL = "145"
READY = "READY"
_BUSY = (14, 314)
_CRSM = re.compile(r'\+CRSM:\s*144\s*,\s*0\s*,\s*"?([0-9A-Fa-f]{20})')
# Makers' commands, and last READ BINARY of EF ICCID, which no PIN protects (27.007 §8.18; TS 51.011 §10.1.1).
_WAYS = (
    *((way, _ICCID) for way in ("AT+CCID", "AT+ICCID", "AT^ICCID?", "AT+QCCID", "AT^SCID", "AT+CICCID")),
    ("AT+CRSM=176,12258,0,0,10", _CRSM),
)


def pin_state(link: Link) -> str:
    """What AT+CPIN? says: READY, SIM PIN, SIM PUK… Raises SimBusy, or SimNotReady for an absent or broken card."""
    reply = link.exchange("AT+CPIN?", 15.0)
    if not reply.ok:
        cause = cause_of(reply.final)
        if cause.code in _BUSY:
            raise SimBusy(f"The SIM in {link.port} is busy.")
        if cause.cls is CauseClass.SIM_TROUBLE:
            raise SimNotReady(f"{cause.plain} Look at the SIM in {link.port}.")
        raise refusal("AT+CPIN?", reply)
    return "".join(line.partition(":")[2].strip() for line in reply.lines)


class Card:
    """The number of the card in a modem. It remembers which question this modem answers."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._way = _WAYS[0]
        self._is_busy = False  # when it was asked last

    def number(self) -> str:
        """The ICCID, or the IMSI where the modem does not tell it. Raises SimNotReady for neither.

        Raises SimBusy while the ICCID cannot be read: to go by the IMSI meanwhile would be to take it for another card.
        """
        found = self.iccid()
        if found is None and self._is_busy:
            raise SimBusy(f"The SIM in {self._link.port} is busy.")
        found = found or _first(self._link, "AT+CIMI", _IMSI)
        if found is None:
            raise SimNotReady(f"The SIM in {self._link.port} has neither ICCID nor IMSI; is it inserted?")
        return found

    def iccid(self) -> str | None:
        """The ICCID, which most modems read before the PIN too; None where this one does not tell it."""
        self._is_busy = False
        for way in sorted(_WAYS, key=lambda way: way != self._way):
            reply = self._link.exchange(way[0])
            found = way[1].search("\n".join(reply.lines)) if reply.ok else None
            if found is not None:
                self._way = way
                return _iccid_in(found[1]) if way is _WAYS[-1] else found[1]
            self._is_busy = self._is_busy or (not reply.ok and cause_of(reply.final).code in _BUSY)
        return None


def _iccid_in(raw: str) -> str | None:
    """EF ICCID as the card has it: two digits an octet, the second first, filled up with F (TS 51.011 §10.1.1)."""
    digits = "".join(high + low for low, high in zip(raw[::2], raw[1::2], strict=False)).upper().rstrip("F")
    return digits if _ICCID.fullmatch(digits) else None


def own_number(link: Link) -> str | None:
    """The subscriber number that is stored on the card (AT+CNUM, 27.007 §7.1); many cards hold none."""
    reply = link.exchange("AT+CNUM")
    for found in _OWN.finditer("\n".join(reply.lines)) if reply.ok else ():
        number = _plain(found[1])
        if _NUMBER.fullmatch(number):
            return f"+{number}" if found[2] == _INTERNATIONAL and number[0] != "+" else number
    return None


def _plain(text: str) -> str:
    """A number as it is read, also where the modem writes all strings as UCS2 digits (27.007 §5.5)."""
    try:
        plain = bytes.fromhex(text).decode("utf-16-be") if len(text) % 4 == 0 else ""
    except ValueError:
        return text
    return plain if _NUMBER.fullmatch(plain) else text


def imei(link: Link, timeout_s: float = 10.0) -> str | None:
    """The modem's serial number (AT+CGSN, 27.007 §5.4)."""
    return _first(link, "AT+CGSN", _IMEI, timeout_s)


def _first(link: Link, command: str, pattern: re.Pattern[str], timeout_s: float = 10.0) -> str | None:
    reply = link.exchange(command, timeout_s)
    found = pattern.search("\n".join(reply.lines)) if reply.ok else None
    return None if found is None else found[1]
