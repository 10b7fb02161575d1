"""Who is called back: the desk of the scenario (`gateway.simulator.desk`), driven by the events of planning."""

from __future__ import annotations

import math
from collections.abc import Callable

from gateway.callbacks import Outcome, Reason
from gateway.simulator.desk.decisions import Taken
from gateway.simulator.desk.desk import Desk, key_of
from gateway.simulator.desk.people import Citizens
from gateway.simulator.measures.measures import Measures
from gateway.simulator.plan.events import Events
from gateway.simulator.plan.openings import Days
from gateway.simulator.plan.talks import Person, Talk
from gateway.simulator.scenario.model import Scenario

_AFTERWARDS_S = 60 * 86_400.0
"""How long after the period operators still call."""


class Calling:
    """The operators of a box, if it has any; `zone` is that of their clocks. `opt_out` is told of those who want no
    more messages."""

    def __init__(
        self, scenario: Scenario, calendar: Days, zone: str, events: Events, opt_out: Callable[[Person], None]
    ) -> None:
        self._events = events
        self._opt_out = opt_out
        self._called: dict[str, Person] = {}
        self._next_at = math.inf
        self._desk: Desk | None = None
        if scenario.desk.operators or scenario.desk.shifts:
            people = Citizens(scenario.desk, scenario.seed)
            begin, end = calendar.midnight(0), calendar.midnight(scenario.days) + _AFTERWARDS_S
            self._desk = Desk(scenario.desk, scenario.box.callbacks, people, zone, begin, end, self._may_call)

    def call_back(self, talk: Talk) -> None:
        """Somebody is to be called about a low mark, unless he is to be called about it already."""
        key = key_of(talk.foreign_id, Reason.LOW_RATING)
        if self._desk is None or key in self._called:
            return
        self._advance(self._desk)
        self._called[key] = talk.person
        self._desk.open(key, self._events.now, talk.office.time_zone)
        self._expect(self._desk)

    def measure(self, measures: Measures, until: float) -> None:
        """Add what came of the call-backs; operators were paid before `until`."""
        if self._desk is not None:
            self._desk.measure(measures, until)

    def _may_call(self, key: str) -> bool:
        return not self._called[key].opted_out

    def _look(self, desk: Desk) -> None:
        if self._events.now >= self._next_at:
            self._next_at = math.inf
            self._advance(desk)
            self._expect(desk)

    def _advance(self, desk: Desk) -> None:
        for decision in desk.advance(self._events.now):
            if isinstance(decision, Taken) or decision.outcome is None:
                continue
            person = self._called.pop(decision.key)
            if decision.outcome is Outcome.OPTED_OUT:
                self._opt_out(person)

    def _expect(self, desk: Desk) -> None:
        next_at = desk.next_at()
        if next_at is not None and next_at < self._next_at:
            self._next_at = next_at
            self._events.at(next_at, self._look, desk)
