"""Input no sane terminal sends: AT lines with wrong parameters, texts cut short, PDUs with flipped digits, noise.

Owns how input is made from a source of randomness and a list of command names. Knows nothing of what a modem does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

_PDUS = (  # SUBMIT plain, concatenated, UCS-2 with report, to a name; COMMAND; DELIVER; STATUS-REPORT
    "0011000B919731214365F70000AA0AE8329BFD4697D9EC37",
    "0051000B919731214365F70000AA0E050003CC0201986F79B90D4AC200",
    "0031000B919731214365F70008AA0C041F04400438043204350442",
    "00010006D0C2A0700000043132D98C05",
    "0002000000000B919731214365F700",
    "07919700000090F9040B919731112132F30000621152604581820949B7F85D77934130",
    "07919700000090F906020B919731214365F7621152609592826211526095928200",
)
_STRINGS = (
    *("SM", "ME", "MT", "SR", "BM", "GSM", "IRA", "UCS2", "HEX", "ON", "LD", "SC", "AO", "AB", "1234", "12345678"),
    *("+79131234567", "0919", "112", "*100#", "*#06#", "#21#", "**21*+79131234567*11#", "REC UNREAD", "ALL", "", "?"),
    *("002B0037", "D83DDE00", "041F0440", "26/02/30,25:61:61+99", "26/11/25,06:54:18+28", "a" * 300),
)
_NUMBERS = (
    0,
    0,
    0,
    1,
    1,
    1,
    2,
    2,
    3,
    4,
    5,
    7,
    9,
    17,
    20,
    31,
    32,
    49,
    127,
    128,
    129,
    145,
    167,
    200,
    255,
    256,
    999,
    65536,
)
_NOISE = (b"\r", b"\n", b"\x1a", b"\x1b", b"\x00", b"\x08", b"\x7f", b"A/", b"AT", b"at", b"\xff", b"\x80", b'"', b";")


class Input:
    """A source of bursts; the same randomness gives the same ones."""

    def __init__(self, rng: Random, commands: Sequence[str]) -> None:
        self._rng = rng
        self._commands = commands
        self._kinds: tuple[tuple[Callable[[], bytes], int], ...] = (
            (self._line, 60),
            (self._pdu_entry, 12),
            (self._text_entry, 12),
            (self._noise, 10),
            (self._huge, 1),
        )

    def burst(self) -> bytes:
        """One to six pieces, one burst in three mutated."""
        kinds, weights = zip(*self._kinds, strict=True)
        pieces = self._rng.choices(kinds, weights, k=self._rng.randint(1, 6))
        burst = b"".join(piece() for piece in pieces)
        return self._mutated(burst) if self._rng.random() < 0.3 else burst

    # Pieces.

    def _line(self) -> bytes:
        commands = [self._command() for _ in range(self._rng.choice((1, 1, 1, 1, 2, 2, 3, 6)))]
        prefix = self._rng.choice(("AT", "AT", "AT", "at", "AT ", "  AT", "xAT", "aT", "A T"))
        return (prefix + self._rng.choice((";", ";", "", " ; ")).join(commands)).encode("latin-1") + b"\r"

    def _command(self) -> str:
        name = self._rng.choice(self._commands)
        if self._rng.random() < 0.2:
            name = name.lower()
        form = self._rng.choice(("", "?", "=?", "=", "=", "=", "=", "=", "direct"))
        if form == "direct":
            return name + self._parameter()
        if form != "=":
            return name + form
        return name + "=" + ",".join(self._parameter() for _ in range(self._rng.choice((1, 1, 1, 2, 2, 3, 4, 5, 9))))

    def _parameter(self) -> str:
        kind = self._rng.random()
        if kind < 0.5:
            return str(self._rng.choice(_NUMBERS))
        if kind < 0.56:
            return self._rng.choice(("-1", "00", "007", "1-2", "4294967296", "1" * 40, "0x10", "²", "1.5", " 1 "))
        if kind < 0.66:
            return ""
        text = self._rng.choice(_STRINGS)
        if kind < 0.72:
            text = "".join(chr(self._rng.randrange(32, 256)) for _ in range(self._rng.randrange(20)))
        quoted = f'"{text}"'
        return quoted if self._rng.random() < 0.9 else self._rng.choice((text, quoted[1:], quoted[:-1], quoted + "x"))

    def _pdu_entry(self) -> bytes:
        pdu = self._rng.choice(_PDUS)
        length = len(pdu) // 2 - 1 - int(pdu[:2], 16) + self._rng.choice((0, 0, 0, 0, -1, 1, 100))
        name = self._rng.choice(("+CMGS", "+CMGS", "+CMGW", "+CMGC", "+CNMA=2,", "+CMGW=0,"))
        head = f"AT{name}={length}" if "=" not in name else f"AT{name}{length}"
        text = pdu.encode()
        for _ in range(self._rng.choice((0, 0, 1, 3))):
            place = self._rng.randrange(len(text))
            text = text[:place] + self._rng.choice(b"0123456789ABCDEFabcdef G\n").to_bytes(1, "big") + text[place + 1 :]
        mode = self._rng.choice((b"", b"AT+CMGF=0\r"))
        return mode + head.encode() + b"\r" + text + self._end()

    def _text_entry(self) -> bytes:
        head = self._rng.choice(("+CMGS=", "+CMGW=", "+CMGC=2,,"))
        address = self._rng.choice(_STRINGS)
        alphabet = self._rng.choice((bytes(range(32, 127)), bytes(range(256)), b"0123456789ABCDEF", b"a\r\n\x08"))
        text = bytes(self._rng.choices(alphabet, k=self._rng.choice((0, 5, 70, 160, 161, 600))))
        return b"AT+CMGF=1\r" + f'AT{head}"{address}"\r'.encode() + text + self._end()

    def _end(self) -> bytes:
        return self._rng.choice((b"\x1a", b"\x1a", b"\x1a", b"\x1b", b"\r\x1a", b"\x1a\x1a", b""))

    def _noise(self) -> bytes:
        if self._rng.random() < 0.5:
            return self._rng.randbytes(self._rng.randrange(1, 200))
        return b"".join(self._rng.choices(_NOISE, k=self._rng.randrange(1, 30)))

    def _huge(self) -> bytes:
        unit = self._rng.choice((b"A", b"AT", b"AT\r", b"AT+CMGF=1;", b'"', b"\x08", b"1", b"\x1b", b"\r", b"A/"))
        return unit * (self._rng.choice((3000, 5000, 70_000)) // len(unit)) + self._rng.choice((b"\r", b"\x1a", b""))

    def _mutated(self, burst: bytes) -> bytes:
        for _ in range(self._rng.choice((1, 1, 2, 5, 20))):
            place, end = sorted((self._rng.randrange(len(burst) + 1), self._rng.randrange(len(burst) + 1)))
            match self._rng.randrange(4):
                case 0:
                    burst = burst[:place] + self._rng.choice(_NOISE) + burst[place:]
                case 1:
                    burst = burst[:place] + self._rng.randbytes(1) + burst[place + 1 :]
                case 2:
                    burst = burst[:place] + burst[min(end, place + 8) :]
                case _:
                    burst = burst[:end] + burst[place : min(end, place + 50)] + burst[end:]
        return burst
