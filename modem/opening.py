"""Opens what a port's name or URL says, and reads and writes it without ever blocking for the other side.

pyserial opens devices and emu://, whose descriptors are then read and written directly. socket://, telnet:// and
rfc2217:// are sockets of our own, with `modem.telnet` and `modem.comport` on the last two: pyserial's leave a
descriptor open when the peer has gone. A device is held three times over: by its lock file, which other modem programs
look for, by flock (pyserial's `exclusive`), and by TIOCEXCL, after which the kernel lets no program but root's open it.
"""

from __future__ import annotations

import errno
import fcntl
import os
import select
import socket
import termios
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, suppress
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import urlsplit

import serial

from modem import holders
from modem.comport import ComPort
from modem.errors import PortError, PortMissing
from modem.telnet import Telnet

# pyserial looks here for the emulator's emu:// handler; the name is all the driver knows of it.
_URL_HANDLERS = "modem.emulator.urls"
if _URL_HANDLERS not in serial.protocol_handler_packages:
    serial.protocol_handler_packages.append(_URL_HANDLERS)

_READ_SIZE = 65536
_WRITE_TIMEOUT_S = 10.0
_CONNECT_TIMEOUT_S = 5.0
_AGREE_S = 3.0
# The other end of a pty is a program, which may have this end open too; and TIOCEXCL stays until both are closed.
_PTYS = "/dev/pts/"
RFC2217 = "rfc2217://"
SOCKET = "socket://"
TELNET = "telnet://"


class Source(Protocol):
    """Something that can be waited for."""

    def fileno(self) -> int: ...


class Life(Protocol):
    """A thread, or what stands for one in simulated time."""

    def start(self) -> None: ...

    def is_alive(self) -> bool: ...

    def join(self, timeout: float | None = None) -> None: ...


class Clock(Protocol):
    """What this package needs to know of time; `scheduler.clock` fits."""

    def now(self) -> datetime:
        """The calendar, UTC-aware."""

    def monotonic(self) -> float:
        """Seconds that never go back."""

    def wait(self, sources: Sequence[Source], until: float | None) -> bool:
        """Block until one of `sources` can be read or `monotonic()` reaches `until`; True if one can be read."""

    def taking_part(self) -> AbstractContextManager[None]:
        """For the life of a thread that waits by this clock."""

    def life(self, name: str, run: Callable[[], None]) -> Life:
        """A thread of its own for `run`, which takes part; it begins with `start`."""


class Line(Protocol):
    """An open port."""

    def fileno(self) -> int: ...

    def read(self) -> bytes | None:
        """What has come, b"" if nothing is meant for us; None once the other side has hung up. Raises OSError."""

    def write(self, data: bytes) -> None:
        """All of it. Raises OSError where it does not pass within ten seconds, or the port is gone."""

    def close(self) -> None: ...


def open_line(port: str, baud: int, rtscts: bool, clock: Clock) -> Line:
    """Raises PortMissing, PortBusy, or PortError for one that cannot be opened for another reason."""
    if port.lower().startswith(RFC2217):
        return _ComPortLine(port, baud, rtscts, clock)
    if port.lower().startswith(SOCKET):
        return _SocketLine(port)
    if port.lower().startswith(TELNET):
        return _TelnetLine(port, Telnet())
    if "://" in port:
        return _SerialLine(port, _opened(port, baud, rtscts), None)
    lock = holders.LockFile(port)
    lock.take()
    try:
        line = _SerialLine(port, _opened(port, baud, rtscts), lock)
    except BaseException:
        lock.give_back()
        raise
    try:
        line.refuse_company()
    except BaseException:
        line.close()
        raise
    return line


class _SerialLine:
    """What pyserial has opened."""

    def __init__(self, port: str, opened: Any, lock: holders.LockFile | None) -> None:
        self._port = port
        self._serial = opened
        self._fd: int = opened.fileno()
        self._lock = lock

    def fileno(self) -> int:
        return self._fd

    def refuse_company(self) -> None:
        """Keep others out from now on. Raises PortBusy where one was in before, without a lock of any kind."""
        device = os.path.realpath(self._port)
        if device.startswith(_PTYS):
            return
        with suppress(OSError):  # not every driver knows it
            fcntl.ioctl(self._fd, termios.TIOCEXCL)
        if holders.has_open(device)[0] is not None:
            raise holders.busy(self._port)

    def read(self) -> bytes | None:
        try:
            return os.read(self._fd, _READ_SIZE) or None
        except BlockingIOError:
            return b""

    def write(self, data: bytes) -> None:
        try:
            sent = os.write(self._fd, data)
        except BlockingIOError:
            sent = 0
        if sent < len(data):
            self._serial.write(data[sent:])

    def close(self) -> None:
        if self._lock is not None:
            with suppress(OSError):  # a port that is gone cannot be asked
                fcntl.ioctl(self._fd, termios.TIOCNXCL)
        self._serial.close()
        if self._lock is not None:
            self._lock.give_back()


class _SocketLine:
    """A TCP connection, as octets come and go."""

    def __init__(self, port: str) -> None:
        self._port = port
        place = urlsplit(port)
        try:
            if place.hostname is None or place.port is None:
                raise ValueError("it has no host and port")
            self._socket = socket.create_connection((place.hostname, place.port), _CONNECT_TIMEOUT_S)
        except (OSError, ValueError) as problem:
            raise _open_error(port, problem) from problem
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def fileno(self) -> int:
        return self._socket.fileno()

    def read(self) -> bytes | None:
        try:
            return self._socket.recv(_READ_SIZE) or None
        except BlockingIOError:
            return b""

    def write(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            try:
                rest = rest[self._socket.send(rest) :]
            except BlockingIOError:
                if not select.select([], [self._socket], [], _WRITE_TIMEOUT_S)[1]:
                    raise TimeoutError(errno.ETIMEDOUT, "it takes no bytes") from None

    def close(self) -> None:
        self._socket.close()


class _TelnetLine(_SocketLine):
    """A TCP connection to a Telnet server."""

    def __init__(self, port: str, telnet: Telnet) -> None:
        super().__init__(port)
        self._telnet = telnet
        try:
            super().write(telnet.hello())
        except OSError as problem:
            self.close()
            raise _open_error(port, problem) from problem

    def read(self) -> bytes | None:
        came = super().read()
        if not came:
            return came
        data, answer = self._telnet.feed(came)
        super().write(answer)
        return data

    def write(self, data: bytes) -> None:
        super().write(self._telnet.pack(data))


class _ComPortLine(_TelnetLine):
    """A serial port behind a Telnet server."""

    def __init__(self, port: str, baud: int, rtscts: bool, clock: Clock) -> None:
        self._com = ComPort(baud, rtscts)
        super().__init__(port, self._com)
        try:
            self._agree(clock)
        except OSError as problem:
            self.close()
            raise _open_error(port, problem) from problem
        except BaseException:
            self.close()
            raise

    def _agree(self, clock: Clock) -> None:
        """Wait until the far port is set. Raises PortError for a server that has none, PortMissing for silence.

        What the modem said before is from another time, as it is on a device that is opened.
        """
        port = self._port
        until = clock.monotonic() + _AGREE_S
        while not self._com.is_open:
            if self._com.is_refused:
                raise PortError(port, f"What listens at {port} is no RFC 2217 server; is it plain TCP (socket://)?")
            if not clock.wait((self,), until) and clock.monotonic() >= until:
                raise PortMissing(
                    port, f"What listens at {port} did not say in {_AGREE_S:g} s that it is a serial port."
                )
            if self.read() is None:
                raise PortMissing(port, f"The server at {port} hung up; does somebody else use its port?")


def _opened(port: str, baud: int, rtscts: bool) -> Any:
    try:
        return serial.serial_for_url(
            port, baudrate=baud, timeout=0, write_timeout=_WRITE_TIMEOUT_S, rtscts=rtscts, exclusive=True
        )
    except (serial.SerialException, OSError, ValueError) as problem:
        raise _open_error(port, problem) from problem


def _open_error(port: str, problem: Exception) -> PortError:
    code = getattr(problem, "errno", None)
    text = str(problem)
    if code in (errno.EBUSY, errno.EAGAIN) or "exclusively lock" in text or "already open" in text:
        return holders.busy(port)
    if code == errno.EACCES:
        return PortError(port, f"Port {port} may not be opened by this user; add the user to the group that owns it.")
    if code in (errno.ENOENT, errno.ENXIO, errno.ENODEV, errno.ECONNREFUSED) or "Connection refused" in text:
        return PortMissing(port, f"Port {port} does not exist; is the modem plugged in and the name right?")
    return PortError(port, f"Port {port} cannot be opened: {text}.")
