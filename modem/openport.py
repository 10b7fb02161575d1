"""One open port: octets go out, answers and notices come in. What python-gsmmodem's `SerialComms` should have been.

Theory. The base library reads a port in a thread of its own, byte by byte, and gives every line to whoever waits;
bursts, notices inside answers and undecodable bytes are lost there (measured: `docs/design.md`). Here the thread that
asks also reads: it waits for bytes through the clock that was passed in, and what belongs to nobody is filed into
`notices`. So there is no reader thread, no lock, and nothing to race with.

What a port is (device, pty, socket://, rfc2217://, emu://) is the business of `modem.opening`; which answer belongs to
which command, that of `modem.link`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import Protocol

import serial
from gsmmodem.serial_comms import SerialComms

from modem.errors import PortLost
from modem.events import Event, Notice, Prompt, Reply, notices_in
from modem.lines import AtReader
from modem.login import Login, LoginStep
from modem.opening import TELNET, Clock, Line, open_line
from modem.troublelog import TroubleLog


class Tap(Protocol):
    """Overhears the octets of a port as they go, before anybody has made sense of them."""

    def sent(self, octets: bytes) -> None: ...

    def heard(self, octets: bytes) -> None: ...


class OpenPort(SerialComms):
    """A port, what was heard on it, and what went over it lately (`history`)."""

    def __init__(
        self,
        port: str,
        baudrate: int = 115200,
        notifyCallbackFunc: Callable[[list[str]], None] | None = None,
        *,
        clock: Clock,
        rtscts: bool = False,
        login: Sequence[LoginStep] = (),
    ) -> None:
        super().__init__(port, baudrate, notifyCallbackFunc)
        self.clock = clock
        self.reader = AtReader()
        self.notices: deque[Notice] = deque()
        self.history = TroubleLog(clock.monotonic)
        self.tap: Tap | None = None
        self._rtscts = rtscts
        self._login = tuple(login)
        self._events: deque[Event] = deque()
        self._line: Line | None = None

    def fileno(self) -> int:
        return -1 if self._line is None else self._line.fileno()

    def connect(self) -> None:
        """Open the port exclusively. Raises PortMissing, PortBusy, LoginRefused or PortError."""
        line = open_line(self.port, self.baudrate, self._rtscts, self.clock)
        try:
            end = "\r" if self.port.lower().startswith(TELNET) else "\r\n"
            Login(line, self.port, end, self.clock).carry_out(self._login)
        except BaseException:
            line.close()
            raise
        self._line = line
        self.reader = AtReader()
        self.alive = True

    def close(self) -> None:
        """Give the port back; may be called at any time and more than once. What was heard stays in `notices`."""
        self.alive = False
        for event in self._events:
            if isinstance(event, Notice):
                self._file(event)  # it may be a message that is nowhere else
        self._events.clear()
        if self._line is not None:
            self._line.close()
            self._line = None

    @property
    def has_news(self) -> bool:
        """Whether something was read that nobody has looked at: the port need not become readable again for it."""
        return bool(self.notices or self._events)

    # -- for the dialogue ----------------------------------------------------------------------------------------

    def _next_answer(self, deadline: float) -> Reply | Prompt | None:
        """The next event that is not a notice, or None at the deadline, which a flood of notices does not put off."""
        over = False
        while True:
            while self._events:
                event = self._events.popleft()
                if not isinstance(event, Notice):
                    if isinstance(event, Reply):
                        self.history.answered(event)
                    return event
                self._file(event)
            if over:
                return None
            if self.clock.wait((self,), deadline):
                self._read()
            over = self.clock.monotonic() >= deadline

    def _file(self, notice: Notice) -> None:
        self.history.noticed(notice)
        self.notices.append(notice)

    def _file_late(self, reply: Reply) -> None:
        self.notices.extend(notices_in(reply))

    def _read(self) -> None:
        """Read a port that is ready; one that is ready and has nothing may have been hung up."""
        try:
            data = self._open_line().read()
        except OSError as problem:
            raise PortLost(self.port, f"Port {self.port} is gone ({problem.strerror}).") from problem
        if data is None:
            raise PortLost(self.port, f"Port {self.port} was closed by the other side.")
        if self.tap is not None:
            self.tap.heard(data)
        self._events.extend(self.reader.feed(data))

    def _send(self, text: str) -> None:
        octets = text.encode("latin-1")
        self.history.sent(text)
        if self.tap is not None:
            self.tap.sent(octets)
        try:
            self._open_line().write(octets)
        except (serial.SerialException, OSError) as problem:
            raise PortLost(self.port, f"Port {self.port} takes no bytes: {problem}.") from problem

    def _open_line(self) -> Line:
        if self._line is None:
            raise PortLost(self.port, f"Port {self.port} is not open.")
        return self._line
