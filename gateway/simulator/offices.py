"""A day of visits as the offices of a region would write it down.

Rows are raw: phones in the many spellings of the people at the windows, some of them no mobile number at all, consent
and time in the style of each office's own program. So the intake meets here what it meets in the field. Proportions
are the project's defaults: 55 % consent, of those 97 % with a usable mobile, 2 % of phones shared by several people
(families, paid helpers). Phones lie in number ranges of the Altai with invented tails.

    python -m gateway.simulator.offices examples/altai     writes visits.csv of 12.09.2017 anew, byte for byte
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from gateway.model import Office, Service
from gateway.simulator.dice import Dice
from gateway.simulator.world.demand import PEAKS, SERVICE_WEIGHTS, WRITTEN_WITHOUT_CONSENT
from gateway.simulator.world.numbers import ALTAI
from gateway.simulator.world.writing import (
    BAD_PHONES,
    SPELLINGS,
    SPELLINGS_SO_FAR,
    VisitRow,
    write_csv,
    written_consent,
    written_time,
)

CONSENT = 0.55
VALID_PHONE = 0.97
SHARED_PHONE = 0.02
CITY_WINDOWS = 10
"""Offices with this many windows or more keep long hours (08-20, Saturday 09-14); the others 09-17, weekdays only."""

EXAMPLE_DAY = date(2017, 9, 12)
EXAMPLE_COUNT = 500
EXAMPLE_SEED = "altai-2017-09-12"


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
    weights = [SERVICE_WEIGHTS.get(service.code, 1) for service in services]
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
                received_at=written_time(received_at, office),
                phone=_written_phone(consent, phones, rng),
                consent=written_consent(consent, office),
            )
        )
    return rows


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
    hour = rng.choices(hours, weights=[PEAKS[h] for h in hours])[0]
    moment = datetime.combine(day, time(hour), tzinfo=ZoneInfo(office.time_zone))
    return moment + timedelta(seconds=rng.randrange(3600))


def _written_phone(consent: bool, phones: list[str], rng: Random) -> str:
    """A phone as it stands in the row; `phones` are the day's numbers so far, and gains one."""
    if not consent and rng.random() < 1 - WRITTEN_WITHOUT_CONSENT:
        return ""
    digits = f"{rng.choice(ALTAI)}{rng.randrange(10_000):04d}"
    if phones and rng.random() < SHARED_PHONE:
        digits = rng.choice(phones)
    if rng.random() >= VALID_PHONE:
        return rng.choice(BAD_PHONES)(digits)
    phones.append(digits)
    return rng.choices(SPELLINGS, cum_weights=SPELLINGS_SO_FAR)[0](digits)


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
