"""What a variant of a scenario is judged by: a few numbers of each replication, and their means.

Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from gateway.simulator.measures.measures import Measures
from gateway.simulator.report import cost
from gateway.simulator.report.histograms import percentiles, within
from gateway.simulator.scenario.model import Scenario
from gateway.statistics.student import Estimate, of_replications

Figures = Mapping[str, float | None]
"""Numbers by name; None where there is nothing to say, such as what a rating costs where there is none."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A figure as people see it: its heading, its unit, a factor before it is shown, digits after the point."""

    key: str
    title: str
    unit: str
    factor: float = 1.0
    digits: int = 0


KINDS = (
    Kind("in_time", "within the goal", "%", 100, 1),
    Kind("wait_p50_s", "wait, half of them", "min", 1 / 60, 1),
    Kind("wait_p95_s", "wait, 95 of 100", "min", 1 / 60, 1),
    Kind("wait_p99_s", "wait, 99 of 100", "min", 1 / 60, 1),
    Kind("queue_most", "longest queue", "parts"),
    Kind("use", "modems busy", "%", 100, 1),
    Kind("invited", "invited", ""),
    Kind("response", "response", "%", 100, 2),
    Kind("rated", "rated", ""),
    Kind("positive", "4 and 5", "%", 100, 2),
    Kind("called_in_time", "called back in time", "%", 100, 1),
    Kind("cost", "cost", "roubles"),
    Kind("cost_per_rating", "cost of a rating", "roubles", 1, 2),
)
GOAL = KINDS[0]


def figures(scenario: Scenario, measures: Measures) -> dict[str, float | None]:
    """The numbers of one replication.

    `in_time` is the share of all invitations that were free to go that went within the goal's time: those that were
    given up in the queue did not.
    """
    counts, waits = measures.counts, measures.waits_s
    free = max(measures.may_send_by_hour.total(), waits.total())
    p50, p95, p99 = percentiles(waits, (50, 95, 99)).values()
    marks = [(mark, count) for office in measures.marks.values() for mark, count in office.items()]
    tenths = measures.at_utilisation
    paid = cost.cost(scenario.cost, cost.use_of(scenario, counts["parts"], measures.days))
    return {
        "in_time": _share(within(waits, scenario.goal.within_s), free),
        "wait_p50_s": p50,
        "wait_p95_s": p95,
        "wait_p99_s": p99,
        "queue_most": max(measures.queue_most.values(), default=0),
        "use": _share(_busy_s(measures), tenths.total() * 3600),
        "invited": counts["invited"],
        "response": _share(counts["replied"], counts["invited"]),
        "rated": counts["rated"],
        "positive": _share(sum(count for mark, count in marks if mark >= 4), sum(count for _, count in marks)),
        "called_in_time": _share(measures.calls["within"], measures.calls["opened"]),
        "cost": paid.total,
        "cost_per_rating": paid.per(counts["rated"]),
    }


def estimates(replications: Sequence[Figures]) -> dict[str, Estimate | None]:
    """The mean of each figure over replications with its interval; those that say nothing of it do not count."""
    found: dict[str, Estimate | None] = {}
    for kind in KINDS:
        values = [value for one in replications if (value := one[kind.key]) is not None]
        found[kind.key] = _inside(of_replications(values), kind) if values else None
    return found


def differences(first: Mapping[str, Figures], other: Mapping[str, Figures]) -> dict[str, Estimate | None]:
    """How much more the other has of each figure, with its interval: by pairs of one seed, whose people are the same.

    Chance that both have in common goes out of the difference, so that it is surer than the two means are.
    """
    found: dict[str, Estimate | None] = {}
    for kind in KINDS:
        pairs = [(first[seed][kind.key], other[seed][kind.key]) for seed in first if seed in other]
        values = [high - low for low, high in pairs if low is not None and high is not None]
        found[kind.key] = of_replications(values) if values else None
    return found


def _inside(found: Estimate, kind: Kind) -> Estimate:
    """No share is below 0 or above 1, whatever its interval says."""
    if found.low is None or found.high is None or kind.unit != "%":
        return found
    return replace(found, low=max(0.0, found.low), high=min(1.0, found.high))


def _busy_s(measures: Measures) -> int:
    """In the period alone: what is left in the queue at its end goes out after it."""
    hours = measures.days * 24
    return sum(busy for modem in measures.modems.values() for hour, busy in modem.busy_s.items() if hour < hours)


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None
