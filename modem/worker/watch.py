"""What a worker does beside messages: things that hear the modem's notices and have something to do at times."""

from __future__ import annotations

from typing import Protocol

from modem.driver import Identity
from modem.events import Notice


class Watch(Protocol):
    """One such thing. Called on the port's thread only, between two dialogues; may raise ModemError."""

    @property
    def due_at(self) -> float:
        """When `act` has something to do, monotonic; infinity while it has nothing."""

    def start(self, identity: Identity) -> None:
        """The modem has just been opened."""

    def hear(self, notice: Notice) -> None:
        """The modem said this by itself."""

    def act(self) -> None:
        """`due_at` has come."""
