"""A box lives through a scenario: all that was begun comes to an end, the same each time, and the numbers are true."""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import structlog

from gateway.errors import ScenarioError
from gateway.simulator.box.memory import is_begun
from gateway.simulator.box.run import run_box
from gateway.simulator.measures.measures import Measures
from gateway.simulator.running.progress import Progress
from gateway.simulator.scenario.model import Scenario

_ALTAI = Path(__file__).parents[4] / "examples" / "altai"
_SATURDAY = date(2017, 9, 9)
_MODEMS: dict[str, Any] = {"count": 2, "submit": {"median_s": 3, "sigma": 0.4}}
_SURVEY: dict[str, Any] = {"survey": {"delay_s": 3600, "reply_window_s": 20_000}, "sweep_s": 3600}


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    yield
    structlog.configure(**before)


def scenario(**keys: Any) -> Scenario:
    plain: dict[str, Any] = {
        "name": "small",
        "about": "A few people.",
        "first_day": _SATURDAY,
        "days": 1,
        "offices": _ALTAI / "offices.csv",
        "services": _ALTAI / "services.csv",
        "box": _SURVEY,
        "modems": _MODEMS,
        "visits": {"per_day": 100},
        "citizens": {"response": 0.5},
        "network": {"off": 0.2, "off_for": {"median_s": 30_000, "sigma": 0.5}},
    }
    return Scenario.model_validate({**plain, **keys})


class Run:
    """A scenario lived in a folder, and what was left there."""

    def __init__(self, lived: Scenario, folder: Path, *, stopped: bool = False) -> None:
        self.folder = folder
        self.told: list[Progress] = []
        stop = threading.Event()
        if stopped:
            stop.set()
        self.measures: Measures = run_box(lived, 1, 1, folder, self.told.append, stop)

    @property
    def ratings(self) -> bytes:
        return (self.folder / "ratings.jsonl").read_bytes()

    def one(self, sql: str) -> Any:
        db = sqlite3.connect(self.folder / "otklik.db")
        try:
            return db.execute(sql).fetchone()[0]
        finally:
            db.close()


def test_small_day_comes_to_its_end_and_is_measured_as_the_database_has_it(tmp_path: Path) -> None:
    run = Run(scenario(), tmp_path)
    measures, counts = run.measures, run.measures.counts
    assert measures.balanced
    assert [progress.day for progress in run.told] == [1]
    assert counts["visits"] == run.one("SELECT count(*) FROM visits") > 20
    assert counts["rated"] == counts["exported"] > 3
    assert run.ratings.count(b"\n") == run.one("SELECT count(*) FROM ratings")
    assert run.one("SELECT count(*) FROM dispositions") == counts["visits"]
    assert run.one("SELECT count(*) FROM invitations WHERE state IN ('due', 'open')") == 0
    assert sum(measures.waits_s.values()) == run.one("SELECT count(*) FROM messages WHERE kind = 'invite'")
    assert sum(measures.sent_by_hour.values()) == counts["parts"] == sum(measures.sent.values())
    assert sum(sum(marks.values()) for marks in measures.marks.values()) == counts["rated"]
    waited = sum(wait * count for wait, count in measures.waits_s.items())
    assert abs(measures.queue_area_s - waited) <= sum(measures.waits_s.values())
    # The list comes at 18:00, the delay has passed by then: everybody may go at once, and two modems take 3 s each.
    assert list(measures.may_send_by_hour) == [18]
    busy_s = sum(sum(modem.busy_s.values()) for modem in measures.modems.values())
    assert 2 * counts["parts"] < busy_s < 5 * counts["parts"]
    assert measures.messages > counts["parts"] + counts["inbound"]


def test_box_that_was_put_aside_goes_on_to_the_very_same_end(tmp_path: Path) -> None:
    lived = scenario(
        days=3,
        modems={**_MODEMS, "count": 1},
        upstream={"every_s": 20_000},
        desk={"operators": 1, "look_s": 3600},
    )
    whole = Run(lived, tmp_path / "whole")
    there = tmp_path / "interrupted"
    begun = Run(lived, there, stopped=True)
    assert [progress.day for progress in begun.told] == [1, 2]
    assert begun.measures.counts["visits"] < whole.measures.counts["visits"]
    assert is_begun(there)
    with pytest.raises(ScenarioError, match="is another scenario"):
        Run(scenario(days=4), there)
    ended = Run(lived, there)
    assert [progress.day for progress in ended.told] == [3]
    assert not is_begun(there)
    assert whole.measures.balanced
    assert ended.ratings == whole.ratings != b""
    assert ended.measures.as_json() == whole.measures.as_json()


def test_box_that_looks_less_often_sends_on_its_ticks_and_hears_the_same(tmp_path: Path) -> None:
    """Offices report each visit by the minute, so people may be asked at any second of the day."""
    visits = {"per_day": 60, "lists_at": None}
    each_second = Run(scenario(visits=visits), tmp_path / "second").measures
    seldom = Run(scenario(visits=visits, box={**_SURVEY, "tick_s": 600}), tmp_path / "seldom").measures
    assert seldom.replies == each_second.replies
    assert max(each_second.waits_s) < 60
    assert 200 < sum(wait * count for wait, count in seldom.waits_s.items()) / sum(seldom.waits_s.values()) < 400


def test_other_seed_makes_other_ratings(tmp_path: Path) -> None:
    one, other = Run(scenario(), tmp_path / "one"), Run(scenario(seed="2"), tmp_path / "other")
    assert one.ratings != other.ratings


def test_ratings_reach_an_upstream_that_was_away_and_loses_answers(tmp_path: Path) -> None:
    upstream = {"every_s": 600, "batch": 5, "away": [[0.8, 2.1]], "lost_answers": 0.3}
    run = Run(scenario(upstream=upstream), tmp_path)
    assert run.measures.balanced
    log = (tmp_path / "upstream.log").read_text(encoding="utf-8")
    assert log.count('"form"') >= run.measures.counts["rated"] > 3
    assert run.one("SELECT count(*) FROM deliveries WHERE state NOT IN ('accepted', 'superseded')") == 0


def test_modems_that_hang_and_a_network_that_goes_away_lose_nothing(tmp_path: Path) -> None:
    often = {"every_h": 1.5, "lasts": {"median_s": 120, "sigma": 0.5}}
    modems = {**_MODEMS, "hangs": often, "no_network": often, "on_unknown": "resend"}
    network = {"away": often, "refused": 0.1, "doubled": 0.2, "reports_lost": 0.2, "blocked": 0.1}
    run = Run(scenario(modems=modems, network=network), tmp_path)
    assert run.measures.counts["lost"] == 0
    assert sum(len(modem.away) for modem in run.measures.modems.values()) > 3
    assert run.one("SELECT count(*) FROM parts WHERE attempts > 1 OR blamed") > 0
