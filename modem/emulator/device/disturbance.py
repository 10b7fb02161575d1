"""Where the faults of a dialogue strike: the one place that knows both the faults and the moments they have.

Owns a hang that is going on and what is put off until its end. What it does not strike, it gives back unchanged; the
dialogue asks it only if some fault waits, so that an undisturbed one costs nothing.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from modem.emulator.device.commandline import Form
from modem.emulator.device.results import AtError, CmeError, CmsError
from modem.emulator.faults.kinds import (
    BarePrompt,
    Blanks,
    Echo,
    Error,
    Hang,
    LateAnswer,
    LatePrompt,
    LostAnswer,
    NoPrompt,
    Notice,
)

if TYPE_CHECKING:
    from modem.emulator.device.device import Device
    from modem.emulator.device.dialogue import Dialogue

_AFTER_COLON = re.compile(r"^([+^*$][A-Z0-9]+(?: ERROR)?): ", re.MULTILINE)
_BLANKS = {"none": r"\1:", "double": r"\1:  "}
_WITH_TEXT = {"+CMGS", "+CMGW", "+CMGC"}


class Struck(AtError):
    """The refusal a fault demands."""

    def __init__(self, fault: Error) -> None:
        super().__init__(fault)
        self._fault = fault

    def final(self, cmee: int) -> str:
        """The result code, in the form the fault asks for or +CMEE says."""
        fault = self._fault
        if fault.text is not None:
            return fault.text
        form = {"numeric": 1, "verbose": 2, None: cmee}[fault.form]
        return (CmsError if fault.family == "cms" else CmeError)(fault.code).final(form)


@dataclass(slots=True)
class _Hanging:
    """A modem that does nothing. `ends` is false for one that only a new terminal cures."""

    deaf: bool
    echo: bool
    ends: bool
    wake: Callable[[], None]
    deferred: list[Callable[[], None]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Response:
    """What is written in the end: pieces, after a delay."""

    pieces: list[bytes]
    delay_s: float = 0.0


class Disturbance:
    """The faults of one modem's dialogue."""

    def __init__(self, modem: "Device", dialogue: "Dialogue") -> None:
        self._modem = modem
        self._faults = modem.faults
        self._dialogue = dialogue
        self._instead: Struck | None = None
        self.hang: _Hanging | None = None

    # Hanging.

    def begin_hang(self, for_s: float | None, deaf: bool, echo: bool, wake: Callable[[], None]) -> None:
        """Let the modem hang; `wake` is called when it is over. What an earlier hang has put off waits for this one."""
        waiting = [] if self.hang is None else self.hang.deferred
        hang = self.hang = _Hanging(deaf, echo, for_s is not None, wake, waiting)
        if for_s is not None:
            self._modem.later(for_s, lambda now: self._over(hang))

    def end_hang(self) -> None:
        """Forget the hang and what it held up."""
        self.hang = None
        self._instead = None

    def cured_by_terminal(self) -> bool:
        """A new terminal cures a hang that has no end of its own; whether it has. What it held up never comes."""
        if self.hang is None or self.hang.ends:
            return False
        self.end_hang()
        return True

    def deferred(self, action: Callable[[], None]) -> bool:
        """Put an action off until the hang is over; false if there is none."""
        if self.hang is None:
            return False
        self.hang.deferred.append(action)
        return True

    def _over(self, hang: _Hanging) -> None:
        if self.hang is not hang:
            return
        self.hang = None
        for action in hang.deferred:
            action()
        self._modem.may_receive()
        hang.wake()

    # Moments of a command.

    def hangs_at(self, command: str, go_on: Callable[[], None]) -> bool:
        """Whether the modem hangs at this command; it is carried out when the hang is over."""
        fault = self._faults.strike(Hang, self._modem.now, command)
        if fault is None:
            return False
        self._dialogue.hang(fault.for_s, fault.deaf, fault.echo)
        self.deferred(go_on)
        return True

    def before_command(self, command: str, form: Form) -> None:
        """Raise what a command is refused with, unless the text is to come first."""
        with_text = command in _WITH_TEXT and form is Form.SET
        fault = self._faults.strike(Error, self._modem.now, command, lambda error: error.at_once or not with_text)
        if fault is not None:
            raise Struck(fault)

    def before_text_is_taken(self, command: str) -> None:
        """Raise what a message is refused with; or remember it, if the network is to have the message."""
        fault = self._faults.strike(Error, self._modem.now, command, lambda error: not error.at_once)
        if fault is None:
            return
        if not fault.taken:
            raise Struck(fault)
        self._instead = Struck(fault)

    def instead_of_answer(self) -> str | None:
        """What the terminal is told although the network took its message."""
        instead, self._instead = self._instead, None
        return None if instead is None else instead.final(self._modem.settings.cmee)

    def prompt(self, command: str, prompt: bytes) -> tuple[bytes, float]:
        """The prompt as it comes, and how late."""
        faults, now = self._faults, self._modem.now
        late = faults.strike(LatePrompt, now, command)
        if faults.strike(NoPrompt, now, command):
            prompt = b""
        elif faults.strike(BarePrompt, now, command):
            prompt = prompt.rstrip(b" ")
        notice = faults.strike(Notice, now, command, lambda fault: fault.where == "after_prompt")
        if notice is not None:
            prompt += self._notices(notice)
        return prompt, late.by_s if late else 0.0

    def echoes(self) -> bool:
        """Whether input is echoed against the terminal's wish."""
        return self._faults.strike(Echo, self._modem.now) is not None

    def line(self, command: str, text: str) -> str:
        """One information text, result code or notice with its blanks."""
        fault = self._faults.strike(Blanks, self._modem.now, command)
        if fault is None:
            return text
        return f"{text} " if fault.form == "trailing" else _AFTER_COLON.sub(_BLANKS[fault.form], text)

    def response(self, command: str, information: list[bytes], final: bytes) -> Response:
        """Information text and result code with notices among them, lost, or late."""
        faults, now = self._faults, self._modem.now
        notice = faults.strike(Notice, now, command, lambda fault: fault.where != "after_prompt")
        pieces = self._with_notices(notice, information, final) if notice else [*information, final]
        if lost := faults.strike(LostAnswer, now, command):
            pieces = information if lost.information else []
        late = faults.strike(LateAnswer, now, command)
        return Response(pieces, late.by_s if late else 0.0)

    def _with_notices(self, fault: Notice, information: list[bytes], final: bytes) -> list[bytes]:
        notices = self._notices(fault)
        if fault.where == "before":
            return [notices, *information, final]
        if fault.where == "after":
            return [*information, final, notices]
        if fault.where == "inside" and information:
            text = b"".join(information)
            cut = text.find(b"\r\n", 2) + 2  # behind the first line, which begins with a line end itself
            return [text[:cut], notices, text[cut:], final]
        return [*information, notices, final]

    def _notices(self, fault: Notice) -> bytes:
        texts = self._modem.due_notices() if fault.text is None else [fault.text] * fault.count
        return b"".join(f"\r\n{text}\r\n".encode("latin-1", "replace") for text in texts)
