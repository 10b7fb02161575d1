"""The ratings of all boxes as one file: the columns of an export, with the box at the end.

They stand in the order in which people gave them, those of one moment in the order of boxes; `cursor` counts them anew.
A box's own file keeps the cursors of its database. Memory is constant.
"""

from __future__ import annotations

import heapq
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from gateway.export.files import replacing


def merge(boxes: Mapping[str, Path], target: Path) -> int:
    """Write the ratings in the files of `boxes`, by name and in their order, to `target`; how many there were."""
    count = 0
    streams = [_ratings(path, place, name) for place, (name, path) in enumerate(boxes.items())]
    with replacing(target) as file:
        for count, (_, rating) in enumerate(heapq.merge(*streams, key=lambda pair: pair[0]), 1):
            rating["cursor"] = count
            file.write(json.dumps(rating, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
    return count


def _ratings(path: Path, place: int, name: str) -> Iterator[tuple[tuple[str, int, int], dict[str, Any]]]:
    if not path.exists():
        return  # a box that has not begun
    with path.open(encoding="utf-8") as file:
        for line in file:
            rating = json.loads(line)
            rating["box"] = name
            yield (rating["rated_at"], place, rating["cursor"]), rating
