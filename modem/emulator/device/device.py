"""One modem: bytes from the terminal in, bytes for it out, and what the network has to be told.

Owns the dialogue: whether the line is in command state, in text entry or waiting for the network; echo; result
codes; what a notice has to wait for. It knows no single command: a table says which handler answers which name.
Notices stand in a queue until the line is between two command lines, so they can neither split a response nor
fall between a prompt and its text (27.005 §3.4.1 leaves the buffering to the device). Input that arrives while
a command waits for the network stays unread, as behind RTS.

Time comes in as `now` (seconds since the epoch). Nothing here is random and nothing waits.
"""

import re
from collections import deque
from collections.abc import Callable

from modem.emulator.agenda import Action
from modem.emulator.device.commandline import (
    MAX_LINE,
    Command,
    Form,
    Parameters,
    parse_line,
    parse_parameters,
    without_backspace,
)
from modem.emulator.device.memory import Memory, Slots, Union
from modem.emulator.device.notices import Notices
from modem.emulator.device.results import Answer, Ask, AtError, CommandTable, Effect, Ready, Wait
from modem.emulator.device.state import Identity, Settings, Sim

_END_OF_ENTRY = re.compile(rb"[\x1a\x1b]")
_REPEAT = re.compile(rb"[\s\x00]*[Aa]/")
_CTRL_Z = 0x1A
_NUMERIC = {"OK": "0", "RING": "2", "NO CARRIER": "3", "ERROR": "4", "BUSY": "7", "NO ANSWER": "8"}  # V.250 §5.7.1
MAX_ENTRY = 4096
MAX_UNREAD = 1 << 16


Later = Callable[[float, Action], None]
"""Do something after so many seconds; the world sees to it that what it leads to is written."""


class Device:
    """A modem with its SIM. Whoever drives it calls `feed` and the like, then `take_output` and `take_effects`."""

    def __init__(self, identity: Identity, sim: Sim, commands: CommandTable, later: Later) -> None:
        self.later = later
        self.identity = identity
        self.sim = sim
        self.settings = Settings()
        self.commands = commands
        me, sr = Slots("ME", 100), Slots("SR", 100)
        self.memories: dict[str, Memory] = {"SM": sim.messages, "ME": me, "MT": Union("MT", sim.messages, me), "SR": sr}
        self.cpms = ["SM", "SM", "SM"]  # <mem1>, <mem2>, <mem3> outlive ATZ (27.005 §3.2.2 keeps them apart)
        self.cfun = 1
        self.link_open = False
        self.clock_shift_s = 0.0
        self.refused = False  # a message was turned away: say Ready as soon as that may change
        self.ack_due: float | None = None
        self.now = 0.0
        self._unread = b""
        self._echoed = 0
        self._overlong = False
        self._last_line = b"AT"
        self._pending: tuple[Command, ...] = ()
        self._entry: Ask | None = None
        self._wait: Wait | None = None
        self._out: list[bytes] = []
        self.notices = Notices()
        self._effects: deque[Effect] = deque()

    # What the terminal does.

    def feed(self, data: bytes, now: float) -> None:
        """Take bytes from the terminal. Beyond 64 KiB unread, what comes is lost, as in a UART."""
        self.now = now
        if len(self._unread) < MAX_UNREAD:
            self._unread += data
        self._work()

    def set_link(self, is_open: bool, now: float) -> None:
        """The terminal opened or closed the port. Closing ends a text entry and forgets half a line (like DTR)."""
        self.now = now
        if is_open and not self.link_open:
            self.link_open = True
            self.notices.terminal_came(self.settings.cnmi[0])
            self.may_receive()
        elif not is_open and self.link_open:
            self.link_open = False
            self._unread, self._echoed, self._overlong, self._entry = b"", 0, False, None
            self._pending = ()
            self._out.clear()
            self.notices.terminal_left()

    @property
    def idle(self) -> bool:
        """Whether the line is between two command lines: the one moment for notices."""
        return self._wait is None and self._entry is None

    def take_output(self) -> bytes:
        """Bytes to write now: responses, and notices if the line is free."""
        if self.notices.ready and self.idle and self.link_open:
            for text in self.notices.take():
                self._write_line(text)
        if not self._out:
            return b""
        if not self.link_open:
            self._out.clear()
            return b""
        out = b"".join(self._out) if len(self._out) > 1 else self._out[0]
        self._out.clear()
        return out

    def take_effect(self) -> Effect | None:
        """The next thing the network has to know, in order."""
        return self._effects.popleft() if self._effects else None

    # What the network does.

    def settle(self, result: int | AtError, now: float) -> None:
        """End the wait for a submit: its reference, or the error it was refused with."""
        self.now = now
        wait, self._wait = self._wait, None
        if wait is None:
            return
        if isinstance(result, AtError):
            self._end(result.final(self.settings.cmee))
        else:
            self._write_line(wait.done(result))
            self._run()
        self._work()

    def notify(self, text: str) -> None:
        """Queue a notice that is of use only to a terminal that is there."""
        if self.link_open:
            self.notices.add(text)

    def notify_message(self, text: str) -> None:
        """Queue a notice of +CNMI, as its <mode> says."""
        self.notices.add_of_message(text, self.settings.cnmi[0], self.link_open)

    # What handlers need.

    def tell(self, effect: Effect) -> None:
        """Queue a fact for the network."""
        self._effects.append(effect)

    def may_receive(self) -> None:
        """Tell the network to try again, if this modem has turned a message away."""
        if self.refused:
            self.refused = False
            self.tell(Ready())

    def reset_settings(self) -> None:
        """Put back what ATZ puts back."""
        self.settings = Settings()

    def memory(self, place: int) -> Memory:
        """The memory chosen as <mem1>, <mem2> or <mem3> (`place` 0, 1, 2)."""
        return self.memories[self.cpms[place]]

    @property
    def attached(self) -> bool:
        """Whether the network can be reached."""
        return self.cfun == 1

    @property
    def waits_for_terminal(self) -> bool:
        """Whether somebody opening the port would get something at once."""
        return not self.link_open and (self.refused or self.notices.wait_for_terminal(self.settings.cnmi[0]))

    @property
    def can_show(self) -> bool:
        """Whether a message passed on as a notice would be seen: a terminal, no other one waiting for +CNMA."""
        listening = self.link_open and self.settings.cnmi[0] > 0
        return listening and self.ack_due is None and not self.notices.crowded

    # The dialogue.

    def _work(self) -> None:
        while self._unread and self._wait is None:
            if not (self._read_line() if self._entry is None else self._read_entry(self._entry)):
                return

    def _read_line(self) -> bool:
        terminator = self.settings.registers[3]
        end = self._unread.find(terminator)
        if b"/" in self._unread and (repeat := _REPEAT.match(self._unread)):
            self._consume(repeat.end())
            self._execute(self._last_line)
            return True
        if end < 0:
            self._echo_to(len(self._unread))
            if len(self._unread) > MAX_LINE:
                self._overlong, self._unread, self._echoed = True, b"", 0
            return False
        line = self._consume(end + 1)[:end]
        if self._overlong:
            self._overlong = False
            self._end("ERROR")
        else:
            self._execute(without_backspace(line, self.settings.registers[5]))
        return True

    def _read_entry(self, entry: Ask) -> bool:
        found = _END_OF_ENTRY.search(self._unread)
        if found is None:
            self._echo_to(len(self._unread))
            if len(self._unread) > MAX_UNREAD // 2:  # keep enough for the codec to find it too long
                self._unread = self._unread[:MAX_ENTRY]
                self._echoed = MAX_ENTRY
            return False
        text = self._consume(found.end())[: found.start()]
        self._entry = None
        if found[0][0] != _CTRL_Z:
            self._end("OK")
            return True
        text = without_backspace(text.removeprefix(b"\n"), self.settings.registers[5])
        try:
            answer = entry.finish(self, text)
        except AtError as error:
            self._end(error.final(self.settings.cmee))
            return True
        if self._take(answer):
            self._run()
        return True

    def _consume(self, count: int) -> bytes:
        self._echo_to(count)
        taken, self._unread = self._unread[:count], self._unread[count:]
        self._echoed = 0
        return taken

    def _echo_to(self, count: int) -> None:
        if self.settings.echo and count > self._echoed:
            self._out.append(self._unread[self._echoed : count])
        self._echoed = max(self._echoed, count)

    def _execute(self, line: bytes) -> None:
        commands = parse_line(line)
        if commands is None:
            return
        self._last_line = line
        self._pending = commands
        self._run()

    def _run(self) -> None:
        while self._pending:
            command, *rest = self._pending
            self._pending = tuple(rest)
            try:
                answer = self._answer(command)
            except AtError as error:
                self._end(error.final(self.settings.cmee))
                return
            if not self._take(answer):
                return
        self._end("OK")

    def _take(self, answer: Answer) -> bool:
        """Write an answer; False if the command is not over yet."""
        if answer is None:
            return True
        if isinstance(answer, str):
            self._write_line(answer)
            return True
        if isinstance(answer, Ask):
            self._entry = answer
            self._out.append(b"\r\n> ")
        else:
            self._wait = answer
        return False

    def _answer(self, command: Command) -> Answer:
        name, form = command.name, command.form
        if not name and form is Form.EXECUTE:
            return None
        verb = self.commands.get(name)
        if verb is None:
            raise AtError
        values: Parameters | None = ()
        if form is Form.SET or command.args:  # S3? is the one READ with a parameter
            values = parse_parameters(command.args)
        handler = verb.form(form)
        if handler is None or values is None:
            raise verb.refusal()
        return handler(self, values)

    def _end(self, result: str) -> None:
        """Write a final result code and forget the rest of the line."""
        self._pending = ()
        if self.settings.quiet:
            return
        if self.settings.verbose:
            self._write_line(result)
        else:
            code = _NUMERIC.get(result)
            self._out.append(f"{code}{chr(self.settings.registers[3])}".encode() if code else f"{result}\r\n".encode())

    def _write_line(self, text: str) -> None:
        registers = self.settings.registers
        end = chr(registers[3]) + chr(registers[4])
        framed = f"{end}{text}{end}" if self.settings.verbose else f"{text}{end}"
        self._out.append(framed.encode("latin-1", "replace"))
