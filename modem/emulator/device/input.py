"""What the terminal has said and nobody has read yet: command lines and texts cut out of octets, and their echo.

Owns where a line or a text ends and what is too long. Must not know what any of it means. Nothing is echoed before it
could be part of what is read, and nothing twice.
"""

import re
from collections.abc import Callable
from enum import Enum, auto

from modem.emulator.device.commandline import MAX_LINE, without_backspace

_END_OF_TEXT = re.compile(rb"[\x1a\x1b]")
_REPEAT = re.compile(rb"[ \t\n\x00]*[Aa]/")  # no CR before it: that ends a line of its own
_CTRL_Z = 0x1A
MAX_TEXT = 4096
MAX_UNREAD = 1 << 16


class Line(Enum):
    """What may stand in the place of a command line."""

    REPEATED = auto()  # A/ (V.250 §5.2.4)
    OVERLONG = auto()


class Text(Enum):
    """What may stand in the place of a text."""

    ABANDONED = auto()  # ended by ESC (27.005 §3.5.1)


class Input:
    """Octets from the terminal. `echo` gets what it typed, once, in order."""

    def __init__(self, echo: Callable[[bytes], None]) -> None:
        self._echo = echo
        self._unread = b""
        self._echoed = 0
        self._overlong = False

    def __bool__(self) -> bool:
        """Whether anything waits to be read."""
        return bool(self._unread)

    def add(self, data: bytes) -> None:
        """Take octets in. Beyond 64 KiB unread, what comes is lost, as in a UART."""
        if len(self._unread) < MAX_UNREAD:
            self._unread += data

    def forget(self) -> None:
        """Throw everything away."""
        self._unread, self._echoed, self._overlong = b"", 0, False

    def echo_all(self) -> None:
        """Echo what has come, though nobody reads it."""
        self._echo_to(len(self._unread))

    def next_line(self, registers: dict[int, int]) -> bytes | Line | None:
        """The next command line without its end (S3), backspaces (S5) applied; None if it is not all there."""
        if b"/" in self._unread and (repeat := _REPEAT.match(self._unread)):
            self._consume(repeat.end())
            return Line.REPEATED
        end = self._unread.find(registers[3])
        if end < 0:
            self.echo_all()
            if len(self._unread) > MAX_LINE:
                self._overlong, self._unread, self._echoed = True, b"", 0
            return None
        line = self._consume(end + 1)[:end]
        if self._overlong or len(line) > MAX_LINE:
            self._overlong = False
            return Line.OVERLONG
        return without_backspace(line, registers[5])

    def next_text(self, registers: dict[int, int], line_ended: Callable[[], None] | None) -> bytes | Text | None:
        """The next text up to Ctrl-Z or ESC; `line_ended` is called at each carriage return not seen before."""
        found = _END_OF_TEXT.search(self._unread)
        if line_ended is not None:
            end = found.start() if found else len(self._unread)
            while (at := self._unread.find(b"\r", self._echoed, end)) >= 0:
                self._echo_to(at + 1)
                line_ended()
        if found is None:
            self.echo_all()
            if len(self._unread) > MAX_UNREAD // 2:  # keep enough for the codec to find it too long
                self._unread = self._unread[:MAX_TEXT]
                self._echoed = MAX_TEXT
            return None
        text = self._consume(found.end())[: found.start()]
        if found[0][0] != _CTRL_Z:
            return Text.ABANDONED
        return without_backspace(text.removeprefix(b"\n"), registers[5])

    def _consume(self, count: int) -> bytes:
        self._echo_to(count)
        taken, self._unread = self._unread[:count], self._unread[count:]
        self._echoed = 0
        return taken

    def _echo_to(self, count: int) -> None:
        if count > self._echoed:
            self._echo(self._unread[self._echoed : count])
            self._echoed = count
