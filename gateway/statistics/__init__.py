"""Honest numbers from ratings.

Pure, a module a subject: `intervals` (how sure a share and a mean are), `summary` (what a set of ratings says),
`response` (how many of those asked have answered), `ranking` (which office is better, as far as that is known), `trend`
(whether a week differs from chance) and `beta`, the distribution behind them. `docs/numbers.md` tells an operator.
"""

from __future__ import annotations

from gateway.statistics.intervals import RATINGS, Interval, wilson
from gateway.statistics.summary import SMALL_SAMPLE, Summary, summarise, summarise_counts

__all__ = ["RATINGS", "SMALL_SAMPLE", "Interval", "Summary", "summarise", "summarise_counts", "wilson"]
