"""What must hold in every run, whatever the scenario: nothing is lost on the way, and Little's law.

Pure.
"""

from __future__ import annotations

from typing import Any

from gateway.simulator.measures.measures import Measures
from gateway.simulator.report.shares import quotient

LITTLE_TOLERANCE = 0.02
"""Waits are counted in whole seconds, and the queue of the end has not waited yet."""


def checks(measures: Measures, days: int) -> dict[str, Any]:
    """The ledger, conservation from step to step, and the law."""
    return {"balanced": measures.balanced, "conserved": _conserved(measures), "little": _little(measures, days)}


def _conserved(measures: Measures) -> list[dict[str, Any]]:
    counts = measures.counts
    ended = ("no_consent", "barred", "expired", "invited")
    open_at_end = counts["visits"] - sum(counts[name] for name in ended)
    rows = [
        (
            "visits that are neither without consent, barred, expired nor invited wait to be",
            open_at_end >= 0,
            open_at_end,
        ),
    ]
    for less, more in (("delivered", "invited"), ("replied", "invited"), ("rated", "replied"), ("exported", "rated")):
        rows.append((f"no more are {less} than {more}", counts[less] <= counts[more], counts[more] - counts[less]))
    rows.append(("nothing is lost", not counts["lost"], counts["lost"]))
    rows.append(("nothing is doubled", not counts["duplicated"], counts["duplicated"]))
    return [{"says": says, "holds": holds, "count": count} for says, holds, count in rows]


def _little(measures: Measures, days: int) -> dict[str, Any]:
    """The mean queue (its area over time) beside arrivals per second times the mean wait: both in parts."""
    counts, seconds = measures.counts, days * 86_400
    parts_of_text = quotient(counts["parts"], counts["texts"]) or 1.0
    waited_s = sum(wait * count for wait, count in measures.waits_s.items()) * parts_of_text
    ratio = quotient(measures.queue_area_s, waited_s)
    return {
        "queue": quotient(measures.queue_area_s, seconds),
        "arrivals_times_wait": quotient(waited_s, seconds),
        "ratio": ratio,
        "tolerance": LITTLE_TOLERANCE,
        "holds": None if ratio is None else abs(ratio - 1) <= LITTLE_TOLERANCE,
    }
