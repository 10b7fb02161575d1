"""The PIN of a SIM card (27.007 §8.3): given when the card asks for it, and never so that it brings the PUK nearer.

Three wrong PINs block a card until a person finds its PUK (TS 51.011 §9.3), and a program that is restarted by a
supervisor has no memory of its own. So the account of who was given what is kept outside (`PinBook`), committed before
the PIN is sent: a PIN is tried once per card. One that was accepted may be given again after the next power-up; one
that was refused, or whose end we do not know, may not until another is configured. The last try is a person's.
"""

from __future__ import annotations

import re
from typing import Protocol

from modem.causes import cause_of
from modem.dialogues import sim
from modem.errors import PinWanted, SimBusy, SimNotReady
from modem.link import Link

_TIMEOUT_S = 15.0
_LEAST_LEFT = 2
_INCORRECT, _PUK_REQUIRED = 16, 12

# How modems tell the tries left, the standard's way first (27.007 §8.65). The makers' ways are those that oFono knows
# (git.kernel.org/pub/scm/network/ofono/ofono.git, drivers/atmodem/sim.c), and ^SPIC of the Siemens manuals, whose
# counter is that of what +CPIN? asks for. In each, the first number taken here is that of PIN1.
_COUNTERS = (
    ("AT+CPINR", re.compile(r'\+CPINR:\s*"?SIM PIN"?\s*,\s*(\d+)')),
    ("AT+QPINC?", re.compile(r'\+QPINC:\s*"SC"\s*,\s*(\d+)')),  # Quectel: facility, PIN, PUK
    ("AT+SPIC", re.compile(r"\+SPIC:\s*(\d+)")),  # SIMCom: PIN1 first
    ("AT^CPIN?", re.compile(r"\^CPIN:[^,]*,[^,]*,\s*\d+\s*,\s*(\d+)")),  # Huawei: code, times, PUK, PIN, PUK2, PIN2
    ("AT+ZPINPUK=?", re.compile(r"\+ZPINPUK:\s*(\d+)")),  # ZTE: PIN, PUK
    ("AT+CPINC?", re.compile(r"\+CPINC:\s*(\d+)")),  # Wavecom: PIN1, PIN2, PUK1, PUK2
    ("AT^SPIC", re.compile(r"\^SPIC:\s*(\d+)")),  # Siemens
    ("AT#PCT", re.compile(r"#PCT:\s*(\d+)")),  # Telit: of what +CPIN? asks for
    ("AT+UPINCNT", re.compile(r"\+UPINCNT:\s*(\d+)")),  # u-blox: PIN, PIN2, PUK, PUK2
)


class PinBook(Protocol):
    """Who was given which PIN, remembered over restarts. `card` is an ICCID, or the IMEI where the card tells none."""

    def may_try_pin(self, card: str, pin: str) -> bool:
        """Whether this PIN may be given to this card now. A yes is committed as a try of unknown end."""

    def pin_tried(self, card: str, pin: str, accepted: bool | None) -> None:
        """What came of it, committed; None: the card was certainly not asked, so it counts as if not tried."""


def tries_left(link: Link) -> int | None:
    """How often the PIN may still be entered while +CPIN? asks for it; None if the modem does not tell."""
    for command, pattern in _COUNTERS:
        reply = link.exchange(command)
        found = pattern.search("\n".join(reply.lines)) if reply.ok else None
        if found is not None:
            return int(found[1])
    return None


class Unlocking:
    """Gives one modem's cards their PIN. It remembers what it gave without getting an answer."""

    def __init__(self, link: Link, book: PinBook | None) -> None:
        self._link = link
        self._book = book
        self._unanswered: tuple[str, str] | None = None

    def unlock(self, pin: str | None) -> None:
        """Return when the card is ready. Raises SimBusy for one that will be, SimNotReady where a person must act."""
        link, book = self._link, self._book
        state = sim.pin_state(link)
        if state == sim.READY:
            self._opened()
            return
        if state != "SIM PIN":
            raise SimNotReady(f"The SIM in {link.port} says {state or 'nothing'}; {_cure_of(state)}")
        if pin is None:
            raise PinWanted(f"The SIM in {link.port} wants a PIN; set pin_file for this modem.")
        left = tries_left(link)
        if left is not None and left < _LEAST_LEFT:
            raise SimNotReady(
                f"The SIM in {link.port} has {left} PIN tries left, so none is made here; enter the PIN in a telephone."
            )
        if book is None:
            raise PinWanted(f"The SIM in {link.port} wants its PIN, which is not given where no account of it is kept.")
        card = sim.Card(link).iccid() or sim.imei(link)
        if card is None:
            raise SimNotReady(f"The SIM in {link.port} wants its PIN, and neither card nor modem tells its number.")
        if not book.may_try_pin(card, pin):
            raise SimNotReady(
                f"The PIN for the SIM in {link.port} was tried before and not accepted; it is not tried again."
                " Correct pin_file, or switch off the SIM's PIN in a telephone."
            )
        self._give(book, card, pin, left)

    def _give(self, book: PinBook, card: str, pin: str, left: int | None) -> None:
        self._unanswered = (card, pin)
        reply = self._link.exchange(f'AT+CPIN="{pin}"', _TIMEOUT_S)
        if reply.ok:
            self._opened()
            return
        self._unanswered = None
        cause = cause_of(reply.final)
        wrong = cause.code in (_INCORRECT, _PUK_REQUIRED)
        if not wrong and left is not None and tries_left(self._link) == left:
            book.pin_tried(card, pin, None)
            raise SimBusy(f"The SIM in {self._link.port} did not take its PIN now: {cause.plain}")
        book.pin_tried(card, pin, False)
        raise SimNotReady(
            f"The SIM in {self._link.port} refused its PIN ({cause.plain}); it is not tried again. Correct pin_file."
        )

    def _opened(self) -> None:
        """A card that asked, was given a PIN by us and no longer asks has accepted it."""
        if self._unanswered is not None and self._book is not None:
            card, pin = self._unanswered
            self._book.pin_tried(card, pin, True)
        self._unanswered = None


def _cure_of(state: str) -> str:
    if state == "SIM PUK":
        return "it is blocked: unblock it with its PUK in a telephone, or put another one in."
    return "a person must unlock or replace it."
