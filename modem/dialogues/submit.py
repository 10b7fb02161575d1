"""Sending one part: AT+CMGS in PDU mode (27.005 §3.5.1).

Theory. Up to the prompt nothing can have been sent; behind Ctrl-Z everything can. So a refusal counts as one if it
comes in the place of the prompt, or is the network's word about the message. What the modem says for itself behind
Ctrl-Z because the network did not answer it (a time-out, a broken radio link) is *unknown*: the service centre may have
the message, only its acknowledgement was lost.

What cannot be known: a network that refuses a message and delivers it all the same. It is sent again then, unless its
delivery report comes before.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from modem.causes import cause_of
from modem.errors import PortLost, Silent
from modem.events import Reply
from modem.link import Link
from modem.outcomes import Accepted, Outcome, Refused, Unknown
from modem.submitpdu import Submit
from modem.tables import CME_CAUSES, CMS_CAUSES, Cause, CauseClass

PROMPT_S = 15.0
SUBMIT_S = 180.0
"""Vendors allow 60 to 180 s for +CMGS; giving up earlier makes a doubtful message of a slow one."""

NO_ACKNOWLEDGEMENT_S = 45.0
"""The longest a network may take to acknowledge (TR1M, 24.011 §10); an error of the modem's own after that says that
it waited in vain, whatever its code: 350 after 135 s is three such waits."""

NO_PROMPT = Cause(0, "no prompt", "The modem did not ask for the message in time.", CauseClass.RETRY_SOON, own=True)
_DOUBTFUL = frozenset({CMS_CAUSES[332], CMS_CAUSES[513], CMS_CAUSES[514], CME_CAUSES[31]})
"""The modem has sent the message and has not heard that it arrived."""
_DUPLICATE = CMS_CAUSES[0xC5]
_CMGS = re.compile(r"\+CMGS:\s*(-?\d*)")


def submit(link: Link, pdu: Submit, meanwhile: Callable[[], None] | None = None) -> Outcome:
    """One part, to one of three ends. Raises PortLost or Silent only while nothing can have been sent.

    A payload goes out once, behind its own prompt: to send it again is to say AT+CMGS again. `meanwhile` is done while
    the modem is busy with it; it must not raise.
    """
    try:
        refused = link.ask_prompt(f"AT+CMGS={pdu.length}", PROMPT_S)
    except Silent:
        # ESC leaves the text entry should the prompt come late; raises Silent again if nobody answers any more.
        link.exchange("AT")
        return Refused(NO_PROMPT)
    if refused is not None:
        return Refused(cause_of(refused.final))
    sent_at = link.clock.monotonic()
    try:
        reply = link.send_payload(pdu.hex, SUBMIT_S, "+CMGS:", meanwhile)
    except PortLost as loss:
        return Unknown(str(loss))
    if reply is None:
        return Unknown(f"The modem said nothing for {SUBMIT_S:g} s after the message.")
    return _outcome(reply, link.clock.monotonic() - sent_at)


def _outcome(reply: Reply, waited_s: float) -> Outcome:
    """What an answer to the payload means; +CMGS is the acknowledgement, whatever the final result code says."""
    for line in reply.lines:
        found = _CMGS.match(line)
        if found is not None:
            return Accepted(_reference(found[1]))
    if reply.ok:
        return Unknown("The modem said OK without a message reference.")
    cause = cause_of(reply.final)
    if cause == _DUPLICATE:
        # The modem repeats by itself what the network did not acknowledge (23.040 §9.2.3.6); the first had arrived.
        return Accepted(None)
    if cause in _DOUBTFUL or (cause.own and waited_s > NO_ACKNOWLEDGEMENT_S):
        return Unknown(f"The modem gave up after {waited_s:.0f} s without the network's answer ({reply.final}).")
    return Refused(cause)


def _reference(digits: str) -> int | None:
    """TP-MR is one octet (23.040 §9.2.3.6); some modems say -1, or nothing, or count on."""
    return int(digits) if digits.isdecimal() and int(digits) <= 0xFF else None
