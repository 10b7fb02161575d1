"""How the modems were loaded: by hour of the week against what they can, the queue, the waits, each modem.

Pure: Measures in, plain values out. What a modem can send in an hour is taken from what it did: parts by the seconds it
was busy; from the scenario where it sent nothing.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator
from datetime import time, timedelta
from typing import Any

from gateway.simulator.measures.measures import HOURS_OF_WEEK, Measures, ModemMeasures
from gateway.simulator.report.cost import modems_of
from gateway.simulator.report.histograms import mean, percentiles, within
from gateway.simulator.report.people import binned
from gateway.simulator.report.shares import quotient, rounded, share
from gateway.simulator.scenario.model import Lasting, Scenario

_WORD_OR_NUMBER = re.compile(r"(\D+)|(\d+)")
_HOUR_S = 3600
_DAY_S = 86_400
_MOST_DAYS_BY_HOUR = 14
"""A longer period is shown by the day."""
_WAITS_S = (1, 5, 10, 30, 60, 300, 900, 1800, 3600, 7200, 14_400, 43_200, 86_400, 259_200)


def days_of(scenario: Scenario, measures: Measures) -> int:
    """The days that were lived; fewer than the scenario's after an interruption."""
    return measures.days or scenario.days


def span_days(scenario: Scenario, measures: Measures) -> int:
    """The days from the first to the last on which anything was sent: what was begun in the period ends after it."""
    hours = (*measures.sent_by_hour, *measures.may_send_by_hour, *measures.queue_most)
    return max(days_of(scenario, measures), max(hours, default=0) // 24 + 1)


def capacity(scenario: Scenario, measures: Measures) -> dict[str, Any]:
    """What the modems can send in an hour, all together, and of what that comes."""
    parts = sum(modem.parts.total() for modem in measures.modems.values())
    busy_s = sum(modem.busy_s.total() for modem in measures.modems.values())
    measured = bool(parts and busy_s)
    service_s = busy_s / parts if measured else mean_of(scenario.modems.submit)
    limits = scenario.modems.limits
    bounds = [_HOUR_S / (service_s + sum(limits.gap_s) / 2)]
    bounds += [limits.per_hour] if limits.per_hour else []
    bounds += [limits.per_minute * 60] if limits.per_minute else []
    return {
        "modems": modems_of(scenario),
        "service_s": rounded(service_s),
        "service_measured": measured,
        "per_modem_hour": rounded(min(bounds)),
        "per_hour": rounded(min(bounds) * modems_of(scenario)),
    }


def mean_of(lasting: Lasting) -> float:
    """The mean of a lognormal time."""
    return lasting.median_s * math.exp(lasting.sigma**2 / 2)


def week(scenario: Scenario, measures: Measures) -> dict[str, Any]:
    """Parts by hour of the week: the mean of such hours in the period, and as a share of what the modems can."""
    can = capacity(scenario, measures)
    days = Counter((scenario.first_day + timedelta(days=day)).weekday() for day in range(span_days(scenario, measures)))
    cells = []
    for hour in range(HOURS_OF_WEEK):
        times = days[hour // 24]
        parts = quotient(measures.sent[hour], times)
        of_capacity = None if parts is None else quotient(parts, can["per_hour"])
        cells.append({"weekday": hour // 24, "hour": hour % 24, "parts": parts, "of_capacity": of_capacity})
    hour, most = max(measures.sent_by_hour.items(), key=lambda item: (item[1], -item[0]), default=(0, 0))
    return {
        "capacity": can,
        "cells": cells,
        "busiest_hour": {
            "at": _moment(scenario, hour * _HOUR_S),
            "parts": most,
            "of_capacity": quotient(most, can["per_hour"]),
        },
    }


def queue(scenario: Scenario, measures: Measures) -> dict[str, Any]:
    """The longest queue, what became free to go and what went, by the hour or, over more than two weeks, by the day."""
    days = span_days(scenario, measures)
    by_hour = days <= _MOST_DAYS_BY_HOUR
    width = 1 if by_hour else 24
    longest: Counter[int] = Counter()
    free: Counter[int] = Counter()
    sent: Counter[int] = Counter()
    for hour, count in measures.queue_most.items():
        longest[hour // width] = max(longest[hour // width], count)
    for hour, count in measures.may_send_by_hour.items():
        free[hour // width] += count
    for hour, count in measures.sent_by_hour.items():
        sent[hour // width] += count
    points = [
        {
            "at": _moment(scenario, step * width * _HOUR_S),
            "longest": longest[step],
            "free": free[step],
            "sent": sent[step],
        }
        for step in range(days * 24 // width)
    ]
    hour, most = max(measures.queue_most.items(), key=lambda item: (item[1], -item[0]), default=(0, 0))
    return {
        "by": "hour" if by_hour else "day",
        "points": points,
        "longest": most,
        "longest_at": _moment(scenario, hour * _HOUR_S),
        "mean": quotient(measures.queue_area_s, days * _DAY_S),
    }


def waits(scenario: Scenario, measures: Measures) -> dict[str, Any]:
    """From the moment an invitation may go out to the submit of its last part, against the scenario's goal."""
    counts, goal = measures.waits_s, scenario.goal
    found = share(within(counts, goal.within_s), counts.total())
    return {
        "count": counts.total(),
        "mean_s": rounded(mean(counts)),
        "percentiles_s": {f"p{percent}": value for percent, value in percentiles(counts, (50, 95, 99, 100)).items()},
        "goal": {
            "within_s": goal.within_s,
            "wanted": goal.share,
            **found,
            "met": None if found["share"] is None else found["share"] >= goal.share,
        },
        "bins": binned(counts, _WAITS_S),
    }


def modems(scenario: Scenario, measures: Measures) -> dict[str, Any]:
    """Each modem over the period, and hour by hour on the busiest day."""
    by_day: Counter[int] = Counter()
    for hour, count in measures.sent_by_hour.items():
        by_day[hour // 24] += count
    day = max(by_day, key=lambda one: (by_day[one], -one), default=0)
    allowed = _allowed_hours(scenario, span_days(scenario, measures))
    tenths = Counter(
        min(10, modem.busy_s[hour] * 10 // _HOUR_S) for modem in measures.modems.values() for hour in allowed
    )
    return {
        "open_hours": len(allowed),
        "by_tenths": [tenths[tenth] for tenth in range(11)],
        "busiest_day": _moment(scenario, day * _DAY_S)[:10],
        "modems": [
            _modem(name, modem, len(allowed), day) for name, modem in sorted(measures.modems.items(), key=_in_order)
        ],
    }


def _in_order(named: tuple[str, ModemMeasures]) -> list[tuple[int, str]]:
    """`r2b1/m1` before `r10b1/m1`."""
    return [(int(number or 0), word) for word, number in _WORD_OR_NUMBER.findall(named[0])]


def _allowed_hours(scenario: Scenario, days: int) -> list[int]:
    """The hours since the first day's midnight in whose middle invitations may go out."""
    window = scenario.box.survey.sending
    found = []
    for day in range(days):
        hours = None if window is None else window.hours_on(scenario.first_day + timedelta(days=day))
        for hour in range(24):
            if window is None or (hours is not None and hours.opens <= time(hour, 30) < hours.closes):
                found.append(day * 24 + hour)
    return found


def _modem(name: str, modem: ModemMeasures, hours: int, day: int) -> dict[str, Any]:
    busy_s = modem.busy_s.total()
    return {
        "modem": name,
        "parts": modem.parts.total(),
        "busy_s": busy_s,
        "utilisation": quotient(busy_s, hours * _HOUR_S),
        "away_s": sum(end - begin for begin, end in modem.away),
        "outages": len(modem.away),
        "busiest_day": {
            "busy": [rounded(modem.busy_s[day * 24 + hour] / _HOUR_S) for hour in range(24)],
            "away_h": [[rounded(begin / _HOUR_S), rounded(end / _HOUR_S)] for begin, end in _away_on(modem, day)],
        },
    }


def _away_on(modem: ModemMeasures, day: int) -> Iterator[tuple[int, int]]:
    """Its outages of a day, in seconds since that day's midnight."""
    for begin, end in modem.away:
        first, last = max(begin - day * _DAY_S, 0), min(end - day * _DAY_S, _DAY_S)
        if first < last:
            yield first, last


def _moment(scenario: Scenario, since_s: int) -> str:
    """Hours and days as the offices' clocks say: `2017-01-09 10:00`."""
    days, second = divmod(since_s, _DAY_S)
    return f"{scenario.first_day + timedelta(days=days)} {second // _HOUR_S:02}:00"
