"""In which time zone a phone probably is: the register of the numbering plan, by ranges of numbers.

Pure. The register is the ministry's open data (`DEF-9xx.csv` at https://opendata.digital.gov.ru/registry/numeric/), a
line a range: `АВС/ DEF;От;До;Емкость;Оператор;Регион`, in newer files with `Территория ГАР` and `ИНН` behind.

It is a hint. A number tells where it was given out: its owner may have moved, or taken it along to another operator
and then to another region. Who was at an office lately may well be near it, so the office's zone is as good a guess
where the register says nothing, or a region has several zones (`gateway.regions`).
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from gateway import regions
from gateway.errors import ConfigError

_NEEDED = ("def", "от", "до", "регион")
_TERRITORY = "территория гар"
_AROUND_CELLS = ' \t\r\xa0"'


@dataclass(frozen=True, slots=True)
class Range:
    """Numbers from `first` to `last`, ten digits after +7; `zone` is None where `place` has not exactly one."""

    first: int
    last: int
    place: str
    zone: str | None


class Numbering:
    """Ranges of numbers, to look numbers up in. Where ranges of different zones overlap, none is known."""

    def __init__(self, ranges: Iterable[Range]) -> None:
        turns = [turn for r in ranges for turn in ((r.first, 1, r.zone), (r.last + 1, -1, r.zone))]
        self._starts: list[int] = []
        self._zones: list[str | None] = []
        covering: Counter[str | None] = Counter()
        for start, step, zone in sorted(turns, key=lambda turn: turn[0]):
            covering[zone] += step
            if not covering[zone]:
                del covering[zone]
            self._turn(start, next(iter(covering)) if len(covering) == 1 else None)

    def _turn(self, start: int, zone: str | None) -> None:
        """From `start` on it is this zone."""
        if self._starts and self._starts[-1] == start:
            self._zones[-1] = zone
        else:
            self._starts.append(start)
            self._zones.append(zone)

    def zone_of(self, phone: str) -> str | None:
        """The IANA zone of an E.164 number, None if it is not known."""
        if not phone.startswith("+7"):
            return None
        at = bisect_right(self._starts, int(phone[2:])) - 1
        return self._zones[at] if at >= 0 else None


NOTHING_KNOWN = Numbering(())


def read(text: str, name: str) -> list[Range]:
    """The ranges of mobile numbers in a register; `name` stands for the file in errors. Raises ConfigError.

    Cells are taken as they stand between the semicolons: the register does not quote them, and has quotation marks in
    the names of operators.
    """
    lines = text.split("\n")
    header = [cell.casefold() for cell in _cells(lines[0])]
    columns = {needed: at for at, cell in enumerate(header) for needed in _NEEDED if cell.endswith(needed)}
    missing = [needed for needed in _NEEDED if needed not in columns]
    if missing:
        raise ConfigError(
            f"{name}:1: there is no column {missing[0].upper()}; the first line of a register of numbers is"
            " АВС/ DEF;От;До;Емкость;Оператор;Регион"
        )
    territory = header.index(_TERRITORY) if _TERRITORY in header else columns["регион"]
    ranges = list(_ranges(lines, name, len(header), columns, territory))
    if not ranges:
        raise ConfigError(f"{name}: there is no range of mobile numbers in it; they are in the register's DEF-9xx.csv")
    return ranges


def _ranges(lines: list[str], name: str, width: int, columns: dict[str, int], territory: int) -> Iterator[Range]:
    for number, line in enumerate(lines[1:], 2):
        cells = _cells(line)
        if cells == [""]:
            continue
        if len(cells) != width:
            raise ConfigError(f"{name}:{number}: the row has {len(cells)} cells, the header has {width}")
        code, first, last, region = (cells[columns[needed]] for needed in _NEEDED)
        if not all(cell.isascii() and cell.isdigit() for cell in (code, first, last)):
            raise ConfigError(f"{name}:{number}: {code};{first};{last} is no range of numbers")
        if not code.startswith("9"):
            continue
        base, low, high = int(code) * 10_000_000, int(first), int(last)
        if len(code) != 3 or not low <= high < 10_000_000:
            raise ConfigError(f"{name}:{number}: {code};{first};{last} is no range of numbers")
        # In newer files one of the two may be a mere dash.
        zone = regions.zone_of(region) or regions.zone_of(cells[territory])
        yield Range(base + low, base + high, cells[territory] if region in ("", "-") else region, zone)


def _cells(line: str) -> list[str]:
    return [cell.strip(_AROUND_CELLS) for cell in line.split(";")]
