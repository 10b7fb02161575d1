"""Reads a file of visits or ratings row by row, whatever wrote it: UTF-8 with or without BOM or cp1251, `,` or `;`.

Only one row is in memory at a time. A row that cannot be taken apart is handed on with its fault, so that it is refused
by itself and the rest of the file is read.
"""

from __future__ import annotations

import codecs
import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, TextIO

from gateway.errors import IntakeError

COLUMNS = ("foreign_id", "office", "service", "received_at", "phone", "consent")
FORMATS = ("csv", "jsonl")
SUFFIXES = {".csv": "csv", ".txt": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl"}

_CHUNK = 1 << 20
_LONGEST_ROW = 20_000
_CLIPPED = 200
_TOO_LONG = f"the row is longer than {_LONGEST_ROW} characters"


class Row(NamedTuple):
    """One row with its line in the file; `fault` says why `cells` could not be read, None if they could.

    `sender` is who the file itself says it is from, "" if it does not.
    """

    line: int
    cells: dict[str, str]
    fault: str | None = None
    sender: str = ""


@dataclass(frozen=True, slots=True)
class Survey:
    """What a first look at a file found: its encoding and how many lines it has."""

    encoding: str
    lines: int


def look_at(path: Path) -> Survey:
    """Which encoding the file has; raises IntakeError if it cannot be read.

    Windows-1251 takes any byte, so a file is that only where it is not UTF-8.
    """
    decoder, encoding, lines = codecs.getincrementaldecoder("utf-8")(), "utf-8-sig", 0
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                lines += chunk.count(b"\n")
                if encoding == "utf-8-sig":
                    try:
                        decoder.decode(chunk)
                    except UnicodeDecodeError:
                        encoding = "cp1251"
    except OSError as problem:
        raise IntakeError(f"The file {path} cannot be read: {problem.strerror}.") from problem
    return Survey(encoding, lines)


def rows(path: Path, form: str, encoding: str, needed: Sequence[str] = COLUMNS) -> Iterator[Row]:
    """Every row of the file. Raises IntakeError for a CSV file whose header lacks a column that is `needed`."""
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        yield from _csv_rows(path, file, needed) if form == "csv" else _jsonl_rows(file)


def _csv_rows(path: Path, file: TextIO, needed: Sequence[str]) -> Iterator[Row]:
    header = file.readline()
    delimiter = ";" if header.count(";") > header.count(",") else ","
    names = [name.strip().strip('"').casefold() for name in next(csv.reader([header], delimiter=delimiter), [])]
    missing = [column for column in needed if column not in names]
    if missing:
        raise IntakeError(
            f"{path}:1: the column {missing[0]} is missing; the first line must name {', '.join(needed)}."
        )
    reader = csv.reader(file, delimiter=delimiter)
    while True:
        line = reader.line_num + 2
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as problem:
            yield Row(line, {}, f"the row cannot be read as CSV ({problem})")
            continue
        text = "".join(cells)
        if not text or text.isspace():
            continue
        if len(cells) != len(names):
            fault = f"the row has {len(cells)} cells, the header has {len(names)}"
            yield Row(line, {name: cell[:_CLIPPED] for name, cell in zip(names, cells, strict=False)}, fault)
        elif len(text) > _LONGEST_ROW:
            yield Row(line, {name: cell[:_CLIPPED] for name, cell in zip(names, cells, strict=True)}, _TOO_LONG)
        else:
            yield Row(line, dict(zip(names, cells, strict=True)))


def _jsonl_rows(file: TextIO) -> Iterator[Row]:
    for line, text in enumerate(file, 1):
        if not text.strip():
            continue
        if len(text) > _LONGEST_ROW:
            yield Row(line, {}, _TOO_LONG)
            continue
        try:
            value = _value_of(text)
        except ValueError:
            value = None
        if isinstance(value, dict):
            yield Row(line, {str(key).casefold(): _cell(item) for key, item in value.items()})
        else:
            yield Row(line, {}, "the line is no JSON object")


def _value_of(text: str) -> object:
    """Raises ValueError for what is no JSON, and for half of a surrogate pair, which is no text that can be stored."""
    value = json.loads(text)
    if "\\ud" in text.casefold():
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    return value


def _cell(value: object) -> str:
    """A JSON value as the text a CSV cell would hold."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
