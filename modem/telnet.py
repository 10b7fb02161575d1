"""A Telnet connection seen from the client (RFC 854): the modem's octets in and out of it, and what is agreed on.

Pure: octets in, the modem's octets and our answers out. We ask for a transparent connection, binary both ways without
go-aheads (RFC 856, RFC 858), decline everything else, and take whatever order the server says things in.
"""

from __future__ import annotations

IAC, DONT, DO, WONT, WILL, SB, SE = 255, 254, 253, 252, 251, 250, 240
BINARY, SUPPRESS_GO_AHEAD = 0, 3
_TRANSPARENT = (BINARY, SUPPRESS_GO_AHEAD)


class Telnet:
    """The client's half of one connection. `ours` are options besides that only we have."""

    def __init__(self, ours: tuple[int, ...] = ()) -> None:
        self._ours = (*_TRANSPARENT, *ours)
        self._state = ""  # "", "iac", "option", "sub", "sub-iac"
        self._verb = 0
        self._sub = bytearray()
        self._answered: set[tuple[int, int]] = set()
        self._agreed: set[int] = set()

    def hello(self) -> bytes:
        """What is sent first."""
        return b"".join(
            bytes((IAC, verb, option))
            for option in self._ours
            for verb in ((WILL, DO) if option in _TRANSPARENT else (WILL,))
        )

    def pack(self, data: bytes) -> bytes:
        """The modem's octets as they go over the connection.

        Before the server agrees to binary, a carriage return that begins no new line is followed by NUL.
        """
        data = data.replace(b"\xff", b"\xff\xff")
        return data if BINARY in self._agreed else data.replace(b"\r", b"\r\0").replace(b"\r\0\n", b"\r\n")

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
                        self._told(bytes(self._sub))
        return bytes(taken), bytes(answer)

    # -- for options that have more to say ----------------------------------------------------------------------

    def _begin(self, option: int) -> bytes:
        """What is sent as soon as the server agrees that we do `option`."""
        return b""

    def _decline(self, option: int) -> None:
        """The server does not want us to do `option`."""

    def _told(self, sub: bytes) -> None:
        """What the server says within an option: its number, and the rest."""

    # -- inside -------------------------------------------------------------------------------------------------

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
        """Agree to what we want, refuse the rest, and answer nothing twice."""
        if verb in (DONT, WONT):
            if verb == DONT:
                self._agreed.discard(option)
                self._decline(option)
            return b""
        wanted = option in self._ours
        out = b""
        if verb == DO:
            if wanted and option not in self._agreed:
                out = self._begin(option)
            self._agreed.add(option)
        if (verb, option) not in self._answered:
            self._answered.add((verb, option))
            asked_already = wanted if verb == DO else option in _TRANSPARENT
            if not asked_already:
                yes, no = (WILL, WONT) if verb == DO else (DO, DONT)
                out = bytes((IAC, yes if wanted else no, option)) + out
        return out
