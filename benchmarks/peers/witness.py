"""What the network saw, by the emulator's log: the one measure for every program."""

from __future__ import annotations

import json
import time
from datetime import datetime
from pathlib import Path

_LOOK_S = 0.1


class Witness:
    """The moments of one kind of event, read as the log grows."""

    def __init__(self, log: Path, event: str) -> None:
        self._log, self._event = log, event
        self._read, self._rest = 0, b""
        self.moments: list[datetime] = []

    def wait_for(self, events: int, *, idle_s: float) -> None:
        """Until so many have been seen, or none has come for so long."""
        last, changed_at = -1, time.monotonic()
        while len(self.moments) < events and time.monotonic() - changed_at < idle_s:
            self._follow()
            if len(self.moments) != last:
                last, changed_at = len(self.moments), time.monotonic()
            time.sleep(_LOOK_S)

    def rate(self, *, after: int = 0) -> float:
        """Events per second, from the first of them but `after` to the last; 0 when there are no two."""
        counted = self.moments[after:]
        took = (counted[-1] - counted[0]).total_seconds() if counted else 0.0
        return (len(counted) - 1) / took if took else 0.0

    def _follow(self) -> None:
        if not self._log.exists():
            return
        with self._log.open("rb") as file:
            file.seek(self._read)
            new = file.read()
        self._read += len(new)
        *lines, self._rest = (self._rest + new).split(b"\n")
        for line in map(json.loads, lines):
            if line["event"] == self._event:
                self.moments.append(datetime.fromisoformat(line["t"]))
