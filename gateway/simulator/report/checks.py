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
    ended = sum(counts[name] for name in ("no_consent", "barred", "invited"))
    of_offices = measures.invited.total()
    rows: list[tuple[str, int, int | None, bool]] = [
        ("visits without consent, barred or invited; others wait", ended, counts["visits"], ended <= counts["visits"]),
        ("invitations of the offices are those of all", of_offices, counts["invited"], of_offices == counts["invited"]),
    ]
    for less, more in (("delivered", "invited"), ("replied", "invited"), ("rated", "replied"), ("exported", "rated")):
        rows.append((f"{less}, of those {more}", counts[less], counts[more], counts[less] <= counts[more]))
    for name in ("lost", "duplicated"):
        rows.append((f"nothing is {name}", counts[name], None, not counts[name]))
    return [{"says": says, "count": count, "of": of, "holds": holds} for says, count, of, holds in rows]


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
