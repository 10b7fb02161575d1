"""Keeping the radio link open from one message to the next: AT+CMMS=1 (27.005 §3.5.6).

Setting the link up takes a modem longer than the message itself. With 1 it stays open until 1 to 5 s have passed
without the next message, depending on the maker; then the modem falls back to 0 by itself and must be told again.
"""

from __future__ import annotations

from modem.link import Link

FALLS_BACK_S = 1.0
"""The shortest time after which a modem may have closed the link and forgotten."""


class LinkKeeper:
    """Says AT+CMMS=1 when messages follow each other and the modem is not known to keep the link.

    A modem that refuses it is not asked again before it is opened anew.
    """

    def __init__(self, link: Link) -> None:
        self._link = link
        self._refused = False
        self._kept = False
        self._sent_at = float("-inf")

    def before(self, more: bool) -> None:
        """A message goes out next; `more` tells that others are known to follow. Raises Silent or PortLost."""
        flows = self._link.clock.monotonic() - self._sent_at < FALLS_BACK_S
        self._kept = self._kept and flows
        if self._refused or self._kept or not (more or flows):
            return
        self._kept = self._link.exchange("AT+CMMS=1").ok
        self._refused = not self._kept

    def after(self) -> None:
        """A message has been answered: from now on the modem counts the pause."""
        self._sent_at = self._link.clock.monotonic()
