"""A serial port at the other end of a Telnet connection (RFC 2217): its octets in and out, and what is agreed on.

Pure: octets in, the modem's octets and our answers out. We ask for a transparent connection (RFC 856, binary both
ways) and for the COM-PORT option, set speed, form and flow control once, and take whatever order the server says things
in. Notices of line and modem state are skipped, as are requests to pause: the connection itself holds a fast sender
back.

pyserial has such a client, but with a thread and a queue of single octets between us and the socket, and with a call
that Python has deprecated. Here the thread that owns the port reads it, as it does any other.
"""

from __future__ import annotations

import struct

from modem.telnet import IAC, SB, SE, Telnet

COM_PORT = 44
SET_BAUDRATE, SET_DATASIZE, SET_PARITY, SET_STOPSIZE, SET_CONTROL, PURGE_DATA = 1, 2, 3, 4, 5, 12
_FROM_SERVER = 100
_NO_FLOW, _HARDWARE_FLOW, _DTR_ON, _RTS_ON = 1, 3, 8, 11


class ComPort(Telnet):
    """The client's half of one connection."""

    def __init__(self, baud: int, rtscts: bool) -> None:
        super().__init__(ours=(COM_PORT,))
        self._baud = baud
        self._rtscts = rtscts
        self._refused = False
        self._set: set[int] = set()

    @property
    def is_open(self) -> bool:
        """Whether the server knows the option and has set the speed: the port is as we want it."""
        return COM_PORT in self._agreed and SET_BAUDRATE in self._set

    @property
    def is_refused(self) -> bool:
        """Whether the server has said that it is no serial port."""
        return self._refused

    def pack(self, data: bytes) -> bytes:
        """The modem's octets as they go over the connection, which are a serial port's and no terminal's."""
        return data.replace(b"\xff", b"\xff\xff")

    # -- inside -------------------------------------------------------------------------------------------------

    def _begin(self, option: int) -> bytes:
        return self._settings() if option == COM_PORT else b""

    def _decline(self, option: int) -> None:
        self._refused = self._refused or option == COM_PORT

    def _told(self, sub: bytes) -> None:
        if len(sub) >= 2 and sub[0] == COM_PORT and sub[1] >= _FROM_SERVER:
            self._set.add(sub[1] - _FROM_SERVER)

    def _settings(self) -> bytes:
        """Speed, eight bits, no parity, one stop bit, flow control; both lines on; old octets are thrown away."""
        return b"".join(
            (
                self._subnegotiation(SET_BAUDRATE, struct.pack("!I", self._baud)),
                self._subnegotiation(SET_DATASIZE, bytes((8,))),
                self._subnegotiation(SET_PARITY, bytes((1,))),
                self._subnegotiation(SET_STOPSIZE, bytes((1,))),
                self._subnegotiation(SET_CONTROL, bytes((_HARDWARE_FLOW if self._rtscts else _NO_FLOW,))),
                self._subnegotiation(SET_CONTROL, bytes((_DTR_ON,))),
                self._subnegotiation(SET_CONTROL, bytes((_RTS_ON,))),
                self._subnegotiation(PURGE_DATA, bytes((3,))),
            )
        )

    def _subnegotiation(self, what: int, value: bytes) -> bytes:
        return bytes((IAC, SB, COM_PORT, what)) + self.pack(value) + bytes((IAC, SE))
