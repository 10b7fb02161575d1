"""What the offices send: lists of visits, each when it is sent and none before it happened, taken in as any others."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from gateway.intake.importing import Tally
from gateway.model import Office
from gateway.simulator.world.arrival import Arrival

_COLUMNS = ("foreign_id", "office", "service", "received_at", "phone", "consent")
_TOGETHER_S = 60.0
"""Visits that are reported one by one are sent by the minute."""

Take = Callable[[Path], Tally]
"""Takes a file of visits in."""


class Lists:
    """A `World` of the virtual clock: it lets people come, and has a list taken in when the offices send one.

    `arrivals` are in order of time. Offices send what has been since the last list every day at `at` by their own
    clock; None: within a minute. `met` is told of each visit before the box is. Lists are written into `folder`, one
    in the place of the other.
    """

    def __init__(
        self,
        arrivals: Iterable[Arrival],
        offices: Mapping[str, Office],
        at: str | None,
        folder: Path,
        met: Callable[[Arrival], None],
        take: Take,
    ) -> None:
        self._arrivals = iter(arrivals)
        self._zones = {office.code: ZoneInfo(office.time_zone) for office in offices.values()}
        self._at = None if at is None else time.fromisoformat(at)
        self._path = folder / "visits.csv"
        self._met = met
        self._take = take
        self._next = next(self._arrivals, None)
        self._waiting: dict[ZoneInfo, list[Arrival]] = {}
        """Visits that are not reported yet, by the zone of their office."""
        self.visits = 0
        """Visits that were reported."""
        self._due = self._next_due()

    def next_at(self) -> float | None:
        """When the next list is sent; None: never again."""
        return self._due

    def advance(self, to: float) -> None:
        """Send the lists whose time has come."""
        while self._due is not None and self._due <= to:
            self._send(self._due)
            self._due = self._next_due()

    def _next_due(self) -> float | None:
        """The next moment at which an office has something to send."""
        ends = [group[0].ended_at for group in self._waiting.values()]
        if self._next is not None:
            ends.append(self._next.ended_at)
        if not ends:
            return None
        if self._at is None:
            return math.ceil(min(ends) / _TOGETHER_S) * _TOGETHER_S
        dues = [self._list_after(group[0].ended_at, zone) for zone, group in self._waiting.items()]
        if self._next is not None:
            dues.append(self._list_after(self._next.ended_at, self._zones[self._next.office]))
        return min(dues)

    def _list_after(self, ended_at: float, zone: ZoneInfo) -> float:
        """When the list with a visit is sent."""
        assert self._at is not None
        local = datetime.fromtimestamp(ended_at, zone)
        today = datetime.combine(local.date(), self._at, tzinfo=zone)
        day = (
            today
            if ended_at <= today.timestamp()
            else datetime.combine(local.date() + timedelta(days=1), self._at, tzinfo=zone)
        )
        return day.timestamp()

    def _send(self, now: float) -> None:
        for arrival in self._until(now):
            self._waiting.setdefault(self._zones[arrival.office], []).append(arrival)
        rows: list[Arrival] = []
        for zone, group in list(self._waiting.items()):
            if self._at is None or self._list_after(group[0].ended_at, zone) <= now:
                rows += self._waiting.pop(zone)
        if not rows:
            return
        for arrival in rows:
            self._met(arrival)
        self._write(rows)
        self._take(self._path)
        self.visits += len(rows)

    def _until(self, now: float) -> Iterator[Arrival]:
        while self._next is not None and self._next.ended_at <= now:
            yield self._next
            self._next = next(self._arrivals, None)

    def _write(self, rows: Iterable[Arrival]) -> None:
        with self._path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(_COLUMNS)
            for row in rows:
                received_at = datetime.fromtimestamp(row.ended_at, self._zones[row.office]).isoformat(
                    timespec="seconds"
                )
                writer.writerow(
                    (row.foreign_id, row.office, row.service, received_at, row.written_phone, int(row.consent))
                )
