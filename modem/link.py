"""One open port and the dialogue on it: the transport that python-gsmmodem's `SerialComms` should have been.

Theory. The base library reads a port in a thread of its own, byte by byte, and gives every line to whoever waits;
bursts, notices inside answers and undecodable bytes are lost there (measured: `docs/design.md`). Here the thread that
asks also reads: `exchange` writes a command, waits for bytes through the clock that was passed in, and files what
belongs to nobody into `notices`. So there is no reader thread, no lock, and nothing to race with.

After silence the stream is out of step: a late answer must not be credited to the next command. The next exchange
then begins with a barrier (`realign`): ESC ends a half-entered message, and everything is thrown away until the answer
to a question comes that no late OK can be mistaken for.

What a port is (device, pty, socket://, rfc2217://, emu://) is the business of `modem.opening`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

import serial
from gsmmodem.serial_comms import SerialComms

from modem.causes import refusal
from modem.errors import PortLost, Silent
from modem.lines import AtReader, Event, Notice, Prompt, Reply
from modem.opening import Clock as Clock
from modem.opening import Line, open_line

_REST_OF_ANSWER_S = 5.0
_BARRIER = "AT+CMEE?"
_BARRIER_TRIES = 3
_BARRIER_S = 5.0
_WAKE_CALLS = 4
_WAKE_S = 0.5


class Link(SerialComms):
    """A port with an AT dialogue on it. Only the thread that called `connect` may touch it."""

    def __init__(
        self,
        port: str,
        baudrate: int = 115200,
        notifyCallbackFunc: Callable[[list[str]], None] | None = None,
        *,
        clock: Clock,
        rtscts: bool = False,
    ) -> None:
        super().__init__(port, baudrate, notifyCallbackFunc)
        self.clock = clock
        self.reader = AtReader()
        self.notices: deque[Notice] = deque()
        self.history: deque[str] = deque(maxlen=60)
        self._rtscts = rtscts
        self._events: deque[Event] = deque()
        self._line: Line | None = None
        self._out_of_step = False

    def fileno(self) -> int:
        return -1 if self._line is None else self._line.fileno()

    def connect(self) -> None:
        """Open the port exclusively, if it is not open. Raises PortMissing, PortBusy or PortError."""
        if self._line is not None:
            return
        self._line = open_line(self.port, self.baudrate, self._rtscts, self.clock)
        self.reader = AtReader()
        self._events.clear()
        self._out_of_step = False
        self.alive = True

    def close(self) -> None:
        """Give the port back; may be called at any time and more than once."""
        self.alive = False
        if self._line is not None:
            self._line.close()
            self._line = None

    def answers(self, within_s: float) -> bool:
        """Whether a modem is there: AT is asked twice, after an ESC out of a text that somebody left half entered.

        Nothing else is said to what does not answer, for it may be no modem at all. Raises PortLost.
        """
        self._send("\x1b")
        for _ in range(2):
            reply = self._ask("AT", within_s / 2)
            # ESC out of a text has an OK of its own, and an answer that was late is in time for the second AT: in both
            # cases the answer to this AT would be taken for that of the next command.
            self._fell_silent()
            if reply is not None and reply.ok:
                return True
        return False

    def exchange(self, command: str, timeout_s: float = 10.0) -> Reply:
        """Send one command and return its whole answer, an error included. Raises Silent or PortLost."""
        if self._out_of_step:
            self.realign()
        reply = self._ask(command, timeout_s)
        if reply is None:
            self._fell_silent()
            raise Silent(command, timeout_s)
        return reply

    def ask(self, command: str, timeout_s: float = 10.0) -> tuple[str, ...]:
        """The information lines of a command that must succeed. Raises CommandRefused, Silent or PortLost."""
        reply = self.exchange(command, timeout_s)
        if not reply.ok:
            raise refusal(command, reply)
        return reply.lines

    def ask_prompt(self, command: str, timeout_s: float) -> Reply | None:
        """Send a command that is answered by a prompt. None: the prompt is there, `send_payload` comes next.

        A Reply is the modem's refusal. Raises Silent when neither came; nothing has been sent then, and the
        next exchange leaves the text entry by ESC should the prompt come late.
        """
        if self._out_of_step:
            self.realign()
        self.reader.expect(command, prompt=True)
        self._send(command + "\r")
        event = self._next_answer(self.clock.monotonic() + timeout_s)
        if event is None:
            self._fell_silent()
            raise Silent(command, timeout_s)
        return event if isinstance(event, Reply) else None

    def send_payload(self, payload: str, timeout_s: float, sign: str) -> Reply | None:
        """Send what the prompt asked for and Ctrl-Z. None is silence: the message may or may not be on its way.

        An information line that begins with `sign` is as good as the answer: if the final result code does not follow
        it soon, the Reply has an empty one.
        """
        self.reader.expect_echo(payload)
        self._send(payload + "\x1a")
        deadline = self.clock.monotonic() + timeout_s
        while True:
            event = self._next_answer(min(deadline, self.clock.monotonic() + _REST_OF_ANSWER_S))
            if isinstance(event, Reply):
                return event
            lines = self.reader.collected
            if any(line.startswith(sign) for line in lines):
                self._fell_silent()
                return Reply(lines, "")
            if self.clock.monotonic() >= deadline:
                self._fell_silent()
                return None

    @property
    def out_of_step(self) -> bool:
        """Whether the modem owes an answer: the next exchange begins with the barrier."""
        return self._out_of_step

    @property
    def has_news(self) -> bool:
        """Whether something was read that nobody has looked at: the port need not become readable again for it."""
        return bool(self.notices or self._events)

    def poll(self) -> None:
        """Take what has arrived, without waiting; notices are filed. Raises PortLost."""
        if self.clock.wait((self,), self.clock.monotonic()):
            self._read()
        while self._events:
            self._file(self._events.popleft())

    def realign(self) -> None:
        """Get back into step: no answer but the barrier's own counts. Raises Silent when it does not come."""
        self._send("\x1b\r")
        for _ in range(_BARRIER_TRIES):
            if self._ask(_BARRIER, _BARRIER_S, wanted="+CMEE:") is not None:
                self._out_of_step = False
                return
            self.reader.give_up()
        raise Silent(_BARRIER, _BARRIER_S * _BARRIER_TRIES)

    def wake(self) -> None:
        """Call a modem that sleeps, or that finds the port's speed by these two letters; its answers do not count.

        Raises PortLost.
        """
        for _ in range(_WAKE_CALLS):
            self._ask("AT", _WAKE_S)
            self.reader.give_up()
        self._out_of_step = True

    # -- inside -------------------------------------------------------------------------------------------------

    def _ask(self, command: str, timeout_s: float, wanted: str = "") -> Reply | None:
        self.reader.expect(command, wanted=wanted)
        self._send(command + "\r")
        deadline = self.clock.monotonic() + timeout_s
        while True:
            event = self._next_answer(deadline)
            if event is None or isinstance(event, Reply):
                return event

    def _next_answer(self, deadline: float) -> Reply | Prompt | None:
        """The next event that is not a notice, or None at the deadline."""
        while True:
            while self._events:
                event = self._events.popleft()
                if not isinstance(event, Notice):
                    if isinstance(event, Reply):
                        self.history.append("< " + " | ".join((*event.lines, event.final)))
                    return event
                self._file(event)
            if self.clock.wait((self,), deadline):
                self._read()
            elif self.clock.monotonic() >= deadline:
                return None

    def _file(self, event: Event) -> None:
        if isinstance(event, Notice):
            self.history.append("* " + event.text)
            self.notices.append(event)

    def _read(self) -> None:
        """Read a port that is ready; one that is ready and has nothing may have been hung up."""
        try:
            data = self._open_line().read()
        except OSError as problem:
            raise PortLost(self.port, f"Port {self.port} is gone ({problem.strerror}).") from problem
        if data is None:
            raise PortLost(self.port, f"Port {self.port} was closed by the other side.")
        self._events.extend(self.reader.feed(data))

    def _send(self, text: str) -> None:
        self.history.append("> " + text)
        try:
            self._open_line().write(text.encode("latin-1"))
        except (serial.SerialException, OSError) as problem:
            raise PortLost(self.port, f"Port {self.port} takes no bytes: {problem}.") from problem

    def _open_line(self) -> Line:
        if self._line is None:
            raise PortLost(self.port, f"Port {self.port} is not open.")
        return self._line

    def _fell_silent(self) -> None:
        self.reader.give_up()
        self._out_of_step = True
