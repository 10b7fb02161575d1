"""The desk as a state machine in time: call-backs are opened, operators take them, people answer or do not.

Pure. Who drives it calls `open` for each call-back when it comes into being, or when the operators look (`looks_at`),
then `advance` at each `next_at`, and does what `advance` says was decided: the full run writes it into the database of
its box, planning only counts. Operators take what is due first, as `otklik callbacks` lists it, and of those free the
one who has been so longest.

    waiting ──taken──▶ in a call ──answered, or the last try──▶ ended
       ▲                   │
       └────── redial ─────┘

Every call-back that was opened has ended in exactly one way or is open still: `measure` counts both.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from heapq import heappop, heappush
from itertools import count
from zoneinfo import ZoneInfo

from gateway.calendarsettings import CallbackSettings
from gateway.callbacks import Outcome, Reason
from gateway.simulator.desk.decisions import Called, Decision, Dropped, Taken
from gateway.simulator.desk.people import People, Try
from gateway.simulator.desk.rota import Openings, at_work, openings, shifts_of
from gateway.simulator.measures.measures import Measures
from gateway.simulator.scenario.model import DeskSection
from scheduler.workingtime import due, passed


def key_of(foreign_id: str, reason: Reason) -> str:
    """What a call-back is known by, so that every mode of the simulation meets the same people."""
    return f"{foreign_id}:{reason}"


@dataclass(slots=True)
class _CallBack:
    key: str
    zone: str
    opened_at: float
    due_at: float
    interested_until: float
    tries: int = 0


@dataclass(slots=True)
class _Shift:
    """Operators of the same hours. `idle` are those in no call: since when, and their number."""

    name: str
    operators: int
    works: Openings
    idle: list[tuple[float, int]]
    calls: dict[str, Openings] = field(default_factory=dict)
    """When they can call people of a zone."""


@dataclass(frozen=True, slots=True)
class _Talk:
    shift: _Shift
    number: int
    callback: _CallBack
    began_at: float
    comes_to: Try


class Desk:
    """The desk of one box between two moments (seconds since the epoch); `zone` is that of the operators' clock.

    `may_call` is asked when an operator takes a call-back: whether this person is to be called still (has not opted
    out, say). If not, it ends without a call.
    """

    def __init__(
        self,
        settings: DeskSection,
        callbacks: CallbackSettings,
        people: People,
        zone: str,
        begin: float,
        end: float,
        may_call: Callable[[str], bool] = lambda key: True,
    ) -> None:
        self._settings = settings
        self._window = callbacks.desk
        self._within_s = callbacks.within_s
        self._look_s = settings.look_s
        self._people = people
        self._may_call = may_call
        self._span = (begin, end)
        self._shifts = [
            _Shift(
                f"shift{number}",
                shift.operators,
                at_work(shift, callbacks, ZoneInfo(zone), begin, end),
                [(begin, operator) for operator in range(1, shift.operators + 1)],
            )
            for number, shift in enumerate(shifts_of(settings), 1)
        ]
        self._now = begin
        self._next: float | None = None
        self._order = count()
        self._open: dict[str, _CallBack] = {}
        self._waiting: dict[str, list[tuple[float, int, _CallBack]]] = {}
        self._talks: list[tuple[float, int, _Talk]] = []
        self._coming: list[tuple[float, int, _CallBack]] = []
        """Call-backs that are on nobody's mind before a moment: the next look, or the redial."""
        self._calls: Counter[str] = Counter()
        self._waits_s: Counter[int] = Counter()

    def open(self, key: str, opened_at: float, zone: str) -> None:
        """Somebody in this zone is to be called; the desk has been advanced to this moment, or past it.

        Raises ValueError while a call-back of this key is open.
        """
        if key in self._open:
            raise ValueError(f"The call-back {key} is open already.")
        opened = datetime.fromtimestamp(opened_at, UTC)
        due_at = due(opened, self._within_s, self._window, ZoneInfo(zone)).timestamp()
        interested_until = opened_at + self._people.patience_s(key)
        callback = self._open[key] = _CallBack(key, zone, opened_at, due_at, interested_until)
        self._calls["opened"] += 1
        self._now = max(self._now, opened_at)
        heappush(self._coming, (math.ceil(opened_at / self._look_s) * self._look_s, next(self._order), callback))
        self._next = self._look_ahead()

    def looks_at(self, after: float) -> float | None:
        """When operators look next for what has come: as their work begins, and every `look_s` of it. None: never."""
        later = (math.floor(after / self._look_s) + 1) * self._look_s
        moments = [shift.works.next(at) for shift in self._shifts for at in (after, later)]
        return min((at for at in moments if at is not None and at > after), default=None)

    def next_at(self) -> float | None:
        """When something happens next, None if nothing does before a call-back is opened."""
        return self._next

    def advance(self, now: float) -> list[Decision]:
        """Let time pass until `now`; what was done, in order of time."""
        decided: list[Decision] = []
        while self._next is not None and self._next <= now:
            self._now = self._next
            self._end_calls(decided)
            self._begin_calls(decided)
            self._next = self._look_ahead()
        self._now = max(self._now, now)
        return decided

    def measure(self, measures: Measures, until: float) -> None:
        """Add what happened so far. Besides what `Measures.calls` names: call-backs `open` still and by outcome, and
        the operators' seconds on the telephone (`busy_s`) and at work before `until` (`staffed_s`)."""
        measures.calls.update(self._calls)
        measures.calls["open"] += len(self._open)
        measures.calls["staffed_s"] += round(
            sum(shift.operators * shift.works.passed_s(until) for shift in self._shifts)
        )
        measures.call_waits_s.update(self._waits_s)

    # -- calls begin and end -----------------------------------------------------------------------------------------

    def _begin_calls(self, decided: list[Decision]) -> None:
        while (found := self._who_calls()) is not None:
            shift, zone = found
            *_, callback = heappop(self._waiting[zone])
            _, number = shift.idle[0]
            operator = f"{shift.name}-{number}"
            if not self._may_call(callback.key):
                outcome = Outcome.NOT_REACHED if callback.tries else Outcome.NOT_CALLED
                self._close(callback, outcome)
                decided.append(Dropped(self._now, callback.key, operator, outcome))
                continue
            heappop(shift.idle)
            callback.tries += 1
            decided.append(Taken(self._now, callback.key, operator))
            interested = self._now < callback.interested_until
            comes_to = self._people.answers(callback.key, callback.tries, interested)
            talk = _Talk(shift, number, callback, self._now, comes_to)
            heappush(self._talks, (self._now + comes_to.lasts_s, next(self._order), talk))

    def _end_calls(self, decided: list[Decision]) -> None:
        while self._talks and self._talks[0][0] <= self._now:
            _, _, talk = heappop(self._talks)
            heappush(talk.shift.idle, (self._now, talk.number))
            callback, outcome = talk.callback, talk.comes_to.outcome
            answered = outcome is not None
            self._calls["tries"] += 1
            self._calls["busy_s"] += round(talk.comes_to.lasts_s)
            if answered:
                self._reach(talk)
            elif callback.tries >= self._settings.tries:
                outcome = Outcome.NOT_REACHED
            operator = f"{talk.shift.name}-{talk.number}"
            decided.append(Called(self._now, callback.key, operator, answered, outcome, talk.comes_to.cause))
            if outcome is None:
                heappush(self._coming, (self._now + self._settings.redial_s, next(self._order), callback))
            else:
                self._close(callback, outcome)
        while self._coming and self._coming[0][0] <= self._now:
            self._wait(heappop(self._coming)[2])

    def _reach(self, talk: _Talk) -> None:
        self._calls["talk_s"] += round(talk.comes_to.lasts_s)
        if talk.comes_to.outcome is Outcome.WRONG_NUMBER:
            return
        callback = talk.callback
        opened_at, began_at = (datetime.fromtimestamp(at, UTC) for at in (callback.opened_at, talk.began_at))
        self._calls["reached"] += 1
        self._calls["within"] += talk.began_at <= callback.due_at
        self._waits_s[int(passed(opened_at, began_at, self._window, ZoneInfo(callback.zone)))] += 1

    def _close(self, callback: _CallBack, outcome: Outcome) -> None:
        del self._open[callback.key]
        self._calls[outcome.value] += 1
        self._calls["gave_up"] += outcome is Outcome.NOT_REACHED

    # -- who is free, and for whom -----------------------------------------------------------------------------------

    def _wait(self, callback: _CallBack) -> None:
        heappush(self._waiting.setdefault(callback.zone, []), (callback.due_at, next(self._order), callback))

    def _who_calls(self) -> tuple[_Shift, str] | None:
        """Who calls somebody now, and in which zone: the most urgent of those who may be called."""
        found = [
            (self._waiting[zone][0][:2], shift.idle[0], number, shift, zone)
            for zone in self._waiting
            if self._waiting[zone]
            for number, shift in enumerate(self._shifts)
            if shift.idle and self._can_call(shift, zone).next(self._now) == self._now
        ]
        if not found:
            return None
        *_, shift, zone = min(found, key=lambda one: one[:3])
        return shift, zone

    def _can_call(self, shift: _Shift, zone: str) -> Openings:
        if zone not in shift.calls:
            shift.calls[zone] = shift.works.common(openings(self._window, ZoneInfo(zone), *self._span))
        return shift.calls[zone]

    def _look_ahead(self) -> float | None:
        begins = (
            self._can_call(shift, zone).next(self._now)
            for zone in self._waiting
            if self._waiting[zone]
            for shift in self._shifts
            if shift.idle
        )
        ends = (events[0][0] for events in (self._talks, self._coming) if events)
        return min((at for at in (*begins, *ends) if at is not None), default=None)
