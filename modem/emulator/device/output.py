"""What is to be written to the terminal: information texts, result codes and notices in their frames (V.250 §5.7.1).

Owns the form of a line (S3, S4, V, Q) and where the response to the present command begins, so that a fault can take
it back. Must not know when something may be written.
"""

from typing import TYPE_CHECKING

from modem.emulator.device.disturbance import Disturbance

if TYPE_CHECKING:
    from modem.emulator.device.device import Device

_NUMERIC = {  # V.250 §5.7.1
    "OK": "0",
    "RING": "2",
    "NO CARRIER": "3",
    "ERROR": "4",
    "NO DIALTONE": "6",
    "BUSY": "7",
    "NO ANSWER": "8",
}


class Output:
    """Octets for one terminal, until they are taken."""

    def __init__(self, modem: "Device", disturbance: Disturbance) -> None:
        self._modem = modem
        self._disturbance = disturbance
        self._pieces: list[bytes] = []
        self._mark = 0
        self.command = ""  # what the present response is one to; faults strike by it

    def take(self) -> bytes:
        """Everything so far, as one write."""
        if not self._pieces:
            return b""
        out = b"".join(self._pieces) if len(self._pieces) > 1 else self._pieces[0]
        self.forget()
        return out

    def forget(self) -> None:
        """Throw everything away."""
        self._pieces.clear()
        self._mark = 0

    def begin_response(self) -> None:
        """What is written from here on is the response to a command."""
        self._mark = len(self._pieces)

    def take_back(self) -> list[bytes]:
        """The response so far, which is not written then."""
        response = self._pieces[self._mark :]
        del self._pieces[self._mark :]
        return response

    def write(self, octets: bytes) -> None:
        """Write octets as they are."""
        self._pieces.append(octets)

    def write_all(self, pieces: list[bytes]) -> None:
        """Write several pieces as they are."""
        self._pieces.extend(pieces)

    def write_line(self, text: str) -> None:
        """Write an information text with its frame."""
        self._pieces.append(self._framed(text))

    def write_notice(self, text: str) -> None:
        """RING and the results of a call that come by themselves have the form of result codes, Q and V included."""
        self._pieces.append(self.result(text) if text in _NUMERIC else self._framed(text))

    def result(self, code: str) -> bytes:
        """A result code with its frame; nothing with Q1."""
        settings = self._modem.settings
        if settings.quiet:
            return b""
        number = _NUMERIC.get(code)
        if settings.verbose or number is None:  # those of other standards have no number (V.250 §5.7.2)
            return self._framed(code)
        return f"{number}{chr(settings.registers[3])}".encode()

    def _framed(self, text: str) -> bytes:
        settings = self._modem.settings
        text = self._modem.behaviour.line(text)
        if self._modem.faults.any:
            text = self._disturbance.line(self.command, text)
        end = chr(settings.registers[3]) + chr(settings.registers[4])
        framed = f"{end}{text}{end}" if settings.verbose else f"{text}{end}"
        return framed.encode("latin-1", "replace")
