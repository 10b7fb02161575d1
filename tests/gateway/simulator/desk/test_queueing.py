"""The desk is the queue that theory says it is, where times are exponential and nobody ever sleeps."""

from __future__ import annotations

import math
from datetime import time
from functools import cache

import pytest

from gateway.calendarsettings import CallbackSettings
from gateway.callbacks import Cause, Outcome
from gateway.simulator.desk.decisions import Called, Taken
from gateway.simulator.desk.desk import Desk
from gateway.simulator.desk.people import Try
from gateway.simulator.dice import Dice
from gateway.simulator.measures.measures import Measures
from gateway.simulator.scenario.model import DeskSection
from gateway.simulator.theory.erlang import Endless
from gateway.simulator.theory.patience import Impatient
from scheduler.windows import EVERY_DAY, Holidays, Hours

ALL_DAY = Hours(time(0), time.max)
ALWAYS = CallbackSettings(hours=ALL_DAY, weekdays=EVERY_DAY, holidays=Holidays(), within_s=600)
CALLS = 3000
OPERATORS = 4
TALK_S = 300.0
PATIENT_S = 1e9


def exponential(mean_s: float, name: str) -> list[float]:
    """Exponential times in any order, one from each of as many equal parts of the distribution."""
    times = [-mean_s * math.log(1 - (number + 0.5) / CALLS) for number in range(CALLS)]
    Dice("queueing", name).shuffle(times)
    return times


class Exponential:
    """Everybody answers, talks for an exponential time, and is impatient by another; who is, takes no time."""

    def __init__(self, patience_s: float) -> None:
        self._patience_s = exponential(patience_s, "patience")
        self._talk_s = exponential(TALK_S, "talk")

    def patience_s(self, key: str) -> float:
        return self._patience_s[int(key)]

    def answers(self, key: str, number: int, interested: bool) -> Try:
        if not interested:
            return Try(0.0, Outcome.REFUSED)
        return Try(self._talk_s[int(key)], Outcome.RESOLVED, Cause.QUEUE)


@cache
def lived(between_s: float, patience_s: float) -> tuple[Measures, float, float]:
    """A desk and a Poisson stream; its measures, the mean wait of those taken, and the calls waiting on average."""
    people = Exponential(patience_s)
    desk = Desk(
        DeskSection(operators=OPERATORS, hours=ALL_DAY, look_s=1), ALWAYS, people, "UTC", 0.0, 2 * CALLS * between_s
    )
    at = 0.0
    opened: dict[str, float] = {}
    left: dict[str, float] = {}
    decided = []
    for number, passed_s in enumerate(exponential(between_s, "arrivals")):
        at += passed_s
        decided += desk.advance(at)
        desk.open(str(number), at, "UTC")
        opened[str(number)] = at
    decided += desk.advance(at + 1e6)
    for one in decided:
        if isinstance(one, Taken):
            # A real queue is left at the end of patience, not when a call would have come.
            left[one.key] = min(one.at, opened[one.key] + people.patience_s(one.key))
    measures = Measures()
    desk.measure(measures, at)
    waited_s = sum(left[key] - opened[key] for key in opened)
    assert sum(isinstance(one, Called) for one in decided) == CALLS
    return measures, waited_s / CALLS, waited_s / at


def test_patient_callers_wait_as_long_as_erlang_c_says() -> None:
    # M/M/4 at 2.5 erlangs.
    measures, mean_s, length = lived(120.0, PATIENT_S)
    theory = Endless(1 / 120, TALK_S, OPERATORS)
    assert mean_s == pytest.approx(theory.mean_wait_s, rel=0.2)
    assert measures.call_waits_s[0] / CALLS == pytest.approx(1 - theory.waiting_share, abs=0.05)
    assert length == pytest.approx(mean_s / 120.0, rel=0.05)


def test_impatient_callers_leave_as_often_as_erlang_a_says() -> None:
    # Offered 5 erlangs, patient for 400 s in the mean: M/M/4+M.
    measures, mean_s, _ = lived(60.0, 400.0)
    theory = Impatient(1 / 60, TALK_S, OPERATORS, 400.0)
    assert measures.calls["refused"] / CALLS == pytest.approx(theory.abandoned_share, abs=0.025)
    assert mean_s == pytest.approx(theory.mean_wait_s, rel=0.1)
    assert measures.calls["busy_s"] == pytest.approx(OPERATORS * CALLS * 60.0 * theory.utilisation, rel=0.05)


def test_every_call_is_counted_once() -> None:
    for measures, *_ in (lived(120.0, PATIENT_S), lived(60.0, 400.0)):
        calls = measures.calls
        assert calls["opened"] == CALLS == calls["resolved"] + calls["refused"]
        assert calls["open"] == 0
