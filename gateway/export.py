"""Ratings out, in the order of their cursor: after reading up to N, `--after N` gives exactly what is newer.

Memory is constant: rows go from the database to the file one by one. A file is written beside its place and moved there
when it is whole, so that whoever looks at the place never sees half an export.
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from gateway.errors import GatewayError
from gateway.store.ratings import COLUMNS

FORMATS = ("jsonl", "csv")

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class ExportError(GatewayError):
    """The export cannot be written where it should go."""


def write(ratings: Iterable[Mapping[str, Any]], form: str, file: IO[str]) -> tuple[int, int]:
    """Write ratings; how many there were and the last cursor (0: none)."""
    put = _jsonl(file) if form == "jsonl" else _csv(file)
    count = cursor = 0
    for rating in ratings:
        put(rating)
        count, cursor = count + 1, int(rating["cursor"])
    return count, cursor


@contextmanager
def replacing(path: Path) -> Iterator[IO[str]]:
    """A text file that appears under `path` when the block ends well, and not before, safely on the disk."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with beside.open("w", encoding="utf-8", newline="") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as problem:
        raise ExportError(f"The export cannot be written to {path}: {problem.strerror}.") from problem
    finally:
        beside.unlink(missing_ok=True)


def cell(value: Any) -> Any:
    """A value as a spreadsheet may see it: a text that looks like a formula is quoted with an apostrophe."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, str) and value.startswith(_FORMULA):
        return "'" + value
    return value


def _jsonl(file: IO[str]) -> Any:
    def put(rating: Mapping[str, Any]) -> None:
        file.write(json.dumps(rating, ensure_ascii=False, separators=(",", ":")) + "\n")

    return put


def _csv(file: IO[str]) -> Any:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)

    def put(rating: Mapping[str, Any]) -> None:
        writer.writerow([cell(rating[column]) for column in COLUMNS])

    return put
