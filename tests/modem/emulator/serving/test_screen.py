"""`otklik emulate --watch` in a real terminal, read by another program's terminal emulation."""

import fcntl
import json
import os
import select
import signal
import struct
import subprocess
import sys
import termios
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

import pyte

from modem.emulator.serving.screen import REDRAW_S

DEADLINE_S = 20.0


class Window:
    """A terminal of a given size and what is on it."""

    def __init__(self, columns: int, lines: int) -> None:
        self.master, self.slave = os.openpty()
        self.raw = b""
        self.screen = pyte.Screen(columns, lines)
        self._stream = pyte.ByteStream(self.screen)
        self._resize(columns, lines)

    def _resize(self, columns: int, lines: int) -> None:
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        self.screen.resize(lines, columns)

    def resize(self, columns: int, lines: int, process: subprocess.Popen[str]) -> None:
        self._resize(columns, lines)
        process.send_signal(signal.SIGWINCH)

    def until(self, *texts: str) -> list[str]:
        """Let the screen go on until it shows all of this; its lines."""
        deadline = time.monotonic() + DEADLINE_S
        while not all(any(text in line for line in self.screen.display) for text in texts):
            left = deadline - time.monotonic()
            assert left > 0, self.screen.display
            if select.select([self.master], [], [], left)[0]:
                self._take()
        return [line.rstrip() for line in self.screen.display]

    def _take(self) -> None:
        data = os.read(self.master, 65536)
        self.raw += data
        self._stream.feed(data)

    def rest(self) -> bytes:
        while select.select([self.master], [], [], 0)[0]:
            self._take()
        return self.raw


@contextmanager
def _watching(window: Window) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    command = [sys.executable, "-m", "gateway", "emulate", "--modems", "2", "--control", "0", "--watch"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=window.slave, text=True) as process:
        try:
            assert process.stdout is not None
            yield process, json.loads(process.stdout.readline())["control"]
        finally:
            process.kill()
            os.close(window.slave)
            os.close(window.master)


def test_screen_shows_what_happens_follows_its_window_and_is_left_as_it_was() -> None:
    window = Window(100, 20)
    with _watching(window) as (process, control):
        first = window.until("modem1")
        assert first[0] == f"otklik emulate · 2 modems · {control}"
        assert first[1].split()[:4] == ["MODEM", "PROFILE", "NUMBER", "PORT"]
        body = json.dumps({"from": "+79131234567", "text": "Привет"}).encode()
        with urllib.request.urlopen(f"{control}/v1/modems/1/deliver", body, timeout=10) as answer:
            assert answer.status == 200
        lines = window.until("modem1 ← +79131234567  Привет", "1/30")
        assert lines[3].split()[6:9] == ["0", "1", "1/30"]
        window.resize(40, 8, process)
        small = window.until("…")
        assert small[1].endswith("…")
        assert len(small) == 8
        process.send_signal(signal.SIGTERM)
        assert process.wait(DEADLINE_S) == 0
        assert window.rest().endswith(b"\x1b[?25h\x1b[?1049l")  # the cursor and the other screen are back
        assert b"\x1b[2J" not in window.raw  # clearing the screen is what flickers


def test_screen_is_refused_without_a_terminal() -> None:
    command = [sys.executable, "-m", "gateway", "emulate", "--watch"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=DEADLINE_S)
    assert done.returncode == 2
    assert "--watch draws on the standard error output, which is no terminal here." in done.stderr
    assert done.stdout == ""


def test_terminal_that_is_closed_does_not_end_the_emulator() -> None:
    master, slave = os.openpty()
    command = [sys.executable, "-m", "gateway", "emulate", "--control", "0", "--watch"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=slave, text=True) as process:
        try:
            assert process.stdout is not None
            control = json.loads(process.stdout.readline())["control"]
            pictures = f"{control}/v1/submits?wait_ms={2000 * REDRAW_S:.0f}"  # nothing comes: it takes so long
            os.close(slave)
            os.close(master)
            body = json.dumps({"from": "+79131234567", "text": "5"}).encode()
            for _ in range(2):
                with urllib.request.urlopen(f"{control}/v1/modems/0/deliver", body, timeout=10) as answer:
                    assert answer.status == 200
                with urllib.request.urlopen(pictures, timeout=10) as answer:
                    assert answer.status == 200
            process.send_signal(signal.SIGHUP)
            assert process.wait(DEADLINE_S) == 0
        finally:
            process.kill()
