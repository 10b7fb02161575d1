"""When the box comes to know of a visit: within a minute, or with the list that its office sends in the evening."""

from __future__ import annotations

import math
from datetime import datetime, time, timedelta, tzinfo

_TOGETHER_S = 60.0


class Lists:
    """The lists of the offices of a zone; `at` is the time of day on their clocks, None for visits one by one."""

    def __init__(self, at: str | None, zone: tzinfo) -> None:
        self._at = None if at is None else time.fromisoformat(at)
        self._zone = zone
        self._last = -math.inf

    def known_at(self, ended_at: float) -> float:
        """When a visit is known that ended at this moment; moments are asked for in their order."""
        if self._at is None:
            return math.ceil(ended_at / _TOGETHER_S) * _TOGETHER_S
        if ended_at > self._last:
            local = datetime.fromtimestamp(ended_at, self._zone)
            sent = datetime.combine(local.date(), self._at, tzinfo=self._zone)
            if sent.timestamp() < ended_at:
                sent = datetime.combine(local.date() + timedelta(days=1), self._at, tzinfo=self._zone)
            self._last = sent.timestamp()
        return self._last
