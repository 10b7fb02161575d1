"""The SIM card: its PIN, which is never guessed, and its number (27.007 §8.3)."""

from __future__ import annotations

import re

from modem.causes import cause_of, refusal
from modem.errors import SimNotReady
from modem.link import Link
from modem.tables import CauseClass

_ICCID = re.compile(r"\b(89\d{16,18})[Ff]?\b")
_IMSI = re.compile(r"\b(\d{14,15})\b")


def pin_state(link: Link) -> str:
    """What AT+CPIN? says: READY, SIM PIN, SIM PUK… Raises SimNotReady for a card that is absent or broken."""
    reply = link.exchange("AT+CPIN?", 15.0)
    if not reply.ok:
        cause = cause_of(reply.final)
        if cause.cls is CauseClass.SIM_TROUBLE:
            raise SimNotReady(f"{cause.plain} Look at the SIM in {link.port}.")
        raise refusal("AT+CPIN?", reply)
    return "".join(line.partition(":")[2].strip() for line in reply.lines)


def give_pin(link: Link, pin: str) -> None:
    """Unlock the card. Who calls this has made sure that it is the first try."""
    link.ask(f'AT+CPIN="{pin}"', 15.0)


def number_of(link: Link) -> str:
    """The ICCID, or the IMSI of a card whose ICCID the modem does not tell. Raises SimNotReady if it has neither."""
    for command, pattern in (("AT+CCID", _ICCID), ("AT+ICCID", _ICCID), ("AT^ICCID?", _ICCID), ("AT+CIMI", _IMSI)):
        reply = link.exchange(command)
        found = pattern.search("\n".join(reply.lines)) if reply.ok else None
        if found is not None:
            return found[1]
    raise SimNotReady(f"The SIM in {link.port} has neither ICCID nor IMSI; is it inserted?")
