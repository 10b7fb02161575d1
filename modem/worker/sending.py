"""What goes out: claimed in blocks, submitted one by one, settled together.

A part is claimed (committed) by the desk before its first byte goes out: after a crash it is known to be in doubt. A
block is `_CLAIM_AHEAD_S` worth of sending, so a slow modem claims one part and a fast one many. Where a commit takes
time that counts beside a submit, the most of a block is claimed anew while its last quarter goes out. The next part is
encoded while the modem is busy with the one before.

A refusal is the part's own affair only if the network or the codec finds it wrong for good. Everything else may hit
the next part as well, so the worker rests, longer each time, and what it holds goes back for other SIMs to take. What
is the modem's fault uses up none of the part's tries; but the part is named, for one at which modems fail again and
again is not innocent.
"""

from __future__ import annotations

import logging
from collections import deque

from modem.dialogues.keeping import LinkKeeper
from modem.dialogues.submit import submit
from modem.driver import Modem
from modem.errors import ModemError, ModemFailed, SimNotReady
from modem.link import Clock
from modem.outcomes import Accepted, Outcome, Refused, Unknown
from modem.submitpdu import Submit, encode_submit
from modem.tables import Cause, CauseClass
from modem.worker.desk import Claim, Desk, PartOrder
from modem.worker.radio import Radio

_LOG = logging.getLogger(__name__)

_CLAIM_AHEAD_S = 0.1  # what a crash may leave in doubt, against what a commit costs
_CLAIM_MOST = 256
_COMMIT_MATTERS_S = 1.0  # a modem that needs longer for a part loses nothing by waiting for a commit
_HOLD_MOST_S = 10.0  # a modem that turns slow gives the rest of its block back after this
_OWN_MOST = 8
"""Refusals in a row by the modem itself, about a minute and a half of them, after which it needs more than patience."""
_DOUBTS_MOST = 2
_OWN_REST_MOST_S = 30.0
_NETWORK_REST_MOST_S = 60.0


class Sending:
    """The sending half of one opened modem."""

    def __init__(self, modem: Modem, desk: Desk, clock: Clock, sim: str, radio: Radio) -> None:
        self._modem = modem
        self._desk = desk
        self._clock = clock
        self._sim = sim
        self._radio = radio
        self._keeper = LinkKeeper(modem)
        self._claimed: deque[PartOrder] = deque()
        self._claimed_at = 0.0
        self._ahead: Claim | None = None
        self._encoded: tuple[PartOrder, Submit | Refused] | None = None
        self._outcomes: list[tuple[int, Outcome]] = []
        self._in_flight: PartOrder | None = None
        self._submit_s = 1.0
        self._refusals = 0
        self._doubts = 0
        self.rests_until = float("-inf")
        """`Clock.monotonic` before which nothing is sent."""
        self.accepted = 0
        """How many parts the network has taken: the proof that a modem works."""

    def send_one(self) -> bool:
        """Submit one part if there is one; False if there is nothing to do now.

        Raises Silent, PortLost, ModemFailed or SimNotReady when the modem, not a part, is in trouble.
        """
        now = self._clock.monotonic()
        if now < self.rests_until:
            return False
        if not self._claim(now):
            return False
        if self._modem.out_of_step:
            self._modem.exchange("AT")  # who does not answer this is given no part
        order = self._claimed[0]
        self._keeper.before(more=len(self._claimed) > 1 or _is_followed(order))
        self._in_flight = self._claimed.popleft()
        started = self._clock.monotonic()
        outcome = self._submit(order)
        self._keeper.after()
        self._submit_s += 0.2 * (self._clock.monotonic() - started - self._submit_s)
        self._take(order, outcome)
        return True

    def settle(self) -> None:
        """Report what became of the parts so far."""
        if self._outcomes:
            self._desk.settle(self._sim, self._outcomes)
            self._outcomes = []

    def give_back(self) -> None:
        """Settle what was submitted and release what was not. One that the program failed at is in doubt."""
        if self._in_flight is not None:
            self._note(self._in_flight, Unknown("The program failed while this part was being sent."))
        self.settle()
        self._take_ahead()
        if self._claimed:
            self._desk.release(self._sim, [order.id for order in self._claimed])
            self._claimed.clear()

    # -- inside -------------------------------------------------------------------------------------------------

    def _claim(self, now: float) -> bool:
        """Have something to send, if there is anything."""
        if self._claimed and now - self._claimed_at > _HOLD_MOST_S:
            self.give_back()
        if not self._claimed:
            if self._ahead is None:
                self._claim_ahead(self._block)
            self._take_ahead()
            self._claimed_at = now
        if not self._claimed:
            self.settle()
        return bool(self._claimed)

    @property
    def _block(self) -> int:
        return max(1, min(_CLAIM_MOST, int(_CLAIM_AHEAD_S / self._submit_s)))

    def _claim_ahead(self, most: int) -> None:
        """Have the next parts claimed. What became of the last ones shares the commit."""
        self.settle()
        self._ahead = self._desk.claim(self._sim, most)

    def _take_ahead(self) -> None:
        claim, self._ahead = self._ahead, None
        if claim is not None:
            self._claimed.extend(claim())

    def _submit(self, order: PartOrder) -> Outcome:
        encoded, self._encoded = self._encoded, None
        pdu = encoded[1] if encoded is not None and encoded[0] is order else _encode(order)
        if isinstance(pdu, Refused):
            return pdu
        try:
            return submit(self._modem, pdu, self._prepare_next)
        except ModemError:
            # Raised only while nothing can have been sent: the part goes back, and the port is opened anew.
            self._hand_back(order)
            raise

    def _prepare_next(self) -> None:
        """Use the time in which the modem is busy. A desk that fails must not cost the part in flight its answer."""
        last = self._block // 4  # of a claim most of the cost is not the parts': the fewer, the better
        if self._ahead is None and self._submit_s < _COMMIT_MATTERS_S and len(self._claimed) <= last:
            try:
                self._claim_ahead(self._block - last)
            except Exception:
                _LOG.exception("parts could not be claimed ahead; the next claim fails too, or makes up for it")
        if self._claimed:
            self._encoded = (self._claimed[0], _encode(self._claimed[0]))

    def _take(self, order: PartOrder, outcome: Outcome) -> None:
        """Note an outcome, and act on what it says of modem, SIM and network."""
        match outcome:
            case Accepted():
                self._refusals = self._doubts = 0
                self.accepted += 1
                self._note(order, outcome)
            case Unknown(why=why):
                self._note(order, outcome)
                self._desk.trouble(self._radio.name, why, list(self._modem.history))
                self._doubts += 1
                if self._doubts >= _DOUBTS_MOST:
                    raise ModemFailed(f"The modem left {self._doubts} messages in a row without an answer.")
            case Refused(cause=cause):
                self._release_siblings(order)
                if cause.cls is CauseClass.RESET_MODEM:
                    self._hand_back(order)
                    raise ModemFailed(f"{cause.plain} ({cause.text})")
                self._note(order, outcome)
                if self._radio.refused(cause):
                    self._outcomes.pop()
                    self._hand_back(order, blames=False)  # a lack of network must not use up the part's tries
                elif cause.own and cause.cls in _PASSING:
                    self._outcomes.pop()
                    self._take_failure(order, cause)
                else:
                    self._take_refusal(cause)

    def _note(self, order: PartOrder, outcome: Outcome) -> None:
        self._outcomes.append((order.id, outcome))
        self._in_flight = None

    def _take_failure(self, order: PartOrder, cause: Cause) -> None:
        """The modem itself does not send now."""
        self._hand_back(order)
        self._refusals += 1
        if self._refusals >= _OWN_MOST:
            raise ModemFailed(f"The modem has refused {self._refusals} messages in a row. {cause.plain} ({cause.text})")
        self._rest(min(2.0 ** (self._refusals - 1), _OWN_REST_MOST_S))

    def _take_refusal(self, cause: Cause) -> None:
        """The network has refused a part, or the modem finds its card wanting."""
        if cause.cls is CauseClass.SIM_TROUBLE:
            self.give_back()
            if cause.own:
                raise SimNotReady(f"The SIM in {self._modem.port} cannot send. {cause.plain}")
        elif cause.cls in _PASSING:
            self._refusals += 1
            if self._refusals > 1:  # the first may be about this one number
                self._rest(min(2.0 ** (self._refusals - 2), _NETWORK_REST_MOST_S))

    def _rest(self, seconds: float) -> None:
        self.give_back()
        self.rests_until = self._clock.monotonic() + seconds

    def _hand_back(self, order: PartOrder, *, blames: bool = True) -> None:
        """A part that was not sent; the modem failed at it if that `blames` it. Until it is back it is still ours."""
        self._in_flight = None
        self._claimed.appendleft(order)
        self.settle()
        self._desk.release(self._sim, [order.id], blamed=order.id if blames else None)
        self._claimed.popleft()

    def _release_siblings(self, order: PartOrder) -> None:
        """The later parts of a message wait for one that was not sent: they keep their order."""
        self._take_ahead()
        siblings = [other for other in self._claimed if _is_sibling(other, order)]
        if siblings:
            self.settle()
            self._desk.release(self._sim, [other.id for other in siblings])
            self._claimed = deque(other for other in self._claimed if other not in siblings)


_PASSING = (CauseClass.RETRY_SOON, CauseClass.RETRY_LATER)


def _encode(order: PartOrder) -> Submit | Refused:
    try:
        return encode_submit(
            order.destination,
            order.text,
            alphabet=order.alphabet,
            concat=order.concat,
            report=order.report,
            validity_s=order.validity_s,
        )
    except ValueError as problem:
        return Refused(Cause(0, "not encodable", str(problem), CauseClass.PERMANENT))


def _is_followed(order: PartOrder) -> bool:
    return order.concat is not None and order.concat.seq < order.concat.total


def _is_sibling(other: PartOrder, order: PartOrder) -> bool:
    if other.concat is None or order.concat is None or other.destination != order.destination:
        return False
    return (other.concat.ref, other.concat.total) == (order.concat.ref, order.concat.total)
