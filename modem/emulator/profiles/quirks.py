"""Odd behaviour that real modems were reported to have, as named switches. A profile turns one on and names the report.

Pure. A quirk may change the command table, the lines that are written, what an unknown command gets, and the radio
technology. One that could be said as plain data (an answer, a notice, a value) is no quirk and stands in the profile
itself.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from modem.emulator.device.commandline import Parameters
from modem.emulator.device.results import Answer, AtError, CmeError, CmsError, CommandTable, Handler, Verb, says

if TYPE_CHECKING:
    from modem.emulator.device.device import Device


class CommandNotSupport(AtError):
    """A final result code in words of the maker's own, which no standard has."""

    def final(self, cmee: int) -> str:
        """The words, whatever +CMEE says."""
        return "COMMAND NOT SUPPORT"


@dataclass(frozen=True, slots=True)
class QuirkCode:
    """What a quirk does: to the table, to a line before it is framed, to an unknown command, to the radio."""

    table: Callable[[CommandTable], CommandTable] | None = None
    line: Callable[[str], str] | None = None
    unknown: Callable[[], AtError] | None = None
    lte: bool = False


def _rewritten(pattern: str, replacement: str) -> Callable[[str], str]:
    compiled = re.compile(pattern)
    return lambda text: compiled.sub(replacement, text)


def _with(name: str, change: Callable[[Verb], Verb]) -> Callable[[CommandTable], CommandTable]:
    """Change one command, if the modem has it."""
    return lambda table: {**table, name: change(table[name])} if name in table else table


_TEXT_STATES = '+CMGL: ("REC UNREAD","REC READ","STO UNSENT","STO SENT","ALL")'


def _lists_in_text_mode_only(verb: Verb) -> Verb:
    def listed(modem: "Device", values: Parameters) -> Answer:
        if not modem.settings.cmgf:
            raise CmsError(303)
        return verb.set(modem, values) if verb.set else None

    return replace(verb, set=listed, test=says(_TEXT_STATES))


def _each_line_with_cr(handler: Handler | None) -> Handler:
    def listed(modem: "Device", values: Parameters) -> Answer:
        answer = handler(modem, values) if handler else None
        return answer.replace("\r\n", "\r\r\n") + "\r" if isinstance(answer, str) else answer

    return listed


def _forgets_service_centre(handler: Handler | None) -> Handler:
    def choose(modem: "Device", values: Parameters) -> Answer:
        answer = handler(modem, values) if handler else None
        modem.sim.smsc = ""
        return answer

    return choose


QUIRKS: Mapping[str, QuirkCode] = {
    "access-is-lte": QuirkCode(lte=True),
    "blank-line-before-cmgs": QuirkCode(line=_rewritten(r"^(?=\+CMGS: )", "\r\n")),
    "clac-lines-end-twice": QuirkCode(
        table=_with("+CLAC", lambda verb: replace(verb, execute=_each_line_with_cr(verb.execute)))
    ),
    "clcc-with-empty-name": QuirkCode(
        line=_rewritten(r'(\+CLCC: [0-9]+(?:,[0-9]){4},"[^"]*",[0-9]+)(?=\r|$)', r'\1,""')
    ),
    "cmgl-in-text-mode-only": QuirkCode(table=_with("+CMGL", _lists_in_text_mode_only)),
    "cpms-tells-two-memories": QuirkCode(
        line=_rewritten(r'^(\+CPMS: (?:"..",)?[0-9]+,[0-9]+,(?:"..",)?[0-9]+,[0-9]+),.*', r"\1")
    ),
    "csmp-forgets-csca": QuirkCode(
        table=_with("+CSMP", lambda verb: replace(verb, set=_forgets_service_centre(verb.set)))
    ),
    "errors-without-blank": QuirkCode(line=_rewritten(r"^(\+CM[ES] ERROR:) ", r"\1")),
    "unknown-is-cme-100": QuirkCode(unknown=lambda: CmeError(100)),
    "unknown-is-command-not-support": QuirkCode(unknown=CommandNotSupport),
}
