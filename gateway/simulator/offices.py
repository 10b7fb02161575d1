"""A day of visits as the offices of a region would write it down.

Rows are raw: phones in the many spellings of the people at the windows, some of them no mobile number at all, consent
and time in the style of each office's own program. So the intake meets here what it meets in the field. Proportions
are the project's defaults: 55 % consent, of those 97 % with a usable mobile, 2 % of phones shared by several people
(families, paid helpers). Phones lie in number ranges of the Altai with invented tails.

    python -m gateway.simulator.offices examples/altai     writes visits.csv of 12.09.2017 anew, byte for byte
"""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import astuple, dataclass, fields
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from gateway.model import Office, Service
from gateway.simulator.dice import Dice

CONSENT = 0.55
VALID_PHONE = 0.97
SHARED_PHONE = 0.02
CITY_WINDOWS = 10
"""Offices with this many windows or more keep long hours (08-20, Saturday 09-14); the others 09-17, weekdays only."""

EXAMPLE_DAY = date(2017, 9, 12)
EXAMPLE_COUNT = 500
EXAMPLE_SEED = "altai-2017-09-12"

_HOUR_WEIGHTS = {
    8: 0.7, 9: 1.6, 10: 1.6, 11: 1.0, 12: 0.8, 13: 0.7, 14: 0.9, 15: 1.0, 16: 1.5, 17: 1.5, 18: 0.8, 19: 0.5,
}  # fmt: skip
_SERVICE_WEIGHTS = {
    "REG": 22, "EGRN": 13, "ADDR": 11, "CAD": 7, "PASS": 7, "ESIA": 6, "SOC": 8, "SUBS": 4, "PENS": 6, "MATK": 3,
    "INN": 4, "INTP": 3, "CRIM": 2, "DRIV": 2, "LAND": 2,
}  # fmt: skip
_RANGES = (
    *range(913020, 913030), *range(913210, 913280), *range(923710, 923730),
    *range(960936, 960967), *range(961976, 962000), *range(983170, 983190),
)  # fmt: skip
"""First six of the ten digits, of mobile ranges given out in the Altai."""

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
_BAD_PHONES: tuple[Callable[[str], str], ...] = (
    lambda d: f"8 (3852) {d[4:6]}-{d[6:8]}-{d[8:]}",
    lambda d: f"3854 {d[5:7]}-{d[7:9]}-{d[9:]}0",
    lambda d: f"8{d[:9]}",
    lambda d: f"+7{d}{d[-1]}",
    lambda d: f"+7701{d[3:]}",
    lambda d: "нет",
    lambda d: "",
)


@dataclass(frozen=True, slots=True)
class VisitRow:
    """One line of a visits file, every value as the office wrote it; the fields are the columns, in order."""

    foreign_id: str
    office: str
    service: str
    received_at: str
    phone: str
    consent: str


def generate_day(
    day: date, count: int, offices: Sequence[Office], services: Sequence[Service], rng: Random
) -> list[VisitRow]:
    """`count` visits of one day in the order of their time; ids run per office and day.

    Raises ValueError when no office is open that day.
    """
    open_offices = [office for office in offices if _hours(office, day)]
    if not open_offices:
        raise ValueError(f"No office is open on {day:%A}, {day.isoformat()}.")
    chosen = rng.choices(open_offices, weights=[office.windows for office in open_offices], k=count)
    served = sorted(
        ((_received_at(office, day, rng), office) for office in chosen), key=lambda pair: (pair[0], pair[1].code)
    )
    weights = [_SERVICE_WEIGHTS.get(service.code, 1) for service in services]
    numbers: dict[str, int] = {}
    phones: list[str] = []
    rows = []
    for received_at, office in served:
        numbers[office.code] = numbers.get(office.code, 0) + 1
        service = rng.choices(services, weights=weights)[0]
        consent = rng.random() < CONSENT
        rows.append(
            VisitRow(
                foreign_id=f"{office.code}-{day:%Y%m%d}-{numbers[office.code]:06d}",
                office=office.code,
                service=service.code,
                received_at=_written_time(received_at, office),
                phone=_written_phone(consent, phones, rng),
                consent=_written_consent(consent, office),
            )
        )
    return rows


def write_csv(rows: Iterable[VisitRow]) -> str:
    """The visits file with its header, lines ended by a single line feed."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([column.name for column in fields(VisitRow)])
    writer.writerows(astuple(row) for row in rows)
    return text.getvalue()


def example_day(offices: Sequence[Office], services: Sequence[Service]) -> str:
    """The visits file that ships with the Altai example."""
    return write_csv(generate_day(EXAMPLE_DAY, EXAMPLE_COUNT, offices, services, Dice(EXAMPLE_SEED)))


def _hours(office: Office, day: date) -> range:
    """The hours in which an office ends a visit, none where it is shut."""
    in_city = office.windows >= CITY_WINDOWS
    match day.isoweekday():
        case 7:
            return range(0)
        case 6:
            return range(9, 14) if in_city else range(0)
        case _:
            return range(8, 20) if in_city else range(9, 17)


def _received_at(office: Office, day: date, rng: Random) -> datetime:
    hours = _hours(office, day)
    hour = rng.choices(hours, weights=[_HOUR_WEIGHTS[h] for h in hours])[0]
    moment = datetime.combine(day, time(hour), tzinfo=ZoneInfo(office.time_zone))
    return moment + timedelta(seconds=rng.randrange(3600))


def _written_time(received_at: datetime, office: Office) -> str:
    """Most programs write local time and leave the offset out."""
    if _style(office) == 0:
        return received_at.isoformat()
    return received_at.replace(tzinfo=None).isoformat()


def _written_consent(consent: bool, office: Office) -> str:
    yes, no = (("1", "0"), ("да", "нет"), ("true", "false"))[_style(office)]
    return yes if consent else no


def _style(office: Office) -> int:
    """Which of three office programs wrote the row; an office has one and keeps it."""
    return sum(office.code.encode()) % 3


def _written_phone(consent: bool, phones: list[str], rng: Random) -> str:
    """A phone as it stands in the row; `phones` are the day's numbers so far, and gains one."""
    if not consent and rng.random() < 0.7:
        return ""
    digits = f"{rng.choice(_RANGES)}{rng.randrange(10_000):04d}"
    if phones and rng.random() < SHARED_PHONE:
        digits = rng.choice(phones)
    if rng.random() >= VALID_PHONE:
        return rng.choice(_BAD_PHONES)(digits)
    phones.append(digits)
    weights = [weight for weight, _ in _SPELLINGS]
    return rng.choices(_SPELLINGS, weights=weights)[0][1](digits)


def _load(directory: Path) -> tuple[list[Office], list[Service]]:
    with (directory / "offices.csv").open(encoding="utf-8", newline="") as file:
        offices = [Office(windows=int(row.pop("windows")), **row) for row in csv.DictReader(file)]
    with (directory / "services.csv").open(encoding="utf-8", newline="") as file:
        services = [Service(**row) for row in csv.DictReader(file)]
    return offices, services


def main(directory: Path) -> None:
    """Writes `visits.csv` beside the offices and services it is made of."""
    text = example_day(*_load(directory))
    (directory / "visits.csv").write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
