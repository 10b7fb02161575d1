"""A week without upstream, small: each rating is there once. `python -m benchmarks.outage` is the long one."""

from __future__ import annotations

from pathlib import Path

from benchmarks.outage import Outage


def test_week_without_upstream_loses_and_doubles_nothing(folder: Path) -> None:
    found = Outage(folder, 300, 7, batch=30, every_s=3600).run()
    assert found.violations == []
    assert found.facts["posts"] > found.facts["batches"] > 20


def test_ledger_names_each_rating_that_upstream_counts_twice(folder: Path) -> None:
    found = Outage(folder, 300, 7, batch=30, every_s=3600, dedupe=False).run()
    assert found.violations == []
    assert len(found.doubled) > 10
