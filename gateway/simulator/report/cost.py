"""What a centre costs for a period, and what one valid rating of it costs.

Pure. Prices are those of the scenario. A SIM is paid by the month and a modem is written off in 36; part of a month is
paid in part, so that a day and a year can be compared. Operators are paid for their shifts, whether anybody is called.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from gateway.simulator.desk.rota import shifts_of
from gateway.simulator.scenario.model import CostSection, Scenario, ShiftSection
from scheduler.windows import Hours, Window

DAYS_OF_MONTH = 365.25 / 12
MONTHS_OF_MODEM = 36


@dataclass(frozen=True, slots=True)
class Use:
    """What was used: parts sent, modems (each with a SIM), days of the period, hours of operators."""

    parts: int
    modems: int
    days: float
    operator_hours: float


@dataclass(frozen=True, slots=True)
class Cost:
    """Roubles by what they were paid for."""

    parts: float
    sims: float
    modems: float
    operators: float

    @property
    def total(self) -> float:
        return self.parts + self.sims + self.modems + self.operators

    def per(self, ratings: int) -> float | None:
        """Roubles for each of so many valid ratings; None where there is none."""
        return self.total / ratings if ratings else None


def cost(prices: CostSection, use: Use) -> Cost:
    """What `use` costs at these prices."""
    modem_months = use.modems * use.days / DAYS_OF_MONTH
    return Cost(
        parts=prices.part * use.parts,
        sims=prices.sim_month * modem_months,
        modems=prices.modem * modem_months / MONTHS_OF_MODEM,
        operators=prices.operator_hour * use.operator_hours,
    )


def use_of(scenario: Scenario, parts: int, days: int) -> Use:
    """What a scenario uses in its first `days` days, when so many parts were sent by all of its boxes."""
    return Use(parts, modems_of(scenario), days, operator_hours(scenario, days))


def modems_of(scenario: Scenario) -> int:
    """The modems of all boxes of all regions."""
    return scenario.regions * scenario.boxes * scenario.modems.count


def operators_of(scenario: Scenario) -> int:
    """The operators of all shifts of all desks."""
    return scenario.regions * scenario.boxes * sum(shift.operators for shift in shifts_of(scenario.desk))


def operator_hours(scenario: Scenario, days: int) -> float:
    """The hours of work of all operators in the first `days` days. Breaks are not paid."""
    desks = scenario.regions * scenario.boxes
    calls = scenario.box.callbacks
    dates = [scenario.first_day + timedelta(days=day) for day in range(days)]
    hours = 0.0
    for shift in shifts_of(scenario.desk):
        weekdays = calls.weekdays if shift.weekdays is None else shift.weekdays
        desk = Window(shift.hours.opens, shift.hours.closes, weekdays=weekdays, holidays=calls.holidays)
        at_work = sum(desk.hours_on(day) is not None for day in dates)
        hours += shift.operators * at_work * _hours_of(shift, scenario.first_day)
    return desks * hours


def _hours_of(shift: ShiftSection, day: date) -> float:
    def length(hours: Hours) -> timedelta:
        return datetime.combine(day, hours.closes) - datetime.combine(day, hours.opens)

    return (length(shift.hours) - sum(map(length, shift.breaks), timedelta())) / timedelta(hours=1)
