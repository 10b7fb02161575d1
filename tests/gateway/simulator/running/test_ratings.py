"""The ratings of several boxes as one file."""

from __future__ import annotations

import json
from pathlib import Path

from gateway.simulator.running.ratings import merge


def _lines(path: Path, *ratings: tuple[int, str, str]) -> Path:
    rows = [{"cursor": cursor, "foreign_id": visit, "rated_at": moment} for cursor, visit, moment in ratings]
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return path


def test_ratings_stand_in_the_order_they_were_given(tmp_path: Path) -> None:
    one = _lines(tmp_path / "1", (1, "a", "2017-01-02T10:00:00Z"), (2, "b", "2017-01-04T10:00:00Z"))
    two = _lines(tmp_path / "2", (1, "c", "2017-01-02T10:00:00Z"), (7, "д", "2017-01-03T10:00:00Z"))
    target = tmp_path / "ratings.jsonl"
    assert merge({"box1": one, "box2": two, "box3": tmp_path / "none"}, target) == 4
    assert target.read_text(encoding="utf-8") == (
        '{"cursor":1,"foreign_id":"a","rated_at":"2017-01-02T10:00:00Z","box":"box1"}\n'
        '{"cursor":2,"foreign_id":"c","rated_at":"2017-01-02T10:00:00Z","box":"box2"}\n'
        '{"cursor":3,"foreign_id":"д","rated_at":"2017-01-03T10:00:00Z","box":"box2"}\n'
        '{"cursor":4,"foreign_id":"b","rated_at":"2017-01-04T10:00:00Z","box":"box1"}\n'
    )


def test_boxes_without_ratings_make_an_empty_file(tmp_path: Path) -> None:
    assert merge({"box1": _lines(tmp_path / "1")}, tmp_path / "ratings.jsonl") == 0
    assert (tmp_path / "ratings.jsonl").read_bytes() == b""
