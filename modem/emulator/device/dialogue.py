"""The line between a terminal and one modem: command lines and texts in, responses and notices out (V.250, 27.005).

Owns whether the line is in command state, in text entry, or busy, and when a notice may be written. It knows no single
command: a table says which handler answers which name. What is read is cut by `input`, what is written is framed by
`output`, and where a fault strikes is asked of `disturbance`.
Notices stand in a queue until the line is between two command lines, so they can neither split a response nor
fall between a prompt and its text (27.005 §3.4.1 leaves the buffering to the device). Input that arrives while
a command is being carried out stays unread, as behind RTS.
"""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from modem.emulator.device.access import check_access
from modem.emulator.device.commandline import Command, Form, Parameters, parse_line, parse_parameters
from modem.emulator.device.disturbance import Disturbance
from modem.emulator.device.input import Input, Line, Text
from modem.emulator.device.output import Output
from modem.emulator.device.results import Answer, Ask, AtError, Wait
from modem.emulator.device.sim import SimState

if TYPE_CHECKING:
    from modem.emulator.device.device import Device

_PROMPT = b"\r\n> "
COMMANDS_AT_ONCE, BREATH_S = 2000, 0.001
_BARE = (Command("", Form.EXECUTE),)  # AT alone is a command line too (V.250 §5.2.1)
_ABORT_AFTER_S = 0.125  # before, a character is ignored: it may be the LF behind the CR of the line (V.250 §5.6.1)


class _Pause:
    """The modem is busy by itself; each pause is an object of its own, so that one that was broken off stays so."""


class Dialogue:
    """One modem's side of the line. The device feeds it and takes what is to be written."""

    def __init__(self, modem: "Device") -> None:
        self._modem = modem
        self._disturbance = Disturbance(modem, self)
        self._input = Input(self._echo)
        self._output = Output(modem, self._disturbance)
        self._last_line = b"AT"
        self._pending: tuple[Command, ...] = ()
        self._form = Form.EXECUTE  # of the command that is being carried out
        self._carried_out = 0  # commands since the others last had their turn
        self._entry: Ask | None = None
        self._wait: Wait | _Pause | None = None
        self._wait_since = 0.0

    # What comes from the terminal.

    @property
    def last_line(self) -> str:
        """The last command line, or AT if there was none: what A/ repeats."""
        return self._last_line.decode("latin-1")

    def feed(self, data: bytes) -> None:
        """Take bytes from the terminal."""
        hang = self._disturbance.hang
        if hang is not None and hang.deaf:
            return
        if hang is None and isinstance(self._wait, Wait) and self._wait.abort is not None:
            if self._modem.now - self._wait_since >= _ABORT_AFTER_S:
                self._wait.abort()
            return
        self._input.add(data)
        if hang is None:
            self._work()
        elif hang.echo:
            self._input.echo_all()

    def terminal_came(self) -> None:
        """The port was opened."""
        if self._disturbance.cured_by_terminal():
            self._wait = None
            self._modem.may_receive()

    def terminal_left(self) -> None:
        """The port was closed: text entry, half a line and what was not read are forgotten (like DTR)."""
        self._input.forget()
        self._output.forget()
        self._entry = None
        self._pending = ()

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
                self._output.write_notice(text)
        out = self._output.take()
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
        self._output.begin_response()
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
        self._carried_out = 0
        while self._input and self._wait is None and self._disturbance.hang is None:
            if not (self._read_line() if self._entry is None else self._read_text(self._entry)):
                return
            if self._carried_out > COMMANDS_AT_ONCE:  # the other modems want their turn
                self.pause(BREATH_S, lambda: None)
                return

    def _read_line(self) -> bool:
        line = self._input.next_line(self._modem.settings.registers)
        if line is None:
            return False
        if line is Line.OVERLONG:
            self._end("ERROR")
        else:
            self._execute(line if isinstance(line, bytes) else self._last_line)
        return True

    def _read_text(self, entry: Ask) -> bool:
        line_ended = (lambda: self._output.write(_PROMPT)) if entry.lines else None  # 27.005 §3.5.1
        text = self._input.next_text(self._modem.settings.registers, line_ended)
        if text is None:
            return False
        self._entry = None
        self._output.begin_response()
        if isinstance(text, Text):
            self._end("OK")
        else:
            self._finish(entry, text)
        return True

    def _finish(self, entry: Ask, text: bytes) -> None:
        try:
            if self._modem.faults.any:
                self._disturbance.before_text_is_taken(self._output.command)
            if self._modem.card_state is not SimState.READY:  # it may have gone since the prompt
                check_access(self._output.command, self._form, self._modem.card_state)
            answer = entry.finish(self._modem, text)
        except AtError as error:
            self._end(error.final(self._modem.settings.cmee))
            return
        if self._take(answer):
            self._run()

    def _echo(self, typed: bytes) -> None:
        if self._modem.settings.echo or (self._modem.faults.any and self._disturbance.echoes()):
            self._output.write(typed)

    # Carrying out.

    def _execute(self, line: bytes) -> None:
        commands = parse_line(line)
        if commands is None:
            return
        self._last_line = line
        self._pending = commands or _BARE
        self._output.begin_response()
        self._run()

    def _run(self) -> None:
        while self._pending:
            self._carried_out += 1
            command, *rest = self._pending
            self._pending = tuple(rest)
            name = self._output.command = command.name or "AT"
            self._form = command.form
            if self._modem.faults.any and self._disturbance.hangs_at(name, partial(self._go_on, command)):
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
            if self._modem.faults.any:
                self._disturbance.before_command(self._output.command, command.form)
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
            self._wait, self._wait_since = answer, self._modem.now
            return False
        delay_s = self._modem.behaviour.delay_s(self._output.command, self._form)
        if delay_s:
            self.pause(delay_s, partial(self._take_late, answer))
            return False
        if answer is not None:
            self._output.write_line(answer)
        return True

    def _take_late(self, answer: str | None) -> None:
        """Write the answer of a command that took its time, and go on with its line."""
        if answer is not None:
            self._output.write_line(answer)
        self._run()

    def _prompt(self, ask: Ask) -> None:
        """Ask for a text: 27.005 §3.5.1 has the prompt as <CR><LF><greater_than><space>."""
        prompt, delay_s = _PROMPT, 0.0
        if self._modem.faults.any:
            prompt, delay_s = self._disturbance.prompt(self._output.command, prompt)

        def open_entry() -> None:
            self._entry = ask
            self._output.write(prompt)

        if delay_s:
            self.pause(delay_s, open_entry)
        else:
            open_entry()

    def _end(self, result: str) -> None:
        """Write a final result code and forget the rest of the line."""
        self._pending = ()
        final = self._output.result(result)
        if not self._modem.faults.any:
            self._output.write(final)
            return
        response = self._disturbance.response(self._output.command, self._output.take_back(), final)
        if response.delay_s:
            self.pause(response.delay_s, lambda: self._output.write_all(response.pieces))
        else:
            self._output.write_all(response.pieces)
