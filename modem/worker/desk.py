"""What goes over the counter between a worker and the application, and in which words.

A worker knows nothing of surveys or databases: what to send, where to put what came in, and what became of a part go
through a `Desk`, which the application provides.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from modem.alphabet import Alphabet
from modem.dialogues.memories import Stored
from modem.driver import Identity
from modem.login import LoginStep
from modem.makes.make import Make
from modem.outcomes import Outcome
from modem.pdu import Concat


class DeskShut(Exception):
    """The application can keep nothing now, so a modem must lose nothing: it is left alone for a while."""


@dataclass(frozen=True, slots=True)
class PortSettings:
    """What the configuration says of one modem.

    `power_hook` is a program with its arguments that takes the modem's power away and gives it back. `makes` is what is
    known of makes of modems, None for what is packaged; `init` is said after each start-up, `login` to a
    server before the modem.
    """

    name: str
    port: str
    baud: int = 115200
    rtscts: bool = False
    pin: str | None = None
    sweep_s: float = 60.0
    imei: str | None = None
    hang_up: bool = True
    power_hook: tuple[str, ...] = ()
    smsc: str | None = None
    makes: tuple[Make, ...] | None = None
    init: tuple[str, ...] = ()
    login: tuple[LoginStep, ...] = ()


@dataclass(frozen=True, slots=True)
class PartOrder:
    """One claimed part: everything a submit needs, so that a retry is identical."""

    id: int
    destination: str
    text: str
    alphabet: Alphabet
    concat: Concat | None
    report: bool
    validity_s: int


class PortState(StrEnum):
    """What a worker is doing, as the operator sees it."""

    SEEKING = "seeking"
    SERVING = "serving"
    RECOVERING = "recovering"
    BLOCKED = "blocked"
    LOST = "lost"
    QUARANTINED = "quarantined"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class PortStatus:
    """A worker's state; `trouble` is the last error in one sentence, None while all is well.

    `hold` says why a port that serves sends nothing now (no network…), None while it may.
    """

    name: str
    state: PortState
    identity: Identity | None = None
    operator: str | None = None
    signal: int | None = None
    trouble: str | None = None
    hold: str | None = None


Claim = Callable[[], Sequence[PartOrder]]
"""Waits until the parts are committed as claimed, and gives them. Called once."""


class Desk(Protocol):
    """What a worker needs from the application. Called from the workers' threads."""

    def claim(self, sim: str, most: int) -> Claim:
        """Have parts claimed that this SIM shall send next; what is returned gives them, empty if there are none."""

    def settle(self, sim: str, outcomes: Sequence[tuple[int, Outcome]]) -> None:
        """What became of claimed parts; may return before it is committed."""

    def release(self, sim: str, parts: Sequence[int], blamed: int | None = None) -> None:
        """Parts that this SIM claimed and that were certainly not sent go back to the queue.

        `blamed` is the one whose submit the modem failed at: a part that does so again and again is isolated.
        """

    def keep(self, sim: str, found: Sequence[Stored]) -> None:
        """Keep inbound PDUs; they are committed when this returns. Raises DeskShut if they cannot be."""

    def status(self, status: PortStatus) -> None:
        """What the operator should see of this port."""

    def may_try_pin(self, card: str, pin: str) -> bool:
        """Whether this PIN may be given to this card now; as in `modem.dialogues.pin.PinBook`. Raises DeskShut."""

    def pin_tried(self, card: str, pin: str, accepted: bool | None) -> None:
        """What came of giving it; as in `modem.dialogues.pin.PinBook`."""

    def alarm(self, name: str, kind: str, text: str | None) -> None:
        """Something about modem `name` that a person should know, until it is over: `text` None ends it."""

    def trouble(self, name: str, text: str, lines: Sequence[str], kind: str = "") -> None:
        """Something failed: one sentence, and the last lines that went over the port, phones masked.

        `kind` is a `Trouble` of `modem.worker.recovery`, or "sim" for a card that was well and is not any more.
        """

    def cured(self, model: str, trouble: str, step: str) -> None:
        """A modem of this model is well again after this step of recovery; counted per model."""

    def called(self, sim: str, number: str, at: datetime) -> None:
        """Somebody rang and was hung up on. `number` is "" where the network kept it back."""
