"""What `otklik check` says of days off and of the register of numbers."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway.config import parse
from gateway.finding import Finding
from gateway.health import examine
from gateway.settings import Settings
from scheduler.clock import SystemClock

HEADER = "АВС/ DEF;От;До;Емкость;Оператор;Регион\n"


class Calendar(SystemClock):
    def __init__(self, year: int) -> None:
        self._now = datetime(year, 3, 1, tzinfo=UTC)

    def now(self) -> datetime:
        return self._now


def findings(settings: Settings, what: str, year: int = 2026) -> list[Finding]:
    return [finding for finding in examine(settings, Calendar(year)) if finding.what == what]


def settings(folder: Path, survey: str = "{}") -> Settings:
    return parse(f"database: {folder / 'otklik.db'}\nmodems: []\nsurvey: {survey}", "c")


@pytest.mark.parametrize(("year", "keys"), [(2027, []), (2028, ["survey", "callbacks"])])
def test_calendar_that_has_come_to_its_end_is_told(tmp_path: Path, year: int, keys: list[str]) -> None:
    told = findings(settings(tmp_path, "{holidays: ru}"), "holidays", year)
    assert [finding.text for finding in told] == [
        f"moved days off are known until 2027-12-31 only; name later ones in {key}.holidays" for key in keys
    ]


@pytest.mark.parametrize(("voice_days", "faults"), [("null", 0), ("30", 0), ("31", 1)])
def test_silent_who_may_be_called_after_their_phones_have_gone_are_a_fault(
    tmp_path: Path, voice_days: str, faults: int
) -> None:
    keys = f"modems: []\ncallbacks: {{voice_days: {voice_days}}}\nprivacy: {{phones_days: 30}}\n"
    found = findings(parse(f"database: {tmp_path / 'otklik.db'}\n{keys}", "c"), "call-backs")
    assert [finding.fault for finding in found] == [True] * faults


def test_places_whose_zone_the_register_does_not_tell_are_named(tmp_path: Path) -> None:
    register = tmp_path / "DEF-9xx.csv"
    places = ["Томская область", *(f"Место {n}" for n in range(7)), "Место 1"]
    rows = [f"900;{n}0000;{n}9999;10000;Пример;{place}\n" for n, place in enumerate(places)]
    register.write_text(HEADER + "".join(rows), encoding="utf-8")
    (finding,) = findings(settings(tmp_path, f"{{number_zones: {register}}}"), "register of numbers")
    assert not finding.fault
    assert finding.text == (
        "9 ranges; the office's zone for numbers of Место 0, Место 1, Место 2, Место 3, Место 4 and 2 more places"
    )


def test_register_that_cannot_be_read_is_a_fault(tmp_path: Path) -> None:
    (finding,) = findings(settings(tmp_path, f"{{number_zones: {tmp_path / 'none.csv'}}}"), "register of numbers")
    assert finding.fault
    assert findings(settings(tmp_path), "register of numbers") == []
