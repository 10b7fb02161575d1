"""A recorded trace that plays the modem's side again, octet by octet.

Owns what a recording means: what the terminal sent (`rx`), cut into lines and texts, and what the modem wrote behind
each (`tx`), with the time between. A terminal that says what it said then gets what it got then. One that says
something else gets the answer to the next place in the recording where it was said, or the last one before, or ERROR.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

_UNIT = re.compile(rb"[^\r\x1a\x1b]*[\r\x1a\x1b]")
_REFUSED = b"\r\nERROR\r\n"


@dataclass(slots=True)
class Exchange:
    """What the terminal said, and what the modem wrote then: seconds later, octets."""

    said: bytes
    pieces: list[tuple[float, bytes]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Recording:
    """One modem's tape. `before` is what it wrote before anything was said, in seconds after the first of it."""

    before: tuple[tuple[float, bytes], ...]
    exchanges: tuple[Exchange, ...]


def record(lines: Iterable[tuple[float, str, bytes]]) -> Recording:
    """Make a tape of (time in seconds, `rx` or `tx`, octets), as a trace has them for one modem."""
    before: list[tuple[float, bytes]] = []
    exchanges: list[Exchange] = []
    said, since, first = b"", 0.0, None
    for at, way, data in lines:
        first = at if first is None else first
        if way == "tx":
            if exchanges:
                exchanges[-1].pieces.append((max(0.0, at - since), data))
            else:
                before.append((max(0.0, at - first), data))
            continue
        units, said = cut(said + data)
        for unit in units:
            exchanges.append(Exchange(unit))
            since = at
    return Recording(tuple(before), tuple(exchanges))


def cut(data: bytes) -> tuple[list[bytes], bytes]:
    """What a terminal says, in lines and texts, each with the octet that ends it; and the rest."""
    units = _UNIT.findall(data)
    return units, data[sum(map(len, units)) :]


class Tape:
    """A recording being played; `write` gets octets and the delay after which they are due."""

    def __init__(self, recording: Recording, write: Callable[[float, bytes], None]) -> None:
        self._recording = recording
        self._write = write
        self._at = 0
        self._rest = b""
        self._greeted = False

    def terminal_came(self) -> None:
        """The first terminal gets what the modem wrote unasked."""
        if not self._greeted:
            self._greeted = True
            for delay_s, data in self._recording.before:
                self._write(delay_s, data)

    def terminal_left(self) -> None:
        """Half a line is forgotten."""
        self._rest = b""

    def feed(self, data: bytes) -> None:
        """What the terminal says now."""
        units, self._rest = cut(self._rest + data)
        for unit in units:
            self._answer(unit)

    def _answer(self, unit: bytes) -> None:
        exchanges = self._recording.exchanges
        ahead = (place for place in range(self._at, len(exchanges)) if exchanges[place].said == unit)
        behind = (place for place in range(self._at - 1, -1, -1) if exchanges[place].said == unit)
        found = next(ahead, None)
        if found is not None:
            self._at = found + 1
        else:
            found = next(behind, None)
        if found is None:
            self._write(0.0, _REFUSED)
            return
        for delay_s, data in exchanges[found].pieces:
            self._write(delay_s, data)
