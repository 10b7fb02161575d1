"""Tasks and words between processes, and results on disk, come over whole."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import SimulationError
from gateway.simulator.measures.measures import Measures
from gateway.simulator.running.boxes import Box
from gateway.simulator.running.progress import Progress
from gateway.simulator.running.results import Result, keep, look
from gateway.simulator.running.tasks import Failed, Lived, Task, Word, word_line, word_of
from gateway.simulator.scenario.model import ModemsSection, Scenario

_words = st.one_of(
    st.builds(Progress, st.text(), st.integers(), st.integers(), st.integers()),
    st.builds(Lived, st.text(), st.booleans(), st.integers()),
    st.builds(Failed, st.text(), st.text()),
)


@given(_words)
def test_any_word_is_one_line_and_comes_back(word: Word) -> None:
    line = word_line(word)
    assert "\n" not in line
    assert word_of(line) == word


def test_progress_is_written_as_this() -> None:
    assert word_line(Progress("box1", 2, 3, 4)) == '{"Progress": {"box": "box1", "day": 2, "days": 3, "messages": 4}}'


def test_task_comes_back() -> None:
    scenario = Scenario(name="s", about="Да.", first_day=date(2017, 9, 12), modems=ModemsSection(count=3))
    task = Task(scenario, Box(2, 1, "region2-box1"), Path("/a b"), Path("/a b/c"))
    assert "\n" not in task.line()
    assert Task.of(task.line()) == task


def test_result_comes_back_and_absence_is_none(tmp_path: Path) -> None:
    measures = Measures(days=3, messages=5)
    measures.counts.update(visits=2)
    path = tmp_path / "deep" / "measures.json"
    assert look(path) is None
    keep(Result(True, 1.5, 2048, measures), path)
    assert look(path) == Result(True, 1.5, 2048, measures)
    assert [entry.name for entry in path.parent.iterdir()] == ["measures.json"]


@pytest.mark.parametrize("text", ["", "[]", '{"whole": true}', "\x00"])
def test_result_that_is_none_is_told(tmp_path: Path, text: str) -> None:
    path = tmp_path / "measures.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SimulationError, match="holds no result that this version can read"):
        look(path)
