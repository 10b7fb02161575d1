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

IAC, DONT, DO, WONT, WILL, SB, SE = 255, 254, 253, 252, 251, 250, 240
BINARY, SUPPRESS_GO_AHEAD, COM_PORT = 0, 3, 44
SET_BAUDRATE, SET_DATASIZE, SET_PARITY, SET_STOPSIZE, SET_CONTROL, PURGE_DATA = 1, 2, 3, 4, 5, 12
_FROM_SERVER = 100
_NO_FLOW, _HARDWARE_FLOW, _DTR_ON, _RTS_ON = 1, 3, 8, 11
_WANTED = (BINARY, SUPPRESS_GO_AHEAD, COM_PORT)


class ComPort:
    """The client's half of one connection."""

    def __init__(self, baud: int, rtscts: bool) -> None:
        self._baud = baud
        self._rtscts = rtscts
        self._state = ""  # "", "iac", "option", "sub", "sub-iac"
        self._verb = 0
        self._sub = bytearray()
        self._answered: set[tuple[int, int]] = set()
        self._agreed: set[int] = set()
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

    def hello(self) -> bytes:
        """What is sent first."""
        return b"".join(
            bytes((IAC, verb, option)) for option in _WANTED for verb in ((WILL,) if option == COM_PORT else (WILL, DO))
        )

    def pack(self, data: bytes) -> bytes:
        """The modem's octets as they go over the connection."""
        return data.replace(b"\xff", b"\xff\xff")

    def feed(self, data: bytes) -> tuple[bytes, bytes]:
        """What came: the modem's octets, and what must be answered."""
        taken, answer = bytearray(), bytearray()
        for octet in data:
            match self._state:
                case "":
                    if octet == IAC:
                        self._state = "iac"
                    else:
                        taken.append(octet)
                case "iac":
                    self._command(octet, taken)
                case "option":
                    self._state = ""
                    answer += self._negotiate(self._verb, octet)
                case "sub":
                    if octet == IAC:
                        self._state = "sub-iac"
                    else:
                        self._sub.append(octet)
                case _:
                    self._state = "sub" if octet == IAC else ""
                    if octet == IAC:
                        self._sub.append(octet)
                    elif octet == SE:
                        self._settled(bytes(self._sub))
        return bytes(taken), bytes(answer)

    def _command(self, octet: int, taken: bytearray) -> None:
        self._state = ""
        if octet == IAC:
            taken.append(octet)
        elif octet in (DO, DONT, WILL, WONT):
            self._verb, self._state = octet, "option"
        elif octet == SB:
            self._sub.clear()
            self._state = "sub"

    def _negotiate(self, verb: int, option: int) -> bytes:
        """Agree to what we want, refuse the rest, and answer nothing twice (RFC 854)."""
        if verb in (DONT, WONT):
            self._refused = self._refused or (option == COM_PORT and verb == DONT)
            return b""
        wanted = option in _WANTED
        out = b""
        if verb == DO and option == COM_PORT and COM_PORT not in self._agreed:
            out = self._settings()
        if verb == DO:
            self._agreed.add(option)
        if (verb, option) not in self._answered:
            self._answered.add((verb, option))
            asked_already = (verb == DO and wanted) or (verb == WILL and option in (BINARY, SUPPRESS_GO_AHEAD))
            if not asked_already:
                yes, no = (WILL, WONT) if verb == DO else (DO, DONT)
                out = bytes((IAC, yes if wanted else no, option)) + out
        return out

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

    def _settled(self, sub: bytes) -> None:
        if len(sub) >= 2 and sub[0] == COM_PORT and sub[1] >= _FROM_SERVER:
            self._set.add(sub[1] - _FROM_SERVER)
