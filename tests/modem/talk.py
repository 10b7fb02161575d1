"""A modem, its port and its clock in one: what it says and when is written down, and time passes as it must."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime, timedelta

import pytest

from modem.link import Link
from modem.opening import Source

ESC = "\x1b"
Said = str | tuple[float, str]
"""What a modem says at once, or after so many seconds; "" is nothing. It does one thing after the other."""
Answers = dict[str, Said | list[Said]]


def ok(*lines: str) -> str:
    """An answer with these information lines (V.250 §5.7)."""
    return "".join(f"\r\n{line}\r\n" for line in (*lines, "OK"))


QUESTIONS: Answers = {
    "AT+CMEE?": ok("+CMEE: 1"),
    "AT+CMGF?": ok("+CMGF: 0"),
    "AT+CSMS?": ok("+CSMS: 1,1,1,1"),
    "AT+CNMI?": ok("+CNMI: 2,1,0,2,0"),
    "AT+CPMS?": ok('+CPMS: "SM",0,10'),
}


class Talk:
    """Says to each line it hears what `answers` has for it, of a list one after the other; ERROR to other lines."""

    def __init__(self, answers: Answers) -> None:
        self.answers = {**QUESTIONS, ESC: "", "": "", **answers}
        self.heard: list[str] = []
        self.flood = b""
        self._now = 1000.0
        self._due: list[tuple[float, bytes]] = []
        self._typed = ""
        self._busy_until = self._now
        self._goes_at: float | None = None

    # the port

    def fileno(self) -> int:
        return -1

    def read(self) -> bytes | None:
        if self.flood:
            return self.flood
        if self._goes_at is not None and self._now >= self._goes_at:
            return None
        due = [said for at, said in self._due if at <= self._now]
        self._due = [(at, said) for at, said in self._due if at > self._now]
        return b"".join(due)

    def write(self, data: bytes) -> None:
        *lines, self._typed = (self._typed + data.decode("latin-1").replace("\x1a", "\r")).split("\r")
        for line in lines:
            self.heard.append(line)
            said = self.answers.get(line, "\r\nERROR\r\n")
            if isinstance(said, list):
                said = said.pop(0) if len(said) > 1 else said[0]
            after_s, text = said if isinstance(said, tuple) else (0.0, said)
            self._busy_until = max(self._busy_until, self._now) + after_s
            self.say(self._busy_until - self._now, text)

    def close(self) -> None:
        """There is nothing to close."""

    # the clock

    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=self._now)

    def monotonic(self) -> float:
        return self._now

    def wait(self, sources: Sequence[Source], until: float | None) -> bool:
        assert until is not None
        if self.flood:
            self._now += 0.02
            return True
        moments = [at for at, _ in self._due] + ([] if self._goes_at is None else [self._goes_at])
        self._now = max(self._now, min([*moments, until]))
        return any(at <= self._now for at in moments)

    def taking_part(self) -> AbstractContextManager[None]:
        return nullcontext()

    # the test

    def say(self, after_s: float, text: str) -> None:
        """Something the modem says by itself."""
        if text:
            self._due.append((self._now + after_s, text.encode("latin-1")))

    def goes_after(self, seconds: float) -> None:
        """The port is gone then."""
        self._goes_at = self._now + seconds

    @property
    def commands(self) -> list[str]:
        """The lines it has heard, without ESC."""
        return [line for line in self.heard if line not in (ESC, "")]


@contextmanager
def linked(answers: Answers) -> Iterator[tuple[Link, Talk]]:
    """A link in step with a modem that says this."""
    talk = Talk({})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("modem.openport.open_line", lambda *_: talk)
        link = Link("talk", clock=talk)
        link.connect()
    link.realign()
    talk.answers.update(answers)
    talk.heard.clear()
    yield link, talk
    link.close()
