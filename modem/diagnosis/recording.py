"""What went over a port while it was examined: the octets as they came, each piece with its time.

A driver puts answers together whatever the line does to them. A diagnosis needs what it does: where answers were cut,
what came late, which octets nobody sent. So this is taken before the octets are made sense of (`modem.openport.Tap`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from modem.events import Reply


@dataclass(frozen=True, slots=True)
class Piece:
    """Octets that came in one reading, and when: seconds after their command was sent."""

    after_s: float
    octets: bytes


@dataclass(frozen=True, slots=True)
class Turn:
    """One command and everything that was heard until the next one was sent.

    `reply` is what the driver made of it, None where no final result code came in the time that it was given.
    `echo` tells whether the modem had been asked to echo; None before it was asked. `prompted`: a prompt came.
    In the first turn (`is_first`) a line feed may be left of an answer that was complete with its carriage return, and
    a modem that slept may have lost the command.
    """

    command: str
    heard: tuple[Piece, ...] = ()
    reply: Reply | None = None
    echo: bool | None = None
    prompted: bool = False
    is_first: bool = False

    @property
    def octets(self) -> bytes:
        return b"".join(piece.octets for piece in self.heard)

    def after_s(self, count: int) -> float | None:
        """When the octet of this number (from 1) was there; None if so many did not come."""
        for piece in self.heard:
            count -= len(piece.octets)
            if count <= 0:
                return piece.after_s
        return None


class Recording:
    """A tap that keeps what it overhears; `now` tells the time in seconds."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._heard: list[tuple[float, bytes]] = []
        self._sent: list[tuple[float, bytes]] = []

    def sent(self, octets: bytes) -> None:
        self._sent.append((self._now(), octets))

    def heard(self, octets: bytes) -> None:
        if octets:
            self._heard.append((self._now(), octets))

    @property
    def said(self) -> bytes:
        """Everything that went to the modem."""
        return b"".join(octets for _, octets in self._sent)

    @property
    def length(self) -> int:
        """How many pieces were heard: a place from which to take them later."""
        return len(self._heard)

    def octets(self, first: int) -> bytes:
        """What was heard from a place on."""
        return b"".join(octets for _, octets in self._heard[first:])

    def last_heard_at(self, first: int) -> float | None:
        """When something was heard last, from a place on; None if nothing was."""
        return self._heard[-1][0] if len(self._heard) > first else None

    def pieces(self, first: int, last: int, sent_at: float) -> tuple[Piece, ...]:
        """What was heard from one place up to another, timed from the sending of a command."""
        return tuple(Piece(at - sent_at, octets) for at, octets in self._heard[first:last])
