"""What the offices send: lists of visits, each when it is sent and none before it happened, taken in as any others."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

from gateway.model import Office
from gateway.simulator.world.arrival import Arrival
from gateway.simulator.world.writing import VisitRow, row_of, write_csv

_TOGETHER_S = 60.0
"""Visits that are reported one by one are sent by the minute."""

Come = tuple[Arrival, VisitRow]
"""A visit as it was, and as the office has written it down."""
Take = Callable[[Path], object]
"""Takes a file of visits in."""


@dataclass(slots=True)
class Sheet:
    """How far the offices are: visits that have `happened`, and by time zone those that were not sent yet."""

    happened: int = 0
    waiting: dict[str, list[Come]] = field(default_factory=dict)


class Lists:
    """A `World` of the virtual clock: it lets people come, and has a list taken in when the offices send one.

    `visits` are in order of time, from the first day on, and `sheet` says how many of them have been. Offices send what
    has been since the last list every day at `at` by their own clock; None: within a minute. Lists are written into
    `folder`, one in the place of the other. Nothing is sent before `attend` has said to whom.
    """

    def __init__(
        self,
        visits: Iterable[Come],
        offices: Mapping[str, Office],
        at: str | None,
        folder: Path,
        sheet: Sheet,
    ) -> None:
        self._visits = islice(visits, sheet.happened, None)
        self._zones = {office.code: office.time_zone for office in offices.values()}
        self._at = None if at is None else time.fromisoformat(at)
        self._path = folder / "visits.csv"
        self._sheet = sheet
        self._met: Callable[[Arrival], None] = lambda arrival: None
        self._take: Take = lambda path: None
        self._next = next(self._visits, None)
        self._due = self._next_due()

    def attend(self, met: Callable[[Arrival], None], take: Take) -> None:
        """From now on `take` takes the lists, and `met` is told before of each visit in them."""
        self._met, self._take = met, take

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
        dues = [self._listed_at(group[0][0]) for group in self._sheet.waiting.values()]
        if self._next is not None:
            dues.append(self._listed_at(self._next[0]))
        return min(dues, default=None)

    def _listed_at(self, arrival: Arrival) -> float:
        """When the list with a visit is sent."""
        if self._at is None:
            return math.ceil(arrival.ended_at / _TOGETHER_S) * _TOGETHER_S
        zone = ZoneInfo(self._zones[arrival.office])
        day = datetime.fromtimestamp(arrival.ended_at, zone).date()
        sent_at = datetime.combine(day, self._at, tzinfo=zone).timestamp()
        if sent_at < arrival.ended_at:
            sent_at = datetime.combine(day + timedelta(days=1), self._at, tzinfo=zone).timestamp()
        return sent_at

    def _send(self, now: float) -> None:
        waiting = self._sheet.waiting
        for come in self._until(now):
            waiting.setdefault(self._zones[come[0].office], []).append(come)
        rows: list[VisitRow] = []
        for zone in sorted(waiting):
            if self._listed_at(waiting[zone][0][0]) <= now:
                for arrival, row in waiting.pop(zone):
                    self._met(arrival)
                    rows.append(row)
        self._path.write_text(write_csv(rows), encoding="utf-8", newline="")
        self._take(self._path)

    def _until(self, now: float) -> Iterator[Come]:
        while self._next is not None and self._next[0].ended_at <= now:
            self._sheet.happened += 1
            yield self._next
            self._next = next(self._visits, None)


def written(arrivals: Iterable[Arrival], offices: Mapping[str, Office]) -> Iterator[Come]:
    """Each visit with what the office writes down of it."""
    zones = {office.code: ZoneInfo(office.time_zone) for office in offices.values()}
    for arrival in arrivals:
        ended_at = datetime.fromtimestamp(int(arrival.ended_at), zones[arrival.office])
        yield arrival, row_of(arrival, offices[arrival.office], ended_at)
