"""What must hold in every run, whatever the scenario: nothing is lost on the way, and Little's law.

Pure.
"""

from __future__ import annotations

from typing import Any

from gateway.simulator.measures.measures import Measures
from gateway.simulator.report.shares import quotient

LITTLE_TOLERANCE = 0.02
"""Waits are counted in whole seconds, and what has become too late waited without being sent."""


def checks(measures: Measures, days: int) -> dict[str, Any]:
    """The ledger, conservation from step to step, and the law."""
    return {"balanced": measures.balanced, "conserved": _conserved(measures), "little": _little(measures, days)}


def _conserved(measures: Measures) -> list[dict[str, Any]]:
    counts = measures.counts
    waiting = counts["visits"] - sum(counts[name] for name in ("no_consent", "barred", "invited"))
    rows = [("every visit is without consent, barred, invited, or waits to be", waiting >= 0, waiting)]
    for less, more in (("delivered", "invited"), ("replied", "invited"), ("rated", "replied"), ("exported", "rated")):
        rows.append((f"no more are {less} than {more}", counts[less] <= counts[more], counts[more] - counts[less]))
    invited = measures.invited.total()
    rows.append(("the offices' invitations are all invitations", invited == counts["invited"], invited))
    rows.append(("nothing is lost", not counts["lost"], counts["lost"]))
    rows.append(("nothing is doubled", not counts["duplicated"], counts["duplicated"]))
    return [{"says": says, "holds": holds, "count": count} for says, holds, count in rows]


def _little(measures: Measures, days: int) -> dict[str, Any]:
    """The mean queue (its area over time) beside arrivals per second times the mean wait.

    The queue is of parts and the waits are those of invitations, each as long as that of its last part: so where a text
    has several parts, the queue lies between the product and so many times the product.
    """
    counts, seconds = measures.counts, days * 86_400
    parts_of_text = max(1, -(-counts["parts"] // (counts["texts"] or 1)))
    waited_s = sum(wait * count for wait, count in measures.waits_s.items())
    ratio = quotient(measures.queue_area_s, waited_s)
    low, high = 1 - LITTLE_TOLERANCE, parts_of_text * (1 + LITTLE_TOLERANCE)
    return {
        "queue": quotient(measures.queue_area_s, seconds),
        "arrivals_times_wait": quotient(waited_s, seconds),
        "ratio": ratio,
        "parts_of_text": parts_of_text,
        "tolerance": LITTLE_TOLERANCE,
        "holds": None if ratio is None else low <= ratio <= high,
    }
