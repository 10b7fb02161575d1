"""What was simulated beside what was published: inside its span, or by how much beside it.

Pure. A scenario names figures by these names, each with a span; a name that is not here is shown with no value.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gateway.simulator.measures.measures import Measures
from gateway.simulator.report import people
from gateway.simulator.report.histograms import percentiles
from gateway.simulator.report.shares import rounded, share
from gateway.simulator.scenario.model import Scenario

_RATING_CLASSES = ("rating", "vector", "partial")


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: what it says, its unit (share, mark, count, min), and how it comes out of measures: a value with the
    two ends of its interval, None where it is not known."""

    says: str
    unit: str
    measure: Callable[[Measures], tuple[float | None, float | None, float | None]]


def _share(count: Callable[[Measures], int], of: Callable[[Measures], int]) -> Callable[[Measures], Any]:
    def measure(measures: Measures) -> tuple[float | None, float | None, float | None]:
        found = share(count(measures), of(measures))
        return found["share"], found["low"], found["high"]

    return measure


def _positive(measures: Measures) -> tuple[float | None, float | None, float | None]:
    found = people.whole(measures)
    return found["share"], found["low"], found["high"]


def _mean(measures: Measures) -> tuple[float | None, float | None, float | None]:
    found = people.whole(measures)
    return found["mean"], found["mean_low"], found["mean_high"]


def _within_29_min(measures: Measures) -> tuple[float | None, float | None, float | None]:
    found = people.delays(measures)["within_29_min"]
    return found["share"], found["low"], found["high"]


FIGURES: dict[str, Figure] = {
    "response": Figure(
        "rated, of those invited", "share", _share(lambda m: m.counts["rated"], lambda m: m.counts["invited"])
    ),
    "replied": Figure(
        "replied at all, of those invited",
        "share",
        _share(lambda m: m.counts["replied"], lambda m: m.counts["invited"]),
    ),
    "delivered": Figure(
        "delivered, of those invited", "share", _share(lambda m: m.counts["delivered"], lambda m: m.counts["invited"])
    ),
    "consent": Figure(
        "consented, of all visits",
        "share",
        _share(lambda m: people.counted(m)["consented"], lambda m: m.counts["visits"]),
    ),
    "positive": Figure("marks 4 and 5, of all marks", "share", _positive),
    "mean": Figure("mean mark", "mark", _mean),
    "within_29_min": Figure("first replies within 29 minutes, of all first replies", "share", _within_29_min),
    "median_min": Figure(
        "median time until the first reply", "min", lambda m: (percentiles(m.delays_min, (50,))[50], None, None)
    ),
    "in_format": Figure(
        "replies that hold a rating, of all replies",
        "share",
        _share(lambda m: sum(m.replies[cls] for cls in _RATING_CLASSES), lambda m: m.replies.total()),
    ),
    "ratings": Figure("valid ratings in the period", "count", lambda m: (m.counts["rated"], None, None)),
    "per_day": Figure(
        "invitations a day",
        "count",
        lambda m: (m.counts["invited"] / m.days if m.days else None, None, None),
    ),
}


def compare(scenario: Scenario, measures: Measures) -> list[dict[str, Any]]:
    """Each published figure of the scenario beside what was simulated."""
    rows = []
    for name, (least, most) in scenario.published.items():
        figure = FIGURES.get(name)
        value, low, high = (None, None, None) if figure is None else figure.measure(measures)
        rows.append(
            {
                "figure": name,
                "says": name if figure is None else figure.says,
                "unit": "count" if figure is None else figure.unit,
                "least": least,
                "most": most,
                "value": rounded(value),
                "low": low,
                "high": high,
                "verdict": verdict(least, most, value, low, high),
            }
        )
    return rows


def verdict(least: float, most: float, value: float | None, low: float | None, high: float | None) -> str:
    """In words: inside, below or above the span; or beside it by no more than chance, as far as the interval tells."""
    if value is None:
        return "not measured"
    if least <= value <= most:
        return "inside"
    side, near = ("below", high) if value < least else ("above", low)
    touches = near is not None and (near >= least if side == "below" else near <= most)
    return f"{side}, by no more than chance" if touches else side
