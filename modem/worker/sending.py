"""What goes out: claimed in blocks, submitted one by one, settled together.

A part is claimed (committed) by the desk before its first byte goes out: after a crash it is known to be in doubt. A
block is `_CLAIM_AHEAD_S` worth of sending, so a slow modem claims one part and a fast one many.
"""

from __future__ import annotations

from collections import deque

from modem.dialogues.submit import submit
from modem.driver import Modem
from modem.errors import ModemError
from modem.link import Clock
from modem.outcomes import Outcome, Refused
from modem.pdu import encode_submit
from modem.tables import Cause, CauseClass
from modem.worker.desk import Desk, PartOrder
from modem.worker.radio import Radio

_CLAIM_AHEAD_S = 0.03  # what a crash may leave in doubt, against what a commit costs
_CLAIM_MOST = 64


class Sending:
    """The sending half of one opened modem."""

    def __init__(self, modem: Modem, desk: Desk, clock: Clock, sim: str, radio: Radio) -> None:
        self._modem = modem
        self._desk = desk
        self._clock = clock
        self._sim = sim
        self._radio = radio
        self._claimed: deque[PartOrder] = deque()
        self._outcomes: list[tuple[int, Outcome]] = []
        self._submit_s = 1.0

    def send_one(self) -> bool:
        """Submit one part if there is one; False if there is nothing to do."""
        if not self._claimed:
            # What became of the last block and the claim of the next share one commit.
            self._settle()
            most = max(1, min(_CLAIM_MOST, int(_CLAIM_AHEAD_S / self._submit_s)))
            self._claimed.extend(self._desk.claim(self._sim, most))
        if not self._claimed:
            return False
        order = self._claimed.popleft()
        started = self._clock.monotonic()
        outcome = self._submit(order)
        self._outcomes.append((order.id, outcome))
        if isinstance(outcome, Refused) and self._radio.refused(outcome.cause):
            self._outcomes.pop()
            self._desk.release([order.id])  # a lack of network must not use up the part's tries
        self._submit_s += 0.2 * (self._clock.monotonic() - started - self._submit_s)
        return True

    def give_back(self) -> None:
        """Settle what was submitted and release what was not."""
        self._settle()
        if self._claimed:
            self._desk.release([order.id for order in self._claimed])
            self._claimed.clear()

    def _settle(self) -> None:
        if self._outcomes:
            self._desk.settle(self._sim, self._outcomes)
            self._outcomes = []

    def _submit(self, order: PartOrder) -> Outcome:
        try:
            pdu = encode_submit(
                order.destination,
                order.text,
                alphabet=order.alphabet,
                concat=order.concat,
                report=order.report,
                validity_s=order.validity_s,
            )
        except ValueError as problem:
            return Refused(Cause(0, "not encodable", str(problem), CauseClass.PERMANENT))
        try:
            return submit(self._modem, pdu)
        except ModemError:
            # Raised only while nothing can have been sent: the part goes back, and the port is opened anew.
            self._desk.release([order.id], blamed=order.id)
            raise
