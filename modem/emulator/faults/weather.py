"""What the line does to octets: cut, delayed, changed, lost, added.

Owns the order of what was written: pieces that wait are overtaken by nothing. Knows no AT: octets and times only.
"""

from collections import deque
from typing import TYPE_CHECKING, Literal

from modem.emulator.faults.armed import ArmedFaults
from modem.emulator.faults.kinds import Drop, Garble, Late, Noise, Split

if TYPE_CHECKING:
    from random import Random


class Weather:
    """The line of one modem. Without faults octets pass untouched and at once."""

    def __init__(self, faults: ArmedFaults, rng: "Random") -> None:
        self._faults = faults
        self._rng = rng
        self._pieces: deque[tuple[float, bytes]] = deque()

    def to_terminal(self, data: bytes, now: float) -> bytes:
        """Take what the modem writes; give what reaches the terminal now, as one write."""
        if not self._pieces and not self._faults.any:
            return data
        if data:
            self._put(self._changed(data, "from_modem", now), now)
        if self._pieces and self._pieces[0][0] <= now:
            return self._pieces.popleft()[1]
        return b""

    def to_modem(self, data: bytes, now: float) -> bytes:
        """What reaches the modem of what the terminal wrote."""
        return self._changed(data, "to_modem", now) if self._faults.any else data

    @property
    def due(self) -> float | None:
        """When the next piece can be written."""
        return self._pieces[0][0] if self._pieces else None

    def forget(self) -> None:
        """The terminal has gone; what was under way is lost."""
        self._pieces.clear()

    def _put(self, data: bytes, now: float) -> None:
        late = self._faults.strike(Late, now)
        when = now + (late.by_ms / 1000 if late else 0.0)
        split = self._faults.strike(Split, now)
        if split is None:
            self._pieces.append((when, data))
            return
        cuts = [split.at] if split.at is not None else range(split.size, len(data), split.size)
        start = 0
        for cut in [*cuts, len(data)]:
            if data[start:cut]:
                self._pieces.append((when, data[start:cut]))
                when += split.pause_ms / 1000
            start = cut

    def _changed(self, data: bytes, way: Literal["from_modem", "to_modem"], now: float) -> bytes:
        faults = self._faults
        if garble := faults.strike(Garble, now, fits=lambda fault: fault.way == way):
            data = self._garbled(data, garble.octets)
        if drop := faults.strike(Drop, now, fits=lambda fault: fault.way == way):
            at = drop.at if drop.at is not None else self._rng.randrange(len(data))
            data = data[:at] + data[at + drop.octets :]
        if way == "from_modem" and (noise := faults.strike(Noise, now)):
            data = data[: noise.at] + bytes.fromhex(noise.hex) + data[noise.at :]
        return data

    def _garbled(self, data: bytes, octets: int) -> bytes:
        changed = bytearray(data)
        for at in self._rng.sample(range(len(data)), min(octets, len(data))):
            changed[at] ^= self._rng.randrange(1, 256)
        return bytes(changed)
