"""What offices write down: phones in the many spellings of the people at the windows, time and consent in the style of
each office's own program.

Pure. So the intake meets in the simulation what it meets in the field.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from itertools import accumulate
from operator import attrgetter

from gateway.model import Office
from gateway.simulator.world.arrival import Arrival

_SPELLINGS: tuple[tuple[float, Callable[[str], str]], ...] = (
    (30, lambda d: f"+7{d}"),
    (22, lambda d: f"8{d}"),
    (8, lambda d: f"7{d}"),
    (6, lambda d: d),
    (10, lambda d: f"8-{d[:3]}-{d[3:6]}-{d[6:8]}-{d[8:]}"),
    (8, lambda d: f"+7 {d[:3]} {d[3:6]}-{d[6:8]}-{d[8:]}"),
    (6, lambda d: f"8 ({d[:3]}) {d[3:6]}-{d[6:8]}-{d[8:]}"),
    (4, lambda d: f"+7({d[:3]}){d[3:]}"),
    (3, lambda d: f"8\u00a0{d[:3]}\u00a0{d[3:6]}\u00a0{d[6:8]}\u00a0{d[8:]}"),
    (2, lambda d: f"8.{d[:3]}.{d[3:6]}.{d[6:8]}.{d[8:]}"),
    (1, lambda d: f" 8{d[:3]} {d[3:]} "),
)
SPELLINGS = tuple(spelling for _, spelling in _SPELLINGS)
"""How ten digits are written down as a mobile number."""
SPELLINGS_SO_FAR = tuple(accumulate(weight for weight, _ in _SPELLINGS))
"""How often, each with those before it (`cum_weights` of `random.choices`)."""
BAD_PHONES: tuple[Callable[[str], str], ...] = (
    lambda d: f"8 (3852) {d[4:6]}-{d[6:8]}-{d[8:]}",
    lambda d: f"3854 {d[5:7]}-{d[7:9]}-{d[9:]}0",
    lambda d: f"8{d[:9]}",
    lambda d: f"+7{d}{d[-1]}",
    lambda d: f"+7701{d[3:]}",
    lambda d: "нет",
    lambda d: "",
)
"""What stands there that is no mobile number: landlines, a digit too few or too many, other countries, words."""


_ALWAYS = 6
"""Columns that every file has."""


@dataclass(frozen=True, slots=True)
class VisitRow:
    """One line of a visits file, every value as the office wrote it; the fields are the columns, in order. From `stage`
    on they may be left out of a file."""

    foreign_id: str
    office: str
    service: str
    received_at: str
    phone: str
    consent: str
    stage: str = ""
    consent_at: str = ""
    consent_by: str = ""
    consent_text: str = ""
    language: str = ""


_COLUMNS = [column.name for column in fields(VisitRow)]
_cells = attrgetter(*_COLUMNS)


def row_of(arrival: Arrival, office: Office, ended_at: datetime) -> VisitRow:
    """The line an office writes about a visit; `ended_at` is when it ended, in the office's time."""
    if arrival.cells is not None:
        return VisitRow(*(arrival.cells.get(column.name, "") for column in fields(VisitRow)))
    return VisitRow(
        foreign_id=arrival.foreign_id,
        office=arrival.office,
        service=arrival.service,
        received_at=written_time(ended_at, office),
        phone=arrival.written_phone,
        consent=written_consent(arrival.consent, office),
    )


def written_time(received_at: datetime, office: Office) -> str:
    """Most programs write local time and leave the offset out."""
    if _style(office) == 0:
        return received_at.isoformat()
    return received_at.replace(tzinfo=None).isoformat()


def written_consent(consent: bool, office: Office) -> str:
    """Yes or no in the words of the office's program."""
    yes, no = (("1", "0"), ("да", "нет"), ("true", "false"))[_style(office)]
    return yes if consent else no


def write_csv(rows: Iterable[VisitRow]) -> str:
    """The visits file with its header, lines ended by a single line feed."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    lines = [_cells(row) for row in rows]
    columns = _ALWAYS if all(not any(line[_ALWAYS:]) for line in lines) else None
    writer.writerow(_COLUMNS[:columns])
    writer.writerows(line[:columns] for line in lines)
    return text.getvalue()


def _style(office: Office) -> int:
    """Which of three office programs wrote the row; an office has one and keeps it."""
    return sum(office.code.encode()) % 3
