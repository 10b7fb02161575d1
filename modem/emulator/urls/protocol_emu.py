"""pyserial's `Serial` for emu://NAME: a socket to a modem of the network inside this process.

Owns the reading and writing rules of pyserial (time-outs, `in_waiting`, errors). Line settings are accepted and
change nothing. A second open of the same modem fails as a port that somebody holds does.
"""

import array
import fcntl
import select
import socket
import termios
import time
from typing import Any

from serial.serialutil import PortNotOpenError, SerialBase, SerialException, SerialTimeoutException

from modem.emulator.urls import network

DEFAULT_NAME = "modem0"


class Serial(SerialBase):
    """A serial port that is a modem of the emulated network."""

    _socket: socket.socket | None = None

    def open(self) -> None:
        """Connect to the modem; SerialException if it is open already or the URL is no emu://NAME."""
        if self.is_open:
            raise SerialException("Port is already open.")
        scheme, _, name = str(self.portstr).partition("://")
        if scheme.lower() != "emu" or "/" in name:
            raise SerialException(f"{self.portstr} is not of the form emu://NAME")
        try:
            self._socket = network().attach(name or DEFAULT_NAME)
        except OSError as busy:
            raise SerialException(f"could not open port {self.portstr}: {busy}") from None
        self._socket.setblocking(False)
        self.is_open = True

    def close(self) -> None:
        """Leave the modem; it keeps its SIM and its messages."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        self.is_open = False

    def _reconfigure_port(self) -> None:
        """Line settings do nothing on a socket."""

    def _connected(self) -> socket.socket:
        if self._socket is None:
            raise PortNotOpenError
        return self._socket

    def fileno(self) -> int:
        """The descriptor, for select."""
        return self._connected().fileno()

    @property
    def in_waiting(self) -> int:
        """Bytes that can be read at once."""
        count = array.array("i", [0])
        fcntl.ioctl(self._connected().fileno(), termios.FIONREAD, count)
        return count[0]

    def read(self, size: int = 1) -> bytes:
        """Up to `size` bytes: all of them, or what came within `timeout`."""
        connected = self._connected()
        deadline = None if self.timeout is None else time.monotonic() + self.timeout
        data = b""
        while len(data) < size:
            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            if not select.select([connected], [], [], left)[0]:
                break
            piece = connected.recv(size - len(data))
            if not piece:
                raise SerialException("the emulated modem has gone")
            data += piece
        return data

    def write(self, data: Any) -> int:
        """Write all of it; SerialTimeoutException if it does not pass within `write_timeout`."""
        connected = self._connected()
        octets = bytes(data)
        rest = memoryview(octets)
        while rest:
            if not select.select([], [connected], [], self.write_timeout)[1]:
                raise SerialTimeoutException("Write timeout")
            try:
                rest = rest[connected.send(rest) :]
            except OSError as gone:
                raise SerialException(f"the emulated modem has gone: {gone}") from None
        return len(octets)

    def flush(self) -> None:
        """Everything written is with the modem already."""

    def reset_input_buffer(self) -> None:
        """Throw away what has come and was not read."""
        while self.in_waiting:
            self._connected().recv(65536)

    def reset_output_buffer(self) -> None:
        """Nothing is ever kept back here."""

    def _update_rts_state(self) -> None:
        """No such line."""

    def _update_dtr_state(self) -> None:
        """No such line."""

    def _update_break_state(self) -> None:
        """No such line."""

    @property
    def cts(self) -> bool:
        """Always clear to send."""
        return True

    @property
    def dsr(self) -> bool:
        """Always ready."""
        return True

    @property
    def ri(self) -> bool:
        """No ring line."""
        return False

    @property
    def cd(self) -> bool:
        """Always there."""
        return True
