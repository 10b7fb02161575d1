"""docs/numbers.md has what the program prints. Write it anew: python -m tests.docs.test_numbers_page."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from gateway import directory
from gateway.calendarsettings import CallbackSettings
from gateway.callbackdesk import CallbackDesk
from gateway.cli.ratings import as_text as visit_as_text
from gateway.config import packaged_config
from gateway.intake.channeldoor import ChannelDoor
from gateway.numbers.figures import draw_up
from gateway.numbers.page import as_text
from gateway.store.channels import side_by_side
from gateway.store.numbers import Selection
from tests.gateway.surveyed import NOON, Surveyed

PAGE = Path(__file__).parents[2] / "docs" / "numbers.md"
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


# What an office is rated by SMS, and what in turn at its terminal.
_BY_SMS = {5: 140, 4: 9, 3: 2, 1: 3}
_AT_THE_TERMINAL = (5, 5, 5, 4)
_UNREPORTED = {"office": "BSK1", "service": "REG", "received_at": "2017-09-13T11:50"}


def _channels(folder: Path) -> str:
    surveyed = Surveyed(folder / "otklik.db")
    base = packaged_config().parent / "examples/altai"
    known = directory.load(base / "offices.csv", base / "services.csv")
    door = ChannelDoor(known, CallbackDesk(CallbackSettings()))

    def take(source: str, name: str, minute: int, **cells: str) -> None:
        at = (NOON + timedelta(minutes=minute)).isoformat()
        cells = {"outside_id": name, "rated_at": at, **cells}
        assert door.take(surveyed.db, cells, NOON + timedelta(days=1), source=source, sender="test")

    try:
        surveyed.ratings("BSK1", _BY_SMS)
        for k in range(1, 41):
            take("terminal", f"t{k}", -5, foreign_id=f"v{k}", overall=str(_AT_THE_TERMINAL[k % 4]))
        for k in range(41, 50):
            take("terminal", f"t{k}", -5, **_UNREPORTED, overall=str(_AT_THE_TERMINAL[k % 4]))
        take("portal", "p1", 300, foreign_id="v1", queue="2", staff="4", comment="Полтора часа в очереди")
        take("portal", "p2", 301, foreign_id="v1", overall="3", queue="2", staff="4", comment="Полтора часа в очереди")
        take("portal", "p3", 302, foreign_id="v2", overall="5")
        report = as_text(draw_up(surveyed.db, "channel", Selection())).split("\n\n")
        visit = "\n\n".join(map(visit_as_text, side_by_side(surveyed.db, "v1")))
    finally:
        surveyed.db.close()
    shown = "\n\n".join([*report[:2], "…", *report[-1:]])
    return f"```console\n$ otklik report --by channel\n{shown}\n\n$ otklik ratings show v1\n{visit}\n```\n"


_EXAMPLES: dict[str, Callable[[Path], str]] = {"report": _report, "channels": _channels}


def _place(name: str) -> re.Pattern[str]:
    return re.compile(f"(?<=<!-- {name}: begin -->\n).*?(?=<!-- {name}: end -->)", re.DOTALL)


@pytest.mark.parametrize("name", _EXAMPLES)
def test_example_of_the_page_is_what_the_program_prints(tmp_path: Path, name: str) -> None:
    written = _place(name).search(PAGE.read_text(encoding="utf-8"))
    assert written is not None
    assert written[0] == _EXAMPLES[name](tmp_path)


if __name__ == "__main__":
    page = PAGE.read_text(encoding="utf-8")
    for name, example in _EXAMPLES.items():
        with TemporaryDirectory() as place:
            text = example(Path(place))
        page = _place(name).sub(lambda _, text=text: text, page)
    PAGE.write_text(page, encoding="utf-8")
