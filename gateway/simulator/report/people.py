"""What people did: how far visits got, what was replied, how soon, with which marks, and whether it was understood.

Pure: Measures in, plain values out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

from gateway.model import ReplyClass
from gateway.simulator.measures.measures import Measures
from gateway.simulator.report.histograms import mean, percentiles, within
from gateway.simulator.report.shares import quotient, rounded, share
from gateway.statistics import RATINGS, Summary, summarise_counts

STEPS = ("visits", "consented", "invited", "delivered", "replied", "rated", "exported")
BESIDES = ("refused", "no_consent", "barred", "expired", "opted_out", "late", "unknown", "lost", "duplicated")
HALF_WITHIN_MIN = 29
"""Within which half of the replies came in the field (Singapore)."""
_DELAYS_MIN = (1, 5, 15, HALF_WITHIN_MIN, 60, 120, 240, 480, 720, 1440, 2880, 4320)
_OF_REGION = re.compile(r"R(?P<region>\d+)-(?P<code>.+)")
_PERCENTS = (50, 90, 95, 99)


def funnel(measures: Measures) -> dict[str, Any]:
    """How many visits got how far, each step as a share of the one before it and of all; what became of others."""
    counts = counted(measures)
    steps = [{"step": "visits", "count": counts["visits"], "of_previous": None, "of_visits": None}]
    for before, step in pairwise(STEPS):
        steps.append(
            {
                "step": step,
                "count": counts[step],
                "of_previous": {"step": before, **share(counts[step], counts[before])},
                "of_visits": share(counts[step], counts["visits"]),
            }
        )
    return {
        "steps": steps,
        "response": share(counts["rated"], counts["invited"]),
        "besides": {name: counts[name] for name in BESIDES},
    }


def counted(measures: Measures) -> Counter[str]:
    """The counts, and how many had consented."""
    return measures.counts + Counter({"consented": measures.counts["visits"] - measures.counts["no_consent"]})


def replies(measures: Measures) -> list[dict[str, Any]]:
    """Replies by class, the most frequent first."""
    total = measures.replies.total()
    known = {cls.value: 0 for cls in ReplyClass}
    found = {**known, **measures.replies}
    return [{"class": name, **share(count, total)} for name, count in sorted(found.items(), key=lambda item: -item[1])]


def delays(measures: Measures) -> dict[str, Any]:
    """How many minutes people take until their first reply."""
    counts = measures.delays_min
    return {
        "count": counts.total(),
        "mean_min": rounded(mean(counts)),
        "percentiles_min": _by_percent(counts),
        "within_29_min": share(within(counts, HALF_WITHIN_MIN), counts.total()),
        "bins": binned(counts, _DELAYS_MIN),
    }


def binned(counts: Mapping[int, int], bounds: Iterable[int]) -> list[dict[str, Any]]:
    """Counts between bounds: each bin reaches to its bound, that included; the last has none."""
    bins: list[dict[str, Any]] = []
    below, total = 0, sum(counts.values())
    for bound in bounds:
        so_far = within(counts, bound)
        bins.append({"to": bound, "count": so_far - below, "so_far": quotient(so_far, total)})
        below = so_far
    bins.append({"to": None, "count": total - below, "so_far": quotient(total, total)})
    return bins


def _by_percent(counts: Mapping[int, int]) -> dict[str, int | None]:
    return {f"p{percent}": value for percent, value in percentiles(counts, _PERCENTS).items()}


def offices(measures: Measures, names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Satisfaction by office, the most contented first; those with too few ratings to be compared last, by name."""
    found = []
    for code in sorted({*measures.invited, *measures.marks, *measures.truth}):
        given = _summary(summarise_counts(measures.marks.get(code, {})))
        rated = share(given["ratings"], measures.invited[code])
        found.append({"office": code, "name": _name(code, names), "response": rated, **given})
    return sorted(found, key=lambda one: (one["small"], 0 if one["small"] else -one["share"], one["name"]))


def _name(code: str, names: Mapping[str, str]) -> str:
    """The offices of further regions have the names of those of the first, and codes that begin with the region."""
    region = _OF_REGION.fullmatch(code)
    if code in names or region is None:
        return names.get(code, code)
    return f"Region {region['region']}, {names.get(region['code'], region['code'])}"


def whole(measures: Measures) -> dict[str, Any]:
    """The marks of all offices together."""
    return _summary(summarise_counts(sum(measures.marks.values(), Counter[int]())))


def understood(measures: Measures) -> dict[str, Any]:
    """Marks that people had in mind and those the box wrote down. Counts are compared, not person by person: two
    mistakes that make up for each other are not seen."""
    meant = summarise_counts(sum(measures.truth.values(), Counter[int]()))
    read = summarise_counts(sum(measures.marks.values(), Counter[int]()))
    marks = [
        {
            "mark": mark,
            "meant": meant.counts[mark],
            "read": read.counts[mark],
            "difference": read.counts[mark] - meant.counts[mark],
        }
        for mark in reversed(RATINGS)
    ]
    return {"marks": marks, "meant": _summary(meant), "read": _summary(read)}


def _summary(summary: Summary) -> dict[str, Any]:
    interval, mean_interval = summary.interval, summary.mean_interval
    return {
        "ratings": summary.total,
        "marks": {str(mark): summary.counts[mark] for mark in RATINGS},
        "share": rounded(summary.share),
        "low": None if interval is None else rounded(interval.low),
        "high": None if interval is None else rounded(interval.high),
        "mean": rounded(summary.mean),
        "mean_low": None if mean_interval is None else rounded(mean_interval.low),
        "mean_high": None if mean_interval is None else rounded(mean_interval.high),
        "small": summary.small,
    }
