"""Sending one part: AT+CMGS in PDU mode (27.005 §3.5.1)."""

from __future__ import annotations

import re

from modem.causes import cause_of
from modem.errors import PortLost, Silent
from modem.link import Link
from modem.outcomes import Accepted, Outcome, Refused, Unknown
from modem.pdu import Submit
from modem.tables import Cause, CauseClass

PROMPT_S = 15.0
SUBMIT_S = 120.0
"""Vendors allow 60 to 180 s for +CMGS; giving up earlier makes a doubtful message of a slow one."""

NO_ANSWER = Cause(0, "no prompt", "The modem did not ask for the message in time.", CauseClass.RETRY_SOON)
_CMGS = re.compile(r"\+CMGS:\s*(\d+)")


def submit(link: Link, pdu: Submit) -> Outcome:
    """One part, to one of three ends. Raises PortLost or Silent only while nothing can have been sent."""
    try:
        refused = link.ask_prompt(f"AT+CMGS={pdu.length}", PROMPT_S)
    except Silent:
        return Refused(NO_ANSWER)
    if refused is not None:
        return Refused(cause_of(refused.final))
    try:
        reply = link.send_payload(pdu.hex, SUBMIT_S)
    except PortLost as loss:
        return Unknown(str(loss))
    if reply is None:
        return Unknown(f"The modem said nothing for {SUBMIT_S:g} s after the message.")
    if not reply.ok:
        return Refused(cause_of(reply.final))
    for line in reply.lines:
        found = _CMGS.match(line)
        if found is not None:
            return Accepted(int(found[1]) & 0xFF)
    return Unknown("The modem said OK without a message reference.")
