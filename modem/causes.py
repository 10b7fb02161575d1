"""What a final result code that is no OK means."""

from __future__ import annotations

import re

from modem.errors import CommandRefused
from modem.events import Reply
from modem.tables import CME_CAUSES, CMS_CAUSES, Cause, CauseClass

ERROR = re.compile(r"\+CM([ES]) ERROR:\s*(.*)")
_LATER = CauseClass.RETRY_LATER
_DIGITS_MOST = 5
_NETWORKS = 255
"""+CMS ERROR up to here are causes of the network: 0..127 RP causes, 128..255 TP failure causes (27.005 §3.2.5)."""


def cause_of(final: str) -> Cause:
    """The cause in a final result code (27.005 §3.2.5, 27.007 §9.2): numeric or verbose, with or without the blank."""
    found = ERROR.fullmatch(final)
    if found is None:
        return Cause(0, final, f"The modem answered {final} without a reason.", _LATER, own=True)
    own, other = (CME_CAUSES, CMS_CAUSES) if found[1] == "E" else (CMS_CAUSES, CME_CAUSES)
    value = found[2].strip()
    if value.isdecimal() and len(value) <= _DIGITS_MOST:
        return own.get(int(value)) or _unlisted(final, int(value), is_cms=found[1] == "S")
    wanted = _plain_words(value)
    for causes in (own, other):
        for cause in causes.values():
            if _plain_words(cause.text) == wanted:
                return cause
    return Cause(0, final, f"The modem answered {final}.", _LATER, own=True)


def _unlisted(final: str, code: int, *, is_cms: bool) -> Cause:
    """A code the tables lack. An RP cause counts as 41 (24.011 §8.2.5.4), a TP-FCS as the last one of its group."""
    if is_cms and code <= _NETWORKS:
        near = CMS_CAUSES[41] if code < 128 else CMS_CAUSES.get(code | 0x0F, CMS_CAUSES[0xFF])
        return Cause(code, final, f"The network refused with the unlisted cause {code}.", near.cls)
    return Cause(code, final, f"The modem answered {final}.", _LATER, own=True)


def _plain_words(text: str) -> str:
    """A verbose cause as makers agree on it: cards were SIMs before they were (U)SIMs, and case and blanks differ."""
    return " ".join(text.casefold().replace("(u)sim", "sim").replace("usim", "sim").split())


def refusal(command: str, reply: Reply) -> CommandRefused:
    """The error for a command that was not answered with OK."""
    cause = cause_of(reply.final)
    found = ERROR.fullmatch(reply.final)
    family = None if found is None else f"CM{found[1]}"
    return CommandRefused(command, family, cause.code if found else None, cause.plain)
