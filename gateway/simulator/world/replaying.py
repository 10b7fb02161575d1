"""A visits file lived again: the visits in it happen when it says, to the people it names.

Each row goes to the box as it stands in the file; also one that no box would take, so that its refusal is seen. What a
file does not know is drawn: whether the number is a stranger's, how long the queue was, and what mark is in mind.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from gateway.directory import Directory
from gateway.errors import IntakeError, ScenarioError
from gateway.intake import files
from gateway.intake.cells import Refused, moment, text_of
from gateway.intake.checks import check
from gateway.model import Office, Service, Visit
from gateway.simulator.dice import Dice
from gateway.simulator.scenario.model import Scenario
from gateway.simulator.world.arrival import Arrival
from gateway.simulator.world.marks import Marks
from gateway.simulator.world.offices import office_weights, region_offices

_LATER = datetime.max.replace(tzinfo=UTC)
"""No visit of a file is in the future: it is lived when it comes."""


class _Lived(NamedTuple):
    """A row with its time; `visit` is None where it is none."""

    at: float
    line: int
    cells: Mapping[str, str]
    visit: Visit | None


def replayed(
    scenario: Scenario, region: int, offices: Sequence[Office], services: Sequence[Service]
) -> Iterator[Arrival]:
    """The visits of the scenario's visits file to these offices, in the order of their end: those of the period.

    The file may be in any order; as much of it is in memory as it is out of order. A row about no office that there is
    goes to the box with the first office of the region, one without a readable time comes with the row before it. Of
    two rows about the same visit the second is a visit too. Raises ScenarioError with file and line.
    """
    path = scenario.visits.replay
    if path is None or region != 1:
        raise ScenarioError("A visits file is of one region; write regions: 1, or leave replay out.")
    try:
        yield from _arrivals(scenario, _File(scenario, path, offices, services), offices)
    except IntakeError as problem:
        raise ScenarioError(str(problem)) from problem


def _arrivals(scenario: Scenario, file: _File, offices: Sequence[Office]) -> Iterator[Arrival]:
    marks = Marks(scenario.citizens, office_weights(scenario, 1), 1, scenario.seed)
    for one in file.in_order():
        yield _arrival(scenario, marks, offices[0], one)


class _File:
    """The rows of a file that are of the period, and for a box with these offices."""

    def __init__(self, scenario: Scenario, path: Path, offices: Sequence[Office], services: Sequence[Service]) -> None:
        region = {office.code: office for office in region_offices(scenario, 1)}
        self._path = path
        self._form = files.SUFFIXES.get(path.suffix.lower())
        if self._form is None:
            raise ScenarioError(f"{path} is no visits file: its name ends in {', '.join(files.SUFFIXES)}.")
        self._encoding = files.look_at(path).encoding
        self._known = Directory(region, {service.code: service for service in services})
        self._mine = frozenset(office.code for office in offices)
        self._takes_strays = next(iter(region)) in self._mine
        self._stray_zone = next(iter(region.values())).time_zone
        self._begin = scenario.first_day
        self._end = scenario.first_day + timedelta(days=scenario.days)

    def in_order(self) -> Iterator[_Lived]:
        """The rows in order of time. Raises ScenarioError if the file has none of the period, for any box."""
        behind_s = self._behind_s()
        waiting: list[tuple[float, int, _Lived]] = []
        newest = -math.inf
        for one in self._rows():
            newest = max(newest, one.at)
            if self._is_mine(one):
                heappush(waiting, (one.at, one.line, one))
            while waiting and waiting[0][0] < newest - behind_s:
                yield heappop(waiting)[2]
        while waiting:
            yield heappop(waiting)[2]

    def _behind_s(self) -> float:
        """How much earlier a row can be than one that stands before it."""
        newest, behind_s = -math.inf, 0.0
        for one in self._rows():
            newest = max(newest, one.at)
            behind_s = max(behind_s, newest - one.at)
        if newest == -math.inf:
            last = self._end - timedelta(days=1)
            raise ScenarioError(
                f"{self._path}:1: no visit in this file is from {self._begin} to {last}; set first_day."
            )
        return behind_s

    def _rows(self) -> Iterator[_Lived]:
        assert self._form is not None
        before: float | None = None
        strays: list[files.Row] = []
        for row in files.rows(self._path, self._form, self._encoding):
            at, visit = self._read(row)
            if at is None and before is None:
                strays.append(row)  # it comes with the row after it
                continue
            if at is not None:
                before = at if self._is_in_period(at, row.cells) else None
            if before is None:
                continue
            for stray in strays:
                yield _Lived(before, stray.line, stray.cells, None)
            strays.clear()
            yield _Lived(before, row.line, row.cells, visit)

    def _read(self, row: files.Row) -> tuple[float | None, Visit | None]:
        """When a row's visit ended, None if it does not say so, and the visit, None if no box would take it."""
        try:
            if row.fault is not None:
                raise Refused(row.fault)
            visit = check(row.cells, self._known, _LATER)
        except Refused:
            try:
                return moment(row.cells, "received_at", self._zone_of(row.cells), _LATER).timestamp(), None
            except Refused:
                return None, None
        return visit.received_at.timestamp(), visit

    def _is_in_period(self, at: float, cells: Mapping[str, str]) -> bool:
        day = datetime.fromtimestamp(at, ZoneInfo(self._zone_of(cells))).date()
        return self._begin <= day < self._end

    def _is_mine(self, one: _Lived) -> bool:
        office = text_of(one.cells, "office")
        return office in self._mine if office in self._known.offices else self._takes_strays

    def _zone_of(self, cells: Mapping[str, str]) -> str:
        office = self._known.offices.get(text_of(cells, "office"))
        return self._stray_zone if office is None else office.time_zone


def _arrival(scenario: Scenario, marks: Marks, stands_for: Office, one: _Lived) -> Arrival:
    """The visit of a row. One that no box would take is about nobody, at an office that stands for the one in it."""
    visit, written = one.visit, text_of(one.cells, "phone")
    if visit is None:
        foreign_id = f"line {one.line}"
        return Arrival(foreign_id, stands_for.code, "", one.at, None, written, True, False, 0.0, 5, one.cells)
    dice = Dice(scenario.seed, "replayed", visit.foreign_id, visit.stage)
    stranger = dice.random() < scenario.visits.wrong_phone
    waited_s = _wait_s(scenario.citizens.usual_queue_s, dice)
    mood = Dice(scenario.seed, "replayed", visit.office, visit.received_at.date())
    mark = marks.mark(dice.random(), visit.office, waited_s, mood.gauss(0, scenario.citizens.day_sigma_mark))
    return Arrival(
        visit.foreign_id,
        visit.office,
        visit.service,
        one.at,
        visit.phone,
        written,
        visit.consent,
        stranger,
        waited_s,
        mark,
        one.cells,
    )


def _wait_s(mean_s: float, dice: Dice) -> float:
    """A wait in a usual queue, as `gateway.simulator.world.marks` has it: every other person does not wait."""
    return dice.expovariate(1 / (2 * mean_s)) if mean_s and dice.random() < 0.5 else 0.0
