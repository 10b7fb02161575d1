"""What a modem says, in the standard's terms: the answer to a command, a prompt, or a notice.

`modem.lines` makes these of bytes; the driver deals in nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass

from modem.grammar import name_of


@dataclass(frozen=True, slots=True)
class Reply:
    """The whole answer to the pending command: its information lines and its final result code (V.250 §5.7).

    `doubtful` says that nothing in it fits the command: it may be the late answer to another one.
    """

    lines: tuple[str, ...]
    final: str
    doubtful: bool = False

    @property
    def ok(self) -> bool:
        return self.final == "OK"


@dataclass(frozen=True, slots=True)
class Prompt:
    """The modem waits for a PDU or text, to be ended by Ctrl-Z (27.005 §3.5.1)."""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the modem said by itself. `name` is "" where the line is not known to be a notice.

    `body` is the PDU line of +CMT, +CDS and +CBM (27.005 §3.4.1); None where it did not come.
    """

    name: str
    text: str
    body: str | None = None


Event = Reply | Prompt | Notice


def notices_in(reply: Reply) -> list[Notice]:
    """The lines of a reply that turned out to be nobody's, so that what they tell is not lost."""
    return [Notice(name_of(text), text) for text in (*reply.lines, reply.final)]
