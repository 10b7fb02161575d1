"""The box against the log of an upstream: each rating that went up is there once, with the marks the citizen gave.

Pure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from gateway.ledger.differences import Differences


@dataclass(frozen=True, slots=True)
class Delivery:
    """What the box knows of one rating at one upstream.

    `has_arrived` is None where that is in doubt: it was posted, and no answer came.
    """

    visit: str
    rating_id: str
    state: str
    has_arrived: bool | None
    marks: Mapping[str, int]


def compare_ratings(name: str, deliveries: Iterable[Delivery], log: Iterable[Mapping[str, Any]]) -> Differences:
    """Ratings that should have arrived at the upstream `name` and have not, that stand there twice, or should not.

    The log has a line for each form that was taken: `foreign_id`, `repeated` (known already and not stored again) and
    `marks` by criterion; and one for each that came and was refused.
    """
    count: Counter[str] = Counter()
    refused: set[str] = set()
    marks: dict[str, Mapping[str, int]] = {}
    for line in log:
        if line["event"] == "form" and not line.get("repeated"):
            count[line["foreign_id"]] += 1
            marks[line["foreign_id"]] = line["marks"]
        elif line["event"] == "refused" and "foreign_id" in line:
            refused.add(line["foreign_id"])
    lost, doubled, known = [], [], set()
    for delivery in deliveries:
        rating, visit = delivery.rating_id, delivery.visit
        known.add(rating)
        if delivery.has_arrived and not count[rating] and rating not in refused:
            lost.append(f"visit {visit}: its rating {rating} counts as taken by {name}, which never saw it")
        elif delivery.state == "accepted" and not count[rating]:
            lost.append(f"visit {visit}: its rating {rating} counts as accepted by {name}, which refused it")
        if delivery.has_arrived is False and count[rating]:
            doubled.append(f"visit {visit}: {name} counts its rating {rating}, which is {delivery.state} here")
        elif count[rating] > 1:
            doubled.append(f"visit {visit}: {name} counts its rating {rating} {count[rating]} times")
        if count[rating] and marks[rating] != delivery.marks:
            lost.append(
                f"visit {visit}: {name} counts {_said(marks[rating])} in {rating}, the citizen gave"
                f" {_said(delivery.marks)}"
            )
    doubled += [
        f"{name} counts a rating {rating} that the box does not know" for rating in count if rating not in known
    ]
    return Differences(lost, doubled)


def _said(marks: Mapping[str, int]) -> str:
    return ", ".join(f"{mark} for {key}" for key, mark in marks.items()) or "nothing"
