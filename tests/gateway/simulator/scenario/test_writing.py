"""A scenario written is read back as the same."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gateway.simulator.scenario.model import Scenario
from gateway.simulator.scenario.writing import as_document
from modem import documents

TEXT = """
name: altai
about: Ратные дела, a "test".
seed: 0919
first_day: 2017-01-01
days: 2
box:
  survey: {window: always, delay_s: 5, weekend: null}
  callbacks: {weekdays: sat-mon, holidays: [ru, 2026-12-30, 2099-01-01], hours: {from: 09:00:30, to: 18:00}}
modems: {hangs: {every_h: 5, lasts: {median_s: 60}}}
visits: {peaks: {8: 1, 9: 0.5}, lists_at: null, holidays: [2017-01-01..2017-01-03], city: {from: 08:00, to: 20:00}}
citizens: {scores: [0.9, 0.1, 0, 0, 0]}
upstream: {away: [[1, 2.5], [7, 8]]}
published: {response: [0.15, 0.16]}
"""


def _text(scenario: Scenario) -> str:
    return documents.dump(as_document(scenario))


def test_every_kind_of_value_comes_back() -> None:
    scenario = documents.parse(TEXT, "t", Scenario)
    assert documents.parse(_text(scenario), "written", Scenario) == scenario


def test_what_was_left_out_is_left_out() -> None:
    scenario = documents.parse("{name: s, about: A test., first_day: 2017-01-01, modems: {count: 2}}", "t", Scenario)
    assert as_document(scenario) == {
        "name": "s",
        "about": "A test.",
        "first_day": "2017-01-01",
        "modems": {"count": 2},
    }
    assert _text(scenario) == "name: s\nabout: A test.\nfirst_day: '2017-01-01'\nmodems: {count: 2}\n"


@given(st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), min_size=1, max_size=60))
def test_any_words_come_back(about: str) -> None:
    scenario = documents.parse("{name: s, about: x, first_day: 2017-01-01}", "t", Scenario)
    scenario = scenario.model_copy(update={"about": about, "seed": about})
    assert documents.parse(_text(scenario), "written", Scenario) == scenario
