"""A peer on a pty that says exactly what the test wants, at the moment it wants."""

from __future__ import annotations

import os
import select
import threading
import tty
from collections.abc import Callable

from modem.link import Link

Answer = Callable[[bytes], bytes | None]


_OPENING = b"\x1b\rAT+CMEE?\r"


class ScriptedModem:
    """Reads what arrives and writes what `answer` gives for it; None hangs up. Use as a context manager.

    The barrier with which a link begins is answered here, unless the test says that it is its own business.
    """

    def __init__(self, answer: Answer, *, barrier: bool = True) -> None:
        self._answer = answer
        self._opening = _OPENING if barrier else b""
        self._held = b""
        self._master, slave = os.openpty()
        tty.setraw(slave)
        self.port = os.ttyname(slave)
        self._slave: int | None = slave
        self._stop_read, self._stop_write = os.pipe()
        self.heard = b""
        self._thread = threading.Thread(target=self._run, name="scripted modem")

    def __enter__(self) -> ScriptedModem:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        os.write(self._stop_write, b"!")
        self._thread.join(5)
        for fd in (self._master, self._slave, self._stop_read, self._stop_write):
            if fd is not None:
                os.close(fd)

    def say(self, data: bytes) -> None:
        os.write(self._master, data)

    def _run(self) -> None:
        while True:
            ready, _, _ = select.select([self._master, self._stop_read], [], [], 10)
            if self._stop_read in ready or not ready:
                return
            data = os.read(self._master, 4096)
            data = self._past_opening(data)
            if not data:
                continue
            self.heard += data
            out = self._answer(data)
            if out is None:
                os.close(self._master)
                self._master = os.open("/dev/null", os.O_RDWR)
                return
            os.write(self._master, out)

    def _past_opening(self, data: bytes) -> bytes:
        """What is not part of the first barrier."""
        if not self._opening:
            return data
        self._held += data
        if self._opening.startswith(self._held) and self._held != self._opening:
            return b""
        rest = self._held.removeprefix(self._opening)
        if rest != self._held:
            os.write(self._master, b"\r\n+CMEE: 1\r\n\r\nOK\r\n")
        self._opening = b""
        return rest


class Script:
    """Answers of a modem by command; a list is used up one by one, its last for ever."""

    def __init__(self, answers: dict[str, str | list[str]]) -> None:
        self._answers = {command: [text] if isinstance(text, str) else text for command, text in answers.items()}
        self.heard: list[str] = []

    def __call__(self, data: bytes) -> bytes:
        command = data.decode().strip(" \r\x1b")
        if command in ("", "AT+CMEE?") and command not in self._answers:
            return b"\r\n+CMEE: 1\r\n\r\nOK\r\n" if command else b""  # the link's own question
        self.heard.append(command)
        texts = self._answers.get(command, ["OK"])
        text = texts.pop(0) if len(texts) > 1 else texts[0]
        return f"\r\n{text}\r\n".encode()


Peers = Callable[[Script], Link]
"""Opens a link to a modem that follows a script; the fixture `peers` closes it."""
