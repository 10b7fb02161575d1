"""The line between a terminal and one modem: command lines and texts in, responses and notices out (V.250, 27.005).

Owns whether the line is in command state, in text entry, or busy; echo; result codes; when a notice may be written; and
every fault that strikes the dialogue. It knows no single command: a table says which handler answers which name.
Notices stand in a queue until the line is between two command lines, so they can neither split a response nor
fall between a prompt and its text (27.005 §3.4.1 leaves the buffering to the device). Input that arrives while
a command is being carried out stays unread, as behind RTS.
"""

import re
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from modem.emulator.device.access import check_access
from modem.emulator.device.commandline import (
    MAX_LINE,
    Command,
    Form,
    Parameters,
    parse_line,
    parse_parameters,
    without_backspace,
)
from modem.emulator.device.disturbance import Disturbance
from modem.emulator.device.results import Answer, Ask, AtError, Wait
from modem.emulator.device.sim import SimState

if TYPE_CHECKING:
    from modem.emulator.device.device import Device

_END_OF_ENTRY = re.compile(rb"[\x1a\x1b]")
_REPEAT = re.compile(rb"[ \t\n\x00]*[Aa]/")  # no CR before it: that ends a line of its own
_CTRL_Z = 0x1A
_PROMPT = b"\r\n> "
_BARE = (Command("", Form.EXECUTE),)  # AT alone is a command line too (V.250 §5.2.1)
_NUMERIC = {  # V.250 §5.7.1
    "OK": "0",
    "RING": "2",
    "NO CARRIER": "3",
    "ERROR": "4",
    "NO DIALTONE": "6",
    "BUSY": "7",
    "NO ANSWER": "8",
}
MAX_ENTRY = 4096
MAX_UNREAD = 1 << 16


class _Pause:
    """The modem is busy by itself; each pause is an object of its own, so that one that was broken off stays so."""


class Dialogue:
    """One modem's side of the line. The device feeds it and takes what is to be written."""

    def __init__(self, modem: "Device") -> None:
        self._modem = modem
        self._disturbance = Disturbance(modem, self)
        self._unread = b""
        self._echoed = 0
        self._overlong = False
        self._last_line = b"AT"
        self._pending: tuple[Command, ...] = ()
        self._command = ""  # the name of the one that is being carried out
        self._form = Form.EXECUTE  # and its form
        self._entry: Ask | None = None
        self._wait: Wait | _Pause | None = None
        self._out: list[bytes] = []
        self._mark = 0  # where the response to the present command begins in what is to be written

    # What comes from the terminal.

    @property
    def last_line(self) -> str:
        """The last command line, or AT if there was none: what A/ repeats."""
        return self._last_line.decode("latin-1")

    def feed(self, data: bytes) -> None:
        """Take bytes from the terminal. Beyond 64 KiB unread, what comes is lost, as in a UART."""
        hang = self._disturbance.hang
        if hang is not None and hang.deaf:
            return
        if hang is None and isinstance(self._wait, Wait) and self._wait.abort is not None:
            self._wait.abort()
            return
        if len(self._unread) < MAX_UNREAD:
            self._unread += data
        if hang is None:
            self._work()
        elif hang.echo:
            self._echo_to(len(self._unread))

    def terminal_came(self) -> None:
        """The port was opened."""
        self._disturbance.terminal_came()

    def terminal_left(self) -> None:
        """The port was closed: text entry, half a line and what was not read are forgotten (like DTR)."""
        self._unread, self._echoed, self._overlong, self._entry = b"", 0, False, None
        self._pending = ()
        self._out.clear()
        self._mark = 0

    def restart(self) -> None:
        """The modem has started anew: nothing goes on."""
        self.terminal_left()
        self._wait = None
        self._last_line = b"AT"
        self._disturbance.end_hang()

    # What goes to the terminal.

    @property
    def idle(self) -> bool:
        """Whether the line is between two command lines: the one moment for notices."""
        return self._wait is None and self._entry is None and self._disturbance.hang is None

    @property
    def hangs(self) -> bool:
        """Whether the modem does nothing at all at the moment."""
        return self._disturbance.hang is not None

    def take_output(self) -> bytes:
        """Bytes to write now: responses, and notices if the line is free."""
        modem = self._modem
        if modem.notices.ready and modem.link_open and self.idle:
            for text in modem.due_notices():
                self._write_notice(text)
        if not self._out:
            return b""
        out = b"".join(self._out) if len(self._out) > 1 else self._out[0]
        self._out.clear()
        self._mark = 0
        return out if modem.link_open else b""

    def hang(self, for_s: float | None, deaf: bool, echo: bool) -> None:
        """Stop doing anything; until the port is reopened, if there is no `for_s`."""
        self._disturbance.begin_hang(for_s, deaf, echo, self._work)

    def settle(self, result: int | AtError, mr: int | None) -> None:
        """End the wait for a call, or for the submit of reference `mr`, if the modem still waits for it."""
        if self._disturbance.deferred(lambda: self.settle(result, mr)):
            return
        wait = self._wait
        if not isinstance(wait, Wait) or wait.mr != mr:
            return
        self._wait = None
        self._mark = len(self._out)
        if isinstance(result, AtError):
            self._end(result.final(self._modem.settings.cmee))
        elif (instead := self._disturbance.instead_of_answer()) is not None:
            self._end(instead)
        else:
            if self._take(wait.done(result)):
                self._run()
        self._work()

    def pause(self, delay_s: float, then: Callable[[], None]) -> None:
        """Be busy for so long, then go on with `then`."""
        pause = self._wait = _Pause()

        def resume() -> None:
            if self._wait is pause and not self._disturbance.deferred(resume):
                self._wait = None
                then()
                self._work()

        self._modem.later(delay_s, lambda now: resume())

    # Reading.

    def _work(self) -> None:
        while self._unread and self._wait is None and self._disturbance.hang is None:
            if not (self._read_line() if self._entry is None else self._read_entry(self._entry)):
                return

    def _read_line(self) -> bool:
        registers = self._modem.settings.registers
        if b"/" in self._unread and (repeat := _REPEAT.match(self._unread)):
            self._consume(repeat.end())
            self._execute(self._last_line)
            return True
        end = self._unread.find(registers[3])
        if end < 0:
            self._echo_to(len(self._unread))
            if len(self._unread) > MAX_LINE:
                self._overlong, self._unread, self._echoed = True, b"", 0
            return False
        line = self._consume(end + 1)[:end]
        if self._overlong or len(line) > MAX_LINE:
            self._overlong = False
            self._end("ERROR")
        else:
            self._execute(without_backspace(line, registers[5]))
        return True

    def _read_entry(self, entry: Ask) -> bool:
        found = _END_OF_ENTRY.search(self._unread)
        if entry.lines:
            self._prompt_lines(found.start() if found else len(self._unread))
        if found is None:
            self._echo_to(len(self._unread))
            if len(self._unread) > MAX_UNREAD // 2:  # keep enough for the codec to find it too long
                self._unread = self._unread[:MAX_ENTRY]
                self._echoed = MAX_ENTRY
            return False
        text = self._consume(found.end())[: found.start()]
        self._entry = None
        self._mark = len(self._out)
        if found[0][0] != _CTRL_Z:
            self._end("OK")
            return True
        text = without_backspace(text.removeprefix(b"\n"), self._modem.settings.registers[5])
        self._finish(entry, text)
        return True

    def _prompt_lines(self, end: int) -> None:
        """Prompt again after every carriage return of a text (27.005 §3.5.1) that was not seen before."""
        while (at := self._unread.find(b"\r", self._echoed, end)) >= 0:
            self._echo_to(at + 1)
            self._out.append(_PROMPT)

    def _finish(self, entry: Ask, text: bytes) -> None:
        try:
            if self._modem.faults:
                self._disturbance.before_text_is_taken(self._command)
            answer = entry.finish(self._modem, text)
        except AtError as error:
            self._end(error.final(self._modem.settings.cmee))
            return
        if self._take(answer):
            self._run()

    def _consume(self, count: int) -> bytes:
        self._echo_to(count)
        taken, self._unread = self._unread[:count], self._unread[count:]
        self._echoed = 0
        return taken

    def _echo_to(self, count: int) -> None:
        if count > self._echoed:
            if self._modem.settings.echo or (self._modem.faults and self._disturbance.echoes()):
                self._out.append(self._unread[self._echoed : count])
            self._echoed = count

    # Carrying out.

    def _execute(self, line: bytes) -> None:
        commands = parse_line(line)
        if commands is None:
            return
        self._last_line = line
        self._pending = commands or _BARE
        self._mark = len(self._out)
        self._run()

    def _run(self) -> None:
        while self._pending:
            command, *rest = self._pending
            self._pending = tuple(rest)
            self._command, self._form = command.name or "AT", command.form
            if self._modem.faults and self._disturbance.hangs_at(self._command, partial(self._go_on, command)):
                return
            if not self._carry_out(command):
                return
        self._end("OK")

    def _go_on(self, command: Command) -> None:
        """Carry out a command that was held up, and what follows it on its line."""
        if self._carry_out(command):
            self._run()

    def _carry_out(self, command: Command) -> bool:
        """Answer one command; False if the line does not go on at once."""
        try:
            if self._modem.faults:
                self._disturbance.before_command(self._command, command.form)
            self._modem.behaviour.check_started(command)
            answer = self._answer(command)
        except AtError as error:
            self._end(error.final(self._modem.settings.cmee))
            return False
        return self._take(answer)

    def _answer(self, command: Command) -> Answer:
        name, form = command.name, command.form
        if not name and form is Form.EXECUTE:
            return None
        verb = self._modem.commands.get(name)
        if verb is None:
            raise self._modem.behaviour.unknown()
        if self._modem.card_state is not SimState.READY:
            check_access(name, form, self._modem.card_state)
        values: Parameters | None = ()
        if verb.raw:
            values = (command.args,)
        elif form is Form.SET or command.args:  # S3? is the one READ with a parameter
            values = parse_parameters(command.args)
        handler = verb.form(form)
        if handler is None or values is None:
            raise verb.refusal()
        return handler(self._modem, values)

    def _take(self, answer: Answer) -> bool:
        """Write an answer; False if the command is not over yet."""
        if isinstance(answer, Ask):
            self._prompt(answer)
            return False
        if isinstance(answer, Wait):
            self._wait = answer
            return False
        delay_s = self._modem.behaviour.delay_s(self._command, self._form)
        if delay_s:
            self.pause(delay_s, partial(self._take_late, answer))
            return False
        if answer is not None:
            self.write_line(answer)
        return True

    def _take_late(self, answer: str | None) -> None:
        """Write the answer of a command that took its time, and go on with its line."""
        if answer is not None:
            self.write_line(answer)
        self._run()

    def _prompt(self, ask: Ask) -> None:
        """Ask for a text: 27.005 §3.5.1 has the prompt as <CR><LF><greater_than><space>."""
        prompt, delay_s = _PROMPT, 0.0
        if self._modem.faults:
            prompt, delay_s = self._disturbance.prompt(self._command, prompt)

        def open_entry() -> None:
            self._entry = ask
            self._out.append(prompt)

        if delay_s:
            self.pause(delay_s, open_entry)
        else:
            open_entry()

    # Writing.

    def _end(self, result: str) -> None:
        """Write a final result code and forget the rest of the line."""
        self._pending = ()
        final = self._framed_result(result)
        if not self._modem.faults:
            self._out.append(final)
            return
        response = self._disturbance.response(self._command, self._out[self._mark :], final)
        if response.delay_s:
            del self._out[self._mark :]
            self.pause(response.delay_s, lambda: self._out.extend(response.pieces))
        else:
            self._out[self._mark :] = response.pieces

    def _framed_result(self, result: str) -> bytes:
        settings = self._modem.settings
        if settings.quiet:
            return b""
        if settings.verbose:
            return self._framed(result)
        code = _NUMERIC.get(result)
        return f"{code}{chr(settings.registers[3])}".encode() if code else f"{result}\r\n".encode()

    def _write_notice(self, text: str) -> None:
        """RING and the results of a call that come by themselves have the form of result codes, Q and V included."""
        if text in _NUMERIC:
            self._out.append(self._framed_result(text))
        else:
            self.write_line(text)

    def write_line(self, text: str) -> None:
        """Write an information text or a notice with its frame (V.250 §5.7.1)."""
        self._out.append(self._framed(text))

    def _framed(self, text: str) -> bytes:
        settings = self._modem.settings
        text = self._modem.behaviour.line(text)
        if self._modem.faults:
            text = self._disturbance.line(self._command, text)
        end = chr(settings.registers[3]) + chr(settings.registers[4])
        framed = f"{end}{text}{end}" if settings.verbose else f"{text}{end}"
        return framed.encode("latin-1", "replace")
