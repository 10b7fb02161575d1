"""A peer on a pty that says exactly what the test wants, at the moment it wants."""

from __future__ import annotations

import os
import select
import threading
import tty
from collections.abc import Callable

from modem.link import Link

Answer = Callable[[bytes], bytes | None]


class ScriptedModem:
    """Reads what arrives and writes what `answer` gives for it; None hangs up. Use as a context manager."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
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
            self.heard += data
            out = self._answer(data)
            if out is None:
                os.close(self._master)
                self._master = os.open("/dev/null", os.O_RDWR)
                return
            os.write(self._master, out)


class Script:
    """Answers of a modem by command; a list is used up one by one, its last for ever."""

    def __init__(self, answers: dict[str, str | list[str]]) -> None:
        self._answers = {command: [text] if isinstance(text, str) else text for command, text in answers.items()}
        self.heard: list[str] = []

    def __call__(self, data: bytes) -> bytes:
        command = data.decode().strip()
        self.heard.append(command)
        texts = self._answers.get(command, ["OK"])
        text = texts.pop(0) if len(texts) > 1 else texts[0]
        return f"\r\n{text}\r\n".encode()


Peers = Callable[[Script], Link]
"""Opens a link to a modem that follows a script; the fixture `peers` closes it."""
