"""Incoming calls: what RING, +CRING and +CLIP say together, in whatever order they come (V.250, 27.007 §6.11, §7.6)."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from modem.events import Notice
from modem.link import Link

_CLIP = re.compile(r'\+CLIP:\s*(?:"([^"]*)"|([^,]*))')
_OVER = ("NO CARRIER", "^CEND", "HANGUP", "BUSY")

CLIP_WAIT_S = 2.0
"""The number comes behind RING, in a read of its own on many firmwares; later than this it does not come at all."""
RING_GAP_S = 10.0
"""A modem rings every five seconds or so; after this a call that has ended without a word is over."""


def caller(text: str) -> str | None:
    """The number in +CLIP as the modem has it ("0919" is no "+0919"), "" where it is withheld; None for other lines."""
    found = _CLIP.match(text)
    return None if found is None else (found[1] if found[1] is not None else found[2]).strip()


@dataclass(frozen=True, slots=True)
class Ringing:
    """One call that rings or has just been hung up. `number` is None until the modem tells it."""

    rang_at: float
    since: float
    number: str | None = None
    logged: bool = False

    def is_known(self, now: float) -> bool:
        """Whether everything has been said that will be."""
        return self.number is not None or now >= self.since + CLIP_WAIT_S

    def is_over(self, now: float) -> bool:
        """Whether it has not rung for so long that the next ring is another call."""
        return now >= self.rang_at + RING_GAP_S


def heard(call: Ringing | None, notice: Notice, now: float) -> Ringing | None:
    """The call after a notice; None while there is none. A call that ends leaves nothing behind."""
    if notice.name in _OVER:
        return None
    if call is not None and call.is_over(now):
        call = None
    if notice.name in ("RING", "+CRING"):
        return Ringing(now, now) if call is None else replace(call, rang_at=now)
    number = caller(notice.text) if notice.name == "+CLIP" else None
    if number is None:
        return call
    if call is None or (call.number and number and call.number != number):
        return Ringing(now, now, number)
    return replace(call, number=call.number or number)


def hang_up(link: Link) -> None:
    """Refuse the call that rings: AT+CHUP (27.007 §6.5), or ATH for a modem that does not know it."""
    if not link.exchange("AT+CHUP", 20.0).ok:
        link.exchange("ATH", 20.0)
