"""What a command can come to, and what the network is told: the nouns between the dialogue and the commands.

A handler returns text (information response), None (nothing to say but OK), `Ask` (prompt for text) or `Wait`
(the network answers later), or raises one of the errors. Effects are facts for the network; it calls back.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from modem.emulator.device.commandline import Form, Parameters
from modem.emulator.device.effects import CallEffect, UssdEffect
from modem.tables import CME_CAUSES, CMS_CAUSES

if TYPE_CHECKING:
    from modem.emulator.codec.command import Command
    from modem.emulator.codec.tpdu import Submit
    from modem.emulator.device.device import Device


class AtError(Exception):
    """A final result code other than OK; plain ERROR unless a subclass says more."""

    def final(self, cmee: int) -> str:
        """The result code under a setting of +CMEE: 0 none, 1 numeric, 2 verbose."""
        return "ERROR"


class CallFailed(AtError):
    """A call that did not come about: NO CARRIER, NO DIALTONE, BUSY or NO ANSWER (V.250 §6.3.1)."""

    def __init__(self, result: str) -> None:
        super().__init__(result)
        self.result = result

    def final(self, cmee: int) -> str:
        """The result code, whatever +CMEE says."""
        return self.result


class CmeError(AtError):
    """+CME ERROR of 27.007 §9.2; with +CMEE=0 it is plain ERROR."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code

    def final(self, cmee: int) -> str:
        """The result code under a setting of +CMEE."""
        if cmee == 0:
            return "ERROR"
        known = CME_CAUSES.get(self.code)
        return f"+CME ERROR: {known.text if cmee == 2 and known else self.code}"


class CmsError(AtError):
    """+CMS ERROR of 27.005 §3.2.5; +CMEE only chooses between number and text."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code

    def final(self, cmee: int) -> str:
        """The result code under a setting of +CMEE."""
        known = CMS_CAUSES.get(self.code)
        return f"+CMS ERROR: {known.text if cmee == 2 and known else self.code}"


@dataclass(frozen=True, slots=True)
class Wait:
    """The network is busy with a submit or a call; `done` makes the information response from its answer.

    `mr` is the reference of the submit: an answer for another one, given to a modem that has started anew since, is not
    this one's. With `abort`, any character from the terminal gives the command up (V.250 §5.6.1).
    """

    done: Callable[[int], str | None]
    mr: int | None = None
    abort: Callable[[], None] | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    """Prompt for text; `finish` gets everything up to Ctrl-Z. ESC ends the command with OK and calls nothing.

    A text typed in `lines` gets another prompt after each carriage return (27.005 §3.5.1).
    """

    finish: "Callable[[Device, bytes], Answer]"
    lines: bool = False


Answer = str | None | Ask | Wait
Handler = Callable[["Device", Parameters], Answer]


@dataclass(frozen=True, slots=True)
class Verb:
    """One command's forms. A form that is missing, or a parameter list that is none, raises `refusal`.

    With `raw` what was typed behind the name is one parameter, as it stands: a dial string.
    """

    execute: Handler | None = None
    read: Handler | None = None
    test: Handler | None = None
    set: Handler | None = None
    refusal: Callable[[], AtError] = AtError
    raw: bool = False

    def form(self, form: Form) -> Handler | None:
        """The handler of a form; None if the command has no such form."""
        if form is Form.SET:
            return self.set
        if form is Form.EXECUTE:
            return self.execute
        return self.read if form is Form.READ else self.test


CommandTable = Mapping[str, Verb]


def incorrect() -> AtError:
    """What a command of 27.007 says to wrong parameters."""
    return CmeError(50)


def unsupported() -> AtError:
    """What a setting of 27.005 says to a value it does not have."""
    return CmsError(303)


def says(text: str) -> Handler:
    """A handler that always answers the same; test forms mostly do."""
    return lambda modem, values: text


def accepts(modem: "Device", values: Parameters) -> Answer:
    """A handler for what needs no doing: OK."""
    return None


class Verdict(Enum):
    """What a modem says to a message the network offers it."""

    TAKEN = "taken"
    WAITING = "waiting"  # shown to the terminal, which has to acknowledge it with +CNMA
    FULL = "full"  # RP cause 22; the modem tells the network when there is room (24.011 §7.3.2)
    AWAY = "away"  # not reachable, or nobody there to show it to


@dataclass(frozen=True, slots=True)
class Submitted:
    """The modem hands a message to the service centre, which answers with `Device.settle`."""

    submit: "Submit"
    mr: int
    pdu: bytes


@dataclass(frozen=True, slots=True)
class Commanded:
    """The modem hands an SMS-COMMAND to the service centre, which answers with `Device.settle`."""

    command: "Command"
    mr: int


@dataclass(frozen=True, slots=True)
class Ready:
    """The modem may take messages it could not take before."""


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """The terminal's answer to a message that was WAITING; `ok` false means it was not taken."""

    ok: bool


Effect = Submitted | Commanded | Ready | Acknowledged | CallEffect | UssdEffect
