"""All figures of a report, as the plain tree that `report.json` is. Names are fixed: new ones may come, none goes.

Pure: equal measures of an equal scenario make an equal tree.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from gateway.callbacks import Outcome
from gateway.simulator.measures.measures import Measures
from gateway.simulator.report import checks, cost, load, people, published
from gateway.simulator.report.histograms import mean, percentiles
from gateway.simulator.report.shares import quotient, rounded, share
from gateway.simulator.scenario.model import Scenario

SCHEMA_VERSION = 1
_CALL_WAITS_S = (300, 900, 1800, 3600, 7200, 14_400, 32_400, 64_800, 162_000)
"""Of working time: a day of it has nine hours, a week 45."""


def figures(scenario: Scenario, measures: Measures, names: Mapping[str, str]) -> dict[str, Any]:
    """What the measures of a scenario come to; `names` are those of the offices, by code."""
    return {
        "schema_version": SCHEMA_VERSION,
        "days": load.days_of(scenario, measures),
        "boxes": measures.boxes,
        "funnel": people.funnel(measures),
        "load": load.week(scenario, measures),
        "queue": load.queue(scenario, measures),
        "waits": load.waits(scenario, measures),
        "modems": load.modems(scenario, measures),
        "replies": people.replies(measures),
        "delays": people.delays(measures),
        "satisfaction": {"whole": people.whole(measures), "offices": people.offices(measures, names)},
        "understood": people.understood(measures),
        "published": published.compare(scenario, measures),
        "call_backs": _call_backs(scenario, measures),
        "cost": _cost(scenario, measures),
        "checks": checks.checks(measures, load.span_days(scenario, measures)),
    }


def _call_backs(scenario: Scenario, measures: Measures) -> dict[str, Any]:
    calls, waits = measures.calls, measures.call_waits_s
    return {
        "operators": cost.operators_of(scenario),
        "operator_hours": quotient(calls["staffed_s"], 3600),
        "opened": calls["opened"],
        "tries": calls["tries"],
        "reached": share(calls["reached"], calls["opened"]),
        "gave_up": share(calls["gave_up"], calls["opened"]),
        "within_s": scenario.box.callbacks.within_s,
        "within": share(calls["within"], calls["opened"]),
        "mean_wait_s": rounded(mean(waits)),
        "percentiles_wait_s": {f"p{percent}": value for percent, value in percentiles(waits, (50, 95, 99)).items()},
        "bins": people.binned(waits, _CALL_WAITS_S),
        "outcomes": {outcome.value: calls[outcome.value] for outcome in Outcome},
        "open": calls["open"],
        "utilisation": quotient(calls["busy_s"], calls["staffed_s"]),
    }


def _cost(scenario: Scenario, measures: Measures) -> dict[str, Any]:
    use = cost.use_of(scenario, measures.counts["parts"], load.days_of(scenario, measures))
    paid = cost.cost(scenario.cost, use)
    ratings = measures.counts["rated"]
    return {
        "use": {name: rounded(value) for name, value in asdict(use).items()},
        "roubles": {name: rounded(value) for name, value in asdict(paid).items()},
        "total": rounded(paid.total),
        "ratings": ratings,
        "per_rating": rounded(paid.per(ratings)),
    }
