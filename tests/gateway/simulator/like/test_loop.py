"""A box lived, its likeness drawn, and planned again: it comes to what it was."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest
import structlog

from gateway.simulator.box.run import run_box
from gateway.simulator.like.writing import scenario_like
from gateway.simulator.plan.run import plan_box
from gateway.simulator.report.published import compare
from gateway.simulator.scenario import files
from gateway.simulator.scenario.vary import varied


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    yield
    structlog.configure(**before)


def test_likeness_of_a_lived_box_comes_to_the_same_when_it_is_planned(tmp_path: Path) -> None:
    changes = {"visits.per_day": "160", "citizens.response": "0.4", "network.off": "0.15", "visits.day_sigma": "0"}
    lived = varied(files.load("altai-day"), changes)
    box = run_box(lived, 1, 1, tmp_path / "box", lambda progress: None, Event())
    (database,) = (tmp_path / "box").rglob("otklik.db")
    like = scenario_like(database, tmp_path / "like")
    # What was put in is found again.
    assert like.citizens.response == pytest.approx(0.4, abs=0.12)
    assert like.visits.consent == pytest.approx(lived.visits.consent, abs=0.1)
    assert like.modems.submit.median_s == pytest.approx(lived.modems.submit.median_s, rel=0.1)
    assert like.network.delivery.median_s == pytest.approx(lived.network.delivery.median_s, rel=0.2)
    # And what is planned by it is what was lived, as far as chance lets it.
    planned = plan_box(like, 1, 1, lambda progress: None, Event())
    verdicts = {row["figure"]: row["verdict"] for row in compare(like, planned)}
    assert set(verdicts) == {"response", "replied", "delivered"}
    assert all(verdict == "inside" or verdict.endswith("no more than chance") for verdict in verdicts.values())
    assert planned.counts["visits"] == pytest.approx(box.counts["visits"], rel=0.3)
