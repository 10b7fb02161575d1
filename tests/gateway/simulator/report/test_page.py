"""The page: well formed, closed to the outside, and with everything a stranger wrote escaped."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from gateway.simulator.measures.measures import Measures
from gateway.simulator.report import drawing
from gateway.simulator.report.writing import write_report
from tests.gateway.simulator.report import invented
from tests.gateway.simulator.report.wellformed import parsed

_FACTS: dict[str, Any] = {
    "seed": "7",
    "mode": "full",
    "command": "otklik simulate altai-2017",
    "wall_s": 512.5,
    "messages_per_s": 1300.5,
    "simulated_days_per_s": 0.47,
    "versions": {"otklik": "0.1.0", "Python": "3.11.7"},
    "scenario_text": "name: altai-2017\n# a <comment>\n",
}


@pytest.fixture(scope="module")
def lived() -> Measures:
    return invented.measures(days=20, scale=0.1)


@pytest.fixture(autouse=True)
def _undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures take a second, and have tests of their own."""
    monkeypatch.setattr(drawing, "available", lambda: False)


def _written(folder: Path, measures: Measures, **facts: Any) -> str:
    write_report(folder, invented.scenario(days=20), measures, _FACTS | facts)
    return (folder / "report.html").read_text(encoding="utf-8")


def test_without_matplotlib_the_page_says_how_to_get_pictures(tmp_path: Path, lived: Measures) -> None:
    page = _written(tmp_path, lived)
    assert "matplotlib is not installed: pip install &#39;otklik[report]&#39;." in page
    assert "<svg" not in page
    assert not (tmp_path / "pictures").exists()


def test_names_and_texts_of_strangers_are_escaped(tmp_path: Path, lived: Measures) -> None:
    hostile = {"BRN1": "</title><script>alert(1)</script>", "BRN2": '"><img src=x onerror=alert(1)>', "BSK1": "a&amp;b"}
    page = _written(tmp_path, lived, offices=hostile, scenario_text="</pre><script>1</script>")
    parser = parsed(page)
    assert "<script" not in page
    assert "<img" not in page
    assert any("</title><script>alert(1)</script>" in text for text in parser.text)
    assert any("a&amp;b" in text for text in parser.text)


def test_run_without_visits_says_so(tmp_path: Path) -> None:
    page = _written(tmp_path, Measures())
    parsed(page)
    assert "There was no visit in this run" in page
    assert "otklik simulate altai-2017" in page
    assert "Waits" not in page


def test_visits_alone_make_a_page(tmp_path: Path) -> None:
    page = _written(tmp_path, Measures(days=1, boxes=1, counts=Counter(visits=3, no_consent=3)))
    parsed(page)
    assert "No invitation was sent." in page


def test_interruption_and_a_ledger_out_of_balance_are_said(tmp_path: Path, lived: Measures) -> None:
    assert "interrupted" not in _written(tmp_path, lived)
    stopped = Measures.from_json(lived.as_json())
    stopped.balanced = False
    page = _written(tmp_path, stopped, interrupted=True)
    assert "It was interrupted" in page
    assert "The ledger does not balance" in page


def test_json_holds_what_the_page_says_and_what_was_run(tmp_path: Path, lived: Measures) -> None:
    page = _written(tmp_path, lived)
    told = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert told["run"]["seed"] == "7"
    assert told["scenario"]["box"]["callbacks"]["weekdays"] == [0, 1, 2, 3, 4]
    assert told["schema_version"] == 1
    assert f"{told['funnel']['steps'][-1]['count']:,}" in page


def test_equal_measures_make_equal_files(tmp_path: Path, lived: Measures) -> None:
    first = _written(tmp_path, lived)
    (tmp_path / "again").mkdir()
    assert _written(tmp_path / "again", Measures.from_json(lived.as_json())) == first
    assert (tmp_path / "again" / "report.json").read_bytes() == (tmp_path / "report.json").read_bytes()
