"""docs/numbers.md has the report of the program. Write it anew: python -m tests.docs.test_numbers_page."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from gateway.numbers.figures import draw_up
from gateway.numbers.page import as_text
from gateway.store.numbers import Selection
from tests.gateway.surveyed import Surveyed

PAGE = Path(__file__).parents[2] / "docs" / "numbers.md"
_BEGIN, _END = "<!-- report: begin -->\n", "<!-- report: end -->"
_RATINGS = {
    "BSK1": {5: 187, 4: 11, 3: 1, 1: 1},
    "ALS1": {5: 29, 4: 3},
    "RBC1": {5: 129, 4: 10, 3: 5, 2: 2, 1: 4},
    "ZRN1": {5: 70, 4: 10, 3: 7, 2: 4, 1: 9},
    "BAE1": {5: 3},
}
_NOT_RATED = {"BSK1": 1040, "ALS1": 240, "RBC1": 880, "ZRN1": 640, "BAE1": 9}
# What becomes of forty visits that are not rated.
_ENDS: tuple[Mapping[str, Any], ...] = (
    *[{}] * 18,
    *[{"consent": False}] * 18,
    *[{"part": "failed"}] * 2,
    {"state": "declined"},
    {"state": "barred", "part": None},
)


def _report(folder: Path) -> str:
    surveyed = Surveyed(folder / "otklik.db")
    try:
        for office, counts in _RATINGS.items():
            surveyed.ratings(office, counts)
        for office, visits in _NOT_RATED.items():
            for k in range(visits):
                surveyed.visit(office, **_ENDS[k % len(_ENDS)])
        return f"```console\n$ otklik report\n{as_text(draw_up(surveyed.db, 'office', Selection()))}\n```\n"
    finally:
        surveyed.db.close()


def test_example_of_the_page_is_what_the_program_prints(tmp_path: Path) -> None:
    written = PAGE.read_text(encoding="utf-8").split(_BEGIN)[1].split(_END)[0]
    assert written == _report(tmp_path)


if __name__ == "__main__":
    with TemporaryDirectory() as place:
        text = _report(Path(place))
    before, rest = PAGE.read_text(encoding="utf-8").split(_BEGIN)
    PAGE.write_text(before + _BEGIN + text + _END + rest.split(_END)[1], encoding="utf-8")
