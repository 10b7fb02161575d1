"""The table that the operator of the offices knows from upstream: report "general", in exactly its columns.

What upstream counts in each column is published nowhere; here it is this, and docs/numbers.md says so:

- `count_phone_numbers`: different phones that the branch has given with its visits, so those with consent;
- `count_factors`: facts of service, so visits that were reported, those without consent included;
- `score_1` to `score_5`: how often each overall rating was given, by the one that counts of each visit;
  `all_scores` is their sum;
- `rating`: their mean, (5 s5 + 4 s4 + 3 s3 + 2 s2 + s1) / all_scores, empty without ratings.
"""

from __future__ import annotations

from typing import Any

from sqlite_utils import Database

from gateway.numbers.figures import draw_up
from gateway.statistics.intervals import RATINGS
from gateway.store import numbers as rows
from gateway.store.numbers import Selection

COLUMNS = (
    "branch name",
    "count_phone_numbers",
    "count_factors",
    "all_scores",
    *(f"score_{rating}" for rating in RATINGS),
    "rating",
)


def general(db: Database, selection: Selection) -> list[dict[str, Any]]:
    """A row a branch that has visits, by name. Raises ReportError as `draw_up` does."""
    phones = rows.phones(db, selection)
    found = []
    for group in sorted(draw_up(db, "office", selection).groups, key=lambda group: (group.name, group.key)):
        ratings = group.ratings
        facts = 0 if group.response is None else group.response.visits
        mean = None if ratings.mean is None else round(ratings.mean, 2)
        counts = (ratings.counts[rating] for rating in RATINGS)
        row = (group.name, phones.get(group.key, 0), facts, ratings.total, *counts, mean)
        found.append(dict(zip(COLUMNS, row, strict=True)))
    return found
