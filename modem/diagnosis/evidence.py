"""What a diagnosis is made of: what an examination saw, and what the box remembers of the modem."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto

from modem.diagnosis.recording import Turn
from modem.dialogues.memories import Filling
from modem.events import Reply
from modem.tables import CauseClass

LOST, SILENT, REFUSING, RESTARTED, NO_CARD = "lost", "silent", "refusing", "restarted", "sim"
"""Kinds of troubles that tell something here, in the words of `modem.worker`."""

OTHER_MODEM, OTHER_SIM = "other modem", "other sim"
"""And those that whoever remembers who was there notes."""


class PortFault(Enum):
    """What kept an examination from a port, or ended it."""

    MISSING = auto()
    HELD = auto()
    CLOSED = auto()  # it is there, and cannot be opened
    LOST = auto()  # it was open, and went away


@dataclass(frozen=True, slots=True)
class Evidence:
    """One examination.

    `octet_s` is how long the line takes for an octet. `set_up`: the modem had been set up by the driver, and not been
    left since. `fault` with a sentence, where the port was not to be had or was lost; `found_at` is the other port at
    which the modem was found. `card` is the number of its SIM, `tries` what is left of those for its PIN; None where
    they were not told. `memories` are those that were counted.
    """

    turns: tuple[Turn, ...] = ()
    octet_s: float = 0.0
    set_up: bool = False
    fault: tuple[PortFault, str] | None = None
    found_at: str | None = None
    card: str | None = None
    tries: int | None = None
    memories: Mapping[str, Filling] = field(default_factory=dict)

    def replies(self, command: str) -> Iterator[Reply]:
        """The answers to a command, the last one first."""
        return (turn.reply for turn in reversed(self.turns) if turn.command == command and turn.reply is not None)

    def lines(self, command: str) -> tuple[str, ...]:
        """The information lines of the last answer that was OK; empty without one."""
        return next((reply.lines for reply in self.replies(command) if reply.ok), ())


@dataclass(frozen=True, slots=True)
class Records:
    """What the box remembers of a modem: who was there last, and counts of the last day.

    `unknown`: parts without an answer. `refused`: parts that were refused, by the class of the cause. `accepted`: parts
    that were taken. `duplicates`: inbound messages that came again. `troubles`: how often each of the kinds
    above.
    """

    imei: str | None = None
    sim: str | None = None
    unknown: int = 0
    accepted: int = 0
    refused: Mapping[CauseClass, int] = field(default_factory=dict)
    duplicates: int = 0
    troubles: Mapping[str, int] = field(default_factory=dict)
