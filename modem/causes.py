"""What a final result code that is no OK means."""

from __future__ import annotations

import re

from modem.errors import CommandRefused
from modem.lines import Reply
from modem.tables import CME_CAUSES, CMS_CAUSES, Cause, CauseClass

ERROR = re.compile(r"\+CM([ES]) ERROR:\s*(.*)")


def cause_of(final: str) -> Cause:
    """The cause in a final result code (27.005 §3.2.5, 27.007 §9.2): numeric or verbose, with or without the blank."""
    found = ERROR.fullmatch(final)
    if found is None:
        return Cause(0, final, f"The modem answered {final} without a reason.", CauseClass.RETRY_LATER)
    causes, value = (CME_CAUSES if found[1] == "E" else CMS_CAUSES), found[2].strip()
    if value.isdigit():
        code = int(value)
        return causes.get(code) or Cause(code, final, f"The modem answered {final}.", CauseClass.RETRY_LATER)
    for cause in causes.values():
        if cause.text.casefold() == value.casefold():
            return cause
    return Cause(0, final, f"The modem answered {final}.", CauseClass.RETRY_LATER)


def refusal(command: str, reply: Reply) -> CommandRefused:
    """The error for a command that was not answered with OK."""
    cause = cause_of(reply.final)
    found = ERROR.fullmatch(reply.final)
    family = None if found is None else f"CM{found[1]}"
    return CommandRefused(command, family, cause.code if found else None, cause.plain)
