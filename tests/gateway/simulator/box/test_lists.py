"""The lists that offices send: each when it is sent, and nothing in it that has not happened."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from gateway.model import Office
from gateway.simulator.box.lists import Lists, Sheet, written
from gateway.simulator.world.arrival import Arrival

_ZONE = ZoneInfo("Asia/Barnaul")


def office(code: str, zone: str = "Asia/Barnaul") -> Office:
    return Office(code, code, code, code, "", "", zone, 3)


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=_ZONE).timestamp()


def arrival(number: int, when: str, code: str = "A") -> Arrival:
    return Arrival(f"v{number}", code, "REG", at(when), "+79130000000", "8913", True, False, 0.0, 5)


class Sent:
    """Lists as they were sent: when, and the visits in each."""

    def __init__(self, folder: Path, arrivals: list[Arrival], listed_at: str | None, *offices: Office) -> None:
        self.met: list[str] = []
        self.files: list[list[str]] = []
        self.sheet = Sheet()
        known = {one.code: one for one in offices or (office("A"),)}
        self.lists = Lists(written(arrivals, known), known, listed_at, folder, self.sheet)
        self.lists.attend(lambda one: self.met.append(one.foreign_id), self._take)

    def _take(self, path: Path) -> None:
        with path.open(encoding="utf-8", newline="") as file:
            self.files.append([row["foreign_id"] for row in csv.DictReader(file)])

    def live(self) -> Iterator[tuple[str, list[str]]]:
        while (due := self.lists.next_at()) is not None:
            self.lists.advance(due)
            for file in self.files:
                yield datetime.fromtimestamp(due, _ZONE).isoformat()[:16], file
            self.files.clear()


def test_day_with_visits_around_the_hour_of_the_list_is_sent_in_two_lists(tmp_path: Path) -> None:
    visits = [arrival(1, "2017-09-12T10:00"), arrival(2, "2017-09-12T18:00"), arrival(3, "2017-09-12T18:00:01")]
    sent = Sent(tmp_path, visits, "18:00")
    assert list(sent.live()) == [("2017-09-12T18:00", ["v1", "v2"]), ("2017-09-13T18:00", ["v3"])]
    assert sent.met == ["v1", "v2", "v3"]
    assert (sent.sheet.happened, sent.sheet.waiting) == (3, {})


def test_offices_in_two_zones_send_by_their_own_clocks(tmp_path: Path) -> None:
    visits = [arrival(1, "2017-09-12T10:00"), arrival(2, "2017-09-12T11:00", "B")]
    sent = Sent(tmp_path, visits, "18:00", office("A"), office("B", "Europe/Moscow"))
    assert list(sent.live()) == [("2017-09-12T18:00", ["v1"]), ("2017-09-12T22:00", ["v2"])]


def test_visits_reported_as_they_end_are_sent_by_the_minute(tmp_path: Path) -> None:
    visits = [arrival(1, "2017-09-12T10:00:20"), arrival(2, "2017-09-12T10:00:50"), arrival(3, "2017-09-12T12:00:01")]
    sent = Sent(tmp_path, visits, None)
    assert list(sent.live()) == [("2017-09-12T10:01", ["v1", "v2"]), ("2017-09-12T12:01", ["v3"])]
