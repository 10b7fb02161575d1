"""The page: well formed, closed to the outside, and with everything a stranger wrote escaped."""

from __future__ import annotations

import json
import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from gateway.simulator.measures.measures import Measures
from gateway.simulator.report.writing import write_report
from tests.gateway.simulator.report import invented

_VOID = frozenset(("meta", "link", "br"))
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


class _Nested(HTMLParser):
    """Fails on an element that is not closed where it should be, on an id that comes twice, on a link to nowhere."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.names: set[str] = set()
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _VOID:
            self.open.append(tag)
        self._take(attrs)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._take(attrs)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def _take(self, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            self.names.add(name)
            if name == "id":
                self.ids.append(value or "")
            if name in ("href", "xlink:href"):
                self.links.append(value or "")


def _parsed(page: str) -> _Nested:
    parser = _Nested()
    parser.feed(page)
    parser.close()
    assert parser.open == []
    assert not [name for name, times in Counter(parser.ids).items() if times > 1]
    assert {link[1:] for link in parser.links if link.startswith("#")} <= set(parser.ids)
    return parser


@pytest.fixture(scope="module")
def lived() -> Measures:
    return invented.measures(days=20, scale=0.1)


def _written(folder: Path, measures: Measures, **facts: Any) -> str:
    write_report(folder, invented.scenario(days=20), measures, _FACTS | facts)
    return (folder / "report.html").read_text(encoding="utf-8")


def test_page_is_well_formed_and_asks_nobody_for_anything(tmp_path: Path, lived: Measures) -> None:
    page = _written(tmp_path, lived, offices=invented.office_names())
    parser = _parsed(page)
    assert all(link.startswith(("#", "data:,")) for link in parser.links)
    assert not [name for name in parser.names if name.startswith("on") or name in ("src", "style", "action")]
    for outside in ("<script", "http:", "https:", "@import"):
        assert outside not in page, outside
    assert "default-src 'none'" in page
    assert not re.search(r"url\((?!#)", page)


def test_names_and_texts_of_strangers_are_escaped(tmp_path: Path, lived: Measures) -> None:
    hostile = {"BRN1": "</title><script>alert(1)</script>", "BRN2": '"><img src=x onerror=alert(1)>', "BSK1": "a&amp;b"}
    page = _written(tmp_path, lived, offices=hostile, scenario_text="</pre><script>1</script>")
    parser = _parsed(page)
    assert "<script" not in page
    assert "<img" not in page
    assert any("</title><script>alert(1)</script>" in text for text in parser.text)
    assert any("a&amp;b" in text for text in parser.text)


def test_run_without_visits_says_so(tmp_path: Path) -> None:
    page = _written(tmp_path, Measures())
    _parsed(page)
    assert "There was no visit in this run" in page
    assert "otklik simulate altai-2017" in page
    assert "Waits" not in page


def test_visits_alone_make_a_page(tmp_path: Path) -> None:
    page = _written(tmp_path, Measures(days=1, boxes=1, counts=Counter(visits=3, no_consent=3)))
    _parsed(page)
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
