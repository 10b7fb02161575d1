"""File descriptors a modem speaks on: a pty's master, a TCP connection, one end of a socketpair.

Owns non-blocking reading and writing, holding back a terminal that does not read what it asked for, and the pace of
a line with a baud rate. A pty has no event for "somebody opened the slave"; what there is:

* when the last one closes it, the master hangs up: read gives EIO and epoll says so for ever. From then on the
  master is watched edge-triggered, which reports the first byte somebody writes, and costs nothing until then;
* somebody who opens and only listens is found by looking at the hang-up flag, which the server does every 50 ms
  while a closed modem has something to say, and not otherwise.

So the emulator does not hold the slave open itself, and knows whether a terminal is there. What it wrote to one
that went away without reading is flushed, or the next one would read it.
"""

import contextlib
import errno
import os
import select
import termios
import tty
from typing import Final

READ_SIZE: Final = 65536
_WATCHED = select.EPOLLIN
_QUIET = select.EPOLLIN | select.EPOLLET


class Line:
    """One descriptor in the loop. `is_open` says whether a terminal is at the other end."""

    def __init__(self, fd: int, epoll: select.epoll, baud: int | None) -> None:
        os.set_blocking(fd, False)
        self.fd = fd
        self.is_open = True
        self._epoll = epoll
        self._pending = bytearray()
        self._octet_s = 10 / baud if baud else 0.0
        self._slice = max(1, baud // 1000) if baud else READ_SIZE  # what passes in 10 ms
        self._free_at = 0.0
        self._mask = 0
        epoll.register(fd, 0)
        self._watch()

    def _watch(self) -> None:
        mask = _WATCHED if self.is_open else _QUIET
        if self._pending:  # the terminal has to read first: until then it is held back, as by RTS
            mask = 0 if self._octet_s else select.EPOLLOUT
        if mask != self._mask:
            self._mask = mask
            self._epoll.modify(self.fd, mask)

    def read(self) -> bytes | None:
        """Bytes that have come, b'' if there are none; None once the other end is gone."""
        try:
            data = os.read(self.fd, READ_SIZE)
        except BlockingIOError:
            return b""
        except OSError:
            return None
        return data or None

    def write(self, data: bytes, now: float) -> None:
        """Write, or keep what does not pass yet."""
        if self._pending or self._octet_s:
            self._pending += data
            self.drain(now)
            return
        try:
            written = os.write(self.fd, data)
        except BlockingIOError:
            written = 0
        except OSError:  # the other end is gone; reading will say so
            return
        if written < len(data):
            self._pending += data[written:]
            self._watch()

    def drain(self, now: float) -> None:
        """Write what was kept, as far as room and pace allow."""
        while self._pending and now >= self._free_at:
            try:
                written = os.write(self.fd, memoryview(self._pending)[: self._slice])
            except BlockingIOError:
                break
            except OSError:
                self._pending.clear()
                break
            del self._pending[:written]
            self._free_at = max(now, self._free_at) + written * self._octet_s
        self._watch()

    @property
    def left(self) -> bool:
        """Whether the other end of a socket has gone, though what it sent may not be read yet."""
        poller = select.poll()
        poller.register(self.fd, select.POLLRDHUP)
        return bool(poller.poll(0))

    @property
    def blocked(self) -> bool:
        """Whether earlier output still waits: nothing new should be taken from the modem."""
        return bool(self._pending)

    @property
    def due(self) -> float | None:
        """When `drain` can go on, for a line with a pace."""
        return self._free_at if self._pending and self._octet_s else None

    def reset(self, is_open: bool) -> None:
        """The other end came or went: what waited was for the one before."""
        self.is_open = is_open
        self._pending.clear()
        self._watch()

    def close(self) -> None:
        """Give the descriptor back."""
        self._epoll.unregister(self.fd)
        os.close(self.fd)


class Pty(Line):
    """The master of a pseudo-terminal whose slave is set raw: no echo, no translation, no line editing."""

    def __init__(self, epoll: select.epoll, baud: int | None) -> None:
        master, slave = os.openpty()
        tty.setraw(slave)
        self.path = os.ttyname(slave)
        super().__init__(master, epoll, baud)
        os.close(slave)
        self.reset(is_open=False)

    def look(self) -> bool:
        """Whether somebody has the slave open now."""
        poller = select.poll()
        poller.register(self.fd, 0)
        return not any(events & select.POLLHUP for _, events in poller.poll(0))

    def read(self) -> bytes | None:
        """As `Line.read`; a hang-up is EIO here."""
        try:
            return os.read(self.fd, READ_SIZE)
        except BlockingIOError:
            return b""
        except OSError as gone:
            if gone.errno != errno.EIO:
                raise
            return None

    def flush_unread(self) -> None:
        """Throw away what the terminal that left did not read. Input of a terminal that has come is not touched."""
        with contextlib.suppress(OSError):
            slave = os.open(self.path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
            try:
                termios.tcflush(slave, termios.TCIFLUSH)
            finally:
                os.close(slave)
