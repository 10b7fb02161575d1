"""The offices and services the centre knows, read from two CSV files.

They change rarely and by hand, so every fault is named with file and line, and a file with a fault is not used.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from gateway.errors import ConfigError
from gateway.model import Office, Service

_OFFICE = ("code", "name", "short_name", "locality", "oktmo", "okato", "time_zone", "windows")
_SERVICE = ("code", "name", "authority", "authority_id", "service_id", "procedure_id", "type")

T = TypeVar("T", Office, Service)


@dataclass(frozen=True, slots=True)
class Directory:
    """Offices and services by code."""

    offices: dict[str, Office]
    services: dict[str, Service]


def load(offices: Path, services: Path) -> Directory:
    """Raises ConfigError with file and line for what is missing, doubled or unreadable."""
    return Directory(
        _by_code(offices, _OFFICE, _office),
        _by_code(services, _SERVICE, lambda row: Service(*(row[column] for column in _SERVICE))),
    )


def _by_code(path: Path, columns: tuple[str, ...], make: Callable[[dict[str, str]], T]) -> dict[str, T]:
    found: dict[str, T] = {}
    for line, row in _rows(path, columns):
        try:
            item = make(row)
        except ValueError as problem:
            raise ConfigError(f"{path}:{line}: {problem}") from problem
        if not item.code or item.code in found:
            raise ConfigError(f"{path}:{line}: the code {item.code!r} is empty or given twice; every row needs its own")
        found[item.code] = item
    if not found:
        raise ConfigError(f"{path}: there is no row in it; the centre needs at least one")
    return found


def _rows(path: Path, columns: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            missing = [column for column in columns if column not in (reader.fieldnames or ())]
            if missing:
                raise ConfigError(f"{path}:1: the column {missing[0]} is missing; needed are {', '.join(columns)}")
            for row in reader:
                if None in row.values() or None in row:
                    raise ConfigError(f"{path}:{reader.line_num}: the row has not {len(reader.fieldnames or ())} cells")
                yield reader.line_num, {column: row[column].strip() for column in columns}
    except (OSError, UnicodeDecodeError, csv.Error) as problem:
        raise ConfigError(
            f"{path} cannot be read: {problem}; check offices and services in the configuration"
        ) from None


def _office(row: dict[str, str]) -> Office:
    try:
        ZoneInfo(row["time_zone"])
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError(f"{row['time_zone']!r} is no time zone; write an IANA name such as Asia/Barnaul") from None
    if not row["windows"].isdigit():
        raise ValueError(f"windows is {row['windows']!r}; write how many there are")
    for column, lengths in (("oktmo", (8, 11)), ("okato", (11,))):
        if not row[column].isdigit() or len(row[column]) not in lengths:
            raise ValueError(f"{column} is {row[column]!r}; it has {' or '.join(map(str, lengths))} digits")
    return Office(
        code=row["code"],
        name=row["name"],
        short_name=row["short_name"],
        locality=row["locality"],
        oktmo=row["oktmo"],
        okato=row["okato"],
        time_zone=row["time_zone"],
        windows=int(row["windows"]),
    )
