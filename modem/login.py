"""Gets past a terminal server that asks for a name and a password before the modem answers.

What the server says is waited for, then answered. None of it goes into the trouble log, and no error repeats what was
sent. A server that asks again after the last answer has refused it, and whatever the driver says to a modem would be
taken for further tries, until the account is locked: so it is listened to before the port is used.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from modem.errors import LoginRefused, PortMissing
from modem.opening import Clock, Line

_ASK_S = 10.0
_REFUSE_S = 1.0
_HEARD_MOST = 8192  # of a server that never stops talking


@dataclass(frozen=True, slots=True)
class LoginStep:
    """`expect` is part of what the server says, whatever its case; `send` answers it, None where nothing does."""

    expect: str
    send: str | None = field(default=None, repr=False)


class Login:
    """One login at the server of `port`; `end` ends each answer."""

    def __init__(self, line: Line, port: str, end: str, clock: Clock) -> None:
        self._line = line
        self._port = port
        self._end = end
        self._clock = clock
        self._heard = ""
        self._is_open = True

    def carry_out(self, steps: Sequence[LoginStep]) -> None:
        """Take the steps; the port is the modem's then.

        Raises PortMissing for a server that asks nothing, LoginRefused for one that goes on otherwise after an answer.
        """
        for number, step in enumerate(steps):
            self._await(step.expect, answered=any(earlier.send is not None for earlier in steps[:number]))
            if step.send is not None:
                self._say(step.send)
        if steps and steps[-1].send is not None:
            self._listen([step.expect for step in steps if step.send is not None])

    # -- inside -------------------------------------------------------------------------------------------------

    def _say(self, text: str) -> None:
        try:
            self._line.write((text + self._end).encode())
        except OSError as problem:
            raise PortMissing(self._port, f"The server at {self._port} hung up.") from problem

    def _await(self, text: str, *, answered: bool) -> None:
        self._heard = ""
        if self._hear(_ASK_S, lambda: _is_in(text, self._heard)):
            return
        how = f"did not say {text!r} within {_ASK_S:g} s" if self._is_open else "hung up"
        if answered:
            raise self._refused(how)
        raise PortMissing(self._port, f"The server at {self._port} {how}; does somebody else use its port?")

    def _listen(self, prompts: Sequence[str]) -> None:
        """A prompt is what stands on a line that is not ended: "Last login: today" is none."""
        self._heard = ""
        if self._hear(_REFUSE_S, lambda: any(_is_in(text, self._heard.rpartition("\n")[2]) for text in prompts)):
            raise self._refused("asked again")
        if not self._is_open:
            raise self._refused("hung up")

    def _refused(self, how: str) -> LoginRefused:
        return LoginRefused(self._port, f"The server at {self._port} {how} after an answer of its login.")

    def _hear(self, within_s: float, is_there: Callable[[], bool]) -> bool:
        """Listen until it is there. False: it did not come in time, or the connection has ended."""
        until = self._clock.monotonic() + within_s
        while not is_there():
            if not self._clock.wait((self._line,), until):
                if self._clock.monotonic() >= until:
                    return False
                continue
            try:
                data = self._line.read()
            except OSError:
                data = None
            if data is None:
                self._is_open = False
                return False
            self._heard = (self._heard + data.decode("latin-1"))[-_HEARD_MOST:]
        return True


def _is_in(text: str, heard: str) -> bool:
    return text.casefold() in heard.casefold()
